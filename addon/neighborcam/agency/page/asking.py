"""Handlers for writing, signing, countersigning and submitting requests."""

from typing import Any, Final

import msgspec

from neighborcam.agency.drafting import examine
from neighborcam.agency.drafts import Draft, request_of, throw_away_seal
from neighborcam.agency.errors import DeskError, InvalidInput, NotNow
from neighborcam.agency.links import link_of, read_link
from neighborcam.agency.page.messages import (
    CarriedWish,
    ExaminedView,
    FormView,
    LinkView,
    Said,
    Signed,
)
from neighborcam.agency.page.plumbing import Call
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.errors import ProtocolError
from neighborcam.protocol.request_wording import findings
from neighborcam.protocol.requests import Offence, Tried, Wanted

_MADE_LATER: Final = ("id", "nonce", "published", "expires", "seal_to")


async def form(call: Call[None]) -> FormView:
    """What is needed to write a request."""
    desk = call.room.desk
    own = desk.parts.own()[1].certificate
    register = await desk.register()
    agency = register.agency(own.agency)
    return FormView(
        agency=agency.record.name,
        contact=agency.record.contact,
        standing=agency.standing,
        jurisdiction=msgspec.to_builtins(agency.record.jurisdiction),
        offences=tuple(Offence),
        tried=tuple(Tried),
        media=tuple(Wanted),
        retention_days=register.rules.retention_days,
        expiry_days=register.rules.expiry_days,
    )


async def examine_draft(call: Call[dict[str, Any]]) -> ExaminedView:
    """Everything that keeps a draft from being asked, however far it is written."""
    parts = call.room.desk.parts
    agency = parts.own()[1].certificate.agency
    found = examine(call.body, agency, parts.log.known(), parts.clock())
    return ExaminedView(
        problems=found.problems,
        findings=found.findings,
        measures=found.measures,
        text=_preview(found.text),
    )


def _preview(text: bytes) -> str:
    """Return what the log will hold; what is made when it is signed is left open."""
    if not text:
        return ""
    said = msgspec.json.decode(text) | dict.fromkeys(_MADE_LATER, "…")
    return msgspec.json.format(msgspec.json.encode(said)).decode()


async def sign(call: Call[Draft]) -> Signed:
    """Sign a request, as its officer."""
    desk = call.room.desk
    ring, now = desk.parts.ring, desk.parts.clock()
    problem = await desk.problems(request_of(call.body, ring, throw_away_seal, now))
    if problem is not None:
        raise NotNow(problem)
    signed = await desk.sign(request_of(call.body, ring, desk.new_seal, now))
    return Signed(id=signed.request.id, link=link_of(signed))


async def read(call: Call[CarriedWish]) -> LinkView:
    """What a link asks for, and what keeps this desk from signing it."""
    desk, signed = call.room.desk, read_link(call.body.text)
    problem = ""
    try:
        await desk.look_at(signed)
    except (DeskError, ProtocolError) as found:
        problem = str(found)
    request, supervisor = signed.request, signed.supervisor
    agency = desk.parts.log.known().agencies.get(request.agency)
    record = agency.record if agency else None
    return LinkView(
        id=request.id,
        request=msgspec.to_builtins(request),
        text=msgspec.json.format(encode(request)).decode(),
        officer=signed.officer.certificate.name,
        supervisor=supervisor.certificate.name if supervisor else "",
        problem=problem,
        findings=findings(request),
        jurisdiction=msgspec.to_builtins(record.jurisdiction) if record else None,
    )


async def countersign(call: Call[CarriedWish]) -> Signed:
    """Sign what an officer signed, as a supervisor."""
    made = await call.room.desk.countersign(read_link(call.body.text))
    return Signed(id=made.request.id, link=link_of(made))


async def submit(call: Call[CarriedWish]) -> Said:
    """Send a request, signed by both, to the hub's stewards."""
    signed = read_link(call.body.text)
    if signed.supervisor is None:
        raise InvalidInput("a supervisor has to sign it first", "text")
    return Said(text=await call.room.desk.submit(signed))
