"""Handlers for what stewards do about agencies and their requests."""

import json

from aiohttp import web

from neighborcam.hub.api.agency_messages import (
    ApprovalOptionsWish,
    ApprovalWish,
    CallBackWish,
    DemandWish,
    Progress,
    RefusalWish,
    RenewalWish,
    RestorationWish,
    SuspensionWish,
)
from neighborcam.hub.api.desk import Call
from neighborcam.hub.api.plumbing import json_response
from neighborcam.hub.applications import Application
from neighborcam.hub.approvals import approval_of
from neighborcam.hub.requests import Review
from neighborcam.protocol.agency_entries import AgencySuspended
from neighborcam.protocol.entries import LegalDemand


async def approval_options(
    call: Call[None, ApprovalOptionsWish],
) -> web.StreamResponse:
    """Options by which a passkey signs what is approved."""
    await call.steward()
    subject = bytes.fromhex(call.body.subject)
    options = await call.desk.stewards.approval_options(call.body.kind, subject)
    return json_response(json.loads(options))


async def applications(call: Call[None, None]) -> tuple[Application, ...]:
    """Agencies that want to join, the oldest first."""
    await call.steward()
    return tuple(await call.desk.applications.waiting())


async def check_domain(call: Call[None, None]) -> None:
    """Look at an agency's domain: its key file there, and its record in the DNS."""
    await call.steward()
    await call.desk.applications.check_domain(call.item("agency"))


async def call_back(call: Call[None, CallBackWish]) -> None:
    """Write down that this steward called the agency, and by whose number."""
    steward = await call.steward()
    await call.desk.applications.call_back(
        call.item("agency"), call.body.directory, steward
    )


async def approve_agency(call: Call[None, ApprovalWish]) -> Progress:
    """Approve an application; the second steward's announces the agency."""
    approval = approval_of(call.body.credential, await call.steward())
    done = await call.desk.applications.approve(call.item("agency"), approval)
    return Progress(done=done)


async def refuse_agency(call: Call[None, RefusalWish]) -> None:
    """Drop an application, in public."""
    await call.desk.applications.refuse(
        call.item("agency"),
        rule=call.body.rule,
        fact=call.body.fact,
        steward=await call.steward(),
    )


async def declare_interest(call: Call[None, None]) -> None:
    """Say in public that this steward works for an agency, or is close to it."""
    await call.desk.agencies.declare_interest(call.item("agency"), await call.steward())


async def suspend(call: Call[None, SuspensionWish]) -> None:
    """Suspend an agency at once, with a public reason; its open requests end."""
    steward = await call.steward()
    await call.desk.agencies.suspend(
        AgencySuspended(
            at=call.desk.clock().replace(microsecond=0),
            agency=call.item("agency"),
            reason=call.body.reason,
            fact=call.body.fact,
            steward=steward,
        )
    )


async def restore(call: Call[None, RestorationWish]) -> Progress:
    """Let a suspended agency ask again; it takes two stewards."""
    approval = approval_of(call.body.credential, await call.steward())
    agency = call.item("agency")
    done = await call.desk.agencies.restore(agency, call.body.fact, approval)
    return Progress(done=done)


async def renew(call: Call[None, RenewalWish]) -> Progress:
    """Keep an agency for another year; it takes two stewards."""
    approval = approval_of(call.body.credential, await call.steward())
    agency = call.item("agency")
    done = await call.desk.agencies.renew(agency, call.body.until, approval)
    return Progress(done=done)


async def enter_demand(call: Call[None, DemandWish]) -> None:
    """Say in public that somebody demanded data of this hub, and what was given."""
    await call.steward()
    now = call.desk.clock().replace(microsecond=0)
    demand = LegalDemand(at=now, kind=call.body.kind, given=call.body.given)
    async with call.desk.database.write() as tx:
        await call.desk.log.add(tx, demand)


async def reviews(call: Call[None, None]) -> tuple[Review, ...]:
    """Requests that wait for a steward, urgent ones first."""
    await call.steward()
    return tuple(await call.desk.requests.queue())


async def approve_request(call: Call[None, ApprovalWish]) -> Progress:
    """Approve a request; with enough it is logged, and open."""
    approval = approval_of(call.body.credential, await call.steward())
    done = await call.desk.requests.approve(call.item("sha256"), approval)
    return Progress(done=done)


async def refuse_request(call: Call[None, RefusalWish]) -> None:
    """Refuse a request, with public reasons and without its text."""
    await call.desk.requests.refuse(
        call.item("sha256"),
        rule=call.body.rule,
        fact=call.body.fact,
        steward=await call.steward(),
    )
