"""What an agency may warn of, where and how often: alike at desk, hub and home.

What a message alone shows is in `limits`; here is what hangs on the agency's
jurisdiction and on what it said before (spec/alerts.md).
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from neighborcam.protocol.agency_alerts import LoggedAlert
from neighborcam.protocol.alerts import Alert, MsgType
from neighborcam.protocol.areas import Area, within
from neighborcam.protocol.cells import boundary, check_cell
from neighborcam.protocol.errors import InvalidMessage, OutsideLimits
from neighborcam.protocol.limits import VERSIONS, alert_problems

IN: Final = timedelta(hours=24)
NEW_IN_IT: Final = 3
_HALF_TURN: Final = 180.0


def agency_alert_problems(
    alert: Alert, jurisdiction: Area, earlier: Iterable[LoggedAlert], now: datetime
) -> Iterator[OutsideLimits]:
    """Yield everything that keeps an agency's alert from being logged.

    ``earlier`` are the alerts of the log, of all agencies.
    """
    yield from alert_problems(alert, now)
    yield from _place_problems(alert.cell, jurisdiction)
    yield from _history_problems(alert, list(earlier), now)


def check_agency_alert(
    alert: Alert, jurisdiction: Area, earlier: Iterable[LoggedAlert], now: datetime
) -> None:
    """Raise `OutsideLimits`, naming field and remedy, unless it may be logged."""
    for problem in agency_alert_problems(alert, jurisdiction, earlier, now):
        raise problem


def new_in_a_day(earlier: Iterable[LoggedAlert], agency: str, now: datetime) -> int:
    """Return how many new alerts of an agency were logged in the 24 hours before."""
    return sum(
        each.alert.agency == agency
        and each.alert.msg_type is MsgType.ALERT
        and each.logged > now - IN
        for each in earlier
    )


def cell_area(cell: str) -> Area:
    """Return the outline of a cell as a closed ring of (longitude, latitude)."""
    corners = tuple((longitude, latitude) for latitude, longitude in boundary(cell))
    return Area(coordinates=((*corners, corners[0]),))


def _place_problems(cell: str, jurisdiction: Area) -> Iterator[OutsideLimits]:
    try:
        outline = cell_area(check_cell(cell))
    except InvalidMessage as problem:
        yield OutsideLimits("cell", str(problem))
        return
    east = [longitude for longitude, _ in outline.ring]
    # Across the date line a ring cannot be measured; no jurisdiction crosses it.
    if max(east) - min(east) > _HALF_TURN or not within(outline, jurisdiction):
        yield OutsideLimits(
            "cell",
            "it reaches out of the agency's jurisdiction: choose a smaller cell, or"
            " another place",
        )


def _history_problems(
    alert: Alert, earlier: list[LoggedAlert], now: datetime
) -> Iterator[OutsideLimits]:
    if any(each.alert.id == alert.id for each in earlier):
        yield OutsideLimits("id", "an alert has this id")
    if alert.msg_type is not MsgType.ALERT:
        yield from _version_problems(alert, earlier)
    elif new_in_a_day(earlier, alert.agency or "", now) >= NEW_IN_IT:
        yield OutsideLimits(
            "agency", f"{NEW_IN_IT} new alerts in 24 hours: update one of them"
        )


def _version_problems(
    alert: Alert, earlier: list[LoggedAlert]
) -> Iterator[OutsideLimits]:
    chain = [each.alert for each in earlier if each.alert.original == alert.original]
    if not chain or chain[0].original != chain[0].id:
        yield OutsideLimits("references", "the log has no alert of this id")
        return
    first = chain[0]
    if first.agency != alert.agency:
        yield OutsideLimits("references", "it is another agency's alert")
    if any(each.msg_type is MsgType.CANCEL for each in chain):
        yield OutsideLimits("references", "it was cancelled")
    # One more for the cancel: what is wrong can always be taken back.
    is_cancel = alert.msg_type is MsgType.CANCEL
    if len(chain) >= (VERSIONS if is_cancel else VERSIONS - 1):
        yield OutsideLimits("references", f"an alert has at most {VERSIONS} versions")
    if first.cell != alert.cell:
        yield OutsideLimits("cell", "a version is for the cell of the first one")
    if is_cancel:
        yield from _cancel_problems(alert, chain)


def _cancel_problems(alert: Alert, chain: list[Alert]) -> Iterator[OutsideLimits]:
    """No steward reads a cancel first, so it brings nothing new."""
    if alert.text or alert.instruction:
        yield OutsideLimits("text", "a cancel says nothing new: write an update first")
    said = {(each.category, each.headline) for each in chain}
    if (alert.category, alert.headline) not in said:
        yield OutsideLimits("headline", "a cancel has the headline of what it cancels")
    if alert.expires < max(each.expires for each in chain):
        yield OutsideLimits("expires", "a cancel stays as long as the alert would")
