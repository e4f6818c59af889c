"""Conditions: an alert holds, a request is open, a camera shows something."""

from abc import abstractmethod
from typing import Any, ClassVar, Final, Unpack, cast, override

from homeassistant.const import CONF_OPTIONS, CONF_TARGET
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.condition import (
    Condition,
    ConditionCheckParams,
    ConditionConfig,
)
from homeassistant.helpers.typing import ConfigType
from probatio import Marker, Optional, Required, Schema

from .choosing import ALERT_OPTIONS, EPISODE_OPTIONS, AlertChoice, EpisodeChoice
from .coordinator import EngineCoordinator
from .engines import entity_of_camera, loaded_engines, targeted
from .models import Episode, OpenEpisode
from .nearby import standing_alerts


def _schema(options: dict[Marker, Any], *, target: bool = False) -> Schema:
    fields: dict[Marker, Any] = {Optional(CONF_OPTIONS, default=dict): options}
    if target:
        fields[Required(CONF_TARGET)] = cv.TARGET_FIELDS
    return Schema(fields)


class HouseholdCondition(Condition):
    """Holds when it holds in any engine; one that is away says nothing."""

    schema: ClassVar[Schema]

    @override
    @classmethod
    async def async_validate_config(
        cls, hass: HomeAssistant, config: ConfigType
    ) -> ConfigType:
        return cast("ConfigType", cls.schema(config))

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        super().__init__(hass, config)
        self.options = config.options or {}
        self.target = config.target or {}

    @override
    def _async_check(self, **kwargs: Unpack[ConditionCheckParams]) -> bool:
        engines = loaded_engines(self._hass)
        return any(each.connected and self.holds(each) for each in engines)

    @abstractmethod
    def holds(self, coordinator: EngineCoordinator) -> bool:
        """Whether it holds in one engine."""


class AlertActive(HouseholdCondition):
    """An alert of a kind holds nearby."""

    schema = _schema(ALERT_OPTIONS)

    @override
    def holds(self, coordinator: EngineCoordinator) -> bool:
        choice = AlertChoice.of(self.options)
        alerts = standing_alerts(coordinator).values()
        return any(choice.takes(coordinator, alert) for alert in alerts)


class RequestOpen(HouseholdCondition):
    """A police request is open, whether this home has answered it or not."""

    schema = _schema({Optional("urgent_only", default=False): cv.boolean})

    @override
    def holds(self, coordinator: EngineCoordinator) -> bool:
        urgent_only = self.options.get("urgent_only", False)
        return any(
            request.state == "open" and (request.urgent or not urgent_only)
            for request in coordinator.data.requests.values()
        )


class MotionShows(HouseholdCondition):
    """Something moves now in the picture or a zone of a targeted camera."""

    schema = _schema(EPISODE_OPTIONS, target=True)

    @override
    def holds(self, coordinator: EngineCoordinator) -> bool:
        meant = targeted(self._hass, self.target)
        choice = EpisodeChoice.of(self.options)
        episodes = map(_as_kept, coordinator.data.open_episodes.values())
        return any(
            entity_of_camera(coordinator, episode.camera) in meant
            and choice.is_in_zone(coordinator, episode)
            and choice.is_shown(episode)
            for episode in episodes
        )


def _as_kept(episode: OpenEpisode) -> Episode:
    return Episode(
        id=episode.id,
        camera=episode.camera,
        zone=episode.zone,
        started_at=episode.started_at,
        labels=episode.labels,
    )


CONDITIONS: Final[dict[str, type[Condition]]] = {
    "alert_active": AlertActive,
    "motion_shows": MotionShows,
    "request_open": RequestOpen,
}


async def async_get_conditions(_hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return our conditions."""
    return CONDITIONS
