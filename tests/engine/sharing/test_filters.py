from datetime import UTC, datetime
from math import asin, atan2, cos, degrees, pi, radians, sin
from typing import Any

import h3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neighborcam.engine.errors import InvalidInput
from neighborcam.engine.neighbours import Category, Preferences
from neighborcam.engine.sharing.filters import (
    EARTH_M,
    Place,
    breaks_quiet,
    distance_m,
    is_quiet,
    regions,
    vote_regions,
    wanted,
    zone_of,
)
from neighborcam.protocol.alerts import MsgType, Origin
from tests.protocol.messages import CELL, OTHER_ID, alert

NEAR = Place(latitude=52.52, longitude=13.405)
HERE = Place(
    **dict(zip(("latitude", "longitude"), h3.cell_to_latlng(CELL), strict=True))
)


@pytest.mark.parametrize(
    ("preferences", "changes", "is_wanted"),
    [
        ({}, {}, True),
        ({"muted": (Category.FIRE,)}, {}, False),
        ({"muted": (Category.MISSING_PERSON,)}, {}, True),
        ({"least_severity": "severe"}, {"severity": "moderate"}, False),
        ({"least_severity": "severe"}, {"severity": "extreme"}, True),
        ({"agencies": False}, {"origin": Origin.AGENCY}, False),
        ({"agencies": False}, {"origin": Origin.AUTOMATION}, True),
        ({"radius_m": 100}, {"cell": h3.latlng_to_cell(52.52, 13.405, 8)}, False),
    ],
)
def test_what_a_home_wants_to_hear(
    preferences: dict[str, Any], changes: dict[str, Any], *, is_wanted: bool
) -> None:
    assert wanted(alert(**changes), HERE, Preferences(**preferences)) is is_wanted


def test_a_cancel_is_heard_whatever_is_muted() -> None:
    muted = Preferences(muted=tuple(Category), least_severity="extreme", radius_m=100)
    cancel = alert(msg_type=MsgType.CANCEL, references=(OTHER_ID,))
    assert wanted(cancel, NEAR, muted)
    assert breaks_quiet(cancel)


@pytest.mark.parametrize(
    ("start", "end", "hour", "quiet"),
    [
        ("22:00", "07:00", 23, True),
        ("22:00", "07:00", 3, True),
        ("22:00", "07:00", 7, False),
        ("22:00", "07:00", 12, False),
        ("12:00", "14:00", 13, True),
        ("12:00", "14:00", 14, False),
        ("12:00", "12:00", 12, False),
        (None, "14:00", 13, False),
    ],
)
def test_quiet_hours_may_go_over_midnight(
    start: str | None, end: str, hour: int, *, quiet: bool
) -> None:
    preferences = Preferences(quiet_from=start, quiet_until=end)
    assert is_quiet(datetime(2026, 1, 1, hour, tzinfo=UTC), preferences) is quiet


@pytest.mark.parametrize(
    ("month", "hour", "quiet"),
    [
        (1, 21, True),  # 22:00 in Berlin, in winter
        (1, 20, False),
        (7, 20, True),  # 22:00 in summer
        (7, 19, False),
        (7, 5, False),  # 07:00
        (1, 5, True),  # 06:00
    ],
)
def test_quiet_hours_are_those_of_the_clock_on_the_wall_all_year(
    month: int, hour: int, *, quiet: bool
) -> None:
    preferences = Preferences(
        quiet_from="22:00", quiet_until="07:00", zone="Europe/Berlin"
    )
    assert is_quiet(datetime(2026, month, 15, hour, tzinfo=UTC), preferences) is quiet


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "../../etc/passwd", "\0", "/"])
def test_a_zone_that_is_none_is_refused(zone: str) -> None:
    with pytest.raises(InvalidInput, match="zone"):
        zone_of(Preferences(zone=zone))


PLACES = (st.floats(-80, 80), st.floats(-179, 179))


def moved(place: Place, away_m: float, bearing: float) -> tuple[float, float]:
    """Return the place so far away in a direction, on the sphere."""
    angle, start = away_m / EARTH_M, radians(place.latitude)
    latitude = asin(sin(start) * cos(angle) + cos(start) * sin(angle) * cos(bearing))
    east = atan2(
        sin(bearing) * sin(angle) * cos(start),
        cos(angle) - sin(start) * sin(latitude),
    )
    return degrees(latitude), (place.longitude + degrees(east) + 180) % 360 - 180


@settings(deadline=None, max_examples=400)
@given(
    *PLACES,
    st.floats(100, 30_000),
    st.floats(0, 1.3),
    st.floats(0, 2 * pi),
    st.integers(6, 9),
)
def test_every_place_within_reach_lies_in_a_region_that_is_listened_to(
    latitude: float,
    longitude: float,
    radius_m: float,
    part: float,
    bearing: float,
    resolution: int,
) -> None:
    place = Place(latitude=latitude, longitude=longitude)
    found = regions(place, radius_m)
    there = moved(place, part * radius_m, bearing)
    if part <= 1:
        assert h3.latlng_to_cell(*there, 5) in found
    cell = h3.latlng_to_cell(*there, resolution)  # of an alert, which may reach farther
    if wanted(alert(cell=cell), place, Preferences(radius_m=radius_m)):
        assert h3.cell_to_parent(cell, 5) in found


@settings(deadline=None, max_examples=50)
@given(*PLACES, st.floats(100, 30_000), st.randoms())
def test_the_regions_tell_no_more_of_a_place_than_the_own_one(
    latitude: float, longitude: float, radius_m: float, dice: Any
) -> None:
    own = h3.latlng_to_cell(latitude, longitude, 5)
    found = regions(Place(latitude=latitude, longitude=longitude), radius_m)
    assert found[0] == own
    assert set(found) in [set(h3.grid_disk(own, rings)) for rings in range(1, 6)]
    somewhere = dice.choice(sorted(h3.cell_to_children(own, 8)))
    neighbour = Place(
        **dict(
            zip(("latitude", "longitude"), h3.cell_to_latlng(somewhere), strict=True)
        )
    )
    if h3.latlng_to_cell(neighbour.latitude, neighbour.longitude, 5) == own:
        assert vote_regions(neighbour) == set(h3.grid_disk(own, 1))


def test_a_home_listens_to_seven_regions_unless_it_wants_to_hear_far() -> None:
    assert len(regions(NEAR, 3000)) == 7
    assert len(regions(NEAR, 30_000)) == 37


def test_a_place_is_never_written_down() -> None:
    assert "52" not in repr(NEAR)
    assert round(distance_m(NEAR, 52.53, 13.405)) == 1112
