"""Triggers: an alert, a request, an episode that begins or ends, the bell.

An automation says what it wants in the words of the household; it needs to know of no
entity but the camera. What a trigger brings is in `told`.
"""

from abc import abstractmethod
from collections import deque
from typing import Any, ClassVar, Final, cast, override

from homeassistant.const import CONF_OPTIONS, CONF_TARGET
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.trigger import (
    Trigger,
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)
from homeassistant.helpers.typing import ConfigType
from probatio import Marker, Optional, Required, Schema

from .choosing import ALERT_OPTIONS, EPISODE_OPTIONS, AlertChoice, EpisodeChoice
from .coordinator import EngineCoordinator
from .engines import entity_of_camera, targeted
from .household import Happening, Kind
from .models import Episode
from .relay import async_listen
from .told import alert_told, camera_name, episode_told, request_told

type Payload = dict[str, Any]

# Episodes that a trigger fired for. They are labelled again within seconds, or never.
REMEMBERED: Final = 256


def _schema(options: dict[Marker, Any], *, target: bool = False) -> Schema:
    fields: dict[Marker, Any] = {Optional(CONF_OPTIONS, default=dict): options}
    if target:
        fields[Required(CONF_TARGET)] = cv.TARGET_FIELDS
    return Schema(fields)


class HappeningTrigger(Trigger):
    """Fires for some of what happens in any engine."""

    schema: ClassVar[Schema]

    @override
    @classmethod
    async def async_validate_config(
        cls, hass: HomeAssistant, config: ConfigType
    ) -> ConfigType:
        return cast("ConfigType", cls.schema(config))

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        super().__init__(hass, config)
        self.options = config.options or {}
        self.target = config.target or {}

    @abstractmethod
    def payload(
        self, coordinator: EngineCoordinator, happening: Happening
    ) -> Payload | None:
        """Return what the automation gets, None when it is not meant."""

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        @callback
        def hear(coordinator: EngineCoordinator, happening: Happening) -> None:
            payload = self.payload(coordinator, happening)
            if payload is not None:
                run_action(payload, happening.kind.value.replace("_", " "))

        return async_listen(self._hass, hear)


class AlertReceived(HappeningTrigger):
    """A neighbour, an automation of theirs or an agency published an alert."""

    schema = _schema(ALERT_OPTIONS)

    @override
    def payload(
        self, coordinator: EngineCoordinator, happening: Happening
    ) -> Payload | None:
        alert = happening.alert
        if happening.kind is not Kind.ALERT_RECEIVED or alert is None:
            return None
        if alert.mine or alert.msg_type == "cancel":
            return None
        if not AlertChoice.of(self.options).takes(coordinator, alert):
            return None
        return {
            "alert": alert_told(coordinator, alert),
            "config_entry_id": coordinator.config_entry.entry_id,
        }


class RequestReceived(HappeningTrigger):
    """An agency asks the area for recordings."""

    schema = _schema({Optional("urgent_only", default=False): cv.boolean})

    @override
    def payload(
        self, coordinator: EngineCoordinator, happening: Happening
    ) -> Payload | None:
        request = happening.request
        if happening.kind is not Kind.REQUEST_RECEIVED or request is None:
            return None
        if request.state != "open":
            return None  # over before it was told, as after a long time without power
        if self.options.get("urgent_only") and not request.urgent:
            return None
        return {
            "request": request_told(coordinator, request),
            "config_entry_id": coordinator.config_entry.entry_id,
        }


class CameraTrigger(HappeningTrigger):
    """Fires for the cameras of a target."""

    def entity(self, coordinator: EngineCoordinator, camera: str) -> str | None:
        """Return the camera's entity when it is targeted."""
        entity_id = entity_of_camera(coordinator, camera)
        return entity_id if entity_id in targeted(self._hass, self.target) else None


class EpisodeTrigger(CameraTrigger):
    """Fires for an episode of a camera."""

    schema = _schema(EPISODE_OPTIONS, target=True)

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        super().__init__(hass, config)
        self.choice = EpisodeChoice.of(self.options)

    @override
    def payload(
        self, coordinator: EngineCoordinator, happening: Happening
    ) -> Payload | None:
        episode = happening.episode
        if episode is None or not self.choice.is_in_zone(coordinator, episode):
            return None
        entity_id = self.entity(coordinator, episode.camera)
        if entity_id is None or not self.is_meant(happening.kind, episode):
            return None
        return {
            "entity_id": entity_id,
            "episode": episode_told(coordinator, episode),
            "config_entry_id": coordinator.config_entry.entry_id,
        }

    @abstractmethod
    def is_meant(self, kind: Kind, episode: Episode) -> bool:
        """Whether this moment of a targeted episode is the one."""


class EpisodeStarted(EpisodeTrigger):
    """Motion began or, with a label, was recognised; once an episode."""

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        super().__init__(hass, config)
        self._fired: deque[str] = deque(maxlen=REMEMBERED)

    @override
    def is_meant(self, kind: Kind, episode: Episode) -> bool:
        if not self.choice.labels:
            return kind is Kind.EPISODE_STARTED
        if kind is Kind.EPISODE_ENDED or episode.id in self._fired:
            return False
        if not self.choice.is_shown(episode):
            return False
        self._fired.append(episode.id)
        return True


class EpisodeEnded(EpisodeTrigger):
    """Motion ended."""

    @override
    def is_meant(self, kind: Kind, episode: Episode) -> bool:
        return kind is Kind.EPISODE_ENDED and self.choice.is_shown(episode)


class DoorbellRang(CameraTrigger):
    """Somebody rang."""

    schema = _schema({}, target=True)

    @override
    def payload(
        self, coordinator: EngineCoordinator, happening: Happening
    ) -> Payload | None:
        camera = happening.camera
        if happening.kind is not Kind.DOORBELL_RANG or camera is None:
            return None
        entity_id = self.entity(coordinator, camera)
        if entity_id is None:
            return None
        return {
            "entity_id": entity_id,
            "name": camera_name(coordinator, camera),
            "config_entry_id": coordinator.config_entry.entry_id,
        }


TRIGGERS: Final[dict[str, type[Trigger]]] = {
    "alert_received": AlertReceived,
    "doorbell_rang": DoorbellRang,
    "episode_ended": EpisodeEnded,
    "episode_started": EpisodeStarted,
    "request_received": RequestReceived,
}


async def async_get_triggers(_hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return our triggers."""
    return TRIGGERS
