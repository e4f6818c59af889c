"""Which parts of a neighbourhood are asked about, for each thousand who live there.

By H3 cells of resolution 7 (about 5 km²): the one in which the middle of a request's
area lies. People come from the hub's census, which it publishes.
"""

from collections import defaultdict
from typing import Final

import h3
import msgspec

from neighborcam.hub.census import Census
from neighborcam.hub.request_numbers import of_requests
from neighborcam.hub.told import Logged, Told
from neighborcam.protocol.areas import middle

RESOLUTION: Final = 7
_THOUSAND: Final = 1000


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """A cell that was asked about; people and share are None without a census.

    ``per_1000`` is None too where nobody lives.
    """

    cell: str
    requests: int
    urgent: int
    repeated: int
    km2_hours: float
    people: int | None
    per_1000: float | None


class Elsewhere(msgspec.Struct, frozen=True, kw_only=True):
    """The rest of the census, about which nobody asked; and the share over all."""

    people: int
    per_1000_overall: float | None


def by_area(told: Told, census: Census | None) -> tuple[Area, ...]:
    """Count requests by cell, the cell with most first."""
    cells: dict[str, list[Logged]] = defaultdict(list)
    for each in told.requests:
        longitude, latitude = middle(each.request.area)
        cells[h3.latlng_to_cell(latitude, longitude, RESOLUTION)].append(each)
    areas = [_area(cell, logged, census) for cell, logged in cells.items()]
    return tuple(sorted(areas, key=lambda area: (-area.requests, area.cell)))


def elsewhere(areas: tuple[Area, ...], census: Census | None) -> Elsewhere | None:
    """Return who lives where nobody asked; None without a census."""
    if census is None:
        return None
    asked = sum(area.people or 0 for area in areas)
    requests = sum(area.requests for area in areas)
    return Elsewhere(
        people=census.total - asked, per_1000_overall=_share(requests, census.total)
    )


def _area(cell: str, logged: list[Logged], census: Census | None) -> Area:
    numbers = of_requests(logged)
    people = census(cell) if census else None
    return Area(
        cell=cell,
        requests=numbers.requests,
        urgent=numbers.urgent,
        repeated=numbers.repeated,
        km2_hours=numbers.km2_hours,
        people=people,
        per_1000=_share(numbers.requests, people),
    )


def _share(requests: int, people: int | None) -> float | None:
    return round(requests * _THOUSAND / people, 3) if people else None
