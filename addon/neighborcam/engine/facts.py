"""Facts: what happened, in the past tense. They cross from camera threads to the loop.

Frames stay in their thread; these are small, frozen and safe to share. The API
sends them to clients as they are (tagged by ``type``), so they hold no address,
no credential and no position.
"""

from datetime import datetime
from enum import StrEnum
from typing import NewType

import msgspec

from neighborcam.engine.config import CameraId, ZoneId
from neighborcam.engine.states import CameraState

EpisodeId = NewType("EpisodeId", str)  # 26 characters, sorts by start (ULID)
SegmentId = NewType("SegmentId", str)  # likewise


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """A rectangle in fractions of the picture, origin top left."""

    x: float
    y: float
    width: float
    height: float


class Label(StrEnum):
    """What an episode shows."""

    PERSON = "person"
    VEHICLE = "vehicle"
    ANIMAL = "animal"


class SceneChangeKind(StrEnum):
    """Why the whole picture changed at once."""

    LIGHT = "light"  # a lamp, an exposure step, the sun
    INFRARED = "infrared"  # the camera switched between colour and infrared
    VIEW = "view"  # the camera was moved or covered


class Fact(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag=True):
    """Something that happened on one camera. ``at`` is aware UTC."""

    camera: CameraId
    at: datetime


class CameraStateChanged(Fact, frozen=True, kw_only=True):
    """``reason`` is a sentence the owner can act on; empty when live."""

    state: CameraState
    reason: str


class MotionStarted(Fact, frozen=True, kw_only=True):
    """An episode began; ``at`` is the first frame that shows the object."""

    episode: EpisodeId
    zone: ZoneId | None
    box: Box
    score: float


class MotionUpdated(Fact, frozen=True, kw_only=True):
    """An open episode reached a new peak, at most once a second."""

    episode: EpisodeId
    zone: ZoneId | None
    box: Box
    score: float


class MotionEnded(Fact, frozen=True, kw_only=True):
    """An episode ended; ``at`` is the last frame with motion, the rest its peak."""

    episode: EpisodeId
    zone: ZoneId | None
    box: Box
    score: float


class EpisodeLabelled(Fact, frozen=True, kw_only=True):
    """Labels of an episode, most certain first; sent again when they grow."""

    episode: EpisodeId
    labels: tuple[Label, ...]


class SceneChanged(Fact, frozen=True, kw_only=True):
    """The whole picture changed; that is not motion."""

    kind: SceneChangeKind


class DoorbellRang(Fact, frozen=True, kw_only=True):
    """The camera's own button, told by ONVIF."""


class HintReceived(Fact, frozen=True, kw_only=True):
    """The camera says by ONVIF that something moves (or no longer does)."""

    active: bool


class SegmentOpened(Fact, frozen=True, kw_only=True):
    """The first fragment of a segment is on disk."""

    segment: SegmentId


class SegmentClosed(Fact, frozen=True, kw_only=True):
    """A segment is complete on disk and in the index."""

    segment: SegmentId


class RecordingStopped(Fact, frozen=True, kw_only=True):
    """The disk failed this camera; detection goes on. ``reason`` is for the owner."""

    reason: str


class RecordingResumed(Fact, frozen=True, kw_only=True):
    """The disk took a fragment again after `RecordingStopped`."""


type EngineFact = (
    CameraStateChanged
    | MotionStarted
    | MotionUpdated
    | MotionEnded
    | EpisodeLabelled
    | SceneChanged
    | DoorbellRang
    | HintReceived
    | SegmentOpened
    | SegmentClosed
    | RecordingStopped
    | RecordingResumed
)
