"""What the public log says in numbers: anybody can compute the same from it.

Only the log goes in, and for numbers by area the census, which the hub publishes. A
count of one year knows what stood in the log before it: who an agency is, which areas
were asked about.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from neighborcam.hub.agency_numbers import AgencyNumbers, by_agency
from neighborcam.hub.census import Census
from neighborcam.hub.equity import Area, Elsewhere, by_area, elsewhere
from neighborcam.hub.request_numbers import (
    RequestNumbers,
    StewardNumbers,
    by_steward,
    of_requests,
)
from neighborcam.hub.told import read
from neighborcam.protocol.agency_entries import (
    AgencyAlertLogged,
    Overdue,
    RequestLogged,
    RequestRefused,
    is_misuse,
)
from neighborcam.protocol.alerts import MsgType
from neighborcam.protocol.entries import (
    Decision,
    Entry,
    EnvelopeOpened,
    LegalDemand,
    StewardAppointed,
    StewardLeft,
    read_entry,
)


class Statistics(msgspec.Struct, frozen=True, kw_only=True):
    """Counts over all entries, or those of a year.

    Decisions are about what members post; ``reviews_by_steward`` are about requests of
    agencies. ``lapsed`` are requests at which no steward looked in time.
    ``agency_alerts`` are new alerts of agencies, by category.
    """

    entries: int
    decisions: dict[str, int]
    decisions_by_rule: dict[str, int]
    decisions_by_steward: dict[str, int]
    envelopes_opened: int
    legal_demands: dict[str, int]
    stewards: int
    unknown: int
    agencies: dict[str, AgencyNumbers]
    agency_alerts: dict[str, int]
    requests: RequestNumbers
    offences: dict[str, int]
    outcomes: dict[str, int]
    overdue: dict[str, int]
    refusals_by_rule: dict[str, int]
    reviews_by_steward: dict[str, StewardNumbers]
    lapsed: int
    areas: tuple[Area, ...]
    elsewhere: Elsewhere | None


def statistics(entries: Iterable[bytes], census: Census | None = None) -> Statistics:
    """Count the entries of a whole log."""
    return count_entries([read_entry(each) for each in entries], census)


def count_entries(
    decoded: Sequence[Entry | None],
    census: Census | None = None,
    counts: Callable[[Entry], bool] = lambda _entry: True,
) -> Statistics:
    """Count those entries of a whole log that ``counts`` names.

    None stands for an entry of an unknown kind; only a count of all tells of them.
    """
    chosen = [each for each in decoded if each is not None and counts(each)]
    told = read(decoded, counts)
    areas = by_area(told, census)
    refused = [each for each in chosen if isinstance(each, RequestRefused)]
    lapsed = [each for each in refused if not (each.steward or is_misuse(each))]
    return Statistics(
        entries=len(chosen) + (unknown := _unknown(decoded, chosen)),
        decisions=_tally(
            f"{d.opened_by} {d.decision}" for d in chosen if isinstance(d, Decision)
        ),
        decisions_by_rule=_tally(d.rule for d in chosen if isinstance(d, Decision)),
        decisions_by_steward=_tally(
            d.steward for d in chosen if isinstance(d, Decision)
        ),
        envelopes_opened=sum(isinstance(each, EnvelopeOpened) for each in chosen),
        legal_demands=_tally(
            each.kind for each in chosen if isinstance(each, LegalDemand)
        ),
        stewards=sum(_appointed(each) for each in decoded),
        unknown=unknown,
        agencies=by_agency(told, chosen),
        agency_alerts=_tally(
            each.alert.alert.category.value
            for each in chosen
            if isinstance(each, AgencyAlertLogged)
            and each.alert.alert.msg_type is MsgType.ALERT
        ),
        requests=of_requests(told.requests),
        offences=_tally(
            str(each.request.request.offence)
            for each in chosen
            if isinstance(each, RequestLogged)
        ),
        outcomes=_tally(told.outcomes.values()),
        overdue=_tally(each.what for each in chosen if isinstance(each, Overdue)),
        refusals_by_rule=_tally(each.rule for each in refused),
        reviews_by_steward=by_steward(chosen),
        lapsed=len(lapsed),
        areas=areas,
        elsewhere=elsewhere(areas, census),
    )


def _tally(names: Iterable[Any]) -> dict[str, int]:
    return dict(Counter(names))


def _unknown(decoded: Sequence[Entry | None], chosen: Sequence[Entry]) -> int:
    unknown = sum(each is None for each in decoded)
    return unknown if len(chosen) + unknown == len(decoded) else 0


def _appointed(entry: Entry | None) -> int:
    return isinstance(entry, StewardAppointed) - isinstance(entry, StewardLeft)
