"""Which alerts are near: computed here, so that no neighbour learns where a home is."""

from homeassistant.util import location

from .coordinator import EngineCoordinator
from .models import Alert


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
