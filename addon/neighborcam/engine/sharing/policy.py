"""What may leave this home, as pure functions. Everything asks here first."""

from datetime import datetime, timedelta
from typing import Final

from neighborcam.engine.errors import Conflict, InvalidInput
from neighborcam.protocol.alerts import Alert, Comment, Origin
from neighborcam.protocol.errors import OutsideLimits
from neighborcam.protocol.limits import AUTOMATIC_PER_DAY, check_alert, check_comment

DAY: Final = timedelta(days=1)


def may_publish(alert: Alert, now: datetime, *, automatic_today: int = 0) -> None:
    """Raise `InvalidInput`, naming the field, or `Conflict` unless it may be sent."""
    try:
        check_alert(alert, now)
    except OutsideLimits as problem:
        raise InvalidInput(f"{problem.field}: {problem}") from None
    if alert.origin is Origin.AUTOMATION and automatic_today >= AUTOMATIC_PER_DAY:
        raise Conflict(
            f"{AUTOMATIC_PER_DAY} automatic alerts a day: a person can still write one"
        )


def may_comment(comment: Comment) -> None:
    """Raise `InvalidInput`, naming the field, unless a comment may be sent."""
    try:
        check_comment(comment)
    except OutsideLimits as problem:
        raise InvalidInput(f"{problem.field}: {problem}") from None


def may_flag(reason: str) -> None:
    """Raise `InvalidInput` unless stewards would learn why they should look."""
    if not reason.strip():
        raise InvalidInput("reason: say why a steward should look at it")
