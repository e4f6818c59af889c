"""What the public log says of agencies and requests, as data with questions to it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

from neighborcam.protocol.agencies import AgencyRecord
from neighborcam.protocol.agency_alerts import LoggedAlert
from neighborcam.protocol.agency_entries import CallBack, CertificateLogged
from neighborcam.protocol.approval_subjects import NOTHING
from neighborcam.protocol.entries import TokenKeys
from neighborcam.protocol.errors import BadSignature
from neighborcam.protocol.request_limits import (
    OUTCOME_DUE,
    Earlier,
    RequestRules,
    km2_hours,
)
from neighborcam.protocol.request_states import RequestState, Step, after_step
from neighborcam.protocol.requests import (
    Deletion,
    Ending,
    Outcome,
    Request,
    SignedRequest,
)
from neighborcam.protocol.rounds import DAILY, most_a_day

LONG_AGO: Final = datetime(2020, 1, 1, tzinfo=UTC)  # before there were logs

TO_FETCH: Final = timedelta(days=3)  # a weekend

type Duty = Literal["outcome", "deletion"]


class Standing(StrEnum):
    """What an agency may do."""

    ANNOUNCED = "announced"  # nothing yet: members may object
    MEMBER = "member"
    VETOED = "vetoed"
    SUSPENDED = "suspended"


@dataclass(kw_only=True)
class Agency:
    """An agency of this hub; ``index`` is that of its announcement.

    ``vetoes`` are those that were counted at the end of its notice. ``ends`` names the
    entry that vetoed or suspended it last: who lets it in again signs that too.
    """

    record: AgencyRecord
    standing: Standing
    notice_until: datetime
    until: datetime
    index: int
    call_back: CallBack
    approved_by: tuple[str, ...]
    veto_key: bytes
    vetoes: int | None = None
    refused: int = 0  # requests of it
    misused: tuple[tuple[datetime, str], ...] = ()  # by revoked certificates; hashes
    alerts_refused: int = 0
    suspended: int = 0  # times
    ends: bytes = NOTHING

    def may_ask(self, now: datetime) -> bool:
        """Tell whether it may ask now."""
        return self.standing is Standing.MEMBER and now < self.until


@dataclass(kw_only=True)
class Asked:
    """A request that was logged, and what became of it."""

    signed: SignedRequest
    index: int  # of its entry
    logged: datetime
    state: RequestState = RequestState.OPEN
    ended: datetime | None = None
    ending: Ending | None = None
    outcome: Outcome | None = None
    deletion: Deletion | None = None
    overdue: set[Duty] = field(default_factory=set)

    @property
    def request(self) -> Request:
        """The request itself."""
        return self.signed.request

    def state_at(self, now: datetime) -> RequestState:
        """Return its state, with the time that went by since the last entry."""
        if self.state is RequestState.OPEN and self.request.expires <= now:
            return after_step(self.state, Step.RUN_OUT)
        return self.state

    def ended_at(self, now: datetime) -> datetime | None:
        """Return when it ended; None while it is open."""
        if self.ended is None and self.request.expires <= now:
            return self.request.expires
        return self.ended

    def turns(self, now: datetime) -> int:
        """Return how many capsules it may cost a home on this day, at most."""
        ended = self.ended_at(now)
        if ended is not None and ended <= now - DAILY:
            return 0
        return most_a_day(urgent=self.request.urgent)

    def due(self, now: datetime) -> dict[Duty, datetime]:
        """Return what the agency still owes, and until when."""
        ended = self.ended_at(now)
        if ended is None:
            return {}
        days = timedelta(days=self.request.retention_days)
        owed: dict[Duty, datetime] = {}
        if self.outcome is None:
            owed["outcome"] = ended + OUTCOME_DUE
        elif self.outcome.result == "open":
            owed["outcome"] = ended + 2 * OUTCOME_DUE
        if self.deletion is None:
            owed["deletion"] = ended + days
        return owed


@dataclass(kw_only=True)
class RegisterState:
    """Where a log of ``size`` entries stands. ``host``: what passkeys are bound to.

    ``newest`` is the latest moment of an entry.
    """

    host: str
    size: int = 0
    newest: datetime = LONG_AGO
    rules: RequestRules = field(default_factory=RequestRules)
    stewards: dict[str, bytes] = field(default_factory=dict)
    recipients: dict[str, str] = field(default_factory=dict)  # of stewards, by name
    token_keys: TokenKeys | None = None  # of the newest day
    agencies: dict[str, Agency] = field(default_factory=dict)
    certificates: dict[str, CertificateLogged] = field(default_factory=dict)
    revoked: dict[str, datetime] = field(default_factory=dict)
    requests: dict[str, Asked] = field(default_factory=dict)
    alerts: dict[str, LoggedAlert] = field(default_factory=dict)  # of agencies
    interests: frozenset[tuple[str, str]] = frozenset()  # steward, agency

    @property
    def share_recipients(self) -> tuple[str, ...]:
        """To whom moderation envelopes are sealed, in the order of the shares.

        Nobody while one of the stewards has no key: an envelope has a share for each.
        """
        found = tuple(self.recipients.values())
        return found if all(found) else ()

    def agency(self, agency: str) -> Agency:
        """Return an agency. Raises `BadSignature` for one that nobody announced."""
        found = self.agencies.get(agency)
        if found is None:
            raise BadSignature("this hub has no such agency")
        return found

    def may_decide(self, steward: str, agency: str) -> bool:
        """Tell whether a steward's approval counts for something of an agency."""
        return steward in self.stewards and (steward, agency) not in self.interests

    def ends(self, agency: str) -> bytes:
        """Return the name of the entry that keeps an agency out, if one does."""
        known = self.agencies.get(agency)
        return known.ends if known is not None else NOTHING

    def earlier(self, now: datetime) -> Iterator[Earlier]:
        """Yield all requests of the log, as limits count them."""
        for asked in self.requests.values():
            request = asked.request
            yield Earlier(
                id=request.id,
                agency=request.agency,
                case_ref=request.case_ref,
                seal_to=request.seal_to,
                nonce=request.nonce,
                km2_hours=km2_hours(request),
                logged=asked.logged,
                is_open=asked.state_at(now) is RequestState.OPEN,
                turns=asked.turns(now),
            )

    def open_requests(self, now: datetime) -> list[Asked]:
        """Return the requests that hold, the oldest first."""
        return [
            asked
            for asked in self.requests.values()
            if asked.state_at(now) is RequestState.OPEN
        ]

    def pieces_until(self, now: datetime) -> datetime:
        """Return until when a piece of a clip that comes now can be of use.

        Of which request it is nobody may know, so it is the same for all: some days
        after the last of those that are open ends.
        """
        ends = [
            asked.ended_at(now) or asked.request.expires
            for asked in self.requests.values()
        ]
        return max([now, *ends]) + TO_FETCH

    def late(self, now: datetime) -> Iterator[tuple[Asked, Duty]]:
        """Yield what agencies owe and did not do in time, flagged or not."""
        for asked in self.requests.values():
            for what, due in asked.due(now).items():
                if due <= now:
                    yield asked, what

    def is_late(self, agency: str, now: datetime) -> bool:
        """Tell whether an agency owes something."""
        return any(asked.request.agency == agency for asked, _ in self.late(now))
