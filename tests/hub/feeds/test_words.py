import re

import h3
import pytest
from hypothesis import given

from neighborcam.hub.feeds.words import (
    CAP_WORDS,
    area,
    middle,
    pair,
    plain,
    ring,
    title,
)
from neighborcam.protocol.alerts import Category, MsgType, Origin
from tests.hub.feeds.published import (
    ALLOWED,
    ANY,
    CELL,
    MIDDLE,
    RING,
    cells,
    is_xml,
    published,
)

OF_CAP = {
    *("Geo", "Met", "Safety", "Security", "Rescue", "Fire"),
    *("Health", "Env", "Transport", "Infra", "CBRNE", "Other"),
}


def test_every_category_has_one_of_caps_and_a_name_of_its_own() -> None:
    assert set(CAP_WORDS) == set(Category)
    assert {category for category, _ in CAP_WORDS.values()} <= OF_CAP
    assert len({name for _, name in CAP_WORDS.values()}) == len(Category)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "Fire: Smoke"),
        ({"category": Category.LOST_PET}, "Lost pet: Smoke"),
        ({"msg_type": MsgType.UPDATE}, "Fire: Smoke"),
        ({"msg_type": MsgType.CANCEL}, "Cancelled: Fire: Smoke"),
        ({"status": "exercise"}, "Exercise: Fire: Smoke"),
        (
            {"status": "test", "msg_type": MsgType.CANCEL},
            "Test: Cancelled: Fire: Smoke",
        ),
        ({"origin": Origin.AUTOMATION}, "Fire: Smoke"),
        ({"origin": Origin.AUTOMATION, "verified": False}, "Unverified: Fire: Smoke"),
        ({"origin": Origin.PERSON, "verified": False}, "Fire: Smoke"),
        (
            {
                "origin": Origin.AUTOMATION,
                "verified": False,
                "msg_type": MsgType.CANCEL,
            },
            "Cancelled: Fire: Smoke",
        ),
    ],
)
def test_a_title_says_what_a_reader_must_not_mistake(
    changes: dict[str, object], expected: str
) -> None:
    assert title(published(headline="Smoke", **changes)) == expected


def test_a_cell_is_its_corners_in_a_closed_ring_and_its_middle() -> None:
    assert ring(CELL) == RING
    assert middle(CELL) == MIDDLE
    assert area(CELL) == "a cell with edges of about 531 m"


@given(cells())
def test_a_ring_is_closed_small_and_on_one_side_of_the_180th_meridian(
    cell: str,
) -> None:
    corners = ring(cell)
    assert corners[0] == corners[-1]
    latitudes, longitudes = zip(*corners, strict=True)
    assert max(latitudes) - min(latitudes) < 0.2
    assert max(longitudes) - min(longitudes) < 0.8  # at 80 degrees north
    assert max(abs(each) for each in longitudes) <= 180


@given(cells())
def test_a_ring_holds_nothing_but_the_corners_of_the_cell(cell: str) -> None:
    known = {(round(lat, 5), round(lon, 5)) for lat, lon in h3.cell_to_boundary(cell)}
    cut = [corner for corner in ring(cell) if abs(corner[1]) == 180]
    assert set(ring(cell)) - known <= set(cut)


def test_a_cell_on_the_180th_meridian_is_cut_there() -> None:
    assert ring(h3.latlng_to_cell(-16.8, 179.999, 8)) == [
        (-16.80266, 179.99981),
        (-16.79937, 180.0),
        (-16.79483, 180.0),
        (-16.79358, 179.99819),
        (-16.79688, 179.99458),
        (-16.80142, 179.99539),
        (-16.80266, 179.99981),
    ]


@given(cells())
def test_degrees_are_written_with_five_decimals_and_no_exponent(cell: str) -> None:
    for place in [*ring(cell), middle(cell)]:
        text = pair(place, ",")
        assert re.fullmatch(r"-?\d{1,2}\.\d{5},-?\d{1,3}\.\d{5}", text)
        assert tuple(float(each) for each in text.split(",")) == place


def test_degrees_near_zero_are_not_written_in_science() -> None:
    assert pair((0.00001, -0.00002), " ") == "0.00001 -0.00002"


@given(ALLOWED)
def test_a_text_that_xml_has_stays_as_it_is(text: str) -> None:
    assert plain(text) == text


@given(ANY)
def test_of_any_other_text_only_what_xml_has_stays(text: str) -> None:
    expected = "".join(each for each in text if is_xml(each) and each != "\r")
    assert plain(text) == expected
