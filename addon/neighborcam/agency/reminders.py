"""What is due: outcomes, deletions, clips that owners took back."""

from datetime import datetime, timedelta

from neighborcam.agency.casebook import Casebook
from neighborcam.agency.hub_client import HubClient
from neighborcam.protocol.request_limits import REVOKED_DUE


async def reminders(book: Casebook, client: HubClient, now: datetime) -> list[str]:
    """Return a line for each thing that is due, the most urgent first."""
    found: list[tuple[datetime, str]] = []
    for signed in book.requests():
        request = signed.request
        for what, due in (await client.status(request.id)).due.items():
            found.append((due, f"{request.case_ref}: {what}"))
        for kept in book.state(request.id).answers.values():
            waits = any(item.state != "deleted" for item in kept.items)
            if kept.revoked is not None and waits:
                due = kept.revoked + REVOKED_DUE
                found.append((due, f"{request.case_ref}: delete a revoked clip"))
    return [_line(due, text, now) for due, text in sorted(found)]


def _line(due: datetime, text: str, now: datetime) -> str:
    left = (due - now) // timedelta(days=1)
    when = f"in {left} days" if left >= 0 else f"overdue since {-left} days"
    return f"{due:%Y-%m-%d}  {text}, {when}"
