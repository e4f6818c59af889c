"""What an engine sends, as frozen dataclasses; validated before anything sees it.

Field names are the engine's (docs/api.md). Fields that we do not know are ignored, so
an engine may grow; a field that we need and that is missing or odd raises `OddAnswer`.
Times are aware UTC. Texts are bounded: what comes from a network may be hostile.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Literal, cast

from probatio import REMOVE_EXTRA, AsDatetime, DataclassSchema, Invalid, Length, Range

from .errors import OddAnswer

Id = Annotated[str, Length(min=1, max=64)]
Name = Annotated[str, Length(max=120)]
Text = Annotated[str, Length(max=2000)]
Latitude = Annotated[float, Range(min=-90, max=90)]
Longitude = Annotated[float, Range(min=-180, max=180)]
When = Annotated[datetime, AsDatetime(require_timezone=True)]


class CameraState(StrEnum):
    """What a camera's connection is doing."""

    OFF = "off"
    CONNECTING = "connecting"
    LIVE = "live"
    STALLED = "stalled"
    RECONNECTING = "reconnecting"
    UNREACHABLE = "unreachable"
    UNAUTHORISED = "unauthorised"
    UNSUPPORTED = "unsupported"


class RecordingMode(StrEnum):
    """When a camera is recorded."""

    CONTINUOUS = "continuous"
    EPISODES = "episodes"
    OFF = "off"


class Label(StrEnum):
    """What an episode shows."""

    PERSON = "person"
    VEHICLE = "vehicle"
    ANIMAL = "animal"


@dataclass(frozen=True, kw_only=True)
class Info:
    """Which engine this is, and what our token may do."""

    id: Id
    name: Name
    version: Annotated[str, Length(max=40)]
    schema: int
    scope: Annotated[str, Length(max=20)]


@dataclass(frozen=True, kw_only=True)
class Zone:
    """A part of the picture with motion of its own."""

    id: Id
    name: Name


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """Counters since the engine started; the format is None when not connected."""

    episodes: int = 0
    fps: float | None = None
    bits_per_s: float | None = None
    codec: Annotated[str, Length(max=40)] | None = None
    width: int | None = None
    height: int | None = None
    has_audio: bool = False


@dataclass(frozen=True, kw_only=True)
class Camera:
    """A camera of the engine; its address stays there, but for editing it."""

    id: Id
    name: Name
    main_url: Annotated[str, Length(max=2048)] = field(repr=False)
    sub_url: Annotated[str, Length(max=2048)] | None = field(default=None, repr=False)
    username: Annotated[str, Length(max=256)] | None = field(default=None, repr=False)
    has_password: bool = False
    enabled: bool
    privacy: bool
    detection: bool
    sharing: bool = False
    sensitivity: int
    zones: Annotated[list[Zone], Length(max=64)]
    recording: RecordingMode
    audio: bool = True
    state: CameraState
    reason: Text
    recording_problem: Text = ""
    statistics: Statistics

    @property
    def is_live(self) -> bool:
        """Whether pictures come."""
        return self.state is CameraState.LIVE


@dataclass(frozen=True, kw_only=True)
class OpenEpisode:
    """Motion that lasts. ``zone`` None is the whole picture."""

    id: Id
    camera: Id
    zone: Id | None = None
    started_at: When
    labels: list[Label] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Episode:
    """Motion from start to end as the engine keeps it. ``ended_at`` None: it lasts."""

    id: Id
    camera: Id
    zone: Id | None = None
    started_at: When
    ended_at: When | None = None
    labels: list[Label] = field(default_factory=list)
    has_thumbnail: bool = False
    has_preview: bool = False
    held: bool = False


@dataclass(frozen=True, kw_only=True)
class CameraCount:
    """How many episodes of a camera started in a span."""

    camera: Id
    count: int


@dataclass(frozen=True, kw_only=True)
class CameraStorage:
    """What one camera's recordings take."""

    camera: Id
    size_bytes: int
    oldest_at: When | None = None


@dataclass(frozen=True, kw_only=True)
class Storage:
    """The disk with the recordings."""

    total_bytes: int
    free_bytes: int
    cameras: list[CameraStorage]


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stretch of time without a gap in the recording."""

    started_at: When
    ended_at: When


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """What is recorded of one camera in a span."""

    coverage: list[Span]
    episodes: list[Episode]


@dataclass(frozen=True, kw_only=True)
class Hub:
    """The community hub of this home. Its key and address stay in the engine."""

    name: Name
    state: Annotated[str, Length(max=20)]
    reason: Text = ""
    evidence: Text = ""  # a file of the engine, when the hub lied


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """Whether this home takes part in a neighbourhood: off or on."""

    state: Literal["off", "on"] = "off"
    hub: Hub | None = None

    @property
    def is_on(self) -> bool:
        """Whether alerts and requests can come and go."""
        return self.state == "on"


@dataclass(frozen=True, kw_only=True)
class Center:
    """The centre of a cell, never of a home."""

    latitude: Latitude
    longitude: Longitude


@dataclass(frozen=True, kw_only=True)
class Media:
    """A redacted picture or clip of an alert."""

    id: Id
    kind: Literal["picture", "clip"]


@dataclass(frozen=True, kw_only=True)
class Alert:
    """What a neighbour, an automation or an agency published. Terms are CAP 1.2's."""

    id: Id
    msg_type: Literal["alert", "update", "cancel"]
    references: list[Id] = field(default_factory=list)
    origin: Literal["person", "automation", "agency"]
    agency: Annotated[str, Length(max=80)] = ""
    category: Annotated[str, Length(max=40)]
    urgency: Annotated[str, Length(max=20)]
    severity: Annotated[str, Length(max=20)]
    certainty: Annotated[str, Length(max=20)]
    headline: Annotated[str, Length(max=80)]
    text: Annotated[str, Length(max=1000)] = ""
    instruction: Annotated[str, Length(max=300)] = ""
    onset: When
    expires: When
    cell: Annotated[str, Length(max=20)]
    center: Center
    verified: bool = False
    confirmations: int = 0
    disputes: int = 0
    mine: bool = False
    media: list[Media] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class MadePicture:
    """A picture or clip as it would leave; its bytes are fetched by its id."""

    id: Id
    kind: Literal["picture", "clip"]
    size_bytes: int
    redaction: list[Annotated[str, Length(max=40)]]


@dataclass(frozen=True, kw_only=True)
class Advice:
    """What to reconsider in a text."""

    concern: Annotated[str, Length(max=40)]
    text: Text


@dataclass(frozen=True, kw_only=True)
class AlertPreview:
    """What would be published."""

    alert: Alert
    pictures: Annotated[list[MadePicture], Length(max=8)] = field(default_factory=list)
    advice: Annotated[list[Advice], Length(max=16)] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class PoliceRequest:
    """An agency's request to the whole area; answering is voluntary.

    ``matching_cameras`` and ``answered`` tell about this home: they never reach a
    state, the history, the logbook or diagnostics.
    """

    id: Id
    agency: Name
    officer: Name
    case_ref: Name
    offence: Name
    necessity: Text
    what: Text
    area: list[list[float]]
    window_start: When
    window_end: When
    published: When
    expires: When
    urgent: bool = False
    state: Literal["open", "withdrawn", "expired", "resolved", "suspended"]
    matching_cameras: int = field(default=0, repr=False)
    answered: bool = field(default=False, repr=False)


@dataclass(frozen=True, kw_only=True)
class Hello:
    """The first message of an engine."""

    id: Id
    name: Name
    version: Annotated[str, Length(max=40)]
    schema: int


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Everything; replaces what was known."""

    seq: int
    cameras: Annotated[list[Camera], Length(max=256)]
    episodes: list[OpenEpisode]
    last_episodes: list[Episode] = field(default_factory=list)
    storage: Storage | None = None
    labels: list[Label] = field(default_factory=list)
    sharing: Sharing = field(default_factory=Sharing)
    alerts: list[Alert] = field(default_factory=list)
    requests: list[PoliceRequest] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Changes:
    """News in the order in which they happened; ``seq`` grows by one a message."""

    seq: int
    changes: list[dict]  # type: ignore[type-arg]  # each is parsed by its own type
    cameras: Annotated[list[Camera], Length(max=256)] = field(default_factory=list)
    storage: Storage | None = None
    labels: list[Label] | None = None
    sharing: Sharing | None = None


@dataclass(frozen=True, kw_only=True)
class CameraTest:
    """What one connection to a camera gave. ``picture`` is base64 of a JPEG."""

    ok: bool
    state: CameraState
    reason: Text
    codec: Annotated[str, Length(max=40)] | None = None
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    has_audio: bool = False
    picture: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class FoundDevice:
    """An ONVIF device that answered on the engine's network."""

    host: Annotated[str, Length(max=253)]
    port: int
    name: Name
    hardware: Name = ""


@dataclass(frozen=True, kw_only=True)
class OnvifProfile:
    """One stream that a device offers; ``url`` holds no credentials."""

    token: Name
    name: Name
    codec: Name
    width: int
    height: int
    url: Annotated[str, Length(max=2048)] = field(repr=False)


@cache
def _schema(kind: Hashable) -> Callable[[Any], Any]:
    return DataclassSchema(cast("type[Any]", kind), extra=REMOVE_EXTRA)


def parse[T](kind: type[T], data: object) -> T:
    """Make a ``kind`` of decoded JSON; raises `OddAnswer` naming the field."""
    try:
        parsed: T = _schema(cast("Hashable", kind))(data)
    except (Invalid, RecursionError) as problem:
        # Only where it is, never what was sent: that may be a secret or huge.
        where = ".".join(str(step)[:40] for step in getattr(problem, "path", ()))
        raise OddAnswer(
            f"the engine sent an odd {kind.__name__}: {where or 'all of it'}"
        ) from None
    return parsed


def parse_list[T](kind: type[T], data: object) -> list[T]:
    """Make a list of ``kind``; raises `OddAnswer`."""
    if not isinstance(data, list):
        raise OddAnswer(f"the engine sent no list of {kind.__name__}")
    return [parse(kind, each) for each in data]
