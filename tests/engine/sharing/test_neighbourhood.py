"""Homes share through a real hub: join, write, hear, take back, leave."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import msgspec
import pytest
from sqlalchemy import func, select

from demo.town_home import CELL
from neighborcam.engine.config import CameraId
from neighborcam.engine.errors import (
    Conflict,
    HubMisbehaves,
    HubUnreachable,
    InvalidInput,
    NotFound,
)
from neighborcam.engine.index.sharing_store import NAME, SharingStore
from neighborcam.engine.neighbours import (
    AlertView,
    Category,
    Draft,
    PictureOrder,
    Preferences,
    Reaction,
)
from neighborcam.engine.sharing.neighbourhood import Neighbourhood
from neighborcam.engine.sharing.studio import Studio
from neighborcam.hub.app import Hub
from neighborcam.hub.store.schema import ALERTS, HOUSEHOLDS
from neighborcam.protocol.alerts import ReactionKind
from neighborcam.protocol.invites import link_of, parse_link
from neighborcam.protocol.note_keys import LogKey
from tests.engine.sharing.homes import empty_house
from tests.engine.sharing.test_pictures import record, walk
from tests.hub.conftest import Town

PLACE = (52.5172, 13.3751)  # in tests.hub.homes.CELL, not in its middle
DRAFT = Draft(category=Category.FIRE, headline="Smoke above the school")


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What was exported."""

    started_at: datetime


@dataclass
class House:
    """A home's sharing, and what its clients were told."""

    folder: Path
    town: Town
    told: list[tuple[str, Any]] = field(default_factory=list)
    store: SharingStore = field(init=False)
    sharing: Neighbourhood = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.open()

    def open(self) -> None:
        self.store = SharingStore.open(self.folder)
        self.sharing = Neighbourhood(
            self.store,
            self.folder / "evidence",
            lambda what, about: self.told.append((what, about)),
            Studio(self.export, self.folder),
            empty_house(self.folder),
            self.town.clock,
        )

    def export(
        self, _camera: str, start: datetime, _end: datetime, out: Path
    ) -> Exported:
        record(out, walk())
        return Exported(started_at=start)

    async def close(self) -> None:
        await self.sharing.stop()
        self.store.close()

    async def restart(self) -> None:
        await self.close()
        self.open()
        await self.sharing.start()

    async def join(self) -> None:
        await self.sharing.join(await invite(self.town), *PLACE)
        await until(lambda: self.hub_state() == "connected")

    def hub_state(self) -> str:
        view = self.sharing.view()
        return view.hub.state if view.hub else view.state

    def heard(self, what: str) -> list[Any]:
        return [about for kind, about in self.told if kind == what]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not condition():  # noqa: ASYNC110 - what happens elsewhere
            await asyncio.sleep(0.01)


async def invite(town: Town) -> str:
    home = town.homes[0] if town.homes else await town.home()
    return await home.link.invite(home.member, "0" * 31 + str(len(town.homes)))


@pytest.fixture
async def house(
    town: Town,
    tmp_path: Path,
) -> AsyncIterator[Callable[[str], Awaitable[House]]]:
    made: list[House] = []

    async def make(name: str) -> House:
        new = House(tmp_path / name, town)
        made.append(new)
        code = await town.hub.desk.households.invite_by_steward()
        home = town.homes[0] if town.homes else await town.home()
        link = await home.link.invite(home.member, f"{len(made):032x}")
        bare = msgspec.structs.replace(parse_link(link), code=code)
        await new.sharing.join(link_of(bare), *PLACE)
        await until(lambda: new.hub_state() == "connected")
        return new

    yield make
    for each in made:
        await each.close()


type Make = Callable[[str], Awaitable[House]]


async def sent(house: House) -> None:
    await until(lambda: all(e.state == "sent" for e in house.sharing.diary()))


async def test_a_fresh_home_shares_nothing_and_opens_no_connection(
    town: Town,
    tmp_path: Path,
) -> None:
    fresh = House(tmp_path / "fresh", town)
    await fresh.sharing.start()
    assert fresh.sharing.view().state == "off"
    assert fresh.sharing.alerts() == ()
    with pytest.raises(Conflict):
        await fresh.sharing.publish(DRAFT, preview_only=True)
    assert town.hub.desk.sockets == set()
    await fresh.close()


async def test_what_one_home_writes_the_other_hears(house: Make) -> None:
    one, other = await house("one"), await house("other")
    view = await one.sharing.publish(DRAFT, preview_only=False)
    await until(lambda: bool(other.heard("received")))
    (heard,) = other.heard("received")
    assert isinstance(heard, AlertView)
    assert (heard.id, heard.headline, heard.mine) == (view.id, view.headline, False)
    await until(lambda: bool(one.heard("received")))
    assert one.sharing.alerts()[0].mine
    await sent(one)
    (line,) = one.sharing.diary()
    assert (line.kind, line.summary, line.state) == ("alert", view.headline, "sent")


async def test_a_preview_sends_nothing(house: Make) -> None:
    one = await house("one")
    view = await one.sharing.publish(DRAFT, preview_only=True)
    assert view.headline == DRAFT.headline
    assert one.sharing.diary() == []
    assert view.expires - view.onset > timedelta(hours=23)


async def test_what_leaves_has_no_place_finer_than_a_cell(
    house: Make,
    town: Town,
) -> None:
    one = await house("one")
    await one.sharing.publish(DRAFT, preview_only=False)
    await sent(one)
    async with town.hub.desk.database.read() as tx:
        bodies = list(await tx.scalars(select(ALERTS.c.body)))
    everything = b"".join(bodies)
    assert b"52.51" not in everything
    assert b"13.37" not in everything
    database = (town.hub.desk.settings.data_dir / "hub.sqlite").read_bytes()
    assert b"52.5172" not in database


async def test_taking_back_reaches_whoever_heard_it(house: Make) -> None:
    one, other = await house("one"), await house("other")
    view = await one.sharing.publish(DRAFT, preview_only=False)
    await until(lambda: bool(other.heard("received")))
    with pytest.raises(NotFound):
        await other.sharing.cancel(view.id)
    # Even a home that wants to hear nothing hears that it was none.
    other.sharing.prefer(Preferences(muted=(Category.GAS,), radius_m=30_000))
    await one.sharing.cancel(view.id)
    await until(lambda: len(other.heard("received")) == 2)
    cancel = other.heard("received")[1]
    assert (cancel.msg_type, cancel.references) == ("cancel", (view.id,))
    assert cancel.expires == view.expires


async def test_words_and_reactions_go_back_and_forth(house: Make) -> None:
    one, other = await house("one"), await house("other")
    view = await one.sharing.publish(DRAFT, preview_only=False)
    await until(lambda: bool(other.heard("received")))
    await other.sharing.comment(view.id, "I see it too")
    await other.sharing.react(view.id, Reaction.CONFIRM)
    await sent(other)
    assert other.sharing.alerts()[0].reaction is Reaction.CONFIRM
    (line,) = await one.sharing.comments(view.id)
    assert (line.text, line.mine) == ("I see it too", False)
    await until(lambda: bool(one.heard("changed")))
    await other.sharing.react(view.id, Reaction.NOT_SO)
    await sent(other)
    with pytest.raises(NotFound):
        await one.sharing.comment("0" * 32, "nowhere")


async def test_a_home_that_was_away_hears_what_it_missed(house: Make) -> None:
    one, other = await house("one"), await house("other")
    await other.sharing.stop()
    await one.sharing.publish(DRAFT, preview_only=False)
    await sent(one)
    await other.restart()
    await until(lambda: len(other.sharing.alerts()) == 1)


async def test_what_was_written_while_the_hub_was_away_is_sent_once(
    house: Make, town: Town
) -> None:
    one = await house("one")
    await until(lambda: one.store.token_count("post", "2026-11-23") == 3)
    await town.hub.server.stop()
    await until(lambda: one.hub_state() == "unreachable")
    await one.sharing.publish(DRAFT, preview_only=False)
    await asyncio.sleep(0.1)
    assert one.sharing.view().waiting == 1
    await one.restart()  # the engine stops and starts meanwhile
    assert one.sharing.view().waiting == 1
    await town.hub.__aexit__()
    async with Hub(town.hub.desk.settings, clock=town.clock, per_minute=10_000) as hub:
        town.clock.advance(hours=20)  # past midnight: its token is yesterday's
        await until(lambda: one.sharing.view().waiting == 0)
        async with hub.desk.database.read() as tx:
            assert await tx.scalar(select(func.count()).select_from(ALERTS)) == 1
        await one.sharing.stop()
    (line,) = one.sharing.diary()
    assert line.state == "sent"


async def test_a_letter_with_a_token_of_a_day_that_is_over_gets_another(
    house: Make,
    town: Town,
) -> None:
    one = await house("one")
    await until(lambda: one.store.token_count("post", "2026-11-23") == 3)
    await one.sharing.stop()
    draft = msgspec.structs.replace(DRAFT, expires_in_h=24.0 * 20)
    await one.sharing.start()
    await until(lambda: one.hub_state() == "connected")
    life = one.sharing._life
    assert life is not None
    life._outbox._link = _Away()  # type: ignore[assignment]
    await one.sharing.publish(draft, preview_only=False)
    await one.sharing.stop()
    town.clock.advance(days=3)
    await one.sharing.start()
    await sent(one)


class _Away:
    """A hub that does not answer."""

    async def send(self, _path: str, _message: object) -> None:
        raise HubUnreachable("away")


async def test_what_the_hub_refuses_is_told_and_not_tried_for_ever(
    house: Make,
    town: Town,
) -> None:
    one = await house("one")
    await one.sharing.stop()
    await one.sharing.start()
    await until(lambda: one.hub_state() == "connected")
    life = one.sharing._life
    assert life is not None
    life._outbox._link = _Away()  # type: ignore[assignment]
    await one.sharing.publish(
        msgspec.structs.replace(DRAFT, expires_in_h=1.0), preview_only=False
    )
    await one.sharing.stop()
    town.clock.advance(hours=2)  # it has expired before it could be sent
    await one.sharing.start()
    await until(lambda: one.sharing.diary()[0].state == "refused")
    assert "outside_limits" in one.sharing.diary()[0].answer
    assert one.sharing.view().waiting == 0


async def test_automatic_alerts_keep_to_their_list_and_number(house: Make) -> None:
    one = await house("one")
    automatic = msgspec.structs.replace(DRAFT, automatic=True)
    theft = msgspec.structs.replace(automatic, category=Category.THEFT)
    with pytest.raises(InvalidInput, match="person"):
        await one.sharing.publish(theft, preview_only=False)
    view = await one.sharing.publish(automatic, preview_only=False)
    assert view.origin == "automation"
    assert view.expires - view.onset < timedelta(hours=2, minutes=16)
    for _ in range(2):
        await one.sharing.publish(automatic, preview_only=False)
    with pytest.raises(Conflict, match="automatic"):
        await one.sharing.publish(automatic, preview_only=False)


async def test_a_fourth_alert_of_the_day_says_when_there_are_more(house: Make) -> None:
    one = await house("one")
    for _ in range(3):
        await one.sharing.publish(DRAFT, preview_only=False)
    with pytest.raises(Conflict, match="midnight"):
        await one.sharing.publish(DRAFT, preview_only=False)


async def test_in_quiet_hours_only_danger_is_told_and_the_rest_in_the_morning(
    house: Make,
    town: Town,
) -> None:
    one, other = await house("one"), await house("other")
    other.sharing.prefer(Preferences(quiet_from="18:00", quiet_until="19:00"))
    await one.sharing.publish(DRAFT, preview_only=False)
    danger = msgspec.structs.replace(DRAFT, severity="extreme", headline="Gas!")
    await one.sharing.publish(danger, preview_only=False)
    await until(lambda: len(other.sharing.alerts()) == 2)
    assert [each.headline for each in other.heard("received")] == ["Gas!"]
    town.clock.advance(minutes=30)
    life = other.sharing._life
    assert life is not None
    life._pass_on(life._known.tick())
    assert len(other.heard("received")) == 2


async def test_leaving_deletes_the_account_and_every_trace(
    house: Make,
    town: Town,
) -> None:
    one, other = await house("one"), await house("other")
    view = await one.sharing.publish(DRAFT, preview_only=False)
    await until(lambda: bool(other.heard("received")))
    await until(lambda: bool(one.heard("received")))
    async with town.hub.desk.database.read() as tx:
        before = await tx.scalar(select(func.count()).select_from(HOUSEHOLDS)) or 0
    await one.sharing.leave()
    assert one.sharing.view().state == "off"
    await until(lambda: len(other.heard("received")) == 2)
    assert other.heard("received")[1].references == (view.id,)
    async with town.hub.desk.database.read() as tx:
        after = await tx.scalar(select(func.count()).select_from(HOUSEHOLDS))
    assert after == before - 1
    assert one.sharing.diary() == []
    one.store.close()
    rows = (one.folder / NAME).read_bytes()
    assert view.headline.encode() not in rows
    one.open()


async def test_an_invite_that_is_none_is_refused_before_anything_is_sent(
    town: Town,
    tmp_path: Path,
) -> None:
    home = House(tmp_path / "home", town)
    with pytest.raises(InvalidInput, match="invite"):
        await home.sharing.join("https://hub.example/join", *PLACE)
    link = parse_link(await invite(town))
    another = LogKey(name="localhost:1", public_key=bytes(32)).vkey
    lie = link_of(msgspec.structs.replace(link, log=another))
    with pytest.raises(HubMisbehaves):
        await home.sharing.join(lie, *PLACE)
    assert home.sharing.view().state == "off"
    await home.close()


async def test_joining_again_after_a_lost_answer_gives_the_same_household(
    town: Town,
    tmp_path: Path,
) -> None:
    home = House(tmp_path / "home", town)
    link = await invite(town)
    seed = home.sharing._seed_for(parse_link(link).code)
    assert home.sharing._seed_for(parse_link(link).code) == seed
    await home.sharing.join(link, *PLACE)
    with pytest.raises(Conflict):
        await home.sharing.join(link, *PLACE)
    await home.close()


async def test_a_forged_alert_is_not_shown_whoever_sends_it(
    house: Make,
    town: Town,
) -> None:
    one = await house("one")
    life = one.sharing._life
    assert life is not None
    author = await town.home()
    alert = await author.post()
    await until(lambda: bool(one.heard("received")))
    event = life._known.get(alert.id)
    assert event is not None
    assert event.alert.cell == CELL
    forged = msgspec.structs.replace(alert, id="f" * 32, headline="Forged")
    for changes in (
        {"alert": forged},
        {"alert": msgspec.structs.replace(alert, headline="Rewritten")},
        {"alert": msgspec.structs.replace(forged, expires=town.clock())},
    ):
        life._take((msgspec.structs.replace(event, **changes),))
    assert [each.headline for each in one.sharing.alerts()] == [alert.headline]


async def test_votes_are_shown_from_three_up(house: Make, town: Town) -> None:
    one = await house("one")
    view = await one.sharing.publish(DRAFT, preview_only=False)
    await until(lambda: bool(one.heard("received")))
    event = await town.hub.desk.alerts.get(view.id)
    for _ in range(3):
        home = await town.home()
        key = event.vote_key  # type: ignore[union-attr]
        await home.vote(event.alert, ReactionKind.CONFIRM, key)  # type: ignore[union-attr]
    await until(lambda: one.sharing.alerts()[0].confirmations == 3)
    assert one.sharing.alerts()[0].verified


async def test_a_redacted_picture_is_looked_at_sent_reviewed_and_seen(
    house: Make, town: Town
) -> None:
    one, other = await house("one"), await house("other")
    start = town.clock()
    order = PictureOrder(
        camera=CameraId("yard"),
        read_from=start,
        read_until=start + timedelta(seconds=5),
        shown_from=start + timedelta(seconds=2),
    )
    picture = await one.sharing.make(order)
    shown = one.sharing.made(picture.id)
    assert (picture.size_bytes, picture.redaction) == (len(shown), ("moving", "audio"))
    draft = msgspec.structs.replace(DRAFT, pictures=(picture.id,))
    preview = await one.sharing.publish(draft, preview_only=True)
    assert [each.id for each in preview.media] == [picture.id]
    assert one.sharing.diary() == []
    view = await one.sharing.publish(draft, preview_only=False)
    await sent(one)
    assert [line.kind for line in one.sharing.diary()] == ["picture", "alert"]
    (case,) = await town.hub.desk.moderation.queue()
    assert other.heard("received") == []
    await town.hub.desk.moderation.decide(
        case.id, "approved", rule="fine", fact="nobody is seen", steward="ann"
    )
    await until(lambda: bool(other.heard("received")))
    (media,) = other.heard("received")[0].media
    served = await other.sharing.media(view.id, media.id)
    assert served.startswith(b"\xff\xd8")


async def test_a_hub_that_lies_is_heard_no_more_and_told_nothing(house: Make) -> None:
    one, other = await house("one"), await house("other")
    await one.sharing.publish(DRAFT, preview_only=False)
    await until(lambda: bool(other.heard("received")))
    (alert,) = other.sharing.alerts()
    life = other.sharing._life
    assert life is not None
    await until(lambda: other.store.fact("filled") is not None)
    keys = await life._link.keys()
    lie = {**keys.keys, "post": keys.keys["comment"]}  # keys for this home alone
    life._link.keys = AsyncMock(  # type: ignore[method-assign]
        return_value=msgspec.structs.replace(keys, keys=lie)
    )
    other.store.put_fact("filled", b"yesterday")
    while other.store.take_token("post", "2026-11-23"):
        pass
    with pytest.raises(HubMisbehaves):
        await other.sharing.publish(DRAFT, preview_only=False)
    assert other.hub_state() == "distrusted"
    assert other.sharing.alerts() == ()
    assert list((other.folder / "evidence").iterdir())
    for work in (
        other.sharing.publish(DRAFT, preview_only=False),
        other.sharing.comment(alert.id, "hello"),
        other.sharing.react(alert.id, Reaction.CONFIRM),
    ):
        with pytest.raises(HubMisbehaves):
            await work
    await one.sharing.publish(DRAFT, preview_only=False)
    await sent(one)
    assert other.hub_state() == "distrusted"
    assert other.sharing.alerts() == ()
