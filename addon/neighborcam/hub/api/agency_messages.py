"""What is said about agencies over HTTP, beside the protocol's own messages."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from neighborcam.hub.api.messages import Answer, Line, Wish
from neighborcam.protocol.register_state import Duty, Standing
from neighborcam.protocol.request_states import RequestState
from neighborcam.protocol.requests import Spoken

type Hex = Annotated[str, msgspec.Meta(pattern=r"^(?:[0-9a-f]{2}){1,256}\Z")]


class Applied(Answer, frozen=True, kw_only=True):
    """The agency's id; stewards look at it now."""

    id: str


class Owed(Answer, frozen=True, kw_only=True):
    """What an agency has to do, and until when."""

    request: str
    what: Duty
    due: datetime


class AgencyView(Answer, frozen=True, kw_only=True):
    """An agency, as the public log tells of it; ``vote_key`` while it can be vetoed."""

    id: str
    name: str
    domain: str
    kind: str
    contact: str
    standing: Standing
    notice_until: datetime
    until: datetime
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
    """What is to be approved: the passkey's challenge is made of it."""

    kind: Literal["agency", "request", "renewal", "restoration"]
    subject: Hex


class ApprovalWish(Wish, frozen=True, kw_only=True):
    """A steward's passkey over what is approved, as the browser's credential."""

    credential: dict[str, Any]


class RestorationWish(Wish, frozen=True, kw_only=True):
    """Let an agency ask again; the passkey signs agency and fact."""

    fact: Line
    credential: dict[str, Any]


class RenewalWish(Wish, frozen=True, kw_only=True):
    """Keep an agency until a day; the passkey signs agency and day."""

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


class RefusalWish(Wish, frozen=True, kw_only=True):
    """Why a request is not let through; public."""

    rule: Line
    fact: Line
