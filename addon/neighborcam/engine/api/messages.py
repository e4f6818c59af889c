"""What travels over HTTP: requests and responses.

`facts`, `bus` (notices), `config` and `index.rows` are messages too; they are sent as
they are, except `CameraConfig`, which becomes a `CameraView` without its password.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Self

import msgspec

from neighborcam.engine.config import (
    CameraConfig,
    CameraId,
    Gate,
    Name,
    Onvif,
    Percent,
    Polygon,
    RecordingMode,
    Transport,
    Zone,
)
from neighborcam.engine.facts import EpisodeId, Label, SceneChanged
from neighborcam.engine.index.rows import CoverageSpan, EpisodeRow, StorageUse
from neighborcam.engine.states import CameraState

SCHEMA: Final = 1  # of the WebSocket; grows when a client must change

type AwareTime = Annotated[datetime, msgspec.Meta(tz=True)]
type Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
type Host = Annotated[str, msgspec.Meta(min_length=1, max_length=253)]
type Url = Annotated[str, msgspec.Meta(min_length=1, max_length=2048)]
type Credential = Annotated[str, msgspec.Meta(max_length=256)]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Something the engine answers."""


class Wish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something a client asks for; a field we do not know is an error, not ignored."""


class Scope(StrEnum):
    """What a token may do; each includes the following ones."""

    ADMIN = "admin"  # change cameras, settings and tokens
    VIEWER = "viewer"  # see everything
    STREAM = "stream"  # live video and the current picture, nothing else


class ErrorBody(Message, frozen=True, kw_only=True, omit_defaults=True):
    """Why not. ``code`` is for programs, ``message`` for people."""

    code: str
    message: str
    field: str | None = None
    id: str | None = None  # of an unexpected failure, as in the engine's log


class ErrorAnswer(Message, frozen=True, kw_only=True):
    """The body of every answer that is not a success."""

    error: ErrorBody


class Health(Message, frozen=True, kw_only=True):
    """The engine answers."""

    ok: bool = True


class Info(Message, frozen=True, kw_only=True):
    """Which engine this is, and what the caller may do."""

    id: str  # of this data folder, for as long as it exists
    name: str
    version: str
    schema: int
    now: datetime
    scope: Scope


# --- access ---------------------------------------------------------------------------


class PairingWish(Wish, frozen=True, kw_only=True):
    """Let one more client in."""

    scope: Scope = Scope.VIEWER


class PairingCode(Message, frozen=True, kw_only=True):
    """A code to type into the new client; it works once."""

    code: str
    expires_at: datetime
    scope: Scope

    def __repr__(self) -> str:
        """Hide the code: this may be logged."""
        return f"PairingCode(scope={self.scope!r})"


class Pairing(Wish, frozen=True, kw_only=True):
    """Trade a code for a token."""

    code: Annotated[str, msgspec.Meta(max_length=32)]
    name: Name


class NewToken(Message, frozen=True, kw_only=True):
    """The token, shown this once; send it as ``Authorization: Bearer``."""

    token: str
    scope: Scope

    def __repr__(self) -> str:
        """Hide the token: this may be logged."""
        return f"NewToken(scope={self.scope!r})"


class Visit(Message, frozen=True, kw_only=True):
    """A token for who opens the page in Home Assistant; `administrators` may differ."""

    token: str
    scope: Scope
    knows_administrators: bool  # whether Home Assistant has told who administers

    def __repr__(self) -> str:
        """Hide the token: this may be logged."""
        return f"Visit(scope={self.scope!r})"


class Administrators(Wish, frozen=True, kw_only=True):
    """Who administers Home Assistant: ids of its users."""

    users: Annotated[
        tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=64)], ...],
        msgspec.Meta(max_length=1000),
    ]


class TokenView(Message, frozen=True, kw_only=True):
    """A token as its owner sees it afterwards."""

    id: str
    name: str
    scope: Scope
    created_at: datetime


class SignWish(Wish, frozen=True, kw_only=True):
    """Sign a media path, with its query if it has one."""

    path: Annotated[str, msgspec.Meta(min_length=1, max_length=2048)]
    ttl_s: Annotated[int, msgspec.Meta(ge=1, le=86_400)] = 300


class SignedUrl(Message, frozen=True, kw_only=True):
    """A path and query that work without a token until ``expires_at``."""

    url: str
    expires_at: datetime


# --- cameras --------------------------------------------------------------------------


class CameraStatistics(Message, frozen=True, kw_only=True):
    """Counters since the engine started; the format is None when not connected."""

    frames: int = 0
    received_bytes: int = 0
    reconnects: int = 0
    episodes: int = 0
    fps: float | None = None
    bits_per_s: float | None = None
    codec: str | None = None
    width: int | None = None
    height: int | None = None
    has_audio: bool = False
    last_frame_at: datetime | None = None


class CameraView(Message, frozen=True, kw_only=True):
    """A camera as clients see it: every field of its config but the password.

    The fields are named one by one so that a new secret in `CameraConfig` is not
    sent before somebody decided to.
    """

    id: CameraId
    name: str
    main_url: str
    sub_url: str | None
    username: str | None
    has_password: bool
    transport: Transport
    onvif: Onvif | None
    enabled: bool
    privacy: bool
    detection: bool
    sharing: bool
    gate: Gate
    sensitivity: Percent
    zones: tuple[Zone, ...]
    masks: tuple[Polygon, ...]
    privacy_masks: tuple[Polygon, ...]
    recording: RecordingMode
    audio: bool
    pre_roll_s: float
    post_roll_s: float
    keep_days: float | None
    keep_bytes: int | None
    state: CameraState
    reason: str
    recording_problem: str  # why nothing is recorded though it should be; or empty
    statistics: CameraStatistics

    @classmethod
    def of(
        cls,
        config: CameraConfig,
        *,
        state: CameraState,
        reason: str,
        recording_problem: str,
        statistics: CameraStatistics,
        redact: Callable[[str], str],
    ) -> Self:
        """Make the view of a config; ``redact`` hides secrets in an URL's query."""
        shared = {
            name: getattr(config, name)
            for name in cls.__struct_fields__
            if name in CameraConfig.__struct_fields__
        }
        shared["main_url"] = redact(config.main_url)
        shared["sub_url"] = redact(config.sub_url) if config.sub_url else None
        return cls(
            **shared,
            has_password=config.password is not None,
            state=state,
            reason=reason,
            recording_problem=recording_problem,
            statistics=statistics,
        )


class CameraTest(Wish, frozen=True, kw_only=True):
    """Try a camera without saving it.

    With ``camera`` what is not given is taken from that one, as its password.
    """

    main_url: Url
    camera: CameraId | None = None
    username: Credential | None = None
    password: Credential | None = None
    transport: Transport | None = None

    def __repr__(self) -> str:
        """Hide address and password: this may be logged."""
        return "CameraTest()"


class CameraProbe(Message, frozen=True, kw_only=True):
    """What one connection gave. ``picture`` is a JPEG, base64 in JSON."""

    ok: bool
    state: CameraState
    reason: str
    codec: str | None = None
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    has_audio: bool = False
    picture: bytes | None = None


class FoundDevice(Message, frozen=True, kw_only=True):
    """An ONVIF device that answered on the network."""

    host: str
    port: int
    name: str
    hardware: str = ""


class OnvifDevice(Wish, frozen=True, kw_only=True):
    """A device to ask for its streams."""

    host: Host
    port: Port = 80
    username: Credential | None = None
    password: Credential | None = None

    def __repr__(self) -> str:
        """Hide the password: this may be logged."""
        return f"OnvifDevice(host={self.host!r}, port={self.port!r})"


class OnvifProfile(Message, frozen=True, kw_only=True):
    """One stream that a device offers. ``url`` holds no credentials."""

    token: str
    name: str
    codec: str
    width: int
    height: int
    url: str


# --- recordings -----------------------------------------------------------------------


class SpanQuery(Wish, frozen=True, kw_only=True):
    """A stretch of time. Times are ISO 8601 with an offset or Z."""

    start: AwareTime
    end: AwareTime


class ClipQuery(SpanQuery, frozen=True, kw_only=True):
    """``exact`` re-encodes the first GOP; otherwise a clip may begin earlier."""

    exact: bool = False


class EpisodeQuery(Wish, frozen=True, kw_only=True):
    """Which episodes; ``before`` is the id of the last one of the page before."""

    camera: CameraId | None = None
    start: AwareTime | None = None
    end: AwareTime | None = None
    label: Label | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    before: EpisodeId | None = None


class EpisodeCount(Message, frozen=True, kw_only=True):
    """How many episodes of the whole picture began on a camera in a span."""

    camera: CameraId
    count: int


class LiveQuery(Wish, frozen=True, kw_only=True):
    """Which stream."""

    stream: Annotated[str, msgspec.Meta(pattern="^(main|sub)$")] = "main"


class Timeline(Message, frozen=True, kw_only=True):
    """What there is of one camera in a span."""

    coverage: tuple[CoverageSpan, ...]
    episodes: tuple[EpisodeRow, ...]
    scene_changes: tuple[SceneChanged, ...]


class Storage(Message, frozen=True, kw_only=True):
    """The disk with the recordings, and what each camera takes of it."""

    total_bytes: int
    free_bytes: int
    cameras: tuple[StorageUse, ...]
