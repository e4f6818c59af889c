"""What the engine tells of the neighbourhood: alerts as they stand, and the hub.

No view has a field for where this home is: an alert names a cell, and the engine
chooses it.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from neighborcam.engine.config import CameraId, Polygon

type Urgency = Literal["immediate", "expected", "future", "past", "unknown"]
type Severity = Literal["extreme", "severe", "moderate", "minor", "unknown"]
type OwnAlertState = Literal["waiting", "sent", "review", "shown", "hidden", "missing"]
type Certainty = Literal["observed", "likely", "possible", "unlikely", "unknown"]


type Hour = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d\Z")]


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Something that clients are told."""


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


class HubView(View, frozen=True, kw_only=True):
    """The hub of this home, and the connection to it."""

    name: str
    state: Literal["connected", "connecting", "unreachable", "refused", "distrusted"]
    reason: str = ""
    evidence: str = ""  # when distrusted: a file in the data folder
    url: str = ""
    witnesses: tuple[str, ...] = ()  # who signs its log too, by the invite
    quorum: int = 0  # how many of them have to


class SharingView(View, frozen=True, kw_only=True):
    """Whether this home shares."""

    state: Literal["off", "on"] = "off"
    hub: HubView | None = None
    waiting: int = 0  # messages that wait for the hub
    problem: str = ""  # what does not work in this engine, for people


class Center(View, frozen=True, kw_only=True):
    """The middle of a cell, in degrees."""

    latitude: float
    longitude: float


class MediaView(View, frozen=True, kw_only=True):
    """A redacted picture or clip of an alert."""

    id: str
    kind: Literal["picture", "clip"]


class AlertView(View, frozen=True, kw_only=True):
    """An alert as it was published, and what neighbours say to it."""

    id: str
    msg_type: Literal["alert", "update", "cancel"]
    origin: Literal["person", "automation", "agency"]
    agency: str = ""  # its name, by the public log, of an agency's
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
    comments: int = 0
    reaction: Reaction | None = None  # this home's own
    mine: bool = False
    media: tuple[MediaView, ...] = ()


class CommentView(View, frozen=True, kw_only=True):
    """A comment below an alert."""

    id: str
    text: str
    at: datetime
    mine: bool = False


class DiaryEntry(View, frozen=True, kw_only=True):
    """Something that left this home, or was to leave."""

    id: int
    at: datetime
    kind: str
    summary: str
    size_bytes: int
    state: Literal["waiting", "sent", "refused"]
    answer: str = ""
    about: str = ""  # the alert that it belongs to: its first version


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What a person or automation wants to say; the place is the engine's to add."""

    category: Category
    headline: str
    text: str = ""
    instruction: str = ""
    urgency: Urgency = "unknown"
    severity: Severity = "unknown"
    certainty: Certainty = "unknown"
    scope: Literal["region", "hub", "public"] = "region"
    onset: datetime | None = None  # now, unless it was before; told to 15 minutes
    expires_in_h: float = 24.0
    automatic: bool = False
    pictures: tuple[str, ...] = ()  # made before, by their hash


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What a newer version of an alert says; None stays as it was."""

    headline: str | None = None
    text: str | None = None
    instruction: str | None = None
    urgency: Urgency | None = None
    severity: Severity | None = None
    certainty: Certainty | None = None


class Preferences(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True
):
    """What this home wants to hear, and when not.

    ``agencies``: whether alerts of agencies are heard.

    Hours are those of a clock on the wall in ``zone`` (IANA's name), as ``22:30``.
    """

    radius_m: Annotated[float, msgspec.Meta(ge=100, le=30_000)] = 3000.0
    muted: tuple[Category, ...] = ()
    least_severity: Severity = "unknown"
    agencies: bool = True
    quiet_from: Hour | None = None
    quiet_until: Hour | None = None
    zone: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] = "UTC"


class OwnAlertView(View, frozen=True, kw_only=True):
    """An alert of this home, and who can read it, as the feed says.

    ``missing``: the hub said that it shows it, and does not.
    """

    id: str
    headline: str
    expires: datetime
    state: OwnAlertState


class StatementView(View, frozen=True, kw_only=True):
    """Why stewards decided about an alert as they did."""

    opened_by: str
    decision: str
    rule: str
    fact: str
    decided: datetime


class PictureOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Which picture or clip to make of a recording, and what has to go.

    ``shown_from`` to ``shown_until`` is a clip, ``shown_from`` alone a picture. The
    scene is learnt from all between ``read_from`` and ``read_until``.
    """

    camera: CameraId
    read_from: datetime
    read_until: datetime
    shown_from: datetime
    shown_until: datetime | None = None
    keep_only: Polygon | None = None
    faces: bool = False
    plates: bool = False
    privacy_zones: tuple[Polygon, ...] = ()


class PictureView(View, frozen=True, kw_only=True):
    """A picture or clip that was made; these bytes would leave."""

    id: str
    kind: Literal["picture", "clip"]
    size_bytes: int
    width: int
    height: int
    redaction: tuple[str, ...]
    url: str = ""  # of the exact bytes, signed for a while


class AreaView(View, frozen=True, kw_only=True):
    """The cell that an alert names: what neighbours learn of the place."""

    cell: str
    km2: float
    center: Center
    corners: tuple[Center, ...]


class Advice(View, frozen=True, kw_only=True):
    """What to reconsider in a text, and why."""

    concern: str
    text: str


class AlertPreview(View, frozen=True, kw_only=True):
    """What would be published: the alert, its place, the pictures as they would go."""

    alert: AlertView
    area: AreaView
    pictures: tuple[PictureView, ...] = ()
    advice: tuple[Advice, ...] = ()
