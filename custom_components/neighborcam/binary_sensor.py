"""What is so right now: motion, what is in sight, connections and problems."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.binary_sensor import (
    DOMAIN as BINARY_SENSOR,
)
from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import EngineCoordinator, EngineEntry
from .entity import (
    CameraEntity,
    EngineEntity,
    SharingEntity,
    add_for_sharing,
    add_per_camera,
)
from .household import Household
from .models import Camera, CameraState, Label, Zone
from .stale import remove_stale

PARALLEL_UPDATES = 0

ZONE_MOTION: Final = "zone_motion"
# Retention keeps 2 GB free unless told otherwise: far below, it cannot keep up or
# something else fills the disk. No share of the disk: a large one is filled, too.
LEAST_FREE_BYTES: Final = 500_000_000
NEEDS_THE_OWNER: Final = frozenset({CameraState.UNAUTHORISED, CameraState.UNSUPPORTED})


@dataclass(frozen=True, kw_only=True)
class CameraSenseDescription(BinarySensorEntityDescription):
    """A yes or no about one camera; None where it cannot be known."""

    read: Callable[[Household, Camera], bool | None]
    explain: Callable[[Camera], str] | None = None


def _connected(_household: Household, camera: Camera) -> bool | None:
    # A camera that its owner turned off is not lost.
    return None if camera.state is CameraState.OFF else camera.is_live


def _problem(_household: Household, camera: Camera) -> bool:
    return camera.state in NEEDS_THE_OWNER or bool(camera.recording_problem)


def _reason(camera: Camera) -> str:
    if camera.state in NEEDS_THE_OWNER:
        return camera.reason
    return camera.recording_problem


def _watched(camera: Camera, *, seen: bool) -> bool | None:
    """Return what is seen; "nothing" needs a camera that looks."""
    return seen or (False if camera.is_live and camera.detection else None)


CAMERA_SENSES: Final = (
    CameraSenseDescription(
        key="motion",
        device_class=BinarySensorDeviceClass.MOTION,
        read=lambda household, camera: _watched(
            camera, seen=household.moves(camera.id)
        ),
    ),
    CameraSenseDescription(
        key="connectivity",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        read=_connected,
    ),
    CameraSenseDescription(
        key="problem",
        device_class=BinarySensorDeviceClass.PROBLEM,
        entity_category=EntityCategory.DIAGNOSTIC,
        read=_problem,
        explain=_reason,
    ),
)


async def async_setup_entry(
    _hass: HomeAssistant, entry: EngineEntry, add: AddConfigEntryEntitiesCallback
) -> None:
    """Make what each camera and the household sense."""
    coordinator = entry.runtime_data
    add_per_camera(entry, add, _of_camera)
    add([StorageProblem(coordinator, "storage")])
    add_for_sharing(entry, add, lambda engine: [HubConnectivity(engine, "hub")])
    _follow_zones(entry)


def _of_camera(
    coordinator: EngineCoordinator, camera: Camera
) -> Iterator[BinarySensorEntity]:
    for description in CAMERA_SENSES:
        yield CameraSense(coordinator, camera.id, description)
    for zone in camera.zones:
        yield ZoneMotion(coordinator, camera.id, zone)
    for label in coordinator.data.labels:
        yield LabelOccupancy(coordinator, camera.id, label)


@callback
def _follow_zones(entry: EngineEntry) -> None:
    """Remove the entities of zones that are no more, now and from now on."""
    coordinator = entry.runtime_data
    shown: set[str] | None = None

    @callback
    def look() -> None:
        nonlocal shown
        current = set(_zone_ids(coordinator))
        if shown != current:
            shown = current
            remove_stale(coordinator, BINARY_SENSOR, ZONE_MOTION, current)

    look()
    entry.async_on_unload(coordinator.async_add_listener(look))


def _zone_ids(coordinator: EngineCoordinator) -> Iterable[str]:
    engine = coordinator.config_entry.unique_id
    for camera in coordinator.data.cameras.values():
        for zone in camera.zones:
            yield f"{engine}_{camera.id}_{_zone_key(zone)}"


def _zone_key(zone: Zone) -> str:
    return f"zone_{zone.id}_motion"


class CameraSense(CameraEntity, BinarySensorEntity):
    """A yes or no about one camera."""

    entity_description: CameraSenseDescription

    def __init__(
        self,
        coordinator: EngineCoordinator,
        camera: str,
        description: CameraSenseDescription,
    ) -> None:
        super().__init__(coordinator, camera, description.key)
        self.entity_description = description

    @property
    @override
    def is_on(self) -> bool | None:
        return self.entity_description.read(self.coordinator.data, self.camera)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        explain = self.entity_description.explain
        return {"reason": explain(self.camera)} if explain and self.is_on else None


class ZoneMotion(CameraEntity, BinarySensorEntity):
    """Motion in one zone, named like the zone."""

    _attr_device_class = BinarySensorDeviceClass.MOTION

    def __init__(self, coordinator: EngineCoordinator, camera: str, zone: Zone) -> None:
        super().__init__(coordinator, camera, _zone_key(zone))
        self._attr_translation_key = ZONE_MOTION
        self._zone = zone.id
        self._attr_name = zone.name

    @property
    def _current(self) -> Zone | None:
        zones = self.camera.zones
        return next((zone for zone in zones if zone.id == self._zone), None)

    @property
    @override
    def available(self) -> bool:
        return super().available and self._current is not None

    @property
    @override
    def is_on(self) -> bool | None:
        moves = self.coordinator.data.moves(self.camera_id, self._zone)
        return _watched(self.camera, seen=moves)

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        if self.available and (zone := self._current) and zone.name != self._attr_name:
            self._attr_name = zone.name
            # The registry keeps the name that an entity had when it was added.
            er.async_get(self.hass).async_update_entity(
                self.entity_id, original_name=zone.name
            )
        super()._handle_coordinator_update()


class LabelOccupancy(CameraEntity, BinarySensorEntity):
    """A person, vehicle or animal in sight; needs a model in the engine."""

    _attr_device_class = BinarySensorDeviceClass.OCCUPANCY

    def __init__(
        self, coordinator: EngineCoordinator, camera: str, label: Label
    ) -> None:
        super().__init__(coordinator, camera, label.value)
        self._label = label

    @property
    @override
    def available(self) -> bool:
        return super().available and self._label in self.coordinator.data.labels

    @property
    @override
    def is_on(self) -> bool | None:
        seen = self.coordinator.data.shows(self.camera_id, self._label)
        return _watched(self.camera, seen=seen)


class StorageProblem(EngineEntity, BinarySensorEntity):
    """Recordings cannot be written, or the disk is all but full."""

    _attr_device_class = BinarySensorDeviceClass.PROBLEM
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    @property
    @override
    def is_on(self) -> bool | None:
        household = self.coordinator.data
        if any(camera.recording_problem for camera in household.cameras.values()):
            return True
        if (disk := household.storage) is None:
            return None
        return disk.free_bytes < LEAST_FREE_BYTES


class HubConnectivity(SharingEntity, BinarySensorEntity):
    """Whether the engine reaches the neighbourhood's hub."""

    _attr_device_class = BinarySensorDeviceClass.CONNECTIVITY
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    @property
    @override
    def is_on(self) -> bool:
        hub = self.coordinator.data.sharing.hub
        return hub is not None and hub.state == "connected"

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        hub = self.coordinator.data.sharing.hub
        return {"reason": hub.reason} if hub is not None and hub.reason else None
