import h3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neighborcam.protocol.cells import (
    boundary,
    center,
    check_cell,
    check_region,
    publish_cell,
    region_of,
)
from neighborcam.protocol.errors import InvalidMessage

PLACE = (52.5200, 13.4050)
FINEST = "891f1d48863ffff"
latitudes = st.floats(-80, 80)
longitudes = st.floats(-179, 179)


def crowded(_cell: str) -> bool:
    return True


def test_the_finest_cell_is_published_where_enough_people_live() -> None:
    assert publish_cell(*PLACE, crowded) == h3.latlng_to_cell(*PLACE, 9)


def test_a_lonely_house_is_published_as_a_larger_cell() -> None:
    cell = publish_cell(*PLACE, lambda cell: h3.get_resolution(cell) <= 7)
    assert cell == h3.latlng_to_cell(*PLACE, 7)


def test_no_cell_is_larger_than_resolution_6() -> None:
    assert publish_cell(*PLACE, lambda _: False) == h3.latlng_to_cell(*PLACE, 6)


def test_without_a_census_cells_are_of_resolution_8() -> None:
    assert h3.get_resolution(publish_cell(*PLACE, None)) == 8


@given(latitudes, longitudes, st.floats(-0.0005, 0.0005), st.floats(-0.0005, 0.0005))
def test_all_places_of_a_cell_are_published_as_one(
    latitude: float, longitude: float, north: float, east: float
) -> None:
    here = publish_cell(latitude, longitude, crowded)
    there = publish_cell(latitude + north, longitude + east, crowded)
    assert (here == there) == (
        h3.latlng_to_cell(latitude + north, longitude + east, 9) == here
    )
    assert publish_cell(*center(here), crowded) == here


@given(latitudes, longitudes)
def test_a_cell_lies_in_its_region(latitude: float, longitude: float) -> None:
    cell = publish_cell(latitude, longitude, None)
    for resolution in (5, 6):
        region = check_region(region_of(cell, resolution))
        assert h3.cell_to_parent(cell, resolution) == region


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "x",
        "8" * 40,
        h3.latlng_to_cell(*PLACE, 10),
        h3.latlng_to_cell(*PLACE, 5),
        h3.latlng_to_cell(*PLACE, 9).upper(),
        "0" + h3.latlng_to_cell(*PLACE, 9),
        "\u0661",
    ],
)
def test_a_message_cannot_name_a_finer_coarser_or_odd_cell(cell: str) -> None:
    with pytest.raises(InvalidMessage):
        check_cell(cell)


def test_regions_have_resolution_5_or_6() -> None:
    with pytest.raises(InvalidMessage):
        check_region(h3.latlng_to_cell(*PLACE, 7))
    with pytest.raises(ValueError, match="region"):
        region_of(h3.latlng_to_cell(*PLACE, 9), 7)


def test_a_cell_surrounds_its_center() -> None:
    cell = h3.latlng_to_cell(*PLACE, 9)
    latitudes_, longitudes_ = zip(*boundary(cell), strict=True)
    latitude, longitude = center(cell)
    assert min(latitudes_) < latitude < max(latitudes_)
    assert min(longitudes_) < longitude < max(longitudes_)
