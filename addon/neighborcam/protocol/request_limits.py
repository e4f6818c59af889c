"""What a request may be, checked alike by desk, hub and home (spec/requests.md).

A hub may be stricter or wider by its rules, which stand in the public log; nobody is
wider than the ceilings here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Annotated, Final, Literal

import msgspec

from neighborcam.protocol.age_keys import HybridRecipient, parse_recipient
from neighborcam.protocol.areas import Area, check_shape, km2, least_km2, within
from neighborcam.protocol.errors import InvalidMessage, OutsideLimits
from neighborcam.protocol.identity import Message, is_whole_second
from neighborcam.protocol.limits import PER_DAY, SKEW
from neighborcam.protocol.requests import Request
from neighborcam.protocol.rounds import most_a_day
from neighborcam.protocol.wording import is_line

WINDOW_LEAST: Final = timedelta(minutes=15)
MONTH: Final = timedelta(days=30)
WAITS: Final = timedelta(days=2)  # from the officer's signature to the log
OUTCOME_DUE: Final = timedelta(days=30)  # and as long again when it was put off
REVOKED_DUE: Final = timedelta(days=14)
PER_HOUSEHOLDS: Final = 5000
MONTHLY: Final = 12

type Positive = Annotated[float, msgspec.Meta(gt=0)]
type Number = Annotated[int, msgspec.Meta(ge=1)]


class RequestRules(Message, frozen=True, kw_only=True):
    """The limits of one hub. The defaults are NCP/1's."""

    area_km2: Annotated[float, msgspec.Meta(gt=0, le=0.5)] = 0.25
    window_hours: Annotated[float, msgspec.Meta(gt=0, le=6)] = 2.0
    look_back_days: Annotated[float, msgspec.Meta(gt=0, le=14)] = 7.0
    per_case: Annotated[int, msgspec.Meta(ge=1, le=2)] = 2
    case_km2_hours: Annotated[float, msgspec.Meta(gt=0, le=4.5)] = 0.75
    open: Annotated[int, msgspec.Meta(ge=1, le=3)] = 3
    monthly: Annotated[int, msgspec.Meta(ge=1)] = 1
    households: Annotated[int, msgspec.Meta(ge=0)] = 0
    expiry_days: Annotated[float, msgspec.Meta(gt=0, le=14)] = 7.0
    retention_days: Annotated[int, msgspec.Meta(ge=1, le=90)] = 90
    kinds: tuple[
        Literal["police", "rescue", "federal", "immigration", "intelligence"], ...
    ] = ("police", "rescue")


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """A request that was logged before: what counts of it against a new one."""

    id: str
    agency: str
    case_ref: str
    seal_to: str
    nonce: str
    km2_hours: float
    logged: datetime
    is_open: bool
    turns: int  # of a home and a day, at most; none when it ended a day ago


def monthly_for(households: int) -> int:
    """Return how many requests an agency has in 30 days: 12 for each 5,000 homes."""
    return max(1, ceil(MONTHLY * households / PER_HOUSEHOLDS))


def check_rules(rules: RequestRules) -> None:
    """Raise `OutsideLimits` for rules that no hub may have."""
    if rules.monthly > monthly_for(rules.households):
        raise OutsideLimits(
            "monthly", f"at most {monthly_for(rules.households)} for so many homes"
        )


def check_request(
    request: Request, rules: RequestRules, jurisdiction: Area, now: datetime
) -> None:
    """Raise `OutsideLimits`, naming field and remedy, unless it may be asked."""
    for problem in request_problems(request, rules, jurisdiction, now):
        raise problem


def request_problems(
    request: Request, rules: RequestRules, jurisdiction: Area, now: datetime
) -> Iterator[OutsideLimits]:
    """Yield everything that keeps a request from being asked, for who writes it."""
    yield from _time_problems(request, rules, now)
    yield from _area_problems(request.area, rules, jurisdiction)
    yield from _word_problems(request)
    if request.retention_days > rules.retention_days:
        yield OutsideLimits("retention_days", f"at most {rules.retention_days} days")
    yield from _seal_problems(request.seal_to)


def check_history(
    request: Request, earlier: Sequence[Earlier], rules: RequestRules, now: datetime
) -> None:
    """Raise `OutsideLimits` when the agency has asked enough already, or the same."""
    for each in earlier:
        if request.id == each.id or request.nonce == each.nonce:
            raise OutsideLimits("id", "this request was made before")
        if request.seal_to == each.seal_to:
            raise OutsideLimits("seal_to", "each request has a key of its own")
    _check_turns(request, earlier)
    own = [each for each in earlier if each.agency == request.agency]
    if sum(each.is_open for each in own) >= rules.open:
        raise OutsideLimits("open", f"{rules.open} requests are open: end one first")
    if sum(each.logged > now - MONTH for each in own) >= rules.monthly:
        raise OutsideLimits("monthly", f"{rules.monthly} in 30 days were made")
    _check_case(request, own, rules)


def is_stale(request: Request, now: datetime) -> bool:
    """Tell whether a request that waits can never be logged any more."""
    return request.published < now - WAITS or request.expires <= now


def km2_hours(request: Request) -> float:
    """Return area × hours: how much of a neighbourhood's life is asked for."""
    return km2(request.area) * request.hours


def _check_turns(request: Request, earlier: Sequence[Earlier]) -> None:
    """Homes have so many capsules a day: none may ever be short of one."""
    taken = sum(each.turns for each in earlier)
    needed, most = most_a_day(urgent=request.urgent), PER_DAY["capsule"]
    if taken + needed > most:
        raise OutsideLimits(
            "urgent",
            f"a home has {most} capsules a day; requests of this day may take {taken}"
            f" of them, and this one {needed}: ask without urgency, or wait until a"
            " day after others have ended",
        )


def _check_case(request: Request, own: Sequence[Earlier], rules: RequestRules) -> None:
    case = folded_case(request)
    same = [each for each in own if folded_case(each) == case]
    if len(same) >= rules.per_case:
        raise OutsideLimits("case_ref", f"at most {rules.per_case} for one case")
    whole = km2_hours(request) + sum(each.km2_hours for each in same)
    if whole > rules.case_km2_hours:
        raise OutsideLimits(
            "area",
            f"{whole:.2f} km² × hours for this case: at most"
            f" {rules.case_km2_hours:g}; make area or window smaller",
        )


def folded_case(request: Request | Earlier) -> str:
    """Return a case as limits know it: another spelling is the same case."""
    return "".join(each for each in request.case_ref.casefold() if each.isalnum())


def _time_problems(
    request: Request, rules: RequestRules, now: datetime
) -> Iterator[OutsideLimits]:
    for field in ("window_start", "window_end", "published", "expires"):
        if not is_whole_second(getattr(request, field)):
            yield OutsideLimits(field, "write moments as 2026-11-23T18:30:00Z")
    if not now - WAITS <= request.published <= now + SKEW:
        yield OutsideLimits("published", "signed more than 2 days ago: sign it anew")
    yield from _window_problems(request, rules)
    if request.expires <= now:
        yield OutsideLimits("expires", "it has expired")
    if request.expires - request.published > timedelta(days=rules.expiry_days):
        yield OutsideLimits("expires", f"at most {rules.expiry_days:g} days ahead")


def _window_problems(request: Request, rules: RequestRules) -> Iterator[OutsideLimits]:
    lasts = request.window_end - request.window_start
    if lasts < WINDOW_LEAST:
        yield OutsideLimits("window_end", "a window has at least 15 minutes")
    if lasts > timedelta(hours=rules.window_hours):
        yield OutsideLimits(
            "window_end", f"a window has at most {rules.window_hours:g} hours"
        )
    if request.window_end > request.published:
        yield OutsideLimits("window_end", "what has not happened cannot be asked for")
    if request.window_start < request.published - timedelta(days=rules.look_back_days):
        yield OutsideLimits(
            "window_start", f"longer than {rules.look_back_days:g} days ago"
        )


def _area_problems(
    area: Area, rules: RequestRules, jurisdiction: Area
) -> Iterator[OutsideLimits]:
    try:
        check_shape(area)
    except OutsideLimits as problem:
        yield problem
        return  # a size of it would say nothing
    size, least = km2(area), least_km2(area)
    if size > rules.area_km2:
        yield OutsideLimits(
            "area", f"{size:.3f} km²: an area has at most {rules.area_km2:g} km²"
        )
    if size < least:
        yield OutsideLimits(
            "area",
            f"{size:.3f} km²: an area has at least {least:.3f} km², one cell of H3's"
            " resolution 9, so that no house is meant alone",
        )
    if not within(area, jurisdiction):
        yield OutsideLimits("area", "it reaches out of the agency's jurisdiction")


def _word_problems(request: Request) -> Iterator[OutsideLimits]:
    for field in ("necessity", "what", "contact"):
        if not is_line(getattr(request, field)):
            yield OutsideLimits(
                field, "only plain text in one line, without space at either end"
            )
    for field in ("tried", "media_wanted"):
        values = getattr(request, field)
        if len(set(values)) != len(values):
            yield OutsideLimits(field, "the same twice")


def _seal_problems(seal_to: str) -> Iterator[OutsideLimits]:
    try:
        recipient = parse_recipient(seal_to)
    except InvalidMessage:
        recipient = None
    if not isinstance(recipient, HybridRecipient):
        yield OutsideLimits("seal_to", "this is no hybrid key of age (age1pq1…)")
