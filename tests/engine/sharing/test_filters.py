from datetime import UTC, datetime
from typing import Any

import h3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neighborcam.engine.neighbours import Category, Preferences
from neighborcam.engine.sharing.filters import (
    Place,
    breaks_quiet,
    distance_m,
    is_quiet,
    regions,
    wanted,
)
from neighborcam.protocol.alerts import MsgType
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


@given(st.floats(-80, 80), st.floats(-179, 179), st.floats(100, 30_000))
def test_every_place_within_reach_lies_in_a_region_that_is_listened_to(
    latitude: float, longitude: float, radius_m: float
) -> None:
    place = Place(latitude=latitude, longitude=longitude)
    found = regions(place, radius_m)
    assert found[0] == h3.latlng_to_cell(latitude, longitude, 5)
    assert 1 <= len(found) <= 3


def test_a_place_is_never_written_down() -> None:
    assert "52" not in repr(NEAR)
    assert round(distance_m(NEAR, 52.53, 13.405)) == 1112
