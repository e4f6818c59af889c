"""The action `alert` of `neighborcam agency`: warning a neighbourhood."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from neighborcam.agency import files
from neighborcam.agency.alert_drafting import AlertDraft
from neighborcam.agency.errors import InvalidInput
from neighborcam.agency.texts import shown
from neighborcam.commands.desk_session import Session

_SENT: Final = "a steward reads it now; it is public once the log has it"


async def alert(session: Session, what: str, *words: str) -> str:
    """Do one of `DONE`. Raises `InvalidInput` for anything else."""
    found = DONE.get(what)
    if found is None or len(words) != found[0]:
        raise InvalidInput(f"one of: {'; '.join(USAGE)}", "alert")
    return await found[1](session, *words)


async def check(session: Session, path: str) -> str:
    """Say what keeps a draft from being sent."""
    draft = files.read_written(Path(path), AlertDraft)
    await session.desk.register()
    found = await session.desk.examine_alert(draft)
    for each in found.findings:  # hints: only a person can tell
        told = f"{each.field}: “{each.words}”: {each.advice}"
        print(shown(told), file=sys.stderr)
    problems = [f"{e.field}: {e.text}" if e.field else e.text for e in found.problems]
    return "\n".join(problems) or "it may be sent"


async def send(session: Session, path: str) -> str:
    """Sign an alert and send it."""
    signed = await session.desk.warn(files.read_written(Path(path), AlertDraft))
    return f"{signed.alert.id}: {_SENT}"


async def update(session: Session, alert: str, path: str) -> str:
    """Sign an update and send it."""
    draft = files.read_written(Path(path), AlertDraft)
    signed = await session.desk.warn(draft, alert)
    return f"{signed.alert.id}: {_SENT}"


async def cancel(session: Session, alert: str) -> str:
    """Take an alert back, at once."""
    session.confirm("Tell all who read this alert that it is over, or was none?")
    await session.desk.take_back(alert)
    return "it is cancelled"


async def again(session: Session, alert: str) -> str:
    """Send what was signed once more."""
    return await session.desk.warn_again(alert)


async def list_alerts(session: Session) -> str:
    """List the agency's alerts."""
    return "\n".join(
        f"{each.alert.id}  {each.alert.msg_type}  {each.state}"
        f"  {shown(each.alert.headline)}{_because(each.reason)}"
        for each in await session.desk.alerts()
    )


def _because(reason: str) -> str:
    return f"  ({shown(reason)})" if reason else ""


DONE: Final[dict[str, tuple[int, Callable[..., Awaitable[str]]]]] = {
    "check": (1, check),
    "send": (1, send),
    "update": (2, update),
    "cancel": (1, cancel),
    "again": (1, again),
    "list": (0, list_alerts),
}
USAGE: Final = (
    "check DRAFT.json",
    "send DRAFT.json",
    "update ALERT DRAFT.json",
    "cancel ALERT",
    "again ALERT",
    "list",
)
