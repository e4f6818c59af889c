"""What this home wants to hear, decided at home: the hub learns only a region."""

from dataclasses import dataclass
from datetime import datetime, time
from math import asin, cos, radians, sin, sqrt
from typing import Final

import h3

from neighborcam.engine.neighbours import Preferences
from neighborcam.engine.sharing.views import category
from neighborcam.protocol.alerts import Alert, MsgType
from neighborcam.protocol.cells import center

EARTH_M: Final = 6_371_009.0
SEVERITIES: Final = ("unknown", "minor", "moderate", "severe", "extreme")
REGION: Final = 5
MOST_REGIONS: Final = 3  # where three cells meet


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
    if category(alert.category) in preferences.muted:
        return False
    least = SEVERITIES.index(preferences.least_severity)
    if SEVERITIES.index(alert.severity) < least:
        return False
    edge = h3.average_hexagon_edge_length(h3.get_resolution(alert.cell), unit="m")
    away_m = distance_m(place, *center(alert.cell))
    return bool(away_m <= preferences.radius_m + edge)


def is_quiet(now: datetime, preferences: Preferences) -> bool:
    """Tell whether ``now`` lies in the quiet hours; they may go over midnight."""
    if preferences.quiet_from is None or preferences.quiet_until is None:
        return False
    start = time.fromisoformat(preferences.quiet_from)
    end = time.fromisoformat(preferences.quiet_until)
    at = now.time()
    return start <= at < end if start <= end else at >= start or at < end


def breaks_quiet(alert: Alert) -> bool:
    """Tell whether an alert is told at night too: a danger to life, or a cancel."""
    return alert.severity == "extreme" or alert.msg_type is MsgType.CANCEL


def regions(place: Place, radius_m: float) -> tuple[str, ...]:
    """Return the regions to listen to: the own one first, and those within reach."""
    own = h3.latlng_to_cell(place.latitude, place.longitude, REGION)
    around = (cell for cell in h3.grid_ring(own, 1) if _reaches(place, cell, radius_m))
    ordered = sorted(around, key=lambda cell: distance_m(place, *center(cell)))
    return (own, *ordered[: MOST_REGIONS - 1])


def _reaches(place: Place, cell: str, radius_m: float) -> bool:
    corners = h3.cell_to_boundary(cell)
    nearest = min(distance_m(place, *corner) for corner in corners)
    # An edge can be nearer than its ends; half an edge is the most that it gains.
    edge = h3.average_hexagon_edge_length(REGION, unit="m")
    return bool(nearest <= radius_m + edge / 2)


def distance_m(place: Place, latitude: float, longitude: float) -> float:
    """Return the distance on the sphere, in metres (haversine formula)."""
    one, other = radians(place.latitude), radians(latitude)
    half = sin((other - one) / 2) ** 2
    east = sin(radians(longitude - place.longitude) / 2) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(half + cos(one) * cos(other) * east)))
