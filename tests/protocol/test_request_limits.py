"""Each limit of a request, kept by one unit and exceeded by one unit."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.agency import MakeBelieveAgency, circle
from neighborcam.protocol import rounds
from neighborcam.protocol.areas import Area, FieldOfView, km2, least_km2, sees, within
from neighborcam.protocol.errors import OutsideLimits
from neighborcam.protocol.request_limits import (
    Earlier,
    RequestRules,
    check_history,
    check_request,
    monthly_for,
)
from neighborcam.protocol.requests import Request, Tried
from tests.protocol.messages import NOW as FRACTION

NOW = FRACTION.replace(microsecond=0)
PLACE = (13.3751, 52.5172)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
AGENCY = MakeBelieveAgency(now=NOW, place=PLACE)
RULES = RequestRules(households=5000, monthly=12)


def request(**changes: Any) -> Request:
    return AGENCY.request(NOW, **changes)


def problem(made: Request, now: datetime = NOW) -> str | None:
    try:
        check_request(made, RULES, AGENCY.record.jurisdiction, now)
    except OutsideLimits as found:
        return found.field
    return None


def test_a_good_request_may_be_asked() -> None:
    assert problem(request()) is None


START = NOW - timedelta(hours=3)


@pytest.mark.parametrize(
    ("good", "bad", "field"),
    [
        (
            {"window_start": START, "window_end": START + timedelta(minutes=15)},
            {"window_start": START, "window_end": START + timedelta(seconds=899)},
            "window_end",
        ),
        (
            {"window_start": START, "window_end": START + timedelta(hours=2)},
            {"window_start": START, "window_end": START + timedelta(hours=2) + SECOND},
            "window_end",
        ),
        ({"window_end": NOW}, {"window_end": NOW + SECOND}, "window_end"),
        (
            {
                "window_start": NOW - 7 * DAY,
                "window_end": NOW - 7 * DAY + timedelta(hours=1),
            },
            {
                "window_start": NOW - 7 * DAY - SECOND,
                "window_end": NOW - 7 * DAY + timedelta(hours=1),
            },
            "window_start",
        ),
        ({"expires": NOW + 7 * DAY}, {"expires": NOW + 7 * DAY + SECOND}, "expires"),
        ({"expires": NOW + SECOND}, {"expires": NOW}, "expires"),
        ({"retention_days": 90}, {"retention_days": 91}, "retention_days"),
        (
            {"published": NOW - 2 * DAY, "expires": NOW + DAY},
            {"published": NOW - 2 * DAY - SECOND, "expires": NOW + DAY},
            "published",
        ),
        ({"what": "A van, white."}, {"what": "A van,\nwhite."}, "what"),
        ({"contact": "Milltown"}, {"contact": " Milltown"}, "contact"),
        (
            {"tried": (Tried.SCENE,)},
            {"tried": (Tried.SCENE, Tried.SCENE)},
            "tried",
        ),
        ({}, {"seal_to": "age1" + "q" * 58}, "seal_to"),
    ],
)
def test_one_unit_more_is_too_much(
    good: dict[str, Any], bad: dict[str, Any], field: str
) -> None:
    good = {"window_start": START, **good} if field == "window_end" else good
    if field == "window_end" and "window_end" in bad and bad["window_end"] > NOW:
        good["window_start"] = bad["window_start"] = NOW - timedelta(hours=1)
    if field == "published":
        window = {
            "window_start": NOW - 3 * DAY,
            "window_end": NOW - 3 * DAY + timedelta(hours=1),
        }
        good, bad = good | window, bad | window
    assert problem(request(**good)) is None
    assert problem(request(**bad)) == field


def test_an_area_is_neither_too_large_nor_a_single_house() -> None:
    def radius(size_km2: float) -> Area:
        found = circle(*PLACE, 100.0)
        return circle(*PLACE, 100.0 * (size_km2 / km2(found)) ** 0.5)

    least = least_km2(circle(*PLACE))
    assert problem(request(area=radius(0.2499))) is None
    assert problem(request(area=radius(0.2501))) == "area"
    assert problem(request(area=radius(least * 1.001))) is None
    assert problem(request(area=radius(least * 0.999))) == "area"


def ring(*corners: tuple[float, float]) -> Area:
    x, y = PLACE
    made = tuple((x + a * 1e-3, y + b * 1e-3) for a, b in (*corners, corners[0]))
    return Area(coordinates=(made,))


@pytest.mark.parametrize(
    "area",
    [
        ring((0, 0), (6, 4), (6, 0), (0, 4)),  # its sides cross
        ring((0, 0), (30, 0), (30, 0.6), (0, 0.6)),  # a strip
        ring((0, 0), (5, 0), (5, 0), (5, 3), (0, 3)),  # a corner twice
        circle(PLACE[0] + 0.2, PLACE[1]),  # another district
    ],
)
def test_an_area_of_another_shape_or_place_is_refused(area: Area) -> None:
    assert problem(request(area=area)) == "area"


def test_a_ring_has_to_be_closed() -> None:
    corners = circle(*PLACE).ring[:-1]
    assert problem(request(area=Area(coordinates=(corners,)))) == "area"


def test_a_request_reads_only_one_basis_and_no_sound() -> None:
    data = msgspec.to_builtins(request())
    for field, value in (("legal_basis", "warrant"), ("audio", True)):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(data | {field: value}, Request)
    for field in ("face", "plate", "appearance", "live"):
        with pytest.raises(msgspec.ValidationError, match="unknown field"):
            msgspec.convert(data | {field: "x"}, Request)


def earlier(**changes: Any) -> Earlier:
    made = Earlier(
        id="1" * 32,
        agency=AGENCY.record.id,
        case_ref="X-1",
        seal_to="",
        nonce="1" * 32,
        km2_hours=0.1,
        logged=NOW - DAY,
        is_open=False,
        turns=0,
    )
    return replace(made, **changes)


@pytest.mark.parametrize(
    ("before", "field"),
    [
        ([{"is_open": True}] * 3, "open"),
        ([{}] * 12, "monthly"),
        ([{"case_ref": "A1"}] * 2, "case_ref"),
        ([{"case_ref": "a-1", "km2_hours": 0.6}], "area"),
    ],
)
def test_what_was_asked_before_counts(before: list[dict[str, Any]], field: str) -> None:
    made = request(case_ref="A-1")
    for count, expected in ((len(before) - 1, None), (len(before), field)):
        rows = [earlier(**each) for each in before[:count]]
        try:
            check_history(made, rows, RULES, NOW)
            found = None
        except OutsideLimits as limit:
            found = limit.field
        assert found == expected


def test_a_month_later_there_are_others() -> None:
    old = [earlier(logged=NOW - 30 * DAY)] * 12
    check_history(request(case_ref="A-1"), old, RULES, NOW)


@pytest.mark.parametrize(
    ("households", "number"), [(0, 1), (400, 1), (5000, 12), (5001, 13), (10_000, 24)]
)
def test_a_street_has_one_and_a_town_has_twelve(households: int, number: int) -> None:
    assert monthly_for(households) == number


@pytest.mark.parametrize(
    ("bearing", "angle", "reach_m", "is_seen"),
    [
        (90, 60, 100, True),  # towards it
        (270, 60, 100, False),  # away
        (90, 60, 30, False),  # too far
        (0, 360, 100, True),
        (0, 50, 100, False),
        (0, 90, 100, True),  # its edge
    ],
)
def test_a_view_reaches_into_an_area_or_not(
    bearing: float,
    angle: float,
    reach_m: float,
    is_seen: bool,  # noqa: FBT001 - of the table
) -> None:
    """The camera stands 50 m west of a square of 200 m."""
    degree = 180 / 3.141592653589793 / 6_371_009
    east = degree / 0.6084  # cos 52.5172°
    x, y = PLACE
    square = [(50, -100), (250, -100), (250, 100), (50, 100), (50, -100)]
    area = Area(coordinates=(tuple((x + a * east, y + b * degree) for a, b in square),))
    view = FieldOfView(
        longitude=x, latitude=y, bearing=bearing, angle=angle, reach_m=reach_m
    )
    assert sees(view, area) is is_seen
    assert repr(view) == "FieldOfView()"


def test_a_place_is_within_its_district() -> None:
    assert within(circle(*PLACE), circle(*PLACE, 1000.0))
    assert not within(circle(PLACE[0] + 0.013, PLACE[1]), circle(*PLACE, 1000.0))


@pytest.mark.parametrize(
    ("urgent", "daily", "is_urgent", "fits"),
    [
        (2, 6, False, True),  # 2 × 25 + 7 × 2 = 64
        (2, 7, False, False),
        (1, 6, True, True),
        (1, 7, True, True),
        (1, 8, True, False),
        (0, 31, False, True),
        (0, 32, False, False),
        (2, 0, True, False),
    ],
)
def test_no_home_is_ever_short_of_a_capsule(
    urgent: int,
    daily: int,
    is_urgent: bool,  # noqa: FBT001 - of the table
    fits: bool,  # noqa: FBT001 - of the table
) -> None:
    others = [earlier(agency="2" * 32, turns=25)] * urgent
    others += [earlier(agency="3" * 32, turns=2)] * daily
    made = request(urgent=is_urgent)
    if fits:
        check_history(made, others, RULES, NOW)
        return
    with pytest.raises(OutsideLimits, match="a home has 64 capsules a day") as refused:
        check_history(made, others, RULES, NOW)
    assert refused.value.field == "urgent"


@given(st.integers(0, 24 * 3600), st.booleans(), st.integers(0, 2**32))
def test_a_day_never_has_more_turns_of_a_request_than_are_counted(
    second: int,
    urgent: bool,  # noqa: FBT001 - of the table
    seed: int,
) -> None:
    logged = NOW.replace(hour=0, minute=0, second=0) + timedelta(seconds=second)
    chance, days = random.Random(seed), Counter[date]()  # noqa: S311 - a game
    expires = logged + timedelta(days=3)
    for number in range(rounds.count(logged, expires, urgent=urgent)):
        begins, ends = rounds.span(logged, expires, number, urgent=urgent)
        place = chance.choice([0.0, 0.001, chance.random(), 0.999, 1.0])
        days[(begins + (ends - begins) * place).date()] += 1
    assert max(days.values()) <= rounds.most_a_day(urgent=urgent)
