"""Handlers for alerts of agencies: the desk sends them, stewards look first."""

from neighborcam.hub.agency_alerts import AlertReview, AlertStatus
from neighborcam.hub.api.agency_messages import ApprovalWish, RefusalWish
from neighborcam.hub.api.desk import Call
from neighborcam.hub.api.messages import PublishedAs
from neighborcam.hub.approvals import approval_of
from neighborcam.protocol.agency_alerts import SignedAlert


async def submit(call: Call[None, SignedAlert]) -> PublishedAs:
    """Send an agency's alert to the stewards; a cancel is told at once."""
    standing = await call.desk.agency_alerts.submit(call.body)
    return PublishedAs(id=call.body.alert.id, standing=standing)


async def status(call: Call[None, None]) -> AlertStatus:
    """Where an agency's alert is: in review, in the log, or refused and why."""
    return await call.desk.agency_alerts.status(call.item("alert"))


async def reviews(call: Call[None, None]) -> tuple[AlertReview, ...]:
    """Alerts of agencies that wait for a steward, the oldest first."""
    await call.steward()
    return tuple(await call.desk.agency_alerts.queue())


async def approve(call: Call[None, ApprovalWish]) -> None:
    """Approve an agency's alert by passkey; it is logged, then told to all."""
    approval = approval_of(call.body.credential, await call.steward())
    await call.desk.agency_alerts.approve(call.item("sha256"), approval)


async def refuse(call: Call[None, RefusalWish]) -> None:
    """Refuse an agency's alert, with public reasons and without its text."""
    await call.desk.agency_alerts.refuse(
        call.item("sha256"),
        rule=call.body.rule,
        fact=call.body.fact,
        steward=await call.steward(),
    )
