"""Handlers for agencies: they apply, certify, ask, collect, and account for it."""

from aiohttp import web

from neighborcam.hub.agencies import Agencies
from neighborcam.hub.api.agency_messages import (
    AgencyView,
    Applied,
    Certified,
    Owed,
    Replies,
    RepliesQuery,
    Submitted,
)
from neighborcam.hub.api.desk import Call
from neighborcam.hub.api.errors import InvalidField
from neighborcam.hub.api.plumbing import read_body
from neighborcam.hub.chunks import HEAD_BYTES
from neighborcam.hub.requests import RequestStatus
from neighborcam.protocol.agencies import (
    IssuedCertificate,
    SignedAgency,
    SignedRevocation,
    Veto,
)
from neighborcam.protocol.answers import CHUNK_BYTES, CapsulePost, ChunkRemoval
from neighborcam.protocol.areas import km2
from neighborcam.protocol.register_state import Agency, RegisterState
from neighborcam.protocol.request_states import RequestState
from neighborcam.protocol.requests import SignedRequest, Spoken


async def apply(call: Call[None, SignedAgency]) -> Applied:
    """Ask to join as an agency; stewards look at it."""
    return Applied(id=await call.desk.applications.apply(call.body))


async def list_agencies(call: Call[None, None]) -> tuple[AgencyView, ...]:
    """All agencies of the public log, and what they owe."""
    async with call.desk.database.read() as tx:
        register = await call.desk.log.register(tx)
        agencies = list(register.agencies.values())
    return tuple([await _view(call, each, register) for each in agencies])


async def _view(
    call: Call[None, None], agency: Agency, register: RegisterState
) -> AgencyView:
    record, now = agency.record, call.desk.clock()
    own = [
        asked
        for asked in register.requests.values()
        if asked.request.agency == record.id
    ]
    counted, enough = await call.desk.agencies.objections(record.id)
    return AgencyView(
        id=record.id,
        name=record.name,
        domain=record.domain,
        kind=record.kind,
        contact=record.contact,
        jurisdiction=record.jurisdiction,
        km2=round(km2(record.jurisdiction), 3),
        terms=record.terms,
        index=agency.index,
        call_back=agency.call_back,
        approved_by=agency.approved_by,
        objections=counted if agency.vetoes is None else agency.vetoes,
        enough=enough,
        standing=agency.standing,
        notice_until=agency.notice_until,
        until=agency.until,
        ends=agency.ends.hex(),
        open=sum(asked.state_at(now) is RequestState.OPEN for asked in own),
        owes=tuple(
            Owed(request=asked.request.id, what=what, due=due)
            for asked in own
            for what, due in asked.due(now).items()
        ),
        vote_key=await call.desk.agencies.veto_key(record.id),
    )


async def veto(call: Call[None, Veto]) -> None:
    """Object to an agency that was announced; once for a household."""
    if call.body.agency != call.item("agency"):
        raise InvalidField("agency", "the objection is to another agency")
    agencies: Agencies = call.desk.agencies
    await agencies.veto(call.body)


async def certify(call: Call[None, IssuedCertificate]) -> Certified:
    """Put the hash of an officer's certificate into the log."""
    return Certified(sha256=await call.desk.agencies.certify(call.body))


async def revoke(call: Call[None, SignedRevocation]) -> None:
    """Put the end of a certificate into the log."""
    await call.desk.agencies.revoke(call.body)


async def submit(call: Call[None, SignedRequest]) -> Submitted:
    """Send a request, signed and countersigned, to the stewards."""
    state = await call.desk.requests.submit(call.body)
    return Submitted(id=call.body.request.id, state=state)


async def status(call: Call[None, None]) -> RequestStatus:
    """Where a request is, and the proof that the log has it."""
    return await call.desk.requests.status(call.item("request"))


async def hear(call: Call[None, Spoken]) -> None:
    """How a request ended, what came of it, that clips were deleted."""
    await call.desk.requests.hear(call.body)


async def post_capsule(call: Call[None, CapsulePost]) -> None:
    """A home's capsule of the present round."""
    await call.desk.capsules.post(call.body)


async def collect(call: Call[None, Spoken]) -> web.StreamResponse:
    """The capsules of a round that is over, for an officer of the agency."""
    data = await call.desk.capsules.collect(call.body)
    return web.Response(body=data, content_type="application/octet-stream")


async def reply(call: Call[None, Spoken]) -> None:
    """Eight sealed replies of the agency."""
    await call.desk.capsules.reply(call.body)


async def replies(call: Call[RepliesQuery, None]) -> Replies:
    """The sealed replies of a request, for all homes alike."""
    found = await call.desk.capsules.replies(call.item("request"), call.query.after)
    return Replies(bundles=found)


async def put_chunk(call: Call[None, None]) -> None:
    """A piece of a sealed clip: one line that pays for it, and 1 MiB."""
    data = await read_body(call.http_request, CHUNK_BYTES + HEAD_BYTES)
    await call.desk.chunks.put(call.item("chunk"), data)


async def get_chunk(call: Call[None, None]) -> web.StreamResponse:
    """A piece of a sealed clip, for who knows its name."""
    data = await call.desk.chunks.get(call.item("chunk"))
    return web.Response(body=data, content_type="application/octet-stream")


async def remove_chunk(call: Call[None, ChunkRemoval]) -> None:
    """Delete a piece before its time, by who sent it."""
    await call.desk.chunks.remove(call.body)
