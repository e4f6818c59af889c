"""What each agency asked, how it accounted for it, and what it warned of."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from neighborcam.hub.request_numbers import of_requests
from neighborcam.hub.told import Told
from neighborcam.protocol.agency_entries import (
    AgencyAlertLogged,
    AgencyAlertRefused,
    AgencySuspended,
    Overdue,
    RequestRefused,
    is_misuse,
)
from neighborcam.protocol.alerts import MsgType
from neighborcam.protocol.entries import Entry


class AgencyNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """What one agency asked, and how it accounted for it.

    ``repeated`` counts requests whose area meets that of one of its own in the 90 days
    before. ``outcomes`` are final ones, by result; ``put_off`` such as are still open.
    ``alerts`` are new ones that it warned of, ``alerts_cancelled`` those taken back.
    """

    name: str
    requests: int
    urgent: int
    refused: int
    km2_hours: float
    median_hours: float | None
    median_km2: float | None
    repeated: int
    outcomes: int
    outcomes_by_result: dict[str, int]
    put_off: int
    deletions: int
    overdue: int
    suspended: int
    alerts: int
    alerts_cancelled: int
    alerts_refused: int


def by_agency(told: Told, chosen: Sequence[Entry]) -> dict[str, AgencyNumbers]:
    """Count by agency; the log knows every one by its announcement."""
    asked = (e for e in chosen if not (isinstance(e, RequestRefused) and is_misuse(e)))
    refused = _count(asked, RequestRefused)
    overdue, suspended = _count(chosen, Overdue), _count(chosen, AgencySuspended)
    warned, unsaid = _warned(chosen), _count(chosen, AgencyAlertRefused)
    return {
        id_: _numbers(
            id_,
            name,
            told,
            refused=refused[id_],
            overdue=overdue[id_],
            suspended=suspended[id_],
            alerts=warned[id_, MsgType.ALERT],
            alerts_cancelled=warned[id_, MsgType.CANCEL],
            alerts_refused=unsaid[id_],
        )
        for id_, name in told.names.items()
    }


def _count(
    entries: Iterable[Entry],
    kind: type[RequestRefused | Overdue | AgencySuspended | AgencyAlertRefused],
) -> Counter[str]:
    return Counter(each.agency for each in entries if isinstance(each, kind))


def _warned(entries: Iterable[Entry]) -> Counter[tuple[str, MsgType]]:
    return Counter(
        (each.alert.agency, each.alert.alert.msg_type)
        for each in entries
        if isinstance(each, AgencyAlertLogged)
    )


def _numbers(id_: str, name: str, told: Told, **counts: int) -> AgencyNumbers:
    own = [each for each in told.requests if each.request.agency == id_]
    numbers = of_requests(own)
    results = Counter(
        result
        for request, result in told.outcomes.items()
        if told.agency_of[request] == id_
    )
    put_off = results.pop("open", 0)
    return AgencyNumbers(
        name=name,
        requests=numbers.requests,
        urgent=numbers.urgent,
        km2_hours=numbers.km2_hours,
        median_hours=numbers.median_hours,
        median_km2=numbers.median_km2,
        repeated=sum(each.repeats_own for each in own),
        outcomes=results.total(),
        outcomes_by_result=dict(results),
        put_off=put_off,
        deletions=sum(told.agency_of[request] == id_ for request in told.deletions),
        **counts,
    )
