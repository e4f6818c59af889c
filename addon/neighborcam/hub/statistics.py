"""What the public log says in numbers: anybody can compute the same from it."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

import msgspec

from neighborcam.protocol.agency_entries import (
    AgencyAnnounced,
    AgencySaid,
    AgencySuspended,
    Overdue,
    RequestLogged,
    RequestRefused,
)
from neighborcam.protocol.areas import overlaps
from neighborcam.protocol.entries import (
    Decision,
    Entry,
    EnvelopeOpened,
    LegalDemand,
    StewardAppointed,
    StewardLeft,
    read_entry,
)
from neighborcam.protocol.request_limits import km2_hours
from neighborcam.protocol.requests import Deletion, Outcome

AGAIN: Final = timedelta(days=90)


class AgencyNumbers(msgspec.Struct, kw_only=True):
    """What one agency asked, and how it accounted for it.

    ``repeated`` counts requests whose area meets that of one in the 90 days before.
    """

    name: str
    requests: int = 0
    urgent: int = 0
    refused: int = 0
    km2_hours: float = 0.0
    repeated: int = 0
    outcomes: int = 0
    deletions: int = 0
    overdue: int = 0
    suspended: int = 0


class Statistics(msgspec.Struct, frozen=True, kw_only=True):
    """Counts over all entries, and of decisions by what they were about."""

    entries: int
    decisions: dict[str, int]
    decisions_by_rule: dict[str, int]
    decisions_by_steward: dict[str, int]
    envelopes_opened: int
    legal_demands: dict[str, int]
    stewards: int
    unknown: int
    agencies: dict[str, AgencyNumbers]
    offences: dict[str, int]
    refusals_by_rule: dict[str, int]
    refusals_by_steward: dict[str, int]


def statistics(entries: Iterable[bytes]) -> Statistics:
    """Count the entries of a log."""
    return count_entries([read_entry(each) for each in entries])


def count_entries(decoded: list[Entry | None]) -> Statistics:
    """Count entries that were read; None stands for one of an unknown kind."""
    decisions = [each for each in decoded if isinstance(each, Decision)]
    refused = [each for each in decoded if isinstance(each, RequestRefused)]
    logged = [each for each in decoded if isinstance(each, RequestLogged)]
    stewards = sum(isinstance(each, StewardAppointed) for each in decoded)
    left = sum(isinstance(each, StewardLeft) for each in decoded)
    demands = (each.kind for each in decoded if isinstance(each, LegalDemand))
    return Statistics(
        entries=len(decoded),
        decisions=dict(Counter(f"{d.opened_by} {d.decision}" for d in decisions)),
        decisions_by_rule=dict(Counter(each.rule for each in decisions)),
        decisions_by_steward=dict(Counter(each.steward for each in decisions)),
        envelopes_opened=sum(isinstance(each, EnvelopeOpened) for each in decoded),
        legal_demands=dict(Counter(demands)),
        stewards=stewards - left,
        unknown=sum(each is None for each in decoded),
        agencies=_agencies(decoded),
        offences=dict(Counter(str(each.request.request.offence) for each in logged)),
        refusals_by_rule=dict(Counter(each.rule for each in refused)),
        refusals_by_steward=dict(Counter(each.steward for each in refused)),
    )


def _agencies(decoded: list[Entry | None]) -> dict[str, AgencyNumbers]:
    found: dict[str, AgencyNumbers] = {}
    asked: dict[str, RequestLogged] = {}
    for entry in decoded:
        match entry:
            case AgencyAnnounced():
                record = entry.agency.agency
                found.setdefault(record.id, AgencyNumbers(name=record.name))
            case RequestLogged():
                _count_request(found, entry, asked)
            case RequestRefused():
                _of(found, entry.agency).refused += 1
            case AgencySaid():
                _count_word(found, entry, asked)
            case Overdue():
                _of(found, entry.agency).overdue += 1
            case AgencySuspended():
                _of(found, entry.agency).suspended += 1
            case _:
                pass
    return found


def _of(found: dict[str, AgencyNumbers], agency: str) -> AgencyNumbers:
    return found.setdefault(agency, AgencyNumbers(name=agency))


def _count_request(
    found: dict[str, AgencyNumbers],
    entry: RequestLogged,
    asked: dict[str, RequestLogged],
) -> None:
    request = entry.request.request
    numbers = _of(found, request.agency)
    numbers.requests += 1
    numbers.urgent += request.urgent
    numbers.km2_hours = round(numbers.km2_hours + km2_hours(request), 6)
    numbers.repeated += any(
        each.request.request.agency == request.agency
        and entry.at - each.at <= AGAIN
        and overlaps(each.request.request.area, request.area)
        for each in asked.values()
    )
    asked[request.id] = entry


def _count_word(
    found: dict[str, AgencyNumbers],
    entry: AgencySaid,
    asked: dict[str, RequestLogged],
) -> None:
    request = asked.get(entry.word.request)
    if request is None:
        return
    numbers = _of(found, request.request.request.agency)
    numbers.outcomes += isinstance(entry.word, Outcome)
    numbers.deletions += isinstance(entry.word, Deletion)
