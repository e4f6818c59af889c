"""Numbers and times of cameras, and what is open in the neighbourhood."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, UnitOfDataRate, UnitOfInformation
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import EngineCoordinator, EngineEntry
from .entity import CameraEntity, SharingEntity, add_for_sharing, add_per_camera
from .household import Household
from .models import Camera, CameraStorage, PoliceRequest
from .nearby import active_alerts

PARALLEL_UPDATES = 0

type Reading = float | datetime | None


@dataclass(frozen=True, kw_only=True)
class CameraSensorDescription(SensorEntityDescription):
    """A number or a time of one camera."""

    read: Callable[[Household, Camera], Reading]


def _last_motion(household: Household, camera: Camera) -> Reading:
    episode = household.last_episodes.get(camera.id)
    return episode.started_at if episode else None


def _stored(household: Household, camera: Camera) -> CameraStorage | None:
    cameras = household.storage.cameras if household.storage else ()
    return next((each for each in cameras if each.camera == camera.id), None)


def _storage_used(household: Household, camera: Camera) -> Reading:
    stored = _stored(household, camera)
    return stored.size_bytes if stored else None


def _oldest_recording(household: Household, camera: Camera) -> Reading:
    stored = _stored(household, camera)
    return stored.oldest_at if stored else None


CAMERA_SENSORS: Final = (
    CameraSensorDescription(
        key="last_motion",
        device_class=SensorDeviceClass.TIMESTAMP,
        read=_last_motion,
    ),
    CameraSensorDescription(
        key="episodes_today",
        state_class=SensorStateClass.TOTAL_INCREASING,  # begins anew at midnight
        read=lambda household, camera: household.episodes_today.get(camera.id, 0),
    ),
    CameraSensorDescription(
        key="storage_used",
        device_class=SensorDeviceClass.DATA_SIZE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfInformation.BYTES,
        suggested_unit_of_measurement=UnitOfInformation.GIGABYTES,
        suggested_display_precision=1,
        entity_category=EntityCategory.DIAGNOSTIC,
        read=_storage_used,
    ),
    CameraSensorDescription(
        key="oldest_recording",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        read=_oldest_recording,
    ),
    CameraSensorDescription(
        key="frame_rate",
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement="fps",
        suggested_display_precision=1,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,  # changes every half minute
        read=lambda _household, camera: camera.statistics.fps,
    ),
    CameraSensorDescription(
        key="bit_rate",
        device_class=SensorDeviceClass.DATA_RATE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfDataRate.BITS_PER_SECOND,
        suggested_unit_of_measurement=UnitOfDataRate.MEGABITS_PER_SECOND,
        suggested_display_precision=2,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,  # likewise
        read=lambda _household, camera: camera.statistics.bits_per_s,
    ),
)


async def async_setup_entry(
    _hass: HomeAssistant, entry: EngineEntry, add: AddConfigEntryEntitiesCallback
) -> None:
    """Make the sensors of every camera, and those of the neighbourhood."""
    add_per_camera(
        entry,
        add,
        lambda engine, camera: [
            CameraSensor(engine, camera.id, each) for each in CAMERA_SENSORS
        ],
    )
    add_for_sharing(
        entry,
        add,
        lambda engine: [
            OpenRequests(engine, "police_requests"),
            ActiveAlerts(engine, "active_alerts"),
        ],
    )


class CameraSensor(CameraEntity, SensorEntity):
    """A number or a time of one camera."""

    entity_description: CameraSensorDescription

    def __init__(
        self,
        coordinator: EngineCoordinator,
        camera: str,
        description: CameraSensorDescription,
    ) -> None:
        super().__init__(coordinator, camera, description.key)
        self.entity_description = description

    @property
    @override
    def native_value(self) -> Reading:
        return self.entity_description.read(self.coordinator.data, self.camera)


class OpenRequests(SharingEntity, SensorEntity):
    """How many police requests are open to the area.

    Answered or not, a request counts the same: what this home decided is its own.
    """

    _attr_state_class = SensorStateClass.MEASUREMENT
    _unrecorded_attributes = frozenset({"requests"})

    @property
    def _open(self) -> list[PoliceRequest]:
        requests = self.coordinator.data.requests.values()
        return [request for request in requests if request.state == "open"]

    @property
    @override
    def native_value(self) -> int:
        return len(self._open)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        return {"requests": [_summary(request) for request in self._open]}


def _summary(request: PoliceRequest) -> dict[str, Any]:
    return {
        "agency": request.agency,
        "offence": request.offence,
        "window_start": request.window_start,
        "window_end": request.window_end,
    }


class ActiveAlerts(SharingEntity, SensorEntity):
    """How many alerts hold within the radius."""

    _attr_state_class = SensorStateClass.MEASUREMENT

    @property
    @override
    def native_value(self) -> int:
        return len(active_alerts(self.coordinator))
