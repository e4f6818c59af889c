"""What is said about agencies over HTTP, beside the protocol's own messages."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from neighborcam.hub.api.messages import Answer, Line, Wish
from neighborcam.protocol.agency_entries import CallBack
from neighborcam.protocol.areas import Area
from neighborcam.protocol.entries import DemandKind
from neighborcam.protocol.identity import Sha256
from neighborcam.protocol.register_state import Duty, Standing
from neighborcam.protocol.request_states import RequestState
from neighborcam.protocol.requests import Spoken


class Applied(Answer, frozen=True, kw_only=True):
    """The agency's id; stewards look at it now."""

    id: str


class Owed(Answer, frozen=True, kw_only=True):
    """What an agency has to do, and until when."""

    request: str
    what: Duty
    due: datetime


class AgencyView(Answer, frozen=True, kw_only=True):
    """An agency, as the public log tells of it; ``vote_key`` while it can be vetoed.

    ``index`` is that of its announcement, in which all of it stands. ``objections`` of
    ``enough`` keep it out: those that were counted at the end, or those of now, from
    three up. ``ends`` is what stewards end when they restore it, hexadecimal.
    """

    id: str
    name: str
    domain: str
    kind: str
    contact: str
    jurisdiction: Area
    km2: float
    terms: str
    index: int
    call_back: CallBack
    approved_by: tuple[str, ...]
    objections: int
    enough: int
    standing: Standing
    notice_until: datetime
    until: datetime
    ends: str
    open: int
    owes: tuple[Owed, ...]
    vote_key: bytes | None = None


class Certified(Answer, frozen=True, kw_only=True):
    """The certificate's hash, which is in the log now."""

    sha256: str


class Submitted(Answer, frozen=True, kw_only=True):
    """How a request stands after it was taken."""

    id: str
    state: RequestState


class Replies(Answer, frozen=True, kw_only=True):
    """Bundles of sealed replies, in order."""

    bundles: tuple[Spoken, ...]


class RepliesQuery(Wish, frozen=True, kw_only=True):
    """From which bundle on."""

    after: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0


class ApprovalOptionsWish(Wish, frozen=True, kw_only=True):
    """What is to be approved, as shown: the passkey's challenge is made of it."""

    kind: Literal["agency", "request", "agency-alert", "renewal", "restoration"]
    subject: Sha256


class ApprovalWish(Wish, frozen=True, kw_only=True):
    """A steward's passkey over what is approved, as the browser's credential."""

    credential: dict[str, Any]


class RestorationWish(Wish, frozen=True, kw_only=True):
    """Let an agency ask again; the passkey signs agency, fact and suspension."""

    fact: Line
    credential: dict[str, Any]


class RenewalWish(Wish, frozen=True, kw_only=True):
    """Keep an agency until a day; the passkey signs agency and both days."""

    until: datetime
    credential: dict[str, Any]


class Progress(Answer, frozen=True, kw_only=True):
    """Whether there were enough approvals."""

    done: bool


class CallBackWish(Wish, frozen=True, kw_only=True):
    """Whose number it was, by which the steward called."""

    directory: Annotated[str, msgspec.Meta(min_length=3, max_length=200)]


class SuspensionWish(Wish, frozen=True, kw_only=True):
    """Why an agency may not ask any more; public."""

    reason: Literal["terms", "complaints"]
    fact: Line


class DemandWish(Wish, frozen=True, kw_only=True):
    """Somebody demanded data of the hub; public, without names."""

    kind: DemandKind
    given: Line


class RefusalWish(Wish, frozen=True, kw_only=True):
    """Why a request is not let through; public."""

    rule: Line
    fact: Line
