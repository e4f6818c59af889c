"""Whoever can read something can have stewards look at it; nothing is hidden by it.

A home's engine pays for that with a token (`replies.flag`). The hub's page has none,
so what it reports is bounded by what there is: one case at a time for each alert and
comment, and none about what a steward has looked at already.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.cases import open_case
from neighborcam.hub.errors import Conflict, NotFound
from neighborcam.hub.events import alert_row
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import CASES, COMMENTS
from neighborcam.protocol.alerts import Scope
from neighborcam.protocol.standing import Standing


class Reports:
    """What readers of the hub's page find that stewards should look at."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def report(self, subject: str, reason: str, *, is_member: bool) -> None:
        """Have stewards look at an alert or comment that the reader can see.

        Raises `NotFound`, and `Conflict` when stewards have looked at it already.
        """
        async with self._database.write() as tx:
            kind = await _readable(tx, subject, is_member=is_member)
            if await _was_looked_at(tx, subject):
                raise Conflict(
                    "stewards have looked at this; who wrote it or is a member can"
                    " still say more in their own NeighborCam"
                )
            await open_case(tx, subject, kind, "flag", reason, self._clock())


async def _readable(tx: AsyncConnection, subject: str, *, is_member: bool) -> str:
    alert, kind = await alert_row(tx, subject), "alert"
    if alert is None:
        comment = await _shown_comment(tx, subject)
        kind = "comment"
        alert = await alert_row(tx, comment.alert) if comment is not None else None
    is_shown = alert is not None and alert.standing == Standing.SHOWN
    if alert is None or not is_shown or not (is_member or alert.scope == Scope.PUBLIC):
        raise NotFound("there is no such alert or comment")
    return kind


async def _shown_comment(tx: AsyncConnection, comment: str) -> Row[Any] | None:
    query = select(COMMENTS).where(
        COMMENTS.c.id == comment, COMMENTS.c.standing == Standing.SHOWN
    )
    return (await tx.execute(query)).first()


async def _was_looked_at(tx: AsyncConnection, subject: str) -> bool:
    query = select(CASES.c.id).where(
        CASES.c.subject == subject,
        CASES.c.opened_by == "flag",
        CASES.c.decision.is_not(None),
    )
    return await tx.scalar(query) is not None
