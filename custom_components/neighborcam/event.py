"""What happens: motion, the bell, alerts of neighbours, requests of the police."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.components.event import DOMAIN as EVENT
from homeassistant.components.event import (
    DoorbellEventType,
    EventDeviceClass,
    EventEntity,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN
from .coordinator import EngineCoordinator, EngineEntry
from .entity import (
    CameraEntity,
    EngineEntity,
    SharingEntity,
    add_for_sharing,
    add_per_camera,
)
from .household import Happening, Kind
from .models import Alert, Episode, Label, PoliceRequest
from .nearby import is_near

PARALLEL_UPDATES = 0

DOORBELL: Final = "doorbell"
RECEIVED: Final = "received"
CHANGED: Final = "changed"
ENDED: Final = "ended"
STARTED: Final = "started"

ALERT_EVENTS: Final[Mapping[Kind, str]] = {
    Kind.ALERT_RECEIVED: RECEIVED,
    Kind.ALERT_CHANGED: CHANGED,
    Kind.ALERT_ENDED: ENDED,
}
REQUEST_EVENTS: Final[Mapping[Kind, str]] = {
    Kind.REQUEST_RECEIVED: RECEIVED,
    Kind.REQUEST_CHANGED: CHANGED,
    Kind.REQUEST_ENDED: ENDED,
}


async def async_setup_entry(
    _hass: HomeAssistant, entry: EngineEntry, add: AddConfigEntryEntitiesCallback
) -> None:
    """Make the events of every camera, and those of the neighbourhood."""
    add_per_camera(
        entry, add, lambda engine, camera: [MotionEvent(engine, camera.id, "motion")]
    )
    _follow_doorbells(entry, add)
    add_for_sharing(
        entry,
        add,
        lambda engine: [
            RequestEvent(engine, "police_request"),
            AlertEvent(engine, "alert"),
        ],
    )


@callback
def _follow_doorbells(entry: EngineEntry, add: AddConfigEntryEntitiesCallback) -> None:
    """Give a camera a bell when it first rings: no camera says that it has one."""
    coordinator = entry.runtime_data
    cameras = coordinator.data.cameras
    bells = {camera for camera in cameras if _rang_before(coordinator, camera)}
    add([DoorbellEvent(coordinator, camera, DOORBELL) for camera in bells])

    @callback
    def tell(happening: Happening) -> None:
        camera = happening.camera
        if happening.kind is not Kind.DOORBELL_RANG or camera is None:
            return
        if camera in coordinator.data.cameras and camera not in bells:
            bells.add(camera)
            add([DoorbellEvent(coordinator, camera, DOORBELL, rings=True)])

    @callback
    def forget() -> None:
        bells.intersection_update(coordinator.data.cameras)

    entry.async_on_unload(coordinator.async_on_happening(tell))
    entry.async_on_unload(coordinator.async_add_listener(forget))


def _rang_before(coordinator: EngineCoordinator, camera: str) -> bool:
    unique_id = f"{coordinator.config_entry.unique_id}_{camera}_{DOORBELL}"
    registry = er.async_get(coordinator.hass)
    return registry.async_get_entity_id(EVENT, DOMAIN, unique_id) is not None


class HappeningEvent(EngineEntity, EventEntity):
    """Something that hears what happens in the household."""

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.async_on_happening(self._hear))

    @callback
    def async_entity_id_changed(self, old_entity_id: str) -> None:
        """Stay added under the new name: nothing here depends on it (2026.11)."""

    @abstractmethod
    def _hear(self, happening: Happening) -> None:
        """Take notice of what happened, of any camera and kind."""

    @callback
    def _happen(
        self, event_type: str, attributes: dict[str, Any] | None = None
    ) -> None:
        self._trigger_event(event_type, attributes)
        self.async_write_ha_state()


class MotionEvent(CameraEntity, HappeningEvent):
    """Motion began or ended, or was recognised; in the picture or in a zone."""

    _attr_device_class = EventDeviceClass.MOTION
    _attr_event_types = [STARTED, ENDED, *(label.value for label in Label)]  # noqa: RUF012 - as EventEntity has it

    def __init__(self, coordinator: EngineCoordinator, camera: str, key: str) -> None:
        super().__init__(coordinator, camera, key)
        self._told: dict[str, frozenset[Label]] = {}  # labels by open episode

    @callback
    @override
    def _hear(self, happening: Happening) -> None:
        episode = happening.episode
        if episode is None or episode.camera != self.camera_id:
            return
        match happening.kind:
            case Kind.EPISODE_STARTED:
                self._happen(STARTED, self._details(episode))
            case Kind.EPISODE_LABELLED:
                self._tell_labels(episode)
            case Kind.EPISODE_ENDED:
                self._happen(ENDED, self._details(episode))

    @callback
    def _tell_labels(self, episode: Episode) -> None:
        """Tell each label of an episode once, however often the engine looks."""
        told = self._told.get(episode.id, frozenset())
        still = {*self.coordinator.data.open_episodes, episode.id}
        self._told = {id_: old for id_, old in self._told.items() if id_ in still}
        self._told[episode.id] = told | frozenset(episode.labels)
        for label in episode.labels:
            if label not in told:
                self._happen(label.value, self._details(episode))

    def _details(self, episode: Episode) -> dict[str, Any]:
        zones = {zone.id: zone.name for zone in self.camera.zones}
        return {
            "episode": episode.id,
            "zone": episode.zone and zones.get(episode.zone, episode.zone),
            "labels": [label.value for label in episode.labels],
        }


class DoorbellEvent(CameraEntity, HappeningEvent):
    """Somebody rang at the camera's bell."""

    _attr_device_class = EventDeviceClass.DOORBELL
    _attr_event_types = [DoorbellEventType.RING]  # noqa: RUF012 - as EventEntity has it

    def __init__(
        self,
        coordinator: EngineCoordinator,
        camera: str,
        key: str,
        *,
        rings: bool = False,
    ) -> None:
        super().__init__(coordinator, camera, key)
        self._rings = rings

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        if self._rings:
            self._trigger_event(DoorbellEventType.RING)  # the ring that made it

    @callback
    @override
    def _hear(self, happening: Happening) -> None:
        if happening.kind is Kind.DOORBELL_RANG and happening.camera == self.camera_id:
            self._happen(DoorbellEventType.RING)


class AlertEvent(SharingEntity, HappeningEvent):
    """An alert within the radius came, changed or ended."""

    _attr_event_types = [RECEIVED, CHANGED, ENDED]  # noqa: RUF012 - as EventEntity has it

    @callback
    @override
    def _hear(self, happening: Happening) -> None:
        event_type, alert = ALERT_EVENTS.get(happening.kind), happening.alert
        if event_type and alert and is_near(self.coordinator, alert):
            self._happen(event_type, _of_alert(alert))


def _of_alert(alert: Alert) -> dict[str, Any]:
    return {
        "alert": alert.id,
        "category": alert.category,
        "severity": alert.severity,
        "urgency": alert.urgency,
        "headline": alert.headline,
        "origin": alert.origin,
        "agency": alert.agency,
        "verified": alert.verified,
        "mine": alert.mine,
    }


class RequestEvent(SharingEntity, HappeningEvent):
    """A police request to the area came, changed or ended."""

    _attr_event_types = [RECEIVED, CHANGED, ENDED]  # noqa: RUF012 - as EventEntity has it

    @callback
    @override
    def _hear(self, happening: Happening) -> None:
        event_type, request = REQUEST_EVENTS.get(happening.kind), happening.request
        if event_type and request:
            self._happen(event_type, _of_request(request))


def _of_request(request: PoliceRequest) -> dict[str, Any]:
    return {
        "request": request.id,
        "agency": request.agency,
        "offence": request.offence,
        "window_start": request.window_start,
        "window_end": request.window_end,
        "expires": request.expires,
        "urgent": request.urgent,
        "state": request.state,
    }
