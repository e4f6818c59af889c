"""What this home wants to hear, decided at home: the hub learns only a region."""

from dataclasses import dataclass
from datetime import datetime, time
from math import asin, cos, radians, sin, sqrt
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import h3

from neighborcam.engine.errors import InvalidInput
from neighborcam.engine.neighbours import Preferences
from neighborcam.engine.sharing.views import category
from neighborcam.protocol.alerts import Alert, MsgType, Origin
from neighborcam.protocol.cells import COARSEST, center

EARTH_M: Final = 6_371_009.0
SEVERITIES: Final = ("unknown", "minor", "moderate", "severe", "extreme")
REGION: Final = 5
LEAST_RINGS: Final = 1  # whoever lives at a border hears the other side
# The grid is not the same everywhere: edges are 0.7 to 1.15 times the average, and a
# cell's middle is up to 1.1 edges from that of the cell around it.
_FROM_CHILD: Final = 1.2
_LEAST_STEP: Final = 1.1


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where this home is, in degrees. It never leaves."""

    latitude: float
    longitude: float

    def __repr__(self) -> str:
        """Hide it: this may be logged."""
        return "Place()"


def wanted(alert: Alert, place: Place, preferences: Preferences) -> bool:
    """Tell whether this home wants to hear of an alert.

    A cancel is always wanted: whoever read the alert must read that it was none.
    """
    if alert.msg_type is MsgType.CANCEL:
        return True
    if alert.origin is Origin.AGENCY and not preferences.agencies:
        return False
    if category(alert.category) in preferences.muted:
        return False
    least = SEVERITIES.index(preferences.least_severity)
    if SEVERITIES.index(alert.severity) < least:
        return False
    edge_m = _edge_m(h3.get_resolution(alert.cell))
    away_m = distance_m(place, *center(alert.cell))
    return away_m <= preferences.radius_m + edge_m


def is_quiet(now: datetime, preferences: Preferences) -> bool:
    """Tell whether ``now`` lies in the quiet hours; they may go over midnight.

    They are hours of the owner's clock on the wall, in summer and in winter.
    """
    if preferences.quiet_from is None or preferences.quiet_until is None:
        return False
    start = time.fromisoformat(preferences.quiet_from)
    end = time.fromisoformat(preferences.quiet_until)
    at = now.astimezone(zone_of(preferences)).time()
    return start <= at < end if start <= end else at >= start or at < end


def zone_of(preferences: Preferences) -> ZoneInfo:
    """Return the zone of the quiet hours. Raises `InvalidInput` for one unknown."""
    try:
        return ZoneInfo(preferences.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput("zone: a name such as Europe/Berlin") from None


def breaks_quiet(alert: Alert) -> bool:
    """Tell whether an alert is told at night too: a danger to life, or a cancel."""
    return alert.severity == "extreme" or alert.msg_type is MsgType.CANCEL


def regions(place: Place, radius_m: float) -> tuple[str, ...]:
    """Return the regions to listen to, the own one first: whole rings around it.

    All that lies within the radius is in them. Only how many rings there are follows
    from the place and the radius: the regions themselves would tell a hub, by those
    that are missing, in which corner of its own region a home lies.
    """
    own = h3.latlng_to_cell(place.latitude, place.longitude, REGION)
    wanted = regions_within(place, radius_m)
    rings, found = LEAST_RINGS, set(h3.grid_disk(own, LEAST_RINGS))
    while not wanted <= found:
        rings += 1
        found = set(h3.grid_disk(own, rings))
    return (own, *sorted(found - {own}))


def regions_within(place: Place, radius_m: float) -> frozenset[str]:
    """Return the regions of all cells that come within a radius, however coarse.

    A cell comes within it when its middle is no farther than the radius and an edge.
    Found by the coarsest cells of messages: each region is made of seven.
    """
    edge_m = _edge_m(COARSEST)
    # From the middle of a finer cell to that of the coarsest around it.
    reach_m = radius_m + _FROM_CHILD * edge_m + _edge_m(COARSEST + 1)
    middle = h3.latlng_to_cell(place.latitude, place.longitude, COARSEST)
    steps = int(reach_m / (_LEAST_STEP * edge_m)) + 2
    return frozenset(
        h3.cell_to_parent(cell, REGION)
        for cell in h3.grid_disk(middle, steps)
        if distance_m(place, *center(cell)) <= reach_m
    )


def vote_regions(place: Place) -> frozenset[str]:
    """Return the regions of whose alerts a home fetches its vote: for all alike.

    The hub knows which home fetched which. So they follow from the region in which a
    home lies and from nothing else: not from its place there, nor what it hears.
    """
    own = h3.latlng_to_cell(place.latitude, place.longitude, REGION)
    return frozenset(h3.grid_disk(own, LEAST_RINGS))


def _edge_m(resolution: int) -> float:
    return float(h3.average_hexagon_edge_length(resolution, unit="m"))


def distance_m(place: Place, latitude: float, longitude: float) -> float:
    """Return the distance on the sphere, in metres (haversine formula)."""
    one, other = radians(place.latitude), radians(latitude)
    half = sin((other - one) / 2) ** 2
    east = sin(radians(longitude - place.longitude) / 2) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(half + cos(one) * cos(other) * east)))
