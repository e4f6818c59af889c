"""Two stewards, two nodes, a restart between: who wrote something, in public."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select, update

from demo.steward import Refused, Steward
from demo.town_home import new_id
from neighborcam.hub.errors import NotASteward
from neighborcam.hub.openings import Told
from neighborcam.hub.store.schema import (
    CHALLENGES,
    ENVELOPES,
    HOUSEHOLDS,
    OPENINGS,
    SESSIONS,
    STEWARDS,
)
from neighborcam.protocol.age_keys import ClassicIdentity
from neighborcam.protocol.alerts import Category
from neighborcam.protocol.entries import AccountClosed, EnvelopeOpened, read_entry
from neighborcam.protocol.envelopes import PRIME, Share, close, open_share
from tests.hub.conftest import Town

KEYS = [ClassicIdentity(bytes([n]) * 32) for n in (1, 2, 3)]
TICKET = "0123456789abcdef" * 2


async def sealed_case(town: Town) -> tuple[str, str, list[Share]]:
    """Return a case, the household behind it, and the shares that name it."""
    home = await town.home()
    later = town.clock() + timedelta(days=9)
    alert = home.alert(category=Category.MISSING_PERSON, expires=later)
    recipients = [each.recipient for each in KEYS]
    sealed = close(home.member.household, alert.id, recipients)
    post = home.signed(alert, token=await home.token(), envelope=sealed)
    await home.send(post)
    (case,) = await town.hub.desk.moderation.queue()
    assert case.has_envelope
    envelope = await town.hub.desk.openings.envelope(case.id)
    shares = [open_share(envelope, n, key) for n, key in enumerate(KEYS)]
    return case.id, home.member.household, shares


def wish(share: Share, **changes: Any) -> dict[str, Any]:
    said = {"subject": share.subject, "x": share.x, "y": share.y, "reason": "threats"}
    return said | {"ticket": TICKET} | changes


async def count(town: Town, table: Any) -> int:
    async with town.hub.desk.database.read() as tx:
        return await tx.scalar(select(func.count()).select_from(table)) or 0


async def opened(town: Town) -> list[EnvelopeOpened]:
    entries = await town.hub.desk.log.entries(0, 1000)
    return [
        msgspec.json.decode(each, type=EnvelopeOpened)
        for each in entries
        if b"envelope-opened" in each
    ]


async def test_shares_that_come_to_two_nodes_open_one_envelope_in_public(
    nodes: tuple[Town, Town],
) -> None:
    one, two = nodes
    ann, bob = [await Steward.appointed(one.hub, name) for name in ("ann", "bob")]
    bob.hub = f"http://localhost:{two.hub.server.port}"
    case, household, shares = await sealed_case(one)
    path = f"/api/steward/cases/{case}"
    for _ in range(2):  # one steward, however often, is one
        answer = await ann.ask(f"{path}/shares", wish(shares[0]))
        assert answer == {"household": ""}
    with pytest.raises(Refused, match="something else"):
        await bob.ask(f"{path}/shares", wish(shares[1], subject=new_id()))
    with pytest.raises(Refused, match="two shares of two stewards"):
        await bob.ask(f"{path}/shares", wish(shares[0]))
    with pytest.raises(Refused, match="open the envelope first"):
        await bob.send(f"{path}/account-closure", wish(shares[1]))
    assert await opened(two) == []
    for _ in range(2):  # the answer may get lost on its way
        answer = await bob.ask(f"{path}/shares", wish(shares[1]))
        assert answer == {"household": household}
    assert [each.stewards for each in await opened(one)] == [("ann", "bob")]
    entries = b"".join(await one.hub.desk.log.entries(0, 1000))
    assert household.encode() not in entries
    assert await count(one, ENVELOPES) == 0
    with pytest.raises(Refused, match="open the envelope first"):
        await ann.send(f"{path}/account-closure", wish(shares[0]))
    for _ in range(2):  # the answer may get lost here too
        await bob.send(f"{path}/account-closure", wish(shares[1]))
    assert await count(one, HOUSEHOLDS) == 0
    log = [read_entry(each) for each in await two.hub.desk.log.entries(0, 1000)]
    (closed,) = [each for each in log if isinstance(each, AccountClosed)]
    assert (closed.case, closed.stewards) == (case, ("ann", "bob"))
    assert household.encode() not in b"".join(await one.hub.desk.log.entries(0, 1000))
    await ann.close()
    await bob.close()


def forged(share: Share, told: str, wanted: str) -> Share:
    """Return what, with the share of another, names whom one wants.

    Who was told knows a point of the line beside their own, so the other's too.
    """
    other, mine = 1, share.x
    slope = (int.from_bytes(share.y) - int(told, 16)) * pow(mine, -1, PRIME)
    theirs = int(told, 16) + slope * other
    slope = (theirs - int(wanted, 16)) * pow(other, -1, PRIME)
    y = (int(wanted, 16) + slope * mine) % PRIME
    return msgspec.structs.replace(share, y=y.to_bytes(17))


async def test_no_steward_closes_another_account_than_was_named(town: Town) -> None:
    ann, bob = [await Steward.appointed(town.hub, name) for name in ("ann", "bob")]
    case, household, shares = await sealed_case(town)
    innocent = (await town.home()).member.household
    path = f"/api/steward/cases/{case}"
    await ann.ask(f"{path}/shares", wish(shares[0]))
    told = await bob.ask(f"{path}/shares", wish(shares[1]))
    assert told == {"household": household}
    made_up = forged(shares[1], household, innocent)
    for _ in range(2):  # nor after he had it computed
        with pytest.raises(Refused, match="with the share you gave"):
            await bob.send(f"{path}/account-closure", wish(made_up))
        answer = await bob.ask(f"{path}/shares", wish(made_up))
        assert answer == {"household": innocent}
    closure = wish(shares[1], ticket=new_id())
    with pytest.raises(Refused, match="where you were told"):
        await bob.send(f"{path}/account-closure", closure)
    with pytest.raises(Refused, match="the envelope is open"):
        await ann.ask(f"{path}/shares", wish(shares[0], y=bytes(17)))
    assert await ann.ask(f"{path}/shares", wish(shares[0])) == {"household": ""}
    await bob.send(f"{path}/account-closure", wish(shares[1]))
    async with town.hub.desk.database.read() as tx:
        assert list(await tx.scalars(select(HOUSEHOLDS.c.id))) == [innocent]
    await ann.close()
    await bob.close()


async def test_a_share_waits_three_days_and_no_longer_than_its_case(
    town: Town,
) -> None:
    case, _household, shares = await sealed_case(town)
    give = town.hub.desk.openings.give_share
    await give(case, shares[0], by=Told("ann", TICKET), reason="threats")
    town.clock.advance(days=3)
    bob = Told("bob", TICKET)
    assert await give(case, shares[1], by=bob, reason="threats") is None
    await town.hub.retention.run_once()
    assert await count(town, OPENINGS) == 1
    await town.hub.desk.moderation.decide(
        case, "refused", rule="r", fact="f", steward="bob"
    )
    assert await count(town, OPENINGS) == 0


async def test_a_steward_is_known_at_every_node_and_after_a_restart(
    nodes: tuple[Town, Town],
) -> None:
    one, two = nodes
    ann = await Steward.appointed(one.hub, "ann")
    ann.hub = f"http://localhost:{two.hub.server.port}"
    assert await ann.get("/api/steward") == {"name": "ann"}
    # A passkey that is synced between devices counts nothing: replays look like news.
    ann.passkey.counts, ann.passkey._uses = False, 0
    async with one.hub.desk.database.write() as tx:
        await tx.execute(update(STEWARDS).values(sign_count=0))
    options = await ann.ask("/api/steward/login-options")
    answer = {"credential": ann.passkey.log_in(options)}
    ann.hub = one.url
    await ann.ask("/api/steward/login", answer)
    for node in (one.url, f"http://localhost:{two.hub.server.port}"):
        # What was overheard is worth nothing, anywhere.
        async with one.session.post(f"{node}/api/steward/login", json=answer) as said:
            assert said.status == 401
            assert "was used" in await said.text()
    assert await count(one, SESSIONS) == 2
    await ann.send("/api/steward/logout")
    assert await count(one, SESSIONS) == 1  # the one of the registration
    await ann.close()


async def test_challenges_and_sessions_end_and_are_forgotten(town: Town) -> None:
    sessions = town.hub.desk.sessions
    ann = await Steward.appointed(town.hub, "ann")
    options = await ann.ask("/api/steward/login-options")
    town.clock.advance(minutes=6)
    with pytest.raises(Refused, match="too late"):
        await ann.ask("/api/steward/login", {"credential": ann.passkey.log_in(options)})
    forged = bytes(56)
    with pytest.raises(NotASteward):
        await sessions.check(forged)
    town.clock.at += timedelta(hours=12)
    with pytest.raises(NotASteward):
        await sessions.who("nobody's")
    await town.hub.retention.run_once()
    assert (await count(town, SESSIONS), await count(town, CHALLENGES)) == (0, 0)
    await ann.close()
