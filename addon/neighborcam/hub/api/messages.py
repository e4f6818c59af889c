"""What the hub answers, and what stewards send. What homes send is in `protocol`."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from neighborcam.hub.moderation import Verdict
from neighborcam.protocol.feed import Event, PublishedComment, Region
from neighborcam.protocol.identity import Id
from neighborcam.protocol.standing import Standing

type Name = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
type Line = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what the hub says."""


class Wish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what stewards and readers say; unknown names are refused."""


class HubView(Answer, frozen=True, kw_only=True):
    """What a hub is, before one joins."""

    name: str
    contact: str
    version: str
    log: str
    witness: str
    witnesses: tuple[str, ...]
    quorum: int
    stewards: tuple[str, ...]
    recipients: tuple[str, ...]
    takes_media: bool
    has_census: bool
    crowd: int


class Health(Answer, frozen=True, kw_only=True):
    """Whether the hub can work, and which of its duties fail."""

    status: Literal["ok"] = "ok"
    failing: tuple[str, ...] = ()


class Joined(Answer, frozen=True, kw_only=True):
    """The household's id from now on."""

    household: str


class Keys(Answer, frozen=True, kw_only=True):
    """Keys of the day by purpose (SubjectPublicKeyInfo), and that the log has them."""

    epoch: str
    keys: dict[str, bytes]
    proof: str


class SignedTokens(Answer, frozen=True, kw_only=True):
    """Blind signatures, in the order asked."""

    signatures: tuple[bytes, ...]


class Pass(Answer, frozen=True, kw_only=True):
    """The reading pass, good until the end of the day after its epoch."""

    epoch: str
    reading_pass: str


class InviteView(Answer, frozen=True, kw_only=True):
    """An invite as a link."""

    link: str


class PublishedAs(Answer, frozen=True, kw_only=True):
    """How an alert stands after it was taken."""

    id: str
    standing: Standing


class AlertList(Answer, frozen=True, kw_only=True):
    """Alerts that are shown; ``seq`` is where the feed goes on."""

    seq: int
    alerts: tuple[Event, ...]


class CommentList(Answer, frozen=True, kw_only=True):
    """Comments of an alert."""

    comments: tuple[PublishedComment, ...]


class Statement(Answer, frozen=True, kw_only=True):
    """Why something was decided."""

    opened_by: str
    decision: str
    rule: str
    fact: str
    decided: datetime


class Statements(Answer, frozen=True, kw_only=True):
    """All decisions about an alert."""

    statements: tuple[Statement, ...]


class RegionQuery(Wish, frozen=True, kw_only=True):
    """Which region, of resolution 5 or 6."""

    region: Region


class FeedQuery(Wish, frozen=True, kw_only=True):
    """Where to listen, and after what. ``pass`` in the first message instead."""

    region: Region
    after: Annotated[int, msgspec.Meta(ge=0)] | None = None


class PublicQuery(Wish, frozen=True, kw_only=True):
    """Which part of the public feed; all of the hub without a region."""

    region: Region | None = None


class Appeal(Wish, frozen=True, kw_only=True):
    """The author's wish for another look; signed as kind "appeal"."""

    reason: Line
    sig: Annotated[bytes, msgspec.Meta(min_length=64, max_length=64)]


class Report(Wish, frozen=True, kw_only=True):
    """Have stewards look at an alert or comment; by who can read it."""

    subject: Id
    reason: Line


class TakedownCode(Answer, frozen=True, kw_only=True):
    """By this code, and nothing else, the hub tells what came of it.

    It is ``hidden`` unless stewards let it stand before, or very many wait for them.
    """

    code: str
    hidden: bool


class CodeWish(Wish, frozen=True, kw_only=True):
    """Ask what came of a takedown."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


class TakedownAppeal(CodeWish, frozen=True, kw_only=True):
    """Have another steward look at a picture that is shown again."""

    reason: Line


class HoldWish(Wish, frozen=True, kw_only=True):
    """Hide an alert until a case about it is decided; stewards read why."""

    reason: Line


class AuthMessage(Wish, frozen=True, kw_only=True, tag="auth"):
    """First message of a page's WebSocket."""

    reading_pass: Annotated[str, msgspec.Meta(max_length=64)]


class RegistrationWish(Wish, frozen=True, kw_only=True):
    """Become a steward."""

    code: Annotated[str, msgspec.Meta(max_length=40)]
    name: Name


class Registration(Wish, frozen=True, kw_only=True):
    """The new passkey, as the browser's credential in JSON."""

    code: Annotated[str, msgspec.Meta(max_length=40)]
    name: Name
    credential: dict[str, Any]
    recipient: Annotated[str, msgspec.Meta(max_length=4000)] = ""


class Login(Wish, frozen=True, kw_only=True):
    """A proof of a passkey, as the browser's credential in JSON."""

    credential: dict[str, Any]


class StewardView(Answer, frozen=True, kw_only=True):
    """Who is logged in."""

    name: str


class NameWish(Wish, frozen=True, kw_only=True):
    """Make somebody a steward, or one no more; the name stands in the log for good."""

    name: Name


class DecisionWish(Wish, frozen=True, kw_only=True):
    """A decision with its reasons; they are public."""

    verdict: Verdict
    rule: Line
    fact: Line


class ShareWish(Wish, frozen=True, kw_only=True):
    """A share of an envelope that this steward opened.

    ``ticket`` is random, the same for share and closure, and known to nobody else.
    """

    ticket: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]
    x: Annotated[int, msgspec.Meta(ge=1, le=255)]
    y: Annotated[bytes, msgspec.Meta(min_length=17, max_length=17)]
    subject: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]
    reason: Line


class Opened(Answer, frozen=True, kw_only=True):
    """Who it was, once two stewards gave their shares; empty before."""

    household: str = ""


class WitnessWish(Wish, frozen=True, kw_only=True):
    """Become a witness of another hub's log."""

    vkey: Annotated[str, msgspec.Meta(max_length=300)]


class CodeView(Answer, frozen=True, kw_only=True):
    """A code to hand on in person."""

    code: str
    link: str


class CellsView(Answer, frozen=True, kw_only=True):
    """Which cells of a region may be named; without a census all of resolution 8."""

    v: Literal[1] = 1
    region: Region
    census: bool
    cells: tuple[str, ...] = ()
