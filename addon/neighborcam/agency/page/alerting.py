"""Handlers for what an agency warns of, and what the page and they say about it."""

from datetime import datetime
from typing import Annotated, Any

import msgspec

from neighborcam.agency.alert_drafting import AlertDraft, ExaminedAlert
from neighborcam.agency.drafting import Measure, Problem
from neighborcam.agency.page.messages import Said, View, Wish
from neighborcam.agency.page.plumbing import Call
from neighborcam.protocol.agency_alert_limits import cell_area
from neighborcam.protocol.alerts import Category
from neighborcam.protocol.limits import BY_AGENCY
from neighborcam.protocol.request_wording import Finding

_MADE_LATER = ("id", "onset", "expires")


class AlertWish(Wish, frozen=True, kw_only=True):
    """A draft, of an update of ``before`` if that names an alert."""

    draft: AlertDraft
    before: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{32})?\Z")] = ""


class AlertLine(View, frozen=True, kw_only=True):
    """An alert of the agency. ``current``: it holds, and nothing newer replaced it."""

    id: str
    msg_type: str
    state: str
    reason: str
    category: Category
    headline: str
    text: str
    instruction: str
    severity: str
    expires: datetime
    current: bool


class AlertsView(View, frozen=True, kw_only=True):
    """What is needed to warn, and what was said so far, the newest first."""

    agency: str
    jurisdiction: dict[str, Any]
    categories: tuple[Category, ...]
    alerts: tuple[AlertLine, ...]


class ExaminedAlertView(View, frozen=True, kw_only=True):
    """What can be said of a draft; ``area`` is the cell that it names."""

    problems: tuple[Problem, ...]
    findings: tuple[Finding, ...]
    measures: tuple[Measure, ...]
    area: dict[str, Any] | None
    text: str


async def list_alerts(call: Call[None]) -> AlertsView:
    """What the agency warned of, and what is needed to warn."""
    desk, now = call.room.desk, call.room.desk.parts.clock()
    agency = desk.parts.own()[1].certificate.agency
    told = await desk.alerts()
    record = desk.parts.log.known().agency(agency).record
    replaced = {each.alert.original for each in told if each.state == "shown"} & {
        each.alert.original for each in told if each.alert.msg_type == "cancel"
    }
    newest = {each.alert.original: each.alert.id for each in told}
    return AlertsView(
        agency=record.name,
        jurisdiction=msgspec.to_builtins(record.jurisdiction),
        categories=tuple(sorted(BY_AGENCY)),
        alerts=tuple(
            AlertLine(
                id=each.alert.id,
                msg_type=each.alert.msg_type,
                state=each.state,
                reason=each.reason,
                category=each.alert.category,
                headline=each.alert.headline,
                text=each.alert.text,
                instruction=each.alert.instruction,
                severity=each.alert.severity,
                expires=each.alert.expires,
                current=newest[each.alert.original] == each.alert.id
                and each.alert.original not in replaced
                and each.state in {"shown", "review"}
                and each.alert.expires > now,
            )
            for each in reversed(told)
        ),
    )


async def examine(call: Call[AlertWish]) -> ExaminedAlertView:
    """Everything that keeps a draft from being sent, however far it is written."""
    desk = call.room.desk
    found = await desk.examine_alert(call.body.draft, call.body.before)
    return ExaminedAlertView(
        problems=found.problems,
        findings=found.findings,
        measures=found.measures,
        area=msgspec.to_builtins(cell_area(found.cell)) if found.cell else None,
        text=_preview(found),
    )


def _preview(found: ExaminedAlert) -> str:
    """Return what the log will hold; what is made when it is signed is left open."""
    if not found.text:
        return ""
    said = msgspec.json.decode(found.text) | dict.fromkeys(_MADE_LATER, "…")
    return msgspec.json.format(msgspec.json.encode(said)).decode()


async def send(call: Call[AlertWish]) -> Said:
    """Sign an alert, or an update of one, and send it to the stewards."""
    signed = await call.room.desk.warn(call.body.draft, call.body.before)
    return Said(text=signed.alert.id)


async def cancel(call: Call[None]) -> Said:
    """Take an alert back."""
    signed = await call.room.desk.take_back(call.item("alert"))
    return Said(text=signed.alert.id)


async def again(call: Call[None]) -> Said:
    """Send what was signed once more."""
    return Said(text=await call.room.desk.warn_again(call.item("alert")))
