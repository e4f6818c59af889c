"""What the log tells of requests, gathered once for all counts (hub/statistics.py)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from neighborcam.protocol.agency_entries import (
    AgencyAnnounced,
    AgencySaid,
    RequestLogged,
)
from neighborcam.protocol.areas import overlaps
from neighborcam.protocol.entries import Entry
from neighborcam.protocol.requests import Deletion, Outcome, Request

AGAIN: Final = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class Logged:
    """A request that counts. ``repeats``: its area meets one of 90 days before.

    ``repeats_own`` when that one was the same agency's.
    """

    request: Request
    repeats: bool
    repeats_own: bool


@dataclass(kw_only=True)
class Told:
    """Requests that count, and the last that was said of each.

    ``agency_of`` and ``names`` know all of the log, whether it counts or not.
    """

    requests: list[Logged] = field(default_factory=list)
    outcomes: dict[str, str] = field(default_factory=dict)
    deletions: dict[str, str] = field(default_factory=dict)
    agency_of: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def read(decoded: Iterable[Entry | None], counts: Callable[[Entry], bool]) -> Told:
    """Gather what a whole log tells; what does not count is only remembered."""
    told, earlier = Told(), list[RequestLogged]()
    for entry in decoded:
        match entry:
            case AgencyAnnounced():
                record = entry.agency.agency
                told.names[record.id] = record.name
            case RequestLogged():
                if counts(entry):
                    told.requests.append(_logged(entry, earlier))
                earlier.append(entry)
                request = entry.request.request
                told.agency_of[request.id] = request.agency
            case AgencySaid(word=Outcome() as word) if counts(entry):
                told.outcomes[word.request] = word.result
            case AgencySaid(word=Deletion() as word) if counts(entry):
                told.deletions[word.request] = word.what
            case _:
                pass
    return told


def _logged(entry: RequestLogged, earlier: list[RequestLogged]) -> Logged:
    request = entry.request.request
    met = {
        each.request.request.agency
        for each in earlier
        if entry.at - each.at <= AGAIN
        and overlaps(each.request.request.area, request.area)
    }
    return Logged(request=request, repeats=bool(met), repeats_own=request.agency in met)
