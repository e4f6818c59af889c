"""Areas of requests on the ground, and whether a camera's view reaches into one.

Places are (longitude, latitude) in degrees, as GeoJSON has them. Areas are small, so
they are measured on the plane that touches the ground in their middle; home, hub and
desk compute the same numbers (spec/requests.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, pi, radians, sin
from typing import Annotated, Final, Literal

import h3
import msgspec

from neighborcam.protocol.errors import OutsideLimits
from neighborcam.protocol.identity import Message

EARTH_M: Final = 6_371_009.0
M2_IN_KM2: Final = 1_000_000.0
LEAST_ROUND: Final = 0.3  # a square has 0.79, a strip of one to seven 0.34
WIDEST: Final = 5.0  # degrees, of a district
CELL: Final = 9
ARC_STEPS: Final = 24

type Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]
type Latitude = Annotated[float, msgspec.Meta(ge=-85, le=85)]
type Position = tuple[Longitude, Latitude]
type Ring = Annotated[tuple[Position, ...], msgspec.Meta(min_length=4, max_length=65)]
type Plane = list[tuple[float, float]]  # metres east and north; not closed


class Area(Message, frozen=True, kw_only=True):
    """A polygon of GeoJSON (RFC 7946) with one ring, closed."""

    type: Literal["Polygon"] = "Polygon"
    coordinates: Annotated[tuple[Ring, ...], msgspec.Meta(min_length=1, max_length=1)]

    @property
    def ring(self) -> Ring:
        """Its corners; the last is the first again."""
        return self.coordinates[0]


@dataclass(frozen=True, kw_only=True)
class FieldOfView:
    """Where a camera stands and what it can see. Stays at home, always.

    ``bearing`` is the middle of its view in degrees from north, clockwise; ``angle``
    how wide it is; ``reach_m`` how far somebody could be made out.
    """

    longitude: float
    latitude: float
    bearing: float
    angle: float
    reach_m: float

    def __repr__(self) -> str:
        """Hide it: this may be logged."""
        return "FieldOfView()"


def km2(area: Area) -> float:
    """Return the size of an area in square kilometres."""
    return abs(_twice(_plane(area.ring, _middle(area.ring)))) / 2 / M2_IN_KM2


def roundness(area: Area) -> float:
    """Return 4π × size ÷ circumference² (Polsby and Popper): 1 for a circle."""
    corners = _plane(area.ring, _middle(area.ring))
    around = sum(
        hypot(x - a, y - b)
        for (x, y), (a, b) in zip(corners, _next(corners), strict=True)
    )
    return 2 * pi * abs(_twice(corners)) / around**2 if around else 0.0


def least_km2(area: Area) -> float:
    """Return the size of the H3 cell of resolution 9 in the area's middle.

    What is not smaller than that cannot single out a house.
    """
    longitude, latitude = _middle(area.ring)
    cell = h3.latlng_to_cell(latitude, longitude, CELL)
    return float(h3.cell_area(cell, unit="km^2"))


def check_shape(area: Area) -> None:
    """Raise `OutsideLimits` unless the ring is closed, simple and not a strip."""
    _check_ring("area", area.ring, 1)
    if roundness(area) < LEAST_ROUND:
        raise OutsideLimits("area", "too thin: a strip could pick out single houses")


def check_district(area: Area) -> None:
    """Raise `OutsideLimits` unless an agency's district is a ring that encloses it."""
    _check_ring("jurisdiction", area.ring, WIDEST)


def _check_ring(field: str, ring: Ring, widest: float) -> None:
    if ring[0] != ring[-1]:
        raise OutsideLimits(field, "the last corner must be the first again")
    if len(set(ring[:-1])) != len(ring) - 1:
        raise OutsideLimits(field, "the same corner twice")
    # Degrees east jump at the date line, so nothing that crosses it can be measured.
    if max(x for x, _ in ring) - min(x for x, _ in ring) > widest:
        raise OutsideLimits(field, f"more than {widest:g}° from east to west")
    if _crosses_itself(_plane(ring, _middle(ring))):
        raise OutsideLimits(field, "its sides cross each other")


def sees(view: FieldOfView, area: Area) -> bool:
    """Tell whether a camera's view and an area have a place in common."""
    origin = (view.longitude, view.latitude)
    return _overlap(_sector(view), _plane(area.ring, origin))


def overlaps(one: Area, other: Area) -> bool:
    """Tell whether two areas have a place in common."""
    origin = _middle(one.ring)
    return _overlap(_plane(one.ring, origin), _plane(other.ring, origin))


def within(one: Area, other: Area) -> bool:
    """Tell whether the whole of ``one`` lies in ``other``: a request in a district."""
    origin = _middle(one.ring)
    inner, outer = _plane(one.ring, origin), _plane(other.ring, origin)
    return all(_is_inside(each, outer) for each in inner) and not _sides_cross(
        inner, outer
    )


def middle(area: Area) -> tuple[float, float]:
    """Return longitude and latitude of the middle of an area's corners."""
    return _middle(area.ring)


def _middle(ring: Sequence[Position]) -> tuple[float, float]:
    corners = ring[:-1]
    return (
        sum(x for x, _ in corners) / len(corners),
        sum(y for _, y in corners) / len(corners),
    )


def _plane(ring: Sequence[Position], origin: tuple[float, float]) -> Plane:
    """Return the corners in metres east and north of ``origin``, not closed."""
    shrink = cos(radians(origin[1]))
    return [
        (
            radians(x - origin[0]) * EARTH_M * shrink,
            radians(y - origin[1]) * EARTH_M,
        )
        for x, y in ring[:-1]
    ]


def _sector(view: FieldOfView) -> Plane:
    """Return the camera's view as a polygon around the camera, in metres."""
    start, width = view.bearing - view.angle / 2, min(view.angle, 360.0)
    arc = [radians(start + width * step / ARC_STEPS) for step in range(ARC_STEPS + 1)]
    points = [(view.reach_m * sin(each), view.reach_m * cos(each)) for each in arc]
    return points[:-1] if width == 360 else [(0.0, 0.0), *points]  # noqa: PLR2004


def _next(corners: Plane) -> Plane:
    return [*corners[1:], corners[0]]


def _twice(corners: Plane) -> float:
    """Return twice the signed size of a polygon (the shoelace formula)."""
    return sum(
        x * b - a * y for (x, y), (a, b) in zip(corners, _next(corners), strict=True)
    )


def _crosses_itself(corners: Plane) -> bool:
    sides = list(zip(corners, _next(corners), strict=True))
    return any(
        _cross(*sides[one], *sides[other])
        for one in range(len(sides))
        for other in range(one + 2, len(sides))
        if not (one == 0 and other == len(sides) - 1)  # neighbours
    )


def _overlap(one: Plane, other: Plane) -> bool:
    return (
        _is_inside(one[0], other)
        or _is_inside(other[0], one)
        or _sides_cross(one, other)
    )


def _sides_cross(one: Plane, other: Plane) -> bool:
    return any(
        _cross(a, b, c, d)
        for a, b in zip(one, _next(one), strict=True)
        for c, d in zip(other, _next(other), strict=True)
    )


def _cross(
    a: tuple[float, float],
    b: tuple[float, float],
    c: tuple[float, float],
    d: tuple[float, float],
) -> bool:
    """Tell whether the sides a-b and c-d meet."""
    one, two = _turn(a, b, c), _turn(a, b, d)
    three, four = _turn(c, d, a), _turn(c, d, b)
    return one * two <= 0 and three * four <= 0 and _boxes_meet(a, b, c, d)


def _boxes_meet(
    a: tuple[float, float],
    b: tuple[float, float],
    c: tuple[float, float],
    d: tuple[float, float],
) -> bool:
    return all(
        min(a[axis], b[axis]) <= max(c[axis], d[axis])
        and min(c[axis], d[axis]) <= max(a[axis], b[axis])
        for axis in (0, 1)
    )


def _turn(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]
) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _is_inside(point: tuple[float, float], corners: Plane) -> bool:
    """Tell whether a point lies in a polygon (a ray to the east; even-odd rule)."""
    x, y = point
    inside = False
    for (a, b), (c, d) in zip(corners, _next(corners), strict=True):
        if (b > y) != (d > y) and x < (c - a) * (y - b) / (d - b) + a:
            inside = not inside
    return inside
