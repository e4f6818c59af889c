"""What a hub keeps of a household, and that nothing of it is left when it goes."""

import asyncio
from datetime import time, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from demo.town_home import Home, join, new_id
from neighborcam.engine.errors import HubRefused
from neighborcam.hub.store.schema import HOUSEHOLDS, INVITED, INVITES, METADATA
from neighborcam.protocol.accounts import InviteWish
from neighborcam.protocol.alerts import ReactionKind
from neighborcam.protocol.invites import parse_link
from tests.hub.conftest import Town
from tests.hub.test_alerts import shown


async def dump(town: Town) -> dict[str, bytes]:
    """Return all that the database holds, table by table, in one form."""
    async with town.hub.desk.database.read() as tx:
        return {
            table.name: b"\n".join(
                b" ".join(_plain(value) for value in row)
                for row in await tx.execute(select(table))
            )
            for table in METADATA.tables.values()
        }


def _plain(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def names(home: Home) -> list[bytes]:
    """Return all by which a household could be found."""
    id_ = home.member.household
    key = home.member.key.public_key().public_bytes_raw()
    return [id_.encode(), bytes.fromhex(id_), key, key.hex().encode()]


async def invited_by(home: Home, nonce: str | None = None) -> str:
    link = await home.link.invite(home.member, nonce or new_id())
    return parse_link(link).code


async def test_whoever_leaves_leaves_nothing_behind(nodes: tuple[Town, Town]) -> None:
    town, _ = nodes
    home, author = await town.home(), await town.home()
    code = await invited_by(home)
    alert = await author.post()
    key = (await shown(town, author, alert.id)).vote_key
    await home.vote(alert, ReactionKind.HELPFUL, key)
    await home.post()
    await home.comment(alert, "So it is")
    await home.reading_pass()
    found = {
        table
        for table, rows in (await dump(town)).items()
        if any(name in rows for name in names(home))
    }
    assert found == {"households", "invited", "issued"}
    await home.link.leave(home.member)
    left = await dump(town)
    assert not [
        table for table, rows in left.items() if any(n in rows for n in names(home))
    ]
    assert left["invites"] == b""
    with pytest.raises(HubRefused) as problem:
        await join(town.session, town.url, code, town.clock)
    assert problem.value.code == "wrong_code"


async def test_by_whom_a_household_came_is_forgotten_when_it_comes(
    nodes: tuple[Town, Town],
) -> None:
    town, _ = nodes
    home = await town.home()
    nonce = new_id()
    code = await invited_by(home, nonce)
    assert await invited_by(home, nonce) == code
    before = await dump(town)
    guest = await join(town.session, town.url, code, town.clock)
    after = await dump(town)
    assert code.encode() in before["invited"]
    assert not [table for table, rows in after.items() if code.encode() in rows]
    assert after["invites"] == b""
    with pytest.raises(HubRefused) as problem:
        await invited_by(home, nonce)
    assert problem.value.code == "conflict"
    async with town.hub.desk.database.read() as tx:
        (row,) = await tx.execute(select(INVITED))
        assert row.at.time() == row.at.time().min  # the day is all that the quota needs
        assert {column.name for column in HOUSEHOLDS.columns} == {"id", "key"}
    # Its answer may get lost: it joins again by the same code and is the same.
    again = await guest.link.join(code, guest.member.key)
    assert again.household == guest.member.household


async def test_one_invite_makes_one_household_at_however_many_nodes(
    nodes: tuple[Town, Town],
) -> None:
    one, two = nodes
    code = await one.hub.desk.households.invite_by_steward()
    other = f"http://localhost:{two.hub.server.port}"
    joined = await asyncio.gather(
        *(join(one.session, url, code, one.clock) for url in (one.url, other) * 2),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Home) for each in joined) == 1


async def test_an_invite_s_end_tells_the_day_on_which_it_was_given_and_no_moment(
    town: Town,
) -> None:
    home, given = await town.home(), town.clock()
    await invited_by(home)
    async with town.hub.desk.database.read() as tx:
        (ends,) = await tx.scalars(select(INVITES.c.expires))
    assert ends.time() == time()
    assert timedelta(days=30) < ends - given <= timedelta(days=31)


async def test_codes_and_counts_of_invites_end(town: Town) -> None:
    home = await town.home()
    for _ in range(5):
        await invited_by(home)
    with pytest.raises(HubRefused) as problem:
        await invited_by(home)
    assert problem.value.code == "quota_used"
    town.clock.advance(days=31)
    await town.hub.retention.run_once()
    async with town.hub.desk.database.read() as tx:
        assert set(await tx.scalars(select(INVITED.c.code))) == {""}
        assert list(await tx.scalars(select(INVITES.c.code))) == []
    town.clock.advance(days=59)
    await town.hub.retention.run_once()
    assert await invited_by(home)


async def test_an_invite_is_asked_for_by_its_household_alone(town: Town) -> None:
    home, other = await town.home(), await town.home()
    wish = InviteWish(
        household=home.member.household,
        nonce=new_id(),
        at=town.clock().replace(microsecond=0),
        sig=bytes(64),
    )
    forged = msgspec.structs.replace(wish, household=other.member.household)
    for each in (wish, forged):
        with pytest.raises(HubRefused) as problem:
            await home.link.send("/api/invites", each)
        assert problem.value.code == "not_a_member"
