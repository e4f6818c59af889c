"""What travels about the neighbourhood. Words and limits are those of CAP 1.2.

No message has a field for where this home is: an alert names a cell, and the engine
chooses it.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from neighborcam.engine.api.messages import Message, Wish
from neighborcam.engine.config import CameraId
from neighborcam.engine.facts import EpisodeId

type Urgency = Literal["immediate", "expected", "future", "past", "unknown"]
type Severity = Literal["extreme", "severe", "moderate", "minor", "unknown"]
type Certainty = Literal["observed", "likely", "possible", "unlikely", "unknown"]


class Category(StrEnum):
    """What an alert is about. There is no "suspicious person", on purpose."""

    FIRE = "fire"
    GAS = "gas"
    FLOOD = "flood"
    STORM = "storm"
    MEDICAL = "medical"
    MISSING_PERSON = "missing_person"
    LOST_PET = "lost_pet"
    FOUND = "found"
    BREAK_IN = "break_in"
    THEFT = "theft"
    VANDALISM = "vandalism"
    VEHICLE = "vehicle"
    HAZARD = "hazard"
    POWER = "power"
    NOISE = "noise"
    INFRASTRUCTURE = "infrastructure"
    KINDNESS = "kindness"
    INFO = "info"


class Reaction(StrEnum):
    """What a household may say to an alert, once."""

    CONFIRM = "confirm"
    SEEN_TOO = "seen_too"
    NOT_SO = "not_so"
    RESOLVED = "resolved"
    THAT_WAS_ME = "that_was_me"
    HELPFUL = "helpful"


class Answer(StrEnum):
    """What an owner may answer to an agency; saying nothing needs no answer."""

    DECLINE = "decline"
    MUTE = "mute"
    TIP = "tip"
    APPROVE = "approve"


class HubView(Message, frozen=True, kw_only=True):
    """The hub of this home, and the connection to it."""

    name: str
    state: Literal["connected", "connecting", "unreachable", "refused"]
    reason: str = ""


class SharingView(Message, frozen=True, kw_only=True):
    """Whether this home shares."""

    state: Literal["off", "joining", "on"] = "off"
    hub: HubView | None = None


class Center(Message, frozen=True, kw_only=True):
    """The middle of a cell, in degrees."""

    latitude: float
    longitude: float


class MediaView(Message, frozen=True, kw_only=True):
    """A redacted picture or clip of an alert."""

    id: str
    kind: Literal["picture", "clip"]


class AlertView(Message, frozen=True, kw_only=True):
    """An alert as it was published, and what neighbours say to it."""

    id: str
    msg_type: Literal["alert", "update", "cancel"]
    origin: Literal["person", "automation", "agency"]
    category: Category
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    headline: str
    text: str = ""
    instruction: str = ""
    onset: datetime
    expires: datetime
    cell: str
    center: Center
    references: tuple[str, ...] = ()
    verified: bool = False
    confirmations: int = 0
    disputes: int = 0
    mine: bool = False
    media: tuple[MediaView, ...] = ()


class AlertWish(Wish, frozen=True, kw_only=True):
    """Publish an alert. A camera or an episode adds a redacted picture."""

    category: Category
    headline: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    text: Annotated[str, msgspec.Meta(max_length=1000)] = ""
    instruction: Annotated[str, msgspec.Meta(max_length=300)] = ""
    urgency: Urgency = "unknown"
    severity: Severity = "unknown"
    certainty: Certainty = "unknown"
    camera: CameraId | None = None
    episode: EpisodeId | None = None
    preview_only: bool = False


class CommentWish(Wish, frozen=True, kw_only=True):
    """Write below an alert."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class ReactionWish(Wish, frozen=True, kw_only=True):
    """React to an alert."""

    kind: Reaction


class RequestView(Message, frozen=True, kw_only=True):
    """An agency's request, and what only this home knows of it."""

    id: str
    agency: str
    officer: str
    case_ref: str
    offence: str
    necessity: str
    what: str
    area: tuple[tuple[float, float], ...]  # longitude and latitude; a closed ring
    window_start: datetime
    window_end: datetime
    published: datetime
    expires: datetime
    state: Literal["open", "withdrawn", "expired", "resolved", "suspended"]
    urgent: bool = False
    matching_cameras: int = 0
    answered: bool = False


class AnswerWish(Wish, frozen=True, kw_only=True):
    """Answer a request. ``text`` belongs to a tip."""

    answer: Answer
    confirm: bool = False
    pin: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None = None
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)] | None = None

    def __repr__(self) -> str:
        """Hide PIN and decision: this may be logged."""
        return "AnswerWish()"
