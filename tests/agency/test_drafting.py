"""A draft is looked at while it is written: everything by field, and numbers."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from neighborcam.agency.drafting import Examined, examine
from neighborcam.agency.drafts import Draft
from neighborcam.protocol.register import Register
from tests.agency.station import Station


def whole(station: Station, **changes: Any) -> dict[str, Any]:
    made = msgspec.to_builtins(station.request())
    names = set(Draft.__struct_fields__) & made.keys()
    return {name: made[name] for name in names} | {"days": 7} | changes


async def looked_at(station: Station, said: dict[str, Any]) -> Examined:
    register: Register = await station.officer.register()
    agency, now = station.policed.agency.record.id, station.policed.town.clock()
    return examine(said, agency, register, now)


async def fields(station: Station, said: dict[str, Any]) -> dict[str, str]:
    found = await looked_at(station, said)
    return {each.field: each.text for each in found.problems}


async def test_an_empty_draft_says_what_is_needed_and_nothing_else(
    station: Station,
) -> None:
    found = await fields(station, {})
    assert set(found) == {
        "case_ref",
        "offence",
        "necessity",
        "tried",
        "area",
        "window_start",
        "window_end",
        "what",
        "contact",
        "media_wanted",
        "retention_days",
        "days",
        "urgent",
    }
    assert set(found.values()) == {"is needed"}


async def test_an_empty_field_is_needed_and_a_short_one_is_short(
    station: Station,
) -> None:
    found = await fields(station, whole(station, necessity="", what="A van"))
    assert found == {
        "necessity": "is needed",
        "what": "Expected `str` of length >= 10",
    }


async def test_a_whole_draft_shows_what_the_log_will_hold(station: Station) -> None:
    found = await looked_at(station, whole(station))
    assert found.problems == ()
    assert b"A van that left in a hurry" in found.text
    measures = {each.name: each for each in found.measures}
    assert set(measures) == {"area", "window", "case", "month", "open"}
    assert 0.15 < measures["area"].value < measures["area"].most == 0.25
    assert measures["window"].value == 1.0


async def test_all_problems_are_said_at_once_with_their_numbers(
    station: Station,
) -> None:
    now = station.policed.town.clock().replace(microsecond=0)
    said = whole(
        station,
        window_start=(now - timedelta(days=9)).isoformat(),
        window_end=(now + timedelta(hours=1)).isoformat(),
        retention_days=91,
        days=15,
        offence="loitering",
        necessity=" short and spaced ",
    )
    found = await fields(station, said)
    assert set(found) == {
        "window_start",
        "window_end",
        "retention_days",
        "days",
        "offence",
        "necessity",
        "area",
    }
    assert found["retention_days"] == "at most 90 days"
    assert found["days"] == "at most 7 days ahead"
    assert "for this case" in found["area"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"window_start": "yesterday"}, "window_start"),
        ({"window_end": None}, "window_end"),
        ({"area": {"type": "Point"}}, "area"),
        ({"days": 1e12}, "days"),
        ({"tried": ["asked a friend"]}, "tried"),
    ],
)
async def test_what_cannot_be_read_is_one_problem_and_hides_what_hangs_on_it(
    station: Station, changes: dict[str, Any], field: str
) -> None:
    assert set(await fields(station, whole(station, **changes))) == {field}


async def test_words_to_look_at_again_come_with_advice(station: Station) -> None:
    said = whole(station, what="Whoever saw it gets a reward, call +31 20 555 0199.")
    found = await looked_at(station, said)
    assert {"reward", "contact"} <= {str(each.hint) for each in found.findings}
    assert found.problems == ()
    said = whole(station, what="A white van with the plate B-XY 1234 left in a hurry.")
    found = await looked_at(station, said)
    assert [each.field for each in found.problems] == ["what"]


async def test_what_was_asked_before_counts(station: Station) -> None:
    await station.ask()
    found = await looked_at(station, whole(station))
    assert [each.field for each in found.problems] == [""]
    assert "30 days" in found.problems[0].text
    measures = {each.name: each.value for each in found.measures}
    assert (measures["month"], measures["open"]) == (1, 1)


async def test_a_case_that_is_spelled_in_another_way_is_the_same(
    station: Station,
) -> None:
    """As the limit has it: else the number shown is smaller than what counts."""
    request = station.book.request(await station.ask()).request
    other = request.case_ref.replace("-", "/")
    alone, both = [
        {each.name: each.value for each in (await looked_at(station, said)).measures}
        for said in (whole(station), whole(station, case_ref=other))
    ]
    assert both["case"] > 1.5 * alone["case"]
