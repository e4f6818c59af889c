"""What the page and its server say to each other."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from neighborcam.agency.casebook import DeskSettings
from neighborcam.agency.drafting import Measure, Problem
from neighborcam.protocol.agencies import Role
from neighborcam.protocol.request_wording import Finding
from neighborcam.protocol.requests import SignedRequest

type Text = Annotated[str, msgspec.Meta(max_length=200_000)]
type Short = Annotated[str, msgspec.Meta(max_length=1000)]


class Wish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what the page says; unknown names are refused."""


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what the server answers."""


# -- the house -------------------------------------------------------------------------


class TokenWish(Wish, frozen=True, kw_only=True):
    """The one-time token of the printed link."""

    token: Short


class PassphraseWish(Wish, frozen=True, kw_only=True):
    """The passphrase of the keys, and the PIN of the token that has some of them."""

    passphrase: Short
    pin: Short = ""

    def __repr__(self) -> str:
        """Hide it: this may be logged."""
        return "PassphraseWish()"


class NewPassphraseWish(Wish, frozen=True, kw_only=True):
    """Another passphrase; the old one proves who asks."""

    old: Short
    new: Short

    def __repr__(self) -> str:
        """Hide them: this may be logged."""
        return "NewPassphraseWish()"


class CertificateView(View, frozen=True, kw_only=True):
    """The own certificate."""

    role: Role
    name: str
    sha256: str
    agency: str
    not_after: datetime
    is_logged: bool


class PendingView(View, frozen=True, kw_only=True):
    """A key that waits for the root; ``text`` is what is carried there."""

    role: Role
    name: str
    text: str


class StateView(View, frozen=True, kw_only=True):
    """What the page has to know before anything else; less of it while it is locked."""

    version: str
    locked: bool
    has_keys: bool
    needs_pin: bool
    hub: DeskSettings | None
    root: str = ""  # the agency's id, where its root key is
    own: CertificateView | None = None
    pending: PendingView | None = None
    evidence: tuple[str, ...] = ()


# -- setting up ------------------------------------------------------------------------


class HubWish(Wish, frozen=True, kw_only=True):
    """What somebody pasted of the hub."""

    text: Text
    hub: Short = ""


class KeyWish(Wish, frozen=True, kw_only=True):
    """Whose key is to be made."""

    role: Role
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]


class CarriedWish(Wish, frozen=True, kw_only=True):
    """What somebody carried here: a key request, a certificate, a key file, a link."""

    text: Text


class RecordWish(Wish, frozen=True, kw_only=True):
    """Who the agency says that it is."""

    name: Short
    domain: Short
    kind: Short
    contact: Short
    jurisdiction: dict[str, Any]


class RevocationWish(Wish, frozen=True, kw_only=True):
    """Which certificate ends."""

    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]


class Carried(View, frozen=True, kw_only=True):
    """What is to be carried elsewhere, and the name of its file."""

    text: str
    file: str


class Said(View, frozen=True, kw_only=True):
    """What was done, in words."""

    text: str


# -- asking ----------------------------------------------------------------------------


class FormView(View, frozen=True, kw_only=True):
    """What is needed to write a request."""

    agency: str
    contact: str
    standing: str
    jurisdiction: dict[str, Any]
    offences: tuple[str, ...]
    tried: tuple[str, ...]
    media: tuple[str, ...]
    retention_days: int
    expiry_days: float


class ExaminedView(View, frozen=True, kw_only=True):
    """What can be said of a draft."""

    problems: tuple[Problem, ...]
    findings: tuple[Finding, ...]
    measures: tuple[Measure, ...]
    text: str


class LinkView(View, frozen=True, kw_only=True):
    """A request that somebody carried here, and whether it may be signed here."""

    id: str
    request: dict[str, Any]
    text: str
    officer: str
    supervisor: str
    problem: str
    findings: tuple[Finding, ...]
    jurisdiction: dict[str, Any] | None


class Signed(View, frozen=True, kw_only=True):
    """A request that was signed here, as a link for whoever comes next."""

    id: str
    link: str


# -- cases -----------------------------------------------------------------------------


class DueView(View, frozen=True, kw_only=True):
    """Something that is due. ``request`` is empty for what is about the desk."""

    what: str
    due: datetime
    case_ref: str = ""
    request: str = ""


class CaseLine(View, frozen=True, kw_only=True):
    """A case in the list."""

    id: str
    case_ref: str
    offence: str
    state: str
    reason: str
    published: datetime
    expires: datetime
    homes: int
    answers: int
    is_own: bool
    untold: int


class CasesView(View, frozen=True, kw_only=True):
    """All cases, the newest first; ``problem`` when the hub could not be asked."""

    cases: tuple[CaseLine, ...]
    due: tuple[DueView, ...]
    problem: str


class ClipView(View, frozen=True, kw_only=True):
    """A clip of an answer."""

    kind: str
    state: str
    bytes: int
    sha256: str
    started: datetime
    ended: datetime
    width: int
    height: int
    edits: tuple[str, ...]
    redaction: tuple[str, ...]


class AnswerView(View, frozen=True, kw_only=True):
    """What a home said."""

    id: str
    kind: str
    about: str
    at: datetime
    text: str
    contact: str
    holds_originals: bool
    clips: tuple[ClipView, ...]
    questions: tuple[str, ...]
    revoked: datetime | None
    erased: datetime | None


class CustodyLine(View, frozen=True, kw_only=True):
    """A line of the custody log."""

    at: datetime
    what: str
    about: str
    by: str


class CaseView(View, frozen=True, kw_only=True):
    """One case whole."""

    line: CaseLine
    signed: SignedRequest
    link: str
    jurisdiction: dict[str, Any] | None
    logged: datetime | None
    ended: datetime | None
    last_call: datetime | None
    next_round: datetime | None
    rounds_waiting: int
    missed: int
    outcome: str
    deletion: str
    due: tuple[DueView, ...]
    answers: tuple[AnswerView, ...]
    custody: tuple[CustodyLine, ...]
    problem: str


class CollectedView(View, frozen=True, kw_only=True):
    """What a collection brought."""

    homes: int
    fresh: int
    missed: int


class EndWish(Wish, frozen=True, kw_only=True):
    """How a request ends."""

    how: Literal["resolved", "withdrawn"]


class OutcomeWish(Wish, frozen=True, kw_only=True):
    """What came of it."""

    result: Short
    text: Short = ""


class FateWish(Wish, frozen=True, kw_only=True):
    """What became of copies, where there are some."""

    fate: Short = ""


class QuestionWish(Wish, frozen=True, kw_only=True):
    """A question to whoever answered."""

    text: Short


class Warnings(View, frozen=True, kw_only=True):
    """What somebody should know before everything is destroyed."""

    warnings: tuple[str, ...]
    has_copies: bool


class StepView(View, frozen=True, kw_only=True):
    """One thing that a bundle proves."""

    what: str
    told: str


class VerdictView(View, frozen=True, kw_only=True):
    """What a bundle proves, by the log's key of this desk."""

    right: bool
    steps: tuple[StepView, ...]
    problem: str
    log: str
