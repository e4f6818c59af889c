"""Leaving a hub: nothing more is said, what was said is taken back, nothing stays."""

from base64 import b64encode
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import delete, func, select

from neighborcam.engine.config import CameraId
from neighborcam.engine.errors import HubMisbehaves, HubUnreachable, NotFound
from neighborcam.engine.index import snapshot
from neighborcam.engine.index.opening import DATABASE_NAME
from neighborcam.engine.neighbours import Category, Change, PictureOrder, Preferences
from neighborcam.engine.sharing import leaving
from neighborcam.hub.store.schema import HOUSEHOLDS
from neighborcam.protocol.standing import Standing
from tests.engine.sharing.shared_home import DRAFT, Make, sent, until
from tests.engine.sharing.test_outbox import Line, away, count
from tests.hub.conftest import Town


async def accounts(town: Town) -> int:
    async with town.hub.desk.database.read() as tx:
        return await tx.scalar(select(func.count()).select_from(HOUSEHOLDS)) or 0


def traces(folder: Path, *secrets: bytes) -> list[bytes]:
    """Return which of some secrets any file of a home still has."""
    files = (path for path in folder.rglob("*") if path.is_file())
    everything = b"".join(path.read_bytes() for path in files)
    return [each for each in secrets if each in everything]


async def test_leaving_deletes_the_account_and_every_trace(
    house: Make, town: Town
) -> None:
    one, other = await house("one"), await house("other")
    secret = msgspec.structs.replace(DRAFT, text="VERY SECRET " * 50)
    view = await one.sharing.publish(secret)
    await until(lambda: bool(other.heard("received")))
    await one.restart()  # what is deleted is overwritten by every connection
    await until(lambda: one.hub_state() == "connected")
    seed = one.life._member.key.private_bytes_raw()
    (one.folder / DATABASE_NAME).touch()
    snapshot.take(one.folder)  # a backup is being made, or was not ended
    assert len(traces(one.folder / snapshot.FOLDER, b64encode(seed))) == 1
    (one.folder / "evidence").mkdir()
    (one.folder / "evidence" / "a.txt").write_bytes(b"of an earlier day")
    before = await accounts(town)
    await one.sharing.leave()
    assert one.sharing.view().state == "off"
    await until(lambda: len(other.heard("received")) == 2)
    assert other.heard("received")[1].references == (view.id,)
    assert await accounts(town) == before - 1
    assert one.sharing.diary() == []
    assert one.sharing.alerts() == ()
    kept = (view.headline.encode(), b"VERY SECRET", b"52.5172", b64encode(seed))
    assert traces(one.folder, *kept, b"of an earlier day") == []
    assert not (one.folder / "evidence").exists()


async def test_pictures_that_were_made_go_too(house: Make) -> None:
    one = await house("one")
    at = one.town.clock()
    order = PictureOrder(
        camera=CameraId("a"), read_from=at, read_until=at, shown_from=at
    )
    view = await one.sharing.make(order)
    assert one.sharing.made(view.id)
    await one.sharing.leave()
    with pytest.raises(NotFound):
        one.sharing.made(view.id)


async def test_what_waits_is_not_sent_any_more(house: Make, town: Town) -> None:
    one, other = await house("one"), await house("other")
    await one.tokens()
    line = Line(one)
    line.fault = away
    await one.sharing.publish(DRAFT)
    await until(lambda: bool(line.tried))
    drain = one.life._outbox.drain

    async def now_the_hub_is_back() -> None:
        line.fault = lambda _path: None
        town.clock.advance(hours=1)
        await drain()

    one.life._outbox.drain = now_the_hub_is_back  # type: ignore[method-assign]
    await one.sharing.leave()
    assert await count(town) == 0
    assert other.heard("received") == []


async def test_what_may_have_arrived_is_taken_back_though_nobody_heard(
    house: Make, town: Town
) -> None:
    """The hub took it, its answer was lost, and this home hears no such alerts."""
    one, other = await house("one"), await house("other")
    one.sharing.prefer(Preferences(muted=(Category.FIRE,)))
    await one.tokens()
    line = Line(one)
    real = line.real.publish

    async def lost(data: bytes) -> Standing:
        await real(data)
        raise HubUnreachable("the answer is lost")

    line.real.publish = lost  # type: ignore[method-assign]
    await one.sharing.publish(DRAFT)
    await until(lambda: bool(other.heard("received")))
    line.real.publish = real  # type: ignore[method-assign]
    await one.sharing.leave()
    await until(lambda: other.sharing.alerts()[0].msg_type == "cancel")
    assert await count(town, msg_type="cancel") == 1


async def test_an_account_that_is_gone_is_left_all_the_same(
    house: Make, town: Town
) -> None:
    one = await house("one")
    async with town.hub.desk.database.write() as tx:
        await tx.execute(delete(HOUSEHOLDS))
    await one.sharing.leave()
    assert one.sharing.view().state == "off"


async def test_a_hub_that_is_gone_can_be_forgotten(
    house: Make, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "GOODBYE_S", 0.1)
    one = await house("one")
    await one.tokens()
    await one.sharing.publish(DRAFT)
    await sent(one)
    await town.hub.server.stop()
    with pytest.raises(HubUnreachable, match="leave anyway"):
        await one.sharing.leave()
    assert one.sharing.view().state == "on"
    await one.sharing.leave(anyway=True)
    assert one.sharing.view().state == "off"
    assert one.sharing.diary() == []


async def test_leaving_a_hub_that_lied_needs_no_trust(house: Make, town: Town) -> None:
    one, other = await house("one"), await house("other")
    await one.sharing.publish(DRAFT)
    await until(lambda: bool(other.heard("received")))
    one.life._trust.lose(HubMisbehaves("two pasts"))
    before = await accounts(town)
    await one.sharing.leave()
    assert await accounts(town) == before - 1
    await until(lambda: other.sharing.alerts()[0].msg_type == "cancel")


async def test_leaving_says_nothing_of_an_alert_that_never_left(house: Make) -> None:
    """Not even that it was none: with its update it is held twice, and gone once."""
    one = await house("one")
    await one.tokens()
    line = Line(one)
    line.held.clear()  # the lane is busy with another letter
    await one.sharing.publish(DRAFT)
    await until(lambda: bool(line.tried))
    secret = msgspec.structs.replace(DRAFT, headline="Never sent")
    view = await one.sharing.publish(secret)
    await one.sharing.update(view.id, Change(text="More of it"))
    line.held.set()
    speaking = one.life._speaking
    held = speaking.holding()
    assert len(held) == len({each.id for each in held} | {view.id}) == 3
    for own in held:
        speaking.take_back(own)
    said = [each for each in one.sharing.diary() if each.kind == "cancel"]
    assert [each.summary for each in said] == [DRAFT.headline]
