"""Envelopes are sealed to the stewards of the public log, whatever a hub says."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from unittest.mock import AsyncMock

import msgspec
import pytest

from demo.steward import Steward
from neighborcam.engine.errors import HubMisbehaves
from neighborcam.engine.index.letter_store import Parcel
from neighborcam.protocol.age_keys import ClassicIdentity
from neighborcam.protocol.alerts import CommentPost, Post
from neighborcam.protocol.canonical import decode
from neighborcam.protocol.entries import StewardLeft
from neighborcam.protocol.envelopes import combine, open_share
from neighborcam.protocol.errors import CannotOpen
from tests.engine.sharing.shared_home import DRAFT, House, Make, sent, until
from tests.hub.conftest import Town

KEYS = [ClassicIdentity(bytes([n]) * 32) for n in (1, 2, 3)]
EVIL = [ClassicIdentity(bytes([n]) * 32) for n in (8, 9)]


@pytest.fixture(autouse=True)
def _at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test say when a home checks what its hub tells."""
    path = "neighborcam.engine.sharing.shared_life.SharedLife._live_by_day"
    monkeypatch.setattr(path, AsyncMock())


async def appoint(town: Town, **recipients: str) -> None:
    for name, recipient in recipients.items():
        steward = await Steward.appointed(town.hub, name, recipient)
        await steward.close()


async def envelopes(one: House) -> list[bytes | None]:
    """Return what one alert and one comment to it would carry to the stewards."""
    bodies: list[bytes] = []
    queue = one.store.letters.queue

    def watch(parcels: Sequence[Parcel], at: datetime, **more: Any) -> None:
        bodies.extend(each.body for each in parcels)
        queue(parcels, at, **more)

    one.store.letters.queue = watch  # type: ignore[method-assign]
    view = await one.sharing.publish(DRAFT)
    await until(lambda: bool(one.heard("received")))
    await one.sharing.comment(view.id, "It is out")
    await sent(one)
    return [decode(bodies[0], Post).envelope, decode(bodies[1], CommentPost).envelope]


async def test_two_stewards_of_the_log_can_open_what_goes_out(
    house: Make, town: Town
) -> None:
    await appoint(town, ann=str(KEYS[0].recipient), bob=str(KEYS[1].recipient))
    one = await house("one")
    for sealed in await envelopes(one):
        assert sealed is not None
        shares = [open_share(sealed, n, KEYS[n]) for n in (0, 1)]
        assert combine(*shares) == one.life._member.household


async def test_keys_of_the_hub_s_own_open_nothing_and_are_evidence(
    house: Make, town: Town
) -> None:
    await appoint(town, ann=str(KEYS[0].recipient), bob=str(KEYS[1].recipient))
    one = await house("one")
    life = one.life
    view = await life._link.view()
    own = tuple(str(each.recipient) for each in EVIL)
    life._link.view = AsyncMock(  # type: ignore[method-assign]
        return_value=msgspec.structs.replace(view, recipients=own)
    )
    for sealed in await envelopes(one):
        assert sealed is not None
        for place, key in enumerate(EVIL):
            with pytest.raises(CannotOpen):
                open_share(sealed, place, key)
    with pytest.raises(HubMisbehaves, match="stewards"):
        await life._check_stewards()
    (evidence,) = (one.folder / "evidence").iterdir()
    assert own[0].encode() in evidence.read_bytes()


async def test_a_steward_appointed_this_moment_is_no_lie(
    house: Make, town: Town
) -> None:
    one = await house("one")
    life = one.life
    view = life._link.view
    told = await view()

    async def appointed_meanwhile() -> Any:
        life._link.view = view  # type: ignore[method-assign]
        await appoint(town, ann=str(KEYS[0].recipient))
        return told

    life._link.view = appointed_meanwhile  # type: ignore[method-assign]
    await life._check_stewards()


async def test_without_two_keys_there_is_no_envelope(house: Make, town: Town) -> None:
    await appoint(town, ann=str(KEYS[0].recipient), bob=str(KEYS[1].recipient), cem="")
    one = await house("one")
    assert await envelopes(one) == [None, None]
    async with town.hub.desk.database.write() as tx:
        left = StewardLeft(at=town.clock(), steward="cem")
        await town.hub.desk.log.add(tx, left)
    life = one.life
    await life._follower.follow()
    assert len(await life._stewards()) == 2
