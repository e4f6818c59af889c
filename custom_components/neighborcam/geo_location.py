"""Alerts on the map: the centre of the alert's cell, never a home."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.components.geo_location import DOMAIN as GEO_LOCATION
from homeassistant.components.geo_location import GeolocationEvent
from homeassistant.const import UnitOfLength
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN
from .coordinator import EngineCoordinator, EngineEntry
from .entity import SharingEntity
from .models import Alert
from .nearby import active_alerts, distance_m
from .stale import remove_stale

PARALLEL_UPDATES = 0

ALERT: Final = "alert"
METRES_PER_KM: Final = 1000


async def async_setup_entry(
    _hass: HomeAssistant, entry: EngineEntry, add: AddConfigEntryEntitiesCallback
) -> None:
    """Show the alerts within the radius, coming and going with them."""
    coordinator = entry.runtime_data
    shown: set[str] | None = None

    @callback
    def look() -> None:
        nonlocal shown
        alerts = active_alerts(coordinator)
        if shown == alerts.keys():
            return
        new = alerts.keys() - (shown or set())
        shown = set(alerts)
        current = {_unique_id(coordinator, id_) for id_ in alerts}
        remove_stale(coordinator, GEO_LOCATION, ALERT, current)
        add([AlertPlace(coordinator, alerts[id_]) for id_ in sorted(new)])

    look()
    entry.async_on_unload(coordinator.async_add_listener(look))


def _unique_id(coordinator: EngineCoordinator, alert: str) -> str:
    return f"{coordinator.config_entry.unique_id}_alert_{alert}"


class AlertPlace(SharingEntity, GeolocationEvent):
    """Where one alert is, as coarse as its cell, and how far from home."""

    _attr_source = DOMAIN
    _attr_unit_of_measurement = UnitOfLength.KILOMETERS

    def __init__(self, coordinator: EngineCoordinator, alert: Alert) -> None:
        super().__init__(coordinator, ALERT)
        self._alert = alert
        self._attr_unique_id = _unique_id(coordinator, alert.id)
        self._attr_device_info = None  # on the map it is named by its headline alone
        self._place()

    @callback
    def _place(self) -> None:
        away_m = distance_m(self.coordinator, self._alert)
        self._attr_name = self._alert.headline
        self._attr_distance = None if away_m is None else away_m / METRES_PER_KM
        self._attr_latitude = self._alert.center.latitude
        self._attr_longitude = self._alert.center.longitude

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        return {
            "category": self._alert.category,
            "severity": self._alert.severity,
            "headline": self._alert.headline,
            "origin": self._alert.origin,
            "agency": self._alert.agency,
        }

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        # An alert that ended stays as it was until it is taken off the map.
        self._alert = self.coordinator.data.alerts.get(self._alert.id, self._alert)
        self._place()
        super()._handle_coordinator_update()
