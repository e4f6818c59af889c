"""What a home shows follows from what it knows, in whatever order it came."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import h3
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neighborcam.engine.neighbours import Category, Preferences
from neighborcam.engine.sharing import known_alerts
from neighborcam.engine.sharing.filters import Place
from neighborcam.engine.sharing.known_alerts import KnownAlerts
from neighborcam.protocol import alerts as wire
from neighborcam.protocol.alerts import Media, Origin
from neighborcam.protocol.feed import Event, Published
from tests.engine.sharing.feeds import REGION, Author
from tests.hub.clock import Clock

HERE = Place(latitude=52.5172, longitude=13.3751)
NIGHT = Preferences(quiet_from="18:00", quiet_until="19:00")  # it is 18:37


def home(
    clock: Clock, preferences: Preferences | None = None, mine: Sequence[str] = ()
) -> KnownAlerts:
    return KnownAlerts(HERE, preferences or Preferences(), clock, lambda: mine)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def known(clock: Clock) -> KnownAlerts:
    return home(clock)


def take(known: KnownAlerts, *events: Event) -> list[tuple[str, str]]:
    """Let a home hear of something; return what its clients are told."""
    known.take(REGION, events)
    return told(known)


def told(known: KnownAlerts) -> list[tuple[str, str]]:
    return [
        (what, about if isinstance(about, str) else about.alert.id)
        for what, about in known.news()
    ]


def shown(known: KnownAlerts) -> list[str]:
    return [each.alert.id for each in known.holding()]


# -- any order, any repeats --------------------------------------------------------


def story() -> list[Event]:
    """Return what a hub told over a day: changes, cancels, withdrawals, another's."""
    one, other, third = (Author(seq=[0]) for _ in range(3))
    other.seq = third.seq = one.seq
    first, lost, cat = one.alert(), other.alert(), third.alert()
    longer = one.update(first, expires=first.expires + timedelta(hours=3))
    found = third.update(cat, text="found")
    return [
        one.tell(first),
        other.tell(lost),
        third.tell(cat),
        one.tell(longer),
        third.tell(found),
        one.tell(one.cancel(first)),
        other.withdraw(lost),
        third.tell(cat, comments=1),  # renumbered: somebody wrote below
        one.tell(first, comments=2),
        other.tell(lost, comments=1),  # a steward put it back
        third.withdraw(found),
    ]


STORY = story()


def outcome(events: Sequence[Event]) -> tuple[set[str], set[str]]:
    """Return what is shown at last, and what is shown to whoever was told of it all."""
    known = home(Clock())
    for event in events:
        known.take(REGION, [event])
    late = home(Clock())
    late.take(REGION, events)
    late._note({getattr(each, "id", "") for each in STORY})
    late._note({e.alert.id for e in STORY if isinstance(e, Published)})
    known.news()
    late.news()
    return set(shown(known)), set(shown(late))


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(STORY), max_size=20), st.randoms())
def test_no_order_and_no_repeat_of_events_changes_what_is_shown(
    again: list[Event], dice: Any
) -> None:
    events = [*STORY, *again]
    dice.shuffle(events)
    assert outcome(events) == outcome(STORY)


def test_the_story_ends_as_it_should() -> None:
    cat, lost = STORY[2], STORY[1]
    assert isinstance(cat, Published)
    assert isinstance(lost, Published)
    fresh, told_of_all = outcome(STORY)
    assert fresh == {cat.alert.id, lost.alert.id}
    cancel = STORY[5]
    assert isinstance(cancel, Published)
    assert told_of_all == fresh | {cancel.alert.id}


def test_a_cancelled_alert_does_not_come_back_when_it_is_told_again(
    known: KnownAlerts,
) -> None:
    author = Author()
    alert = author.alert()
    cancel = author.tell(author.cancel(alert))
    renumbered = author.tell(alert, comments=1)
    assert take(known, cancel, renumbered) == []
    assert shown(known) == []


def test_a_cancel_outlasts_a_longer_version_of_what_it_cancels(
    known: KnownAlerts, clock: Clock
) -> None:
    author = Author()
    alert = author.alert()
    longer = author.update(alert, expires=alert.expires + timedelta(days=2))
    take(known, author.tell(alert), author.tell(longer))
    take(known, author.tell(author.cancel(alert)))
    clock.advance(hours=4)  # the first version and its cancel are over
    known.prune()
    take(known, author.tell(longer, comments=1))
    assert shown(known) == []


def test_of_the_versions_of_an_alert_only_the_newest_is_shown(
    known: KnownAlerts, clock: Clock
) -> None:
    author = Author()
    alert = author.alert()
    assert take(known, author.tell(alert)) == [("received", alert.id)]
    newer = author.update(alert, text="It is out")
    news = take(known, author.tell(newer))
    assert news == [("received", newer.id), ("ended", alert.id)]
    assert take(known, author.tell(alert, comments=3)) == []  # the old one changes
    clock.advance(hours=4)
    assert told(known) == [("ended", newer.id)]


def test_who_did_not_write_an_alert_neither_changes_nor_cancels_it(
    known: KnownAlerts,
) -> None:
    author, liar = Author(), Author()
    alert = author.alert()
    key = liar.alert().author_key
    lie = liar.tell(liar.cancel(alert, author_key=key), seq=9)
    take(known, author.tell(alert))
    assert take(known, lie) == []
    assert shown(known) == [alert.id]
    first = home(Clock())  # the lie may come first
    take(first, lie)
    take(first, author.tell(alert, seq=10))
    assert shown(first) == [alert.id]


# -- what is believed --------------------------------------------------------------


def far() -> str:
    return str(h3.latlng_to_cell(48.1, 11.5, 8))


BAD: dict[str, Callable[[Author], Published]] = {
    "not signed": lambda a: a.tell(a.alert(), sig=bytes(64)),
    "years ahead": lambda a: a.tell(a.alert(expires=a.now + timedelta(days=4000))),
    "published in the future": lambda a: a.tell(
        a.alert(expires=a.now + timedelta(days=3000)),
        published=a.now + timedelta(days=2999),
    ),
    "expired": lambda a: a.tell(a.alert(expires=a.now)),
    "a text that lies about itself": lambda a: a.tell(a.alert(headline="A\u202eb")),
    "an automatic theft": lambda a: a.tell(
        a.alert(origin=Origin.AUTOMATION, category=wire.Category.THEFT)
    ),
    "an automatic picture": lambda a: a.tell(
        a.alert(origin=Origin.AUTOMATION, media=(picture(1),))
    ),
    "too large a picture": lambda a: a.tell(a.alert(media=(picture(2**30),))),
    "a cell that is none": lambda a: a.tell(a.alert(cell="8" + "f" * 14)),
    "a cell as fine as a room": lambda a: a.tell(
        a.alert(cell=h3.latlng_to_cell(52.5172, 13.3751, 15))
    ),
    "another region": lambda a: a.tell(a.alert(cell=far())),
    "a new alert that refers": lambda a: a.tell(a.alert(references=("0" * 32,))),
}


def picture(size: int) -> Media:
    return Media(sha256="0" * 64, kind="picture", bytes=size, redaction=())


@pytest.mark.parametrize("make", BAD.values(), ids=BAD.keys())
def test_what_breaks_the_rules_is_dropped_whoever_lets_it_through(
    known: KnownAlerts, make: Callable[[Author], Published]
) -> None:
    good, bad = Author(), Author()
    alert = good.alert()
    assert take(known, make(bad), good.tell(alert)) == [("received", alert.id)]


def test_an_alert_s_words_never_change_under_its_id(known: KnownAlerts) -> None:
    author = Author()
    alert = author.alert()
    take(known, author.tell(alert))
    other = msgspec.structs.replace(alert, headline="Rewritten")
    assert take(known, author.tell(other)) == []
    assert known.holding()[0].alert == alert


def test_a_flood_fills_no_memory_and_leaves_this_home_s_own(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_alerts, "MOST", 20)
    monkeypatch.setattr(known_alerts, "MOST_SHOWN", 10)
    own = Author()
    mine = own.alert()
    known = home(clock, mine=(mine.id,))
    take(known, own.tell(mine))
    for number in range(40):
        author = Author(seq=[number + 1])
        take(known, author.tell(author.alert()))
    gone = known.prune()
    assert len(gone) == 20
    assert mine.id not in gone
    assert len(shown(known)) == 10
    assert mine.id in shown(known)


# -- what is told, and when --------------------------------------------------------


def test_what_did_not_change_to_the_eye_is_told_once(known: KnownAlerts) -> None:
    author = Author()
    alert = author.alert()
    assert take(known, author.tell(alert)) == [("received", alert.id)]
    assert take(known, author.tell(alert)) == []  # a vote that is not counted yet


def test_a_restart_tells_nobody_the_same_twice(
    known: KnownAlerts, clock: Clock
) -> None:
    author = Author()
    alert = author.alert()
    event = author.tell(alert)
    take(known, event)
    rows = known.newly_told()
    assert known.newly_told() == []
    later = home(clock)
    later.load(rows, [row.id for row in rows if known.was_told(row.id)])
    assert shown(later) == [alert.id]  # whoever comes now sees it
    assert take(later, event) == []
    changed = author.tell(alert, comments=1)
    assert take(later, changed) == [("changed", alert.id)]


def test_what_was_there_before_a_home_came_is_no_news(known: KnownAlerts) -> None:
    author = Author()
    alert = author.alert()
    known.take(REGION, [author.tell(alert)])
    known.note_backlog([alert.id])
    assert told(known) == [("changed", alert.id)]


def test_what_is_held_for_the_morning_is_not_taken_for_old(clock: Clock) -> None:
    known = home(clock, NIGHT)
    author, other = Author(), Author(seq=[5])
    held, old = author.alert(), other.alert()
    assert take(known, author.tell(held)) == []
    known.take(REGION, [other.tell(old)])
    known.note_backlog([old.id])  # another region is read for the first time
    assert told(known) == [("changed", old.id)]
    clock.advance(minutes=30)
    assert told(known) == [("received", held.id)]


def test_unmuting_brings_back_what_was_not_heard_and_calls_it_no_news(
    clock: Clock,
) -> None:
    known = home(clock, Preferences(muted=(Category.FIRE,)))
    author = Author()
    alert = author.alert()
    assert take(known, author.tell(alert)) == []
    known.change(Preferences())
    assert told(known) == [("changed", alert.id)]
    known.change(Preferences(muted=(Category.FIRE,)))
    assert told(known) == [("ended", alert.id)]


def test_what_this_home_wrote_is_shown_at_any_hour_whatever_is_muted(
    clock: Clock,
) -> None:
    author = Author()
    mine = author.alert()
    muted = msgspec.structs.replace(NIGHT, muted=(Category.FIRE,))
    known = home(clock, muted, mine=(mine.id,))
    assert take(known, author.tell(mine)) == [("received", mine.id)]


# -- at night ----------------------------------------------------------------------


def test_at_night_danger_is_told_at_once_and_the_rest_in_the_morning(
    clock: Clock,
) -> None:
    known = home(clock, NIGHT)
    author, danger = Author(), Author(seq=[9])
    alert, gas = author.alert(), danger.alert(severity="extreme")
    assert take(known, author.tell(alert), danger.tell(gas)) == [("received", gas.id)]
    assert shown(known) == [gas.id]  # neither who connects now is told the other
    clock.advance(minutes=30)
    assert told(known) == [("received", alert.id)]


def test_at_night_a_cancel_of_what_nobody_was_told_wakes_nobody(clock: Clock) -> None:
    known = home(clock, NIGHT)
    author = Author()
    alert = author.alert()
    take(known, author.tell(alert))
    assert take(known, author.tell(author.cancel(alert))) == []
    clock.advance(minutes=30)
    assert told(known) == []


def test_at_night_a_cancel_of_what_was_told_is_told_at_once(clock: Clock) -> None:
    known = home(clock)
    author = Author()
    alert = author.alert()
    take(known, author.tell(alert))
    known.change(NIGHT)
    cancel = author.cancel(alert)
    news = take(known, author.tell(cancel))
    assert news == [("received", cancel.id), ("ended", alert.id)]


def test_in_the_morning_the_newest_state_is_told_and_nothing_stale(
    clock: Clock,
) -> None:
    known = home(clock, NIGHT)
    author = Author()
    alert = author.alert()
    newer = author.update(alert, text="It is out")
    take(known, author.tell(alert))
    take(known, author.tell(alert, comments=2))
    take(known, author.tell(newer))
    clock.advance(minutes=30)
    assert told(known) == [("received", newer.id)]


def test_at_night_an_update_waits_and_what_was_told_stays(clock: Clock) -> None:
    known = home(clock)
    author = Author()
    alert = author.alert()
    take(known, author.tell(alert))
    known.change(NIGHT)
    newer = author.update(alert, text="It is out")
    assert take(known, author.tell(newer)) == []
    assert shown(known) == [alert.id]
    clock.advance(minutes=30)
    assert told(known) == [("received", newer.id), ("ended", alert.id)]


def test_the_end_of_quiet_hours_by_hand_is_a_morning_too(clock: Clock) -> None:
    known = home(clock, NIGHT)
    author = Author()
    alert = author.alert()
    take(known, author.tell(alert))
    known.change(Preferences())
    assert told(known) == [("received", alert.id)]


# -- a hub that was restored -------------------------------------------------------


def test_a_hub_that_lost_its_past_is_heard_all_the_same(known: KnownAlerts) -> None:
    author, other = Author(seq=[500]), Author(seq=[900])
    kept, lost = author.alert(), other.alert()
    take(known, author.tell(kept), other.tell(lost))
    known.rewind(REGION)
    assert take(known, author.tell(kept, seq=3)) == []  # no news: it was told
    assert known.settle(REGION) == [lost.id]
    assert told(known) == [("ended", lost.id)]


def test_a_hub_that_is_not_believed_shows_nothing(known: KnownAlerts) -> None:
    author = Author()
    alert = author.alert()
    take(known, author.tell(alert))
    known.clear()
    assert told(known) == [("ended", alert.id)]
