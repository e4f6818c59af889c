"""What one engine has told: pure state, and what can happen to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .models import (
    Alert,
    Camera,
    Episode,
    Hello,
    Label,
    OpenEpisode,
    PoliceRequest,
    Sharing,
    Storage,
)


class Kind(StrEnum):
    """What can happen; each is a trigger or an entity's event."""

    EPISODE_STARTED = "episode_started"
    EPISODE_LABELLED = "episode_labelled"
    EPISODE_ENDED = "episode_ended"
    DOORBELL_RANG = "doorbell_rang"
    ALERT_RECEIVED = "alert_received"
    ALERT_CHANGED = "alert_changed"
    ALERT_ENDED = "alert_ended"
    REQUEST_RECEIVED = "request_received"
    REQUEST_CHANGED = "request_changed"
    REQUEST_ENDED = "request_ended"


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One thing that happened. Which fields are set follows from ``kind``."""

    kind: Kind
    camera: str | None = None
    episode: Episode | None = None
    alert: Alert | None = None
    request: PoliceRequest | None = None


@dataclass(frozen=True, kw_only=True)
class Household:
    """One engine's cameras and neighbourhood, as last told."""

    engine: Hello
    cameras: Mapping[str, Camera] = field(default_factory=dict)
    open_episodes: Mapping[str, OpenEpisode] = field(default_factory=dict)
    last_episodes: Mapping[str, Episode] = field(default_factory=dict)  # by camera
    episodes_today: Mapping[str, int] = field(default_factory=dict)  # by camera
    storage: Storage | None = None
    labels: tuple[Label, ...] = ()
    sharing: Sharing = field(default_factory=Sharing)
    alerts: Mapping[str, Alert] = field(default_factory=dict)
    requests: Mapping[str, PoliceRequest] = field(default_factory=dict)

    def moves(self, camera: str, zone: str | None = None) -> bool:
        """Whether something moves in a zone, or (None) anywhere in the picture."""
        return any(
            episode.camera == camera and episode.zone == zone
            for episode in self.open_episodes.values()
        )

    def shows(self, camera: str, label: Label) -> bool:
        """Whether an open episode of the camera shows a ``label``."""
        return any(
            episode.camera == camera and label in episode.labels
            for episode in self.open_episodes.values()
        )
