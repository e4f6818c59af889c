"""Where something happened, never nearer than a crowd (H3; spec/places.md).

A cell is fixed: however many messages come from one home, they all say the same cell,
so nothing can be averaged out of them. Jitter could be.
"""

import re
from collections.abc import Callable
from typing import Final

import h3

from neighborcam.protocol.errors import InvalidMessage

FINEST: Final = 9  # resolution of H3: about 0.1 km², 200 m along an edge
WITHOUT_CENSUS: Final = 8
COARSEST: Final = 6
REGIONS: Final = (5, 6)
CROWD: Final = 100  # people
_FORM: Final = re.compile(r"8[0-9a-f]{14}")


def publish_cell(
    latitude: float, longitude: float, has_crowd: Callable[[str], bool] | None
) -> str:
    """Return the cell that may be published for a place, as H3 writes it.

    ``has_crowd`` says whether enough people live in a cell, by the hub's census; None
    when the hub has none. The finest such cell, never finer than 9, never coarser
    than 6.
    """
    if has_crowd is None:
        return str(h3.latlng_to_cell(latitude, longitude, WITHOUT_CENSUS))
    cell: str = h3.latlng_to_cell(latitude, longitude, FINEST)
    while h3.get_resolution(cell) > COARSEST and not has_crowd(cell):
        cell = h3.cell_to_parent(cell)
    return cell


def check_cell(cell: str) -> str:
    """Return a cell that a message may hold. Raises `InvalidMessage`."""
    resolution = _resolution(cell)
    if not COARSEST <= resolution <= FINEST:
        raise InvalidMessage(
            f"a message names a cell of resolution {COARSEST} to {FINEST}"
        )
    return cell


def parent_cell(cell: str) -> str | None:
    """Return the cell around a cell of a message; None for the coarsest."""
    if _resolution(cell) <= COARSEST:
        return None
    return str(h3.cell_to_parent(cell))


def region_of(cell: str, resolution: int = COARSEST) -> str:
    """Return the region that a cell lies in; engines subscribe to regions."""
    if resolution not in REGIONS:
        raise ValueError(f"a region has resolution {REGIONS}, not {resolution}")
    return str(h3.cell_to_parent(check_cell(cell), resolution))


def check_region(cell: str) -> str:
    """Return a region that can be subscribed to. Raises `InvalidMessage`."""
    if _resolution(cell) not in REGIONS:
        raise InvalidMessage(f"a region has resolution {REGIONS[0]} or {REGIONS[1]}")
    return cell


def center(cell: str) -> tuple[float, float]:
    """Return latitude and longitude of a cell's middle, in degrees."""
    latitude, longitude = h3.cell_to_latlng(cell)
    return latitude, longitude


def boundary(cell: str) -> list[tuple[float, float]]:
    """Return the cell's corners as (latitude, longitude), in degrees."""
    return list(h3.cell_to_boundary(cell))


def _resolution(cell: str) -> int:
    # H3 also takes capitals and leading zeros: one cell would have many names.
    if not _FORM.fullmatch(cell) or not h3.is_valid_cell(cell):
        raise InvalidMessage("this is no cell of H3")
    return int(h3.get_resolution(cell))
