"""What is near: computed here, so that no neighbour learns where a home is."""

from collections.abc import Sequence
from itertools import pairwise
from math import cos, radians
from typing import Final

from homeassistant.util import location

from .coordinator import EngineCoordinator
from .models import Alert

KM_A_DEGREE: Final = 111.2  # of latitude


def distance_m(coordinator: EngineCoordinator, alert: Alert) -> float | None:
    """Return how far the centre of an alert's cell is from home, in metres."""
    home = coordinator.hass.config
    return location.distance(
        home.latitude, home.longitude, alert.center.latitude, alert.center.longitude
    )


def is_near(coordinator: EngineCoordinator, alert: Alert) -> bool:
    """Whether an alert is within the radius that the owner chose."""
    away_m = distance_m(coordinator, alert)
    return away_m is not None and away_m <= coordinator.alert_radius_m


def standing_alerts(coordinator: EngineCoordinator) -> dict[str, Alert]:
    """Return the alerts that hold: not cancelled, not replaced by an update."""
    if not coordinator.data.sharing.is_on:
        return {}
    alerts = coordinator.data.alerts
    replaced = {old for alert in alerts.values() for old in alert.references}
    return {
        id_: alert
        for id_, alert in alerts.items()
        if alert.msg_type != "cancel" and id_ not in replaced
    }


def active_alerts(coordinator: EngineCoordinator) -> dict[str, Alert]:
    """Return the alerts that hold and are near."""
    return {
        id_: alert
        for id_, alert in standing_alerts(coordinator).items()
        if is_near(coordinator, alert)
    }


def area_km2(ring: Sequence[Sequence[float]]) -> float:
    """Return how large a closed ring of [longitude, latitude] is.

    Measured on the plane that touches it, which is good enough for a few towns.
    """
    corners = _corners(ring)
    east = cos(radians(_middle(corners)[0])) * KM_A_DEGREE if corners else 0.0
    doubled = sum(
        (lon * next_lat - next_lon * lat) * east * KM_A_DEGREE
        for (lon, lat), (next_lon, next_lat) in pairwise(corners)
    )
    return round(abs(doubled) / 2, 2)


def distance_of_area_m(
    coordinator: EngineCoordinator, ring: Sequence[Sequence[float]]
) -> float | None:
    """Return how far the middle of an area is from home; None for an empty one."""
    corners = _corners(ring)
    if not corners:
        return None
    home = coordinator.hass.config
    return location.distance(home.latitude, home.longitude, *_middle(corners))


def _corners(ring: Sequence[Sequence[float]]) -> list[tuple[float, float]]:
    """Return the corners that are such: longitude and latitude, on this planet."""
    return [
        (corner[0], corner[1])
        for corner in ring
        if len(corner) > 1 and abs(corner[0]) <= 180 and abs(corner[1]) <= 90  # noqa: PLR2004 - degrees
    ]


def _middle(corners: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return latitude and longitude of the middle of what holds all corners."""
    lons, lats = zip(*corners, strict=True)
    return (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
