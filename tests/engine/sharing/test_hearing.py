"""What a home hears of a real hub: over restarts, borders, wishes and wrong clocks."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import h3
import msgspec
import pytest
from sqlalchemy import delete

from demo.town_home import CELL
from neighborcam.engine.errors import Conflict, NotFound, StorageError
from neighborcam.engine.neighbours import Category, Preferences, Reaction
from neighborcam.engine.sharing.filters import REGION
from neighborcam.engine.sharing.listening import Listening
from neighborcam.hub.store.schema import ALERTS
from neighborcam.protocol.alerts import ReactionKind
from neighborcam.protocol.feed import Event, Events, FeedMessage, Hello, Withdrawn
from neighborcam.protocol.standing import Standing
from tests.engine.sharing.shared_home import (
    DRAFT,
    PLACE,
    House,
    Make,
    link_for,
    sent,
    until,
)
from tests.hub.conftest import Town


async def test_a_restart_tells_nothing_again_and_misses_nothing(house: Make) -> None:
    one, other = await house("one"), await house("other")
    first = await one.sharing.publish(DRAFT)
    await until(lambda: bool(other.heard("received")))
    other.told.clear()
    await other.close()
    second = await one.sharing.publish(DRAFT)
    await sent(one)
    other.open()
    await other.sharing.start()
    # Whoever asks before the hub has answered is shown what was known.
    assert [each.id for each in other.sharing.alerts()] == [first.id]
    await until(lambda: bool(other.heard("received")))
    assert [each.id for each in other.heard("received")] == [second.id]
    assert other.heard("changed") == []


async def test_the_first_alert_ever_of_a_region_is_news_after_a_restart_too(
    house: Make, town: Town
) -> None:
    one = await house("one")
    await one.close()
    author = await town.home()
    alert = await author.post()
    one.open()
    await one.sharing.start()
    await until(lambda: bool(one.heard("received")))
    assert one.heard("received")[0].id == alert.id


async def test_what_was_withdrawn_meanwhile_is_gone_after_a_restart(
    house: Make,
) -> None:
    one, other = await house("one"), await house("other")
    view = await one.sharing.publish(DRAFT)
    await until(lambda: bool(other.heard("received")))
    await other.close()
    await one.sharing.cancel(view.id)
    await sent(one)
    other.open()
    await other.sharing.start()
    await until(lambda: other.sharing.alerts()[0].msg_type == "cancel")
    assert other.heard("ended") == [view.id]


async def test_a_home_that_comes_later_is_shown_what_holds_and_told_no_news(
    house: Make, town: Town
) -> None:
    one = await house("one")
    view = await one.sharing.publish(DRAFT)
    lost = await one.sharing.publish(DRAFT)
    await sent(one)
    await one.sharing.cancel(lost.id)
    await sent(one)
    late = House(one.folder.parent / "late", town)
    await late.sharing.join(await link_for(town), *PLACE)
    await until(lambda: late.hub_state() == "connected")
    await until(lambda: bool(late.sharing.alerts()))
    assert [each.id for each in late.sharing.alerts()] == [view.id]
    assert late.heard("received") == []
    fresh = await one.sharing.publish(DRAFT)
    await until(lambda: bool(late.heard("received")))
    assert late.heard("received")[0].id == fresh.id
    await late.close()


async def test_another_radius_listens_elsewhere_at_once(house: Make) -> None:
    one = await house("one")

    def listening() -> set[str]:
        names = one.life._work.names()
        return {n.removeprefix("listening ") for n in names if n.startswith("list")}

    assert len(listening()) == 7
    one.sharing.prefer(Preferences(radius_m=30_000))
    assert len(listening()) == 37
    await until(lambda: one.hub_state() == "connected")
    wide = listening()
    for region in wide:  # those that are not listened to any more do not count
        one.life._state.say(region, "unreachable", "away")
    one.sharing.prefer(Preferences(radius_m=500))
    await until(lambda: len(listening()) == 7)
    for region in listening():
        one.life._state.say(region, "connected", "")
    assert one.hub_state() == "connected"
    await one.restart()
    assert len(listening()) == 7
    await until(lambda: one.hub_state() == "connected")


async def test_an_alert_across_the_border_is_heard(house: Make, town: Town) -> None:
    own = h3.latlng_to_cell(*PLACE, REGION)
    corner = h3.cell_to_boundary(own)[0]
    one = await house("one", corner)
    cells = {h3.latlng_to_cell(*each, 8) for each in around(corner)}
    found = {h3.cell_to_parent(cell, REGION): cell for cell in cells}
    assert len(found) == 3  # where three regions meet
    for cell in found.values():
        author = await town.home()
        await author.post(cell=cell)
    await until(lambda: len(one.heard("received")) == 3)


def around(place: tuple[float, float]) -> list[tuple[float, float]]:
    steps = (-0.008, 0.0, 0.008)
    return [(place[0] + x, place[1] + y) for x in steps for y in steps]


async def test_what_is_far_is_read_and_left_to_those_who_can_see_it(
    house: Make, town: Town
) -> None:
    """Fetching a vote for it would tell the hub how far this home listens."""
    one = await house("one")
    one.sharing.prefer(Preferences(radius_m=30_000))
    await until(lambda: one.hub_state() == "connected")
    own = h3.latlng_to_cell(*PLACE, REGION)
    beyond = h3.grid_ring(own, 2)
    cell = min(
        (h3.cell_to_center_child(each, 8) for each in beyond),
        key=lambda each: h3.great_circle_distance(PLACE, h3.cell_to_latlng(each)),
    )
    author = await town.home()
    alert = await author.post(cell=cell)
    await until(lambda: bool(one.heard("received")))
    with pytest.raises(Conflict, match="too far"):
        await one.sharing.react(alert.id, Reaction.CONFIRM)
    assert alert.id not in one.store.vote_tokens()


async def test_an_alert_is_found_by_whoever_muted_it_and_unmutes(house: Make) -> None:
    one, other = await house("one"), await house("other")
    other.sharing.prefer(Preferences(muted=(Category.FIRE,)))
    view = await one.sharing.publish(DRAFT)
    await until(lambda: view.id in other.store.vote_tokens())
    assert other.sharing.alerts() == ()
    other.sharing.prefer(Preferences())
    assert [each.id for each in other.sharing.alerts()] == [view.id]
    assert (other.heard("received"), len(other.heard("changed"))) == ([], 1)


async def test_a_forged_alert_is_not_shown_whoever_sends_it(
    house: Make, town: Town
) -> None:
    one = await house("one")
    author = await town.home()
    alert = await author.post()
    await until(lambda: bool(one.heard("received")))
    hearing = one.life._hearing
    event = hearing.need(alert.id)
    region = h3.cell_to_parent(CELL, 5)
    forged = msgspec.structs.replace(alert, id="f" * 32, headline="Forged")
    for changes in (
        {"alert": forged},
        {"alert": msgspec.structs.replace(alert, headline="Rewritten")},
        {"alert": msgspec.structs.replace(forged, expires=town.clock())},
    ):
        lie = msgspec.structs.replace(event, seq=event.seq + 1, **changes)
        hearing.take(region, (lie,), lie.seq, is_backlog=False)
    assert [each.headline for each in one.sharing.alerts()] == [alert.headline]
    with pytest.raises(NotFound):
        hearing.need("f" * 32)


async def test_votes_are_shown_from_three_up(house: Make, town: Town) -> None:
    one = await house("one")
    view = await one.sharing.publish(DRAFT)
    await until(lambda: bool(one.heard("received")))
    event = one.life._hearing.need(view.id)
    for _ in range(3):
        home = await town.home()
        await home.vote(event.alert, ReactionKind.CONFIRM, event.vote_key)
    await until(lambda: one.sharing.alerts()[0].confirmations == 3)
    assert one.sharing.alerts()[0].verified


class Ear:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, list[int], bool]] = []

    def take(
        self, _region: str, events: Sequence[Event], cursor: int, *, is_backlog: bool
    ) -> None:
        self.heard.append((cursor, [each.seq for each in events], is_backlog))

    def rewind(self, _region: str) -> None:
        self.heard.append((-1, [], False))

    def settle(self, _region: str) -> None:
        self.heard.append((-2, [], False))


def withdrawn(*numbers: int, live: bool) -> Events:
    events = (
        Withdrawn(seq=each, id="e" * 32, standing=Standing.HIDDEN) for each in numbers
    )
    return Events(events=tuple(events), live=live)


def hear(
    after: int | None, *messages: FeedMessage
) -> list[tuple[int, list[int], bool]]:
    """Return what an ear is told of some messages of a hub."""
    ear = Ear()
    nobody: Any = None
    said: Any = lambda *_: None  # noqa: E731 - nobody asks how it is
    listening = Listening(nobody, "r", after, nobody, ear, said)
    for message in messages:
        listening._is_anew(message)
    return ear.heard


def hello(seq: int) -> Hello:
    return Hello(hub="h", region=h3.cell_to_parent(CELL, 5), seq=seq)


def test_the_first_time_everything_is_old_until_nothing_older_is_left() -> None:
    heard = hear(
        None,
        hello(9),
        withdrawn(3, live=False),
        withdrawn(7, live=True),
        withdrawn(10, live=True),
    )
    assert heard == [(3, [3], True), (9, [7], True), (10, [10], False)]


def test_a_region_in_which_nothing_happened_is_no_new_one_the_next_time() -> None:
    assert hear(None, hello(9), withdrawn(live=True)) == [(9, [], True)]
    heard = hear(9, hello(12), withdrawn(11, live=True))
    assert heard == [(12, [11], False)]


def test_a_hub_that_lost_its_past_is_asked_for_all_of_it() -> None:
    heard = hear(9, hello(4), hello(4), withdrawn(2, live=True))
    assert heard == [(-1, [], False), (4, [2], False), (-2, [], False)]


def test_numbers_that_no_file_can_hold_are_passed_over() -> None:
    heard = hear(1, hello(2**60), withdrawn(2**53, 2, -1, live=True))
    assert heard == [(2, [2], False)]


@pytest.mark.parametrize("hours", [-2, 2])
async def test_a_clock_that_is_wrong_is_told_in_words(
    house: Make, town: Town, hours: int
) -> None:
    one = await house("one")
    await one.tokens()
    await one.close()
    hub_time = town.clock
    town.clock = type(hub_time)()  # this home's own from now on
    town.clock.at = hub_time() + timedelta(hours=hours)
    one.open()
    await one.sharing.start()
    await until(lambda: one.hub_state() == "refused")
    hub = one.sharing.view().hub
    assert hub is not None
    assert "this machine's clock" in hub.reason
    assert "turn on time synchronisation" in hub.reason
    assert one.life.is_trusted
    town.clock.at = hub_time()  # somebody sets it
    await until(lambda: one.hub_state() == "connected")


async def test_what_the_disk_did_not_take_is_written_with_what_follows(
    house: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the next cursor stands behind it, and after a restart it is lost."""
    one, other = await house("one"), await house("other")
    old = await one.sharing.publish(DRAFT)
    await until(lambda: bool(other.heard("received")))
    await until(lambda: {r.id for r in other.store.feed.rows() if r.told} == {old.id})
    tried: list[None] = []

    def full(*_: Any) -> None:
        tried.append(None)
        raise StorageError("the disk is full")

    with monkeypatch.context() as disk:
        disk.setattr(other.store.feed, "keep", full)
        await one.sharing.cancel(old.id)
        lost = await one.sharing.publish(DRAFT)
        await until(lambda: len(other.heard("received")) == 3)
        assert tried
    last = await one.sharing.publish(DRAFT)
    await until(lambda: len(other.heard("received")) == 4)
    await until(lambda: last.id in {each.id for each in other.store.feed.rows()})
    await other.restart()
    shown = {each.id for each in other.sharing.alerts()}
    assert {lost.id, last.id} < shown
    assert old.id not in shown


async def test_what_the_hub_lost_is_gone_though_this_home_stopped_meanwhile(
    house: Make, town: Town
) -> None:
    one, other = await house("one"), await house("other")
    view = await one.sharing.publish(DRAFT)
    await until(lambda: bool(other.heard("received")))
    hearing = other.life._hearing
    region = hearing._known.region_of(view.id)
    assert region is not None
    hearing.rewind(region)
    await other.close()
    async with town.hub.desk.database.write() as tx:
        await tx.execute(delete(ALERTS))
    other.open()
    await other.sharing.start()
    await until(lambda: other.sharing.alerts() == ())
    assert other.store.feed.rows() == []
