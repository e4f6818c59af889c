"""An alert as an officer writes it, and what keeps it from being sent, by field."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

import h3
import msgspec
from msgspec.structs import replace

from neighborcam.agency.drafting import Measure, Problem
from neighborcam.protocol import limits
from neighborcam.protocol.agencies import IssuedCertificate
from neighborcam.protocol.agency_alert_limits import (
    NEW_IN_IT,
    agency_alert_problems,
    new_in_a_day,
)
from neighborcam.protocol.agency_alert_wording import (
    alert_findings,
    check_alert_wording,
)
from neighborcam.protocol.alerts import Alert, Category, MsgType, Origin, Scope
from neighborcam.protocol.areas import Latitude, Longitude
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.cells import COARSEST, FINEST, WITHOUT_CENSUS
from neighborcam.protocol.errors import OutsideLimits
from neighborcam.protocol.limits import agency_lasts, bucket
from neighborcam.protocol.register_state import RegisterState
from neighborcam.protocol.request_wording import Finding

_HOUR: Final = timedelta(hours=1)
_NOBODY: Final = "0" * 32

type Hours = Annotated[float, msgspec.Meta(gt=0, le=1000)]
type Resolution = Annotated[int, msgspec.Meta(ge=COARSEST, le=FINEST)]


class AlertDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person knows. ``place`` is longitude and latitude of where it is.

    The alert names the cell of H3 around it; ``resolution`` says how wide that is.
    """

    category: Category
    headline: str = ""
    text: str = ""
    instruction: str = ""
    place: tuple[Longitude, Latitude] | None = None
    resolution: Resolution = WITHOUT_CENSUS
    hours: Hours = 6.0
    status: Literal["actual", "exercise", "test"] = "actual"
    urgency: Literal["immediate", "expected", "future", "past", "unknown"] = "immediate"
    severity: Literal["extreme", "severe", "moderate", "minor", "unknown"] = "unknown"
    certainty: Literal["observed", "likely", "possible", "unlikely", "unknown"] = (
        "observed"
    )
    onset: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ExaminedAlert:
    """All that can be said of a draft; ``cell`` is empty without a place.

    ``text`` is what the log will hold of it, empty while something has to change.
    """

    problems: tuple[Problem, ...]
    findings: tuple[Finding, ...]
    measures: tuple[Measure, ...]
    cell: str
    text: bytes


def alert_of(
    draft: AlertDraft,
    officer: IssuedCertificate,
    now: datetime,
    before: Alert | None = None,
) -> Alert:
    """Return the alert of a draft, or the version of ``before`` that it is.

    A version is for the place of the first. Nothing is checked yet.
    """
    now = now.replace(microsecond=0)
    cell = before.cell if before else _cell(draft)
    return Alert(
        id=secrets.token_hex(16),
        msg_type=MsgType.UPDATE if before else MsgType.ALERT,
        references=(before.original,) if before else (),
        status=draft.status,
        scope=Scope.PUBLIC,
        origin=Origin.AGENCY,
        agency=officer.certificate.agency,
        category=draft.category,
        urgency=draft.urgency,
        severity=draft.severity,
        certainty=draft.certainty,
        onset=bucket(draft.onset or now),
        expires=now + timedelta(seconds=round(draft.hours * 3600)),
        cell=cell,
        headline=draft.headline.strip(),
        text=draft.text.strip(),
        instruction=draft.instruction.strip(),
        author_key=officer.certificate.key,
    )


def cancel_of(versions: list[Alert], officer: IssuedCertificate) -> Alert:
    """Return what takes back an alert with these versions, the newest last."""
    newest = versions[-1]
    return replace(
        newest,
        id=secrets.token_hex(16),
        msg_type=MsgType.CANCEL,
        references=(newest.original,),
        text="",
        instruction="",
        expires=max(each.expires for each in versions),
        author_key=officer.certificate.key,
    )


def examine_alert(
    draft: AlertDraft,
    officer: IssuedCertificate,
    register: RegisterState,
    now: datetime,
    before: Alert | None = None,
) -> ExaminedAlert:
    """Look at a draft, however far it is written. Raises `BadSignature`."""
    alert = alert_of(draft, officer, now, before)
    problems = tuple(
        Problem(field=_FIELD.get(each.field, each.field), text=str(each))
        for each in alert_problems(alert, register, now)
    )
    lasts = agency_lasts(draft.category) / _HOUR
    today = new_in_a_day(register.alerts.values(), alert.agency or "", now)
    return ExaminedAlert(
        problems=problems,
        findings=alert_findings(alert),
        measures=(
            Measure(name="hours", value=draft.hours, most=lasts, unit="h"),
            Measure(name="today", value=today, most=NEW_IN_IT),
        ),
        cell=alert.cell,
        text=b"" if problems else encode(replace(alert, id=_NOBODY)),
    )


def alert_problems(
    alert: Alert, register: RegisterState, now: datetime
) -> Iterator[OutsideLimits]:
    """Yield all that keeps an alert from being sent. Raises `BadSignature`."""
    agency = register.agency(alert.agency or "")
    if not (agency.may_ask(now) or alert.msg_type is MsgType.CANCEL):
        yield OutsideLimits("", f"this agency may not warn: it is {agency.standing}")
    if alert.cell:
        earlier = register.alerts.values()
        jurisdiction = agency.record.jurisdiction
        yield from agency_alert_problems(alert, jurisdiction, earlier, now)
    else:
        yield OutsideLimits("cell", "choose a place")
        yield from limits.alert_problems(alert, now)
    yield from _length_problems(alert)
    if alert.msg_type is MsgType.CANCEL:
        return  # its headline was read before
    try:
        check_alert_wording(alert)
    except OutsideLimits as problem:
        yield problem


# Fields of the message that a form has under another name, or that are the agency's.
_FIELD: Final = {"cell": "place", "expires": "hours", "agency": ""}
_LONGEST: Final = {"headline": 80, "text": 1000, "instruction": 300}


def _length_problems(alert: Alert) -> Iterator[OutsideLimits]:
    for field, most in _LONGEST.items():
        letters = len(getattr(alert, field))
        if letters > most:
            yield OutsideLimits(field, f"{letters} characters: at most {most}")


def _cell(draft: AlertDraft) -> str:
    if draft.place is None:
        return ""
    longitude, latitude = draft.place
    return str(h3.latlng_to_cell(latitude, longitude, draft.resolution))
