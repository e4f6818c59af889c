"""What neighbours publish: alerts, comments, reactions (spec/alerts.md).

The words are those of CAP 1.2. No message has a field in which a home could be put:
an alert names a cell, and `limits` refuses one that is too fine.
"""

from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from neighborcam.protocol.identity import (
    Id,
    Message,
    Moment,
    PublicKey,
    Sha256,
    Signature,
)

type Headline = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
type Text = Annotated[str, msgspec.Meta(max_length=1000)]
type Instruction = Annotated[str, msgspec.Meta(max_length=300)]
type CommentText = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
type Cell = Annotated[str, msgspec.Meta(pattern=r"^8[0-9a-f]{14}\Z")]


class Category(StrEnum):
    """What an alert is about. There is no "suspicious person", on purpose."""

    FIRE = "fire"
    GAS = "gas"
    FLOOD = "flood"
    STORM = "storm"
    MEDICAL = "medical"
    MISSING_PERSON = "missing-person"
    LOST_PET = "lost-pet"
    FOUND = "found"
    BREAK_IN = "break-in"
    THEFT = "theft"
    VANDALISM = "vandalism"
    VEHICLE = "vehicle"
    HAZARD = "hazard"
    POWER = "power"
    NOISE = "noise"
    INFRASTRUCTURE = "infrastructure"
    KINDNESS = "kindness"
    INFO = "info"


class MsgType(StrEnum):
    """CAP's: a new alert, a newer version of one, or that it was none."""

    ALERT = "alert"
    UPDATE = "update"
    CANCEL = "cancel"


class Origin(StrEnum):
    """Who says it."""

    PERSON = "person"
    AUTOMATION = "automation"
    AGENCY = "agency"


class Scope(StrEnum):
    """Who may read it: members of the region, of the hub, or anybody."""

    REGION = "region"
    HUB = "hub"
    PUBLIC = "public"


class ReactionKind(StrEnum):
    """What a household may say to an alert: one of them at a time."""

    CONFIRM = "confirm"
    SEEN_TOO = "seen-too"
    NOT_SO = "not-so"
    RESOLVED = "resolved"
    THAT_WAS_ME = "that-was-me"
    HELPFUL = "helpful"


class Redaction(StrEnum):
    """What was taken out of a picture or clip before it left the home."""

    MOVING = "moving"  # what moved through
    FACES = "faces"
    PLATES = "plates"
    ALL_BUT_REGION = "all-but-region"
    PRIVACY_ZONES = "privacy-zones"
    AUDIO = "audio"


class Media(Message, frozen=True, kw_only=True):
    """A picture or clip that goes with an alert; ``bytes`` is its size as sent."""

    sha256: Sha256
    kind: Literal["picture", "clip"]
    bytes: Annotated[int, msgspec.Meta(ge=1)]
    redaction: tuple[Redaction, ...]


class Alert(Message, frozen=True, kw_only=True):
    """An alert. ``author_key`` is made for this alert and its later versions only.

    Of an agency's (`agency_alerts`) it is the officer's, and ``agency`` is the author.
    """

    v: Literal[1] = 1
    type: Literal["alert"] = "alert"
    id: Id
    msg_type: MsgType = msgspec.field(name="msgType", default=MsgType.ALERT)
    references: Annotated[tuple[Id, ...], msgspec.Meta(max_length=1)] = ()
    status: Literal["actual", "exercise", "test"] = "actual"
    scope: Scope = Scope.REGION
    origin: Origin = Origin.PERSON
    agency: Id | None = None
    category: Category
    urgency: Literal["immediate", "expected", "future", "past", "unknown"] = "unknown"
    severity: Literal["extreme", "severe", "moderate", "minor", "unknown"] = "unknown"
    certainty: Literal["observed", "likely", "possible", "unlikely", "unknown"] = (
        "unknown"
    )
    onset: Moment
    expires: Moment
    cell: Cell
    headline: Headline
    text: Text = ""
    instruction: Instruction = ""
    media: Annotated[tuple[Media, ...], msgspec.Meta(max_length=4)] = ()
    author_key: PublicKey

    @property
    def original(self) -> str:
        """The id of the first version of this alert: its own unless it refers."""
        return self.references[0] if self.references else self.id


class Token(Message, frozen=True, kw_only=True):
    """Permission to do one thing, which the hub signed without seeing it."""

    epoch: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}\Z")]
    prepared: Annotated[bytes, msgspec.Meta(min_length=64, max_length=64)]
    signature: Annotated[bytes, msgspec.Meta(min_length=256, max_length=512)]


class Post(Message, frozen=True, kw_only=True):
    """An alert on its way to the hub; ``sig`` is the author key's over the alert.

    ``envelope`` (spec/moderation.md) is what two stewards can open for 14 days.
    """

    v: Literal[1] = 1
    type: Literal["post"] = "post"
    alert: Alert
    sig: Signature
    token: Token | None = None  # a cancel needs none
    envelope: Annotated[bytes, msgspec.Meta(max_length=16384)] | None = None


class Comment(Message, frozen=True, kw_only=True):
    """A line below an alert."""

    v: Literal[1] = 1
    type: Literal["comment"] = "comment"
    id: Id
    alert: Id
    text: CommentText
    author_key: PublicKey


class CommentPost(Message, frozen=True, kw_only=True):
    """A comment on its way to the hub."""

    v: Literal[1] = 1
    type: Literal["comment-post"] = "comment-post"
    comment: Comment
    sig: Signature
    token: Token
    envelope: Annotated[bytes, msgspec.Meta(max_length=16384)] | None = None


class Vote(Message, frozen=True, kw_only=True):
    """A household's reaction to an alert. Its token is of the alert's own key.

    A later one with the same token takes the place of the earlier.
    """

    v: Literal[1] = 1
    type: Literal["vote"] = "vote"
    alert: Id
    kind: ReactionKind
    token: Token


class Flag(Message, frozen=True, kw_only=True):
    """A member's wish that stewards look at an alert or comment."""

    v: Literal[1] = 1
    type: Literal["flag"] = "flag"
    subject: Id
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    token: Token


class Takedown(Message, frozen=True, kw_only=True):
    """Anyone's wish that a picture goes; needs no account and no token.

    ``contact`` is for the stewards who look at it, and is forgotten with the decision.
    """

    v: Literal[1] = 1
    type: Literal["takedown"] = "takedown"
    alert: Id
    sha256: Sha256
    reason: Annotated[str, msgspec.Meta(max_length=300)] = ""
    contact: Annotated[str, msgspec.Meta(max_length=200)] = ""
