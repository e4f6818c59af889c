"""From the public log's register to what the owner and his clients see."""

from datetime import datetime
from typing import Final

from neighborcam.engine.requests import (
    AgencyView,
    CallBackView,
    Objection,
    RequestView,
    State,
)
from neighborcam.protocol.register_state import Agency, Asked, RegisterState
from neighborcam.protocol.request_states import RequestState
from neighborcam.protocol.terms import TERMS, TERMS_SHA256

TEXTS: Final = {TERMS_SHA256: TERMS}
_STATES: Final[dict[RequestState, State]] = {
    RequestState.OPEN: "open",
    RequestState.RESOLVED: "resolved",
    RequestState.WITHDRAWN: "withdrawn",
    RequestState.SUSPENDED: "suspended",
    RequestState.EXPIRED: "expired",
}


def state_of(asked: Asked, now: datetime) -> State:
    """Return how a request stands for a home; what came after its end is no state."""
    state = _STATES.get(asked.state_at(now))
    if state is not None:
        return state
    if asked.ending is not None:
        return asked.ending.how
    ran_out = asked.ended_at(now) == asked.request.expires
    return "expired" if ran_out else "suspended"


def request_view(
    asked: Asked, agency: Agency, now: datetime, *, cameras: int, answered: bool
) -> RequestView:
    """Return a request as clients see it."""
    request = asked.request
    return RequestView(
        id=request.id,
        agency=agency.record.name,
        officer=asked.signed.officer.certificate.name,
        case_ref=request.case_ref,
        offence=request.offence,
        necessity=request.necessity,
        what=request.what,
        area=request.area.ring,
        window_start=request.window_start,
        window_end=request.window_end,
        published=asked.logged,
        expires=request.expires,
        state=state_of(asked, now),
        urgent=request.urgent,
        matching_cameras=cameras,
        answered=answered,
    )


def agency_view(
    agency: Agency, register: RegisterState, objection: Objection
) -> AgencyView:
    """Return an agency as the log tells of it."""
    own = [
        asked
        for asked in register.requests.values()
        if asked.request.agency == agency.record.id
    ]
    return AgencyView(
        id=agency.record.id,
        name=agency.record.name,
        domain=agency.record.domain,
        kind=agency.record.kind,
        contact=agency.record.contact,
        standing=agency.standing.value,
        notice_until=agency.notice_until,
        jurisdiction=agency.record.jurisdiction.ring,
        requests=len(own),
        overdue=sum(len(asked.overdue) for asked in own),
        terms=TEXTS.get(agency.record.terms, ""),
        terms_sha256=agency.record.terms,
        log_index=agency.index,
        call_back=CallBackView(
            at=agency.call_back.at,
            directory=agency.call_back.directory,
            steward=agency.call_back.steward,
        ),
        approved_by=agency.approved_by,
        objection=objection,
    )
