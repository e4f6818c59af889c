"""What keeps a draft from being asked, while it is written: everything, by field.

A draft that is half written is looked at too: what is missing is said once, and limits
that hang on it are not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, get_type_hints

import msgspec

from neighborcam.agency.drafts import Days, throw_away_seal
from neighborcam.protocol.areas import Area, km2, least_km2
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.errors import OutsideLimits, ProtocolError
from neighborcam.protocol.register_state import RegisterState
from neighborcam.protocol.request_limits import (
    MONTH,
    Earlier,
    check_history,
    folded_case,
    km2_hours,
    request_problems,
)
from neighborcam.protocol.request_wording import Finding, check_wording, findings
from neighborcam.protocol.requests import Request

_NOBODY: Final = "0" * 32
_HINTS: Final = get_type_hints(Request, include_extras=True)
_MISSING: Final = "is needed"
# Good values in the place of those that are not there yet.
_SPARE: Final[Mapping[str, Any]] = {
    "case_ref": "not yet",
    "offence": "burglary",
    "necessity": "not written yet",
    "tried": ("scene",),
    "what": "not written yet",
    "contact": "not written yet",
    "media_wanted": ("clip",),
    "retention_days": 1,
    "urgent": False,
    "days": 1.0,
}
# Problems of the first hang on the others: they are not said while one is missing.
_HANGS_ON: Final[Mapping[str, frozenset[str]]] = {
    "window_start": frozenset({"window_end"}),
    "window_end": frozenset({"window_start"}),
    "area": frozenset({"window_start", "window_end", "case_ref"}),
}
_ELSEWHERE: Final = {"expires": "days", "open": "", "monthly": ""}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing to change. ``field`` is empty for what is about the agency."""

    field: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A number of the draft beside its limit."""

    name: str
    value: float
    most: float
    unit: str = ""
    least: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Examined:
    """All that can be said of a draft. ``text`` is what the log will hold of it."""

    problems: tuple[Problem, ...]
    findings: tuple[Finding, ...]
    measures: tuple[Measure, ...]
    text: bytes


def examine(
    said: Mapping[str, Any], agency: str, register: RegisterState, now: datetime
) -> Examined:
    """Look at a draft, however far it is written. Raises `BadSignature`."""
    now = now.replace(microsecond=0)
    fields, problems = _read(said)
    bad = {each.field for each in problems}
    jurisdiction = register.agency(agency).record.jurisdiction
    request = _request(fields, agency, jurisdiction, now)
    earlier = [each for each in register.earlier(now) if each.agency == agency]
    for found in _limits(request, register, jurisdiction, now):
        field = _ELSEWHERE.get(found.field, found.field)
        if not ({field} | _HANGS_ON.get(field, frozenset())) & bad:
            problems.append(Problem(field=field, text=str(found)))
    return Examined(
        problems=tuple(problems),
        findings=tuple(each for each in findings(request) if each.field not in bad),
        measures=tuple(_measures(request, register, earlier, bad, now)),
        text=b"" if bad else encode(request),
    )


def _read(said: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    fields: dict[str, Any] = {}
    problems = []
    for name in (*_SPARE, "area", "window_start", "window_end"):
        try:
            fields[name] = _field(name, said.get(name))
        except msgspec.ValidationError as problem:
            text = str(problem).partition(" - at `")[0]
            is_empty = said.get(name) in (None, "", [], {})
            problems.append(Problem(field=name, text=_MISSING if is_empty else text))
            fields[name] = _SPARE.get(name)
    return fields, problems


def _field(name: str, value: Any) -> Any:
    return msgspec.convert(value, Days if name == "days" else _HINTS[name])


def _request(
    fields: dict[str, Any], agency: str, jurisdiction: Area, now: datetime
) -> Request:
    days = fields.pop("days")
    fields["area"] = fields["area"] or jurisdiction
    fields["window_end"] = fields["window_end"] or now - timedelta(hours=1)
    start = fields["window_end"] - timedelta(minutes=30)
    fields["window_start"] = fields["window_start"] or start
    made = {
        "id": _NOBODY,
        "agency": agency,
        "seal_to": throw_away_seal(_NOBODY),
        "published": now,
        "expires": now + timedelta(seconds=round(days * 86400)),
        "nonce": _NOBODY,
        "type": "request",
    }
    return msgspec.convert(
        msgspec.to_builtins(fields) | msgspec.to_builtins(made), Request
    )


def _limits(
    request: Request, register: RegisterState, jurisdiction: Area, now: datetime
) -> Iterator[OutsideLimits]:
    yield from request_problems(request, register.rules, jurisdiction, now)
    try:
        check_history(request, list(register.earlier(now)), register.rules, now)
        check_wording(request)
    except OutsideLimits as problem:
        yield problem
    except ProtocolError as problem:
        yield OutsideLimits("", str(problem))


def _measures(
    request: Request,
    register: RegisterState,
    earlier: list[Earlier],
    bad: set[str],
    now: datetime,
) -> Iterator[Measure]:
    rules = register.rules
    if "area" not in bad:
        least, value = least_km2(request.area), km2(request.area)
        yield Measure(
            name="area", value=value, most=rules.area_km2, least=least, unit="km²"
        )
    if not bad & {"window_start", "window_end"}:
        hours = rules.window_hours
        yield Measure(
            name="window", value=request.hours, most=hours, least=0.25, unit="h"
        )
    if not bad & {"area", "window_start", "window_end", "case_ref"}:
        case = folded_case(request)
        same = [each for each in earlier if folded_case(each) == case]
        used = sum(each.km2_hours for each in same) + km2_hours(request)
        yield Measure(
            name="case", value=used, most=rules.case_km2_hours, unit="km² × h"
        )
    month = sum(each.logged > now - MONTH for each in earlier)
    yield Measure(name="month", value=month, most=rules.monthly)
    yield Measure(
        name="open", value=sum(each.is_open for each in earlier), most=rules.open
    )
