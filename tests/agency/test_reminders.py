"""What is due is said, each for itself: nothing hides the rest."""

from datetime import timedelta

from neighborcam.agency.reminders import Reminder, reminders
from tests.agency.station import DAY, Station
from tests.hub.clock import START


async def due(station: Station) -> dict[str, timedelta]:
    desk, now = station.officer, station.policed.town.clock()
    found = reminders(desk.parts, await desk.register())
    assert found == sorted(found)
    return {each.what: each.due - now for each in found}


async def test_requests_that_nobody_knows_hide_nothing(station: Station) -> None:
    await station.officer.sign(station.request())
    request = await station.ask()
    (station.book.of("0" * 32)).mkdir(parents=True)
    (station.book.of("0" * 32) / "signed.json").write_bytes(b"damaged")
    await station.officer.end(request, "resolved")
    found = await due(station)
    assert found["file the outcome"] == 30 * DAY
    assert found["delete, and attest it"] == 60 * DAY


async def test_what_homes_posted_is_to_be_collected_before_it_is_gone(
    station: Station,
) -> None:
    request = await station.ask()
    assert await due(station) == {}
    station.round_over()
    (left,) = [left for what, left in (await due(station)).items() if what == "collect"]
    assert left == timedelta(days=6) - timedelta(minutes=6)  # five days, and one more
    await station.officer.collect(request)
    assert await due(station) == {}


async def test_copies_of_what_was_taken_back_are_due_in_two_weeks(
    station: Station,
) -> None:
    request = await station.ask()
    home = await station.policed.town.home()
    answer = await station.answer(request, home)
    station.round_over()
    await station.officer.collect(request)
    await station.officer.open(request, answer.id, 0)
    await station.officer.copied(request, answer.id, 0)
    await station.answer(request, home, number=1, kind="revoked", about=answer.id)
    station.round_over()
    await station.officer.collect(request)
    (what,) = await due(station)
    assert what.startswith("destroy the copies")
    assert answer.id in what
    await station.officer.erase(request, answer.id)
    assert await due(station) == {}


async def test_a_certificate_that_ends_soon_is_said(station: Station) -> None:
    station.policed.town.clock.at += 75 * DAY
    (what,) = await due(station)
    assert "your certificate ends" in what


async def test_damaged_notes_are_said_and_hide_nothing(station: Station) -> None:
    request = await station.ask()
    await station.officer.end(request, "resolved")
    (station.book.of(request) / "notes").write_bytes(b"damaged")
    station.policed.town.clock.at += 75 * DAY
    told = " ".join(await due(station))
    assert "damaged" in told
    assert "your certificate ends" in told


def test_a_reminder_says_how_long_there_is() -> None:
    due = Reminder(due=START, what="collect", case_ref="2026-1")
    assert due.line(START - 3 * DAY) == "2026-11-23 18:37  2026-1: collect, in 3 days"
    assert due.line(START - DAY / 2).endswith("in 12 hours")
    assert due.line(START + 2 * DAY).endswith("overdue since 2 days")
