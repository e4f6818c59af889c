"""What the API needs of the rest of the engine; `app.py` wires it.

Plain methods may touch the disk and are called in a worker thread, ``async`` ones and
those marked "on the loop" on the loop. Errors of `engine/errors.py` reach the client.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from neighborcam.engine.api.messages import (
    CameraProbe,
    CameraStatistics,
    FoundDevice,
    OnvifDevice,
    OnvifProfile,
)
from neighborcam.engine.api.own_alerts_port import OwnAlertsPort
from neighborcam.engine.api.request_port import RequestsPort
from neighborcam.engine.config import CameraConfig, CameraId
from neighborcam.engine.facts import EpisodeId, Label, SceneChanged
from neighborcam.engine.index.rows import (
    CoverageSpan,
    EpisodeRow,
    SegmentRow,
    StorageUse,
    TokenRow,
)
from neighborcam.engine.moving import Translation
from neighborcam.engine.neighbours import (
    AlertPreview,
    AlertView,
    Change,
    CommentView,
    DiaryEntry,
    Draft,
    PictureOrder,
    PictureView,
    Preferences,
    Reaction,
    SharingView,
)
from neighborcam.engine.settings import Settings
from neighborcam.engine.states import CameraState


class StreamName(StrEnum):
    """Which of a camera's streams."""

    MAIN = "main"
    SUB = "sub"


class Container(StrEnum):
    """How live video is wrapped."""

    MPEGTS = "mpegts"
    FMP4 = "fmp4"


@dataclass(frozen=True, kw_only=True, slots=True)
class CameraStatus:
    """One camera now. ``config`` holds the password: never send it as it is."""

    config: CameraConfig
    state: CameraState
    reason: str
    statistics: CameraStatistics


class LiveViewer(Protocol):
    """A viewer of a live stream, in chunks; ``mime`` is valid once the first came."""

    @property
    def mime(self) -> str:
        """The type for a browser: ``video/mp4; codecs="avc1.64001f"``."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    def close(self) -> None:
        """Stop; a second call does nothing. On the loop."""


class Cameras(Protocol):
    """The running cameras."""

    def list(self) -> Sequence[CameraStatus]:
        """Return every camera, in the order of the page; on the loop."""

    def get(self, camera: CameraId) -> CameraStatus:
        """Return one camera, or raise `NotFound`; on the loop."""

    async def add(self, config: CameraConfig) -> None:
        """Store and start a camera; `Conflict` when the id is taken."""

    async def update(self, config: CameraConfig) -> None:
        """Store and apply a changed config of an existing camera."""

    async def remove(self, camera: CameraId) -> None:
        """Stop and forget a camera. Its recordings stay until retention takes them."""

    async def probe(self, config: CameraConfig) -> CameraProbe:
        """Connect once without saving; a failure is in the result, not raised."""

    async def discover(self) -> Sequence[FoundDevice]:
        """Look for ONVIF devices on the network, for a few seconds."""

    async def onvif_profiles(self, device: OnvifDevice) -> Sequence[OnvifProfile]:
        """Ask a device for its streams; raises the `CameraError` tree."""

    async def snapshot(self, camera: CameraId) -> bytes:
        """Return the newest picture as JPEG, privacy masks black."""

    def open_live(
        self, camera: CameraId, stream: StreamName, container: Container
    ) -> LiveViewer:
        """Begin to view; `Conflict` when the camera is off; on the loop."""


class Index(Protocol):
    """The part of `index.store.Index` that the API reads and writes."""

    def episode(self, episode: EpisodeId, /) -> EpisodeRow:
        """Return one episode, or raise `NotFound`."""

    def episodes(
        self,
        camera: CameraId | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        label: Label | None = None,
        limit: int = 50,
        before: EpisodeId | None = None,
    ) -> Sequence[EpisodeRow]:
        """Return episodes that overlap the span, newest first."""

    def latest_episodes(self) -> Sequence[EpisodeRow]:
        """Return each camera's newest episode of the whole picture."""

    def episode_counts(self, start: datetime, end: datetime) -> dict[CameraId, int]:
        """Count episodes of the whole picture that began in the span, by camera."""

    def delete_episode(self, episode: EpisodeId, /) -> None:
        """Forget an episode, not its recording."""

    def hold(self, episode: EpisodeId, /) -> None:
        """Keep an episode's recording from retention."""

    def release(self, episode: EpisodeId, /) -> None:
        """Give it back to retention."""

    def segments(
        self, camera: CameraId, start: datetime, end: datetime
    ) -> Sequence[SegmentRow]:
        """Return recorded files that overlap the span."""

    def coverage(
        self, camera: CameraId, start: datetime, end: datetime
    ) -> Sequence[CoverageSpan]:
        """Return what is recorded of the span."""

    def scene_changes(
        self, camera: CameraId, start: datetime, end: datetime
    ) -> Sequence[SceneChanged]:
        """Return scene changes, oldest first."""

    def storage_use(self) -> Sequence[StorageUse]:
        """Return what each camera takes."""

    def setting(self, name: str) -> bytes | None:
        """Return stored bytes, None if there are none."""

    def put_setting(self, name: str, value: bytes) -> None:
        """Store bytes under a name."""

    def put_token(self, token: TokenRow) -> None:
        """Store a token."""

    def tokens(self) -> Sequence[TokenRow]:
        """Return every token."""

    def delete_token(self, token: str, /) -> None:
        """Revoke a token by its id."""


class ClipSpan(Protocol):
    """Where an exported clip really begins and ends: `recording.clip.ClipResult`."""

    @property
    def started_at(self) -> datetime:
        """Return when the first frame was."""

    @property
    def ended_at(self) -> datetime:
        """Return when the last frame was."""


class ExportClip(Protocol):
    """Write the recording of a span to ``out`` (MP4); `NotFound` when there is none."""

    def __call__(
        self,
        camera: CameraId,
        start: datetime,
        end: datetime,
        *,
        exact: bool,
        out: Path,
    ) -> ClipSpan:
        """Write the clip; in a worker thread."""


class Pictures(Protocol):
    """Where an episode's pictures are, and how they go when the episode is deleted."""

    def thumbnail(self, episode: EpisodeRow) -> Path:
        """Return where its best picture is."""

    def preview(self, episode: EpisodeRow) -> Path:
        """Return where its pictures in a grid are."""


class SettingsPort(Protocol):
    """The engine's settings, and what must happen when they change."""

    def current(self) -> Settings:
        """Return the settings in force; on the loop."""

    async def change(self, settings: Settings) -> None:
        """Store and apply; raises `InvalidInput` when they cannot be applied."""


class Address(Protocol):
    """An URL with its credentials taken out: `camera.address.Address`."""

    @property
    def url(self) -> str:
        """Return the URL without them."""

    @property
    def username(self) -> str | None:
        """Return the user, decoded."""

    @property
    def password(self) -> str | None:
        """Return the password, decoded."""


class NeighbourhoodPort(OwnAlertsPort, Protocol):
    """Sharing with neighbours; on the loop. Off until the owner joins a hub."""

    @property
    def is_on(self) -> bool:
        """Whether this home has joined a hub."""

    def view(self) -> SharingView:
        """Return whether this home shares, and how the hub is."""

    def alerts(self) -> tuple[AlertView, ...]:
        """Return the alerts that hold."""

    def diary(self) -> Sequence[DiaryEntry]:
        """Return what left this home, the newest first."""

    def preferences(self) -> Preferences:
        """Return what this home wants to hear."""

    def prefer(self, preferences: Preferences) -> None:
        """Change what this home wants to hear."""

    async def join(self, link: str, latitude: float, longitude: float) -> SharingView:
        """Join a hub. Raises `InvalidInput`, `Conflict`, or what the hub said."""

    async def leave(self, *, anyway: bool = False) -> None:
        """Take back what was said, delete the account, forget everything."""

    async def trust_again(self, *, anew: bool) -> SharingView:
        """Believe a hub again. Raises `Conflict`."""

    def preview(self, draft: Draft) -> AlertPreview:
        """Return what would be published. Raises `InvalidInput`, `NotFound`."""

    async def publish(self, draft: Draft) -> AlertView:
        """Publish an alert. Raises `Conflict` for a picture that nobody saw."""

    async def make(self, order: PictureOrder) -> PictureView:
        """Make a redacted picture or clip; nothing leaves by it."""

    def made(self, picture: str) -> bytes:
        """Return a picture that was made. Raises `NotFound`."""

    async def update(self, alert: str, change: Change) -> AlertView:
        """Publish a newer version. Raises `NotFound`, `InvalidInput`, `Conflict`."""

    async def cancel(self, alert: str) -> None:
        """Take an alert of this home back."""

    async def comment(self, alert: str, text: str) -> None:
        """Write below an alert."""

    async def comments(self, alert: str) -> tuple[CommentView, ...]:
        """Return what stands below an alert."""

    async def react(self, alert: str, kind: Reaction) -> None:
        """Say something to an alert."""

    async def flag(self, alert: str, comment: str | None, reason: str) -> None:
        """Have stewards look at an alert, or at a comment below it."""

    async def media(self, alert: str, name: str) -> bytes:
        """Return a picture or clip of an alert."""

    async def hub_page(self) -> str:
        """Return the hub's page with the pass of the day."""

    async def invite(self) -> str:
        """Return an invite for a neighbour, as a link."""


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Everything the API is built on."""

    cameras: Cameras
    index: Index
    export_clip: ExportClip
    pictures: Pictures
    settings: SettingsPort
    split_credentials: Callable[[str], Address]  # InvalidInput for what is no URL
    redact: Callable[[str], str]  # hides credentials in an URL's query
    media_dir: Path
    now: Callable[[], datetime]  # aware UTC
    neighbourhood: NeighbourhoodPort
    requests: RequestsPort
    translate: Callable[[str, Mapping[str, str]], Translation]  # a file of Frigate
    labels: Callable[[], tuple[Label, ...]] = tuple  # that can be told apart now
