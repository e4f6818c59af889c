"""A hub that lies is heard no more, until somebody who saw the reason says so."""

from datetime import UTC, date, datetime, time
from hashlib import sha256
from typing import Any
from unittest.mock import AsyncMock

import msgspec
import pytest

from neighborcam.engine.errors import Conflict, HubMisbehaves, StorageError
from neighborcam.engine.neighbours import Preferences, Reaction
from neighborcam.engine.requests import AnswerDraft, Decision
from neighborcam.hub.token_keys import make_key, public_der
from neighborcam.protocol.entries import Release, TokenKeys
from tests.engine.sharing.shared_home import DRAFT, Make, sent, until
from tests.hub.conftest import Town
from tests.hub.lying import forget, smuggle

LIE = HubMisbehaves("two pasts", "evidence/a.txt")


async def test_a_hub_with_keys_for_one_home_is_heard_no_more_and_told_nothing(
    house: Make,
) -> None:
    one, other = await house("one"), await house("other")
    await one.sharing.publish(DRAFT)
    await until(lambda: bool(other.heard("received")))
    (alert,) = other.sharing.alerts()
    await other.tokens()
    keys = await other.life._link.keys()
    lie = {**keys.keys, "post": keys.keys["comment"]}  # keys for this home alone
    other.life._link.keys = AsyncMock(  # type: ignore[method-assign]
        return_value=msgspec.structs.replace(keys, keys=lie)
    )
    other.store.put_fact("filled", b"yesterday")
    while other.store.take_token("post", "2026-11-23"):
        pass
    with pytest.raises(HubMisbehaves):
        await other.sharing.publish(DRAFT)
    hub = other.sharing.view().hub
    assert hub is not None
    assert hub.state == "distrusted"
    assert (other.folder / hub.evidence).read_bytes()
    assert other.sharing.alerts() == ()
    assert other.heard("ended") == [alert.id]  # so pages and Home Assistant drop it
    for work in (
        other.sharing.publish(DRAFT),
        other.sharing.comment(alert.id, "hello"),
        other.sharing.react(alert.id, Reaction.CONFIRM),
        other.sharing.flag(alert.id, None, "it is a lie"),
        other.sharing.cancel(alert.id),
        other.sharing.invite(),
    ):
        with pytest.raises(HubMisbehaves):
            await work
    with pytest.raises(HubMisbehaves):
        other.sharing.preview(DRAFT)
    await one.sharing.publish(DRAFT)
    await sent(one)
    assert other.sharing.alerts() == ()
    assert other.life._work.names() == frozenset()
    other.sharing.prefer(Preferences(radius_m=30_000))
    assert other.life._work.names() == frozenset()


async def test_a_restart_forgives_nothing(house: Make) -> None:
    one, other = await house("one"), await house("other")
    await one.sharing.publish(DRAFT)
    await until(lambda: bool(other.heard("received")))
    other.life._trust.lose(LIE)
    other.life._trust.lose(HubMisbehaves("a second reason"))
    await other.restart()
    hub = other.sharing.view().hub
    assert hub is not None
    assert (hub.state, hub.reason) == ("distrusted", "two pasts")
    assert hub.evidence == "evidence/a.txt"
    assert other.sharing.alerts() == ()
    assert other.life._work.names() == frozenset()
    with pytest.raises(HubMisbehaves, match="two pasts"):
        await other.sharing.publish(DRAFT)


async def test_a_full_disk_forgives_nothing_while_the_engine_runs(
    house: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await house("one")

    def full(*_: Any) -> None:
        raise StorageError("the disk is full")

    monkeypatch.setattr(one.store, "put_fact", full)
    one.life._trust.lose(LIE)
    assert one.hub_state() == "distrusted"


async def test_requests_of_a_hub_that_lied_are_neither_shown_nor_answered(
    house: Make,
) -> None:
    one = await house("one")
    requests = one.sharing.requests
    one.life._trust.lose(LIE)
    assert requests.shown() == ()
    with pytest.raises(HubMisbehaves, match="two pasts"):
        await requests.answer("0" * 32, AnswerDraft(decision=Decision.DECLINE))


async def test_a_guest_network_s_page_takes_no_trust(house: Make) -> None:
    one = await house("one")
    await one.tokens()
    link, asked = one.life._follower._link, []
    raw = link.raw

    async def portal(path: str) -> bytes:
        asked.append(path)
        is_log = path == "/log/checkpoint"
        return b"<h1>Welcome! Log in.</h1>" if is_log else await raw(path)

    link.raw = portal  # type: ignore[method-assign]
    for times in (1, 2):
        one.life.requests.wake()
        await until(lambda: len(asked) >= times)  # noqa: B023 - awaited here
    assert one.hub_state() == "connected"


# -- trusting again ----------------------------------------------------------------


async def test_somebody_who_looked_can_trust_the_hub_again(house: Make) -> None:
    one, other = await house("one"), await house("other")
    await one.sharing.publish(DRAFT)
    await until(lambda: bool(other.heard("received")))
    with pytest.raises(Conflict, match="trusts"):
        await other.sharing.trust_again(anew=False)
    other.life._trust.lose(LIE)
    await one.sharing.publish(DRAFT)
    await sent(one)
    await other.sharing.trust_again(anew=False)
    await until(lambda: other.hub_state() == "connected")
    await until(lambda: len(other.sharing.alerts()) == 2)
    await other.restart()
    await until(lambda: other.hub_state() == "connected")


async def rewritten(town: Town) -> None:
    """Let the hub come back from a backup, and go on from there."""
    log = town.hub.desk.log
    await forget(town.hub.desk.database, log, 1)
    async with town.hub.desk.database.write() as tx:
        await log.add(tx, Release(at=town.clock(), version="another past"))


async def test_another_past_is_taken_only_if_that_is_said(
    house: Make, town: Town
) -> None:
    one = await house("one")
    await one.tokens()
    log = town.hub.desk.log
    async with town.hub.desk.database.write() as tx:
        await log.add(tx, Release(at=town.clock(), version="1"))
    await one.life._follower.follow()
    await rewritten(town)
    one.life.requests.wake()
    await until(lambda: one.hub_state() == "distrusted")
    await one.sharing.trust_again(anew=False)
    await until(lambda: one.hub_state() == "distrusted")
    await one.sharing.trust_again(anew=True)
    await until(lambda: one.hub_state() == "connected")
    await until(lambda: one.life._follower.register.size > 0)
    assert one.hub_state() == "connected"


# -- one set of keys a day ---------------------------------------------------------


async def second_keys(town: Town) -> tuple[dict[str, bytes], TokenKeys]:
    """Let the hub write a second set of keys for today into its log."""
    epoch = town.clock().date().isoformat()
    mine = {name: public_der(make_key()) for name in ("post", "comment", "flag")}
    entry = TokenKeys(
        at=datetime.combine(date.fromisoformat(epoch), time(), UTC),
        epoch=epoch,
        keys={name: sha256(key).hexdigest() for name, key in mine.items()},
    )
    await smuggle(town.hub.desk.database, town.hub.desk.log, entry)
    return mine, entry


async def test_a_second_set_of_keys_for_a_day_proves_that_the_hub_lies(
    house: Make, town: Town
) -> None:
    one = await house("one")
    await one.tokens()
    await second_keys(town)
    with pytest.raises(HubMisbehaves, match="one set"):
        await one.life._follower.follow()
    assert list((one.folder / "evidence").iterdir())


async def test_no_token_is_fetched_with_a_second_set_of_keys(
    house: Make, town: Town
) -> None:
    one = await house("one")
    await one.tokens()
    mine, entry = await second_keys(town)
    keys = await one.life._link.keys()
    proof = (await town.hub.desk.log.prove(entry)).encode().decode()
    lie = msgspec.structs.replace(keys, keys=mine, proof=proof)
    one.life._link.keys = AsyncMock(return_value=lie)  # type: ignore[method-assign]
    one.life._link.tokens = AsyncMock()  # type: ignore[method-assign]
    one.store.put_fact("filled", b"yesterday")
    with pytest.raises(HubMisbehaves):
        await one.life._wallet.fill()
    one.life._link.tokens.assert_not_called()
