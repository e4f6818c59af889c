"""Which alerts and episodes an automation asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from homeassistant.helpers import config_validation as cv
from probatio import All, Coerce, In, Length, Marker, Optional, Range

from .coordinator import EngineCoordinator
from .models import Alert, Episode, Label
from .nearby import distance_m, is_near
from .told import zone_name

CATEGORIES: Final = (
    *("fire", "gas", "flood", "storm", "medical", "missing_person", "lost_pet"),
    *("found", "break_in", "theft", "vandalism", "vehicle", "hazard", "power"),
    *("noise", "infrastructure", "kindness", "info"),
)
SEVERITIES: Final = ("unknown", "minor", "moderate", "severe", "extreme")  # rising
LONGEST_DISTANCE_M: Final = 100_000

ALERT_OPTIONS: Final[dict[Marker, Any]] = {
    Optional("category", default=list): All(cv.ensure_list, [In(CATEGORIES)]),
    Optional("min_severity", default=SEVERITIES[0]): In(SEVERITIES),
    Optional("max_distance"): All(Coerce(float), Range(min=0, max=LONGEST_DISTANCE_M)),
}
EPISODE_OPTIONS: Final[dict[Marker, Any]] = {
    Optional("zone"): All(cv.string, Length(min=1)),
    Optional("label", default=list): All(cv.ensure_list, [Coerce(Label)]),
}


@dataclass(frozen=True, kw_only=True)
class AlertChoice:
    """Alerts of some categories (empty: any), bad enough and near enough."""

    categories: frozenset[str]
    min_severity: str
    max_distance_m: float | None  # None: the radius of the engine's options

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Return the choice of validated options."""
        return cls(
            categories=frozenset(options.get("category", ())),
            min_severity=options.get("min_severity", SEVERITIES[0]),
            max_distance_m=options.get("max_distance"),
        )

    def takes(self, coordinator: EngineCoordinator, alert: Alert) -> bool:
        """Whether an alert is one of these."""
        if self.categories and alert.category not in self.categories:
            return False
        if _rank(alert.severity) < _rank(self.min_severity):
            return False
        if self.max_distance_m is None:
            return is_near(coordinator, alert)
        away_m = distance_m(coordinator, alert)
        return away_m is not None and away_m <= self.max_distance_m


@dataclass(frozen=True, kw_only=True)
class EpisodeChoice:
    """Episodes of a zone (None: the whole picture) that show a label (empty: any)."""

    zone: str | None
    labels: frozenset[Label]

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Self:
        """Return the choice of validated options."""
        return cls(zone=options.get("zone"), labels=frozenset(options.get("label", ())))

    def is_in_zone(self, coordinator: EngineCoordinator, episode: Episode) -> bool:
        """Whether an episode is of the zone, which may be given by name or id."""
        if self.zone is None:
            return episode.zone is None
        names = {episode.zone, zone_name(coordinator, episode)} - {None}
        return self.zone.casefold() in {str(name).casefold() for name in names}

    def is_shown(self, episode: Episode) -> bool:
        """Whether an episode shows one of the labels."""
        return not self.labels or not self.labels.isdisjoint(episode.labels)


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else 0
