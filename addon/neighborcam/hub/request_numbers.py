"""How much was asked, and how stewards decided about it."""

from collections import Counter
from collections.abc import Sequence
from statistics import median

import msgspec

from neighborcam.hub.told import Logged
from neighborcam.protocol.agency_entries import RequestLogged, RequestRefused
from neighborcam.protocol.areas import km2
from neighborcam.protocol.entries import Entry
from neighborcam.protocol.request_limits import km2_hours


class RequestNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """How much some requests asked for; the medians are None without any.

    ``repeated`` counts requests whose area meets that of one in the 90 days before,
    whoever asked.
    """

    requests: int
    urgent: int
    repeated: int
    km2_hours: float
    median_hours: float | None
    median_km2: float | None


class StewardNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """What a steward let through and refused; ``rate``: the share that was refused."""

    approved: int
    refused: int
    rate: float


def of_requests(logged: Sequence[Logged]) -> RequestNumbers:
    """Count some requests."""
    requests = [each.request for each in logged]
    return RequestNumbers(
        requests=len(requests),
        urgent=sum(each.urgent for each in requests),
        repeated=sum(each.repeats for each in logged),
        km2_hours=round(sum(map(km2_hours, requests)), 3),
        median_hours=_median([each.hours for each in requests]),
        median_km2=_median([km2(each.area) for each in requests]),
    )


def by_steward(entries: Sequence[Entry]) -> dict[str, StewardNumbers]:
    """Count approvals and refusals of requests by steward."""
    approved = Counter(
        approval.steward
        for each in entries
        if isinstance(each, RequestLogged)
        for approval in each.approvals
    )
    refused = Counter(
        each.steward
        for each in entries
        if isinstance(each, RequestRefused) and each.steward
    )
    return {
        name: StewardNumbers(
            approved=approved[name],
            refused=refused[name],
            rate=round(refused[name] / (approved[name] + refused[name]), 3),
        )
        for name in sorted({*approved, *refused})
    }


def _median(values: Sequence[float]) -> float | None:
    return round(median(values), 3) if values else None
