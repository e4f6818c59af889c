"""What the engine tells of agencies' requests, and what only its owner may see.

`RequestView` is for everybody in the home. Everything else tells, or could tell, what
the owner decided: it is for administrators, in the engine's page, and nowhere else.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from neighborcam.engine.config import CameraId, Polygon
from neighborcam.engine.neighbours import View

type PictureId = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
type RequestId = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]
type State = Literal["open", "withdrawn", "expired", "resolved", "suspended"]
type Objection = Literal["none", "waiting", "sent", "refused"]
type Ring = tuple[tuple[float, float], ...]  # longitude and latitude; closed


class Decision(StrEnum):
    """What an owner may answer to an agency; saying nothing needs no answer."""

    DECLINE = "decline"
    MUTE = "mute"
    TIP = "tip"
    APPROVE = "approve"


class Muted(StrEnum):
    """What is not shown from now on."""

    AGENCY = "agency"
    OFFENCE = "offence"
    ALL = "all"


class RequestView(View, frozen=True, kw_only=True):
    """An agency's request, and what only this home knows of it."""

    id: str
    agency: str
    officer: str
    case_ref: str
    offence: str
    necessity: str
    what: str
    area: Ring
    window_start: datetime
    window_end: datetime
    published: datetime
    expires: datetime
    state: State
    urgent: bool = False
    matching_cameras: int = 0
    answered: bool = False


class Viewpoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a camera stands and what it sees; set by its owner, stays in this engine.

    ``bearing`` is the middle of the view in degrees from north, clockwise; ``angle``
    how wide it is; ``reach_m`` how far somebody can be made out. An indoor camera is
    never offered for anything.
    """

    camera: CameraId
    indoor: bool = False
    latitude: Annotated[float, msgspec.Meta(ge=-85, le=85)] | None = None
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None
    bearing: Annotated[float, msgspec.Meta(ge=0, lt=360)] = 0.0
    angle: Annotated[float, msgspec.Meta(gt=0, le=360)] = 90.0
    reach_m: Annotated[float, msgspec.Meta(ge=5, le=300)] = 40.0

    def __repr__(self) -> str:
        """Hide the place: this may be logged."""
        return f"Viewpoint(camera={self.camera!r})"


class CallBackView(View, frozen=True, kw_only=True):
    """Who called the agency, when, and where its number came from."""

    at: datetime
    directory: str
    steward: str


class AgencyView(View, frozen=True, kw_only=True):
    """An agency of the hub, as its public log tells of it.

    While it is ``announced``, until ``notice_until``, this home may object to it.
    """

    id: str
    name: str
    domain: str
    kind: str
    contact: str
    standing: Literal["announced", "member", "vetoed", "suspended"]
    notice_until: datetime
    jurisdiction: Ring
    terms: str  # what it signed, in words; empty for a text that is not known here
    terms_sha256: str
    log_index: int  # of its announcement
    call_back: CallBackView
    approved_by: tuple[str, ...]  # stewards
    requests: int = 0  # in the log, ever
    overdue: int = 0
    objection: Objection = "none"  # of this home, while its notice lasts


class Span(View, frozen=True, kw_only=True):
    """A stretch of recording."""

    start: datetime
    end: datetime


class Proposal(View, frozen=True, kw_only=True):
    """What this home has that was asked for: computed here, told to nobody."""

    camera: CameraId
    name: str
    spans: tuple[Span, ...]


class ClipOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which clip to make for an answer, and what has to go from it.

    A still when there is no ``end``. The camera's privacy zones are always covered;
    sound and metadata never go along. Without anything to cover the recording is
    copied as it is.
    """

    camera: CameraId
    start: datetime
    end: datetime | None = None
    faces: bool = False
    plates: bool = False
    moving: bool = False
    keep_only: Polygon | None = None


class ClipView(View, frozen=True, kw_only=True):
    """A clip that was made; these bytes would leave. Its id is their SHA-256."""

    id: str
    camera: CameraId
    kind: Literal["clip", "still"]
    size_bytes: int
    width: int
    height: int
    frames: int
    start: datetime
    end: datetime
    edits: tuple[str, ...]
    redaction: tuple[str, ...]


class ReceiptView(View, frozen=True, kw_only=True):
    """What the agency did with an answer, as it signed itself."""

    at: datetime
    what: Literal["received", "opened", "copied", "deleted", "question"]
    text: str = ""


class AnswerView(View, frozen=True, kw_only=True):
    """What this home answered; ``ended``: its request was over before it left."""

    id: str
    kind: Literal["clips", "tip", "letter"]
    at: datetime
    state: Literal["waiting", "sent", "revoked", "ended"]
    leaves_at: datetime | None = None  # the moment of the round that takes it
    text: str = ""
    contact: str = ""
    clips: tuple[ClipView, ...] = ()
    holds_originals: bool = False
    receipts: tuple[ReceiptView, ...] = ()


class TakenBack(View, frozen=True, kw_only=True):
    """How far taking an answer back reaches.

    ``here``: nothing had left. ``agency``: the next capsule says it, and the agency
    has to delete. ``hub``: pieces go from the hub, but no capsule can tell the agency
    any more; what it fetched before then stays with it, under its terms.
    """

    reach: Literal["here", "agency", "hub"]


class HoldView(View, frozen=True, kw_only=True):
    """Recordings that are held for an answer, whose id this is.

    They are kept until their owner lets them go. ``frees_bytes`` is what that would
    free: a recording that is there still takes no second room.
    """

    id: str
    since: datetime
    files: int
    size_bytes: int
    frees_bytes: int


class RequestReview(View, frozen=True, kw_only=True):
    """A request as its owner reviews it."""

    request: RequestView
    agency: AgencyView
    supervisor: str
    tried: tuple[str, ...]
    media_wanted: tuple[str, ...]
    contact: str
    retention_days: int
    area_km2: float
    log_index: int
    witnesses: int
    proposals: tuple[Proposal, ...] = ()
    answers: tuple[AnswerView, ...] = ()
    declined: bool = False
    muted: bool = False
    outcome: str = ""
    deletion: str = ""
    pin_needed: bool = False


class AnswerDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What an owner answers. ``clips`` were made before, by their hash."""

    decision: Decision
    pin: str | None = None
    text: str = ""
    contact: str = ""
    clips: tuple[str, ...] = ()
    holds_originals: bool = False
    mutes: Muted = Muted.AGENCY

    def __repr__(self) -> str:
        """Hide PIN and decision: this may be logged."""
        return "AnswerDraft()"


class MuteView(View, frozen=True, kw_only=True):
    """What this home does not want to be asked."""

    agencies: tuple[str, ...] = ()
    offences: tuple[str, ...] = ()
    everything: bool = False
    pin_set: bool = False
    takes_part: bool = True  # posts capsules; off, it neither posts nor shows requests
    drip: bool = False  # a piece each half hour while any request is open, always
