"""The messages of the WebSockets: state and changes, and the start of live video."""

from datetime import datetime
from typing import Annotated

import msgspec

from neighborcam.engine.api.messages import CameraView, Message, Storage, Wish
from neighborcam.engine.bus import News
from neighborcam.engine.config import CameraId, ZoneId
from neighborcam.engine.facts import Box, EpisodeId, Label
from neighborcam.engine.index.rows import EpisodeRow
from neighborcam.engine.neighbours import AlertView, SharingView
from neighborcam.engine.requests import RequestView
from neighborcam.engine.settings import Settings


class Auth(Wish, frozen=True, kw_only=True, tag_field="type", tag="auth"):
    """The first message when the request had no ``Authorization``."""

    token: Annotated[str, msgspec.Meta(max_length=256)]

    def __repr__(self) -> str:
        """Hide the token: this may be logged."""
        return "Auth()"


class Ping(Wish, frozen=True, kw_only=True, tag_field="type", tag="ping"):
    """Ask for a `Pong`."""


class SnapshotWish(Wish, frozen=True, kw_only=True, tag_field="type", tag="snapshot"):
    """Ask for a `Snapshot`."""


type ClientMessage = Auth | Ping | SnapshotWish


class Hello(Message, frozen=True, kw_only=True, tag_field="type", tag="hello"):
    """The first message of the engine."""

    id: str
    schema: int
    version: str
    name: str


class OpenEpisode(Message, frozen=True, kw_only=True):
    """An episode that lasts."""

    id: EpisodeId
    camera: CameraId
    zone: ZoneId | None
    started_at: datetime
    box: Box
    score: float
    labels: tuple[Label, ...] = ()


class Snapshot(Message, frozen=True, kw_only=True, tag_field="type", tag="snapshot"):
    """Everything a client needs to know; replaces what it knew.

    The changes that follow have a higher ``seq`` than ``seq``.
    """

    seq: int
    cameras: tuple[CameraView, ...]
    episodes: tuple[OpenEpisode, ...]
    settings: Settings
    last_episodes: tuple[EpisodeRow, ...] = ()  # of the whole picture, one a camera
    storage: Storage | None = None  # None while the disk cannot be asked
    labels: tuple[Label, ...] = ()  # that can be told apart now
    sharing: SharingView = SharingView()
    alerts: tuple[AlertView, ...] = ()
    requests: tuple[RequestView, ...] = ()


class Changes(Message, frozen=True, kw_only=True, tag_field="type", tag="changes"):
    """News in the order in which they happened. ``seq`` grows by one a message.

    ``cameras`` has the new view of each camera that a notice in ``changes`` names,
    ``settings`` and ``labels`` are set when they may have changed, ``storage`` when it
    was measured.
    """

    seq: int
    changes: tuple[News, ...]
    cameras: tuple[CameraView, ...] = ()
    settings: Settings | None = None
    storage: Storage | None = None
    labels: tuple[Label, ...] | None = None
    sharing: SharingView | None = None


class Pong(Message, frozen=True, kw_only=True, tag_field="type", tag="pong"):
    """The answer to a `Ping`."""


class Complaint(Message, frozen=True, kw_only=True, tag_field="type", tag="error"):
    """The engine did not understand a message; the connection goes on."""

    code: str
    message: str


type ServerMessage = Hello | Snapshot | Changes | Pong | Complaint


class LiveStart(Message, frozen=True, kw_only=True):
    """The first message of live video; binary ones follow, init segment first."""

    mime: str
