"""What a steward should know of an agency's alert beside its text: from the log."""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from neighborcam.hub.review_context import Past, past_of
from neighborcam.protocol.agency_alert_limits import NEW_IN_IT, new_in_a_day
from neighborcam.protocol.agency_alerts import LoggedAlert, SignedAlert
from neighborcam.protocol.alerts import Alert, Category
from neighborcam.protocol.register_state import RegisterState

RECENT: Final = timedelta(days=30)


class EarlierAlert(msgspec.Struct, frozen=True, kw_only=True):
    """An alert that the agency had logged before; cancelled or not."""

    id: str
    index: int  # of its entry in the log
    category: Category
    headline: str
    logged: datetime
    cancelled: bool


class AlertContext(msgspec.Struct, frozen=True, kw_only=True):
    """``before`` is the version that an update would replace.

    ``today`` of ``most`` new alerts were logged in 24 hours; ``recent`` are those of 30
    days, the newest first; ``refused`` are alerts of the agency that stewards refused.
    """

    before: Alert | None
    today: int
    most: int
    recent: tuple[EarlierAlert, ...]
    refused: int
    past: Past


def alert_context(
    register: RegisterState, signed: SignedAlert, now: datetime
) -> AlertContext:
    """Return what the log says around an agency's alert that waits."""
    own = [e for e in register.alerts.values() if e.alert.agency == signed.agency]
    original = signed.alert.original
    versions = [each.alert for each in own if each.alert.original == original]
    recent = [each for each in reversed(own) if _is_new(each, now)]
    return AlertContext(
        before=versions[-1] if versions else None,
        today=new_in_a_day(own, signed.agency, now),
        most=NEW_IN_IT,
        recent=tuple(_earlier(each, own) for each in recent),
        refused=register.agency(signed.agency).alerts_refused,
        past=past_of(register, signed.agency, now),
    )


def _is_new(logged: LoggedAlert, now: datetime) -> bool:
    is_first = logged.alert.original == logged.alert.id
    return is_first and now - logged.logged <= RECENT


def _earlier(logged: LoggedAlert, own: list[LoggedAlert]) -> EarlierAlert:
    alert = logged.alert
    return EarlierAlert(
        id=alert.id,
        index=logged.index,
        category=alert.category,
        headline=alert.headline,
        logged=logged.logged,
        cancelled=any(
            each.signed.is_cancel and each.alert.original == alert.id for each in own
        ),
    )
