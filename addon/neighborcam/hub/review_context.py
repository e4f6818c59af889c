"""What a steward should know of a request beside its text: all from the public log."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import msgspec

from neighborcam.protocol.areas import overlaps
from neighborcam.protocol.register_state import Asked, RegisterState
from neighborcam.protocol.request_limits import folded_case, km2_hours
from neighborcam.protocol.request_states import RequestState
from neighborcam.protocol.requests import Request

NEAR: Final = timedelta(days=90)


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """A request that was logged before this one."""

    id: str
    index: int  # of its entry in the log
    agency: str
    case_ref: str
    offence: str
    logged: datetime
    window_start: datetime
    window_end: datetime
    km2_hours: float
    state: RequestState
    outcome: str


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """How an agency has asked and accounted for it so far."""

    member_until: datetime
    requests: int
    open: int
    refused: int
    suspended: int
    outcomes: dict[str, int]
    overdue: int
    owes: int


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """``case``: the same case of this agency; ``near``: areas that meet this one.

    Near are requests of the 90 days before, by anybody; the newest come first.
    """

    case: tuple[Earlier, ...]
    near: tuple[Earlier, ...]
    past: Past


def context(register: RegisterState, request: Request, now: datetime) -> Context:
    """Return what the log says around a request that waits."""
    return Context(
        case=tuple(
            _earlier(register, asked, now)
            for asked in _newest(register)
            if asked.request.agency == request.agency
            and folded_case(asked.request) == folded_case(request)
        ),
        near=tuple(
            _earlier(register, asked, now)
            for asked in _newest(register)
            if now - asked.logged <= NEAR and overlaps(asked.request.area, request.area)
        ),
        past=past_of(register, request.agency, now),
    )


def _newest(register: RegisterState) -> Iterator[Asked]:
    return reversed(register.requests.values())


def _earlier(register: RegisterState, asked: Asked, now: datetime) -> Earlier:
    request = asked.request
    return Earlier(
        id=request.id,
        index=asked.index,
        agency=register.agency(request.agency).record.name,
        case_ref=request.case_ref,
        offence=request.offence,
        logged=asked.logged,
        window_start=request.window_start,
        window_end=request.window_end,
        km2_hours=round(km2_hours(request), 3),
        state=asked.state_at(now),
        outcome=asked.outcome.result if asked.outcome else "",
    )


def past_of(register: RegisterState, id_: str, now: datetime) -> Past:
    """Return how an agency has asked so far."""
    agency = register.agency(id_)
    own = [each for each in _newest(register) if each.request.agency == id_]
    return Past(
        member_until=agency.until,
        requests=len(own),
        open=sum(each.state_at(now) is RequestState.OPEN for each in own),
        refused=agency.refused,
        suspended=agency.suspended,
        outcomes=dict(Counter(e.outcome.result for e in own if e.outcome is not None)),
        overdue=sum(len(each.overdue) for each in own),
        owes=sum(len(each.due(now)) for each in own),
    )
