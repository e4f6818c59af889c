"""Who is in a picture asks for its removal, and learns by a code what came of it.

The hub knows nothing of who asked but what they chose to write, and forgets that in
the transaction of the decision.
"""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.cases import open_case
from neighborcam.hub.errors import Conflict, NotFound, TooMany
from neighborcam.hub.events import alert_row
from neighborcam.hub.households import new_code
from neighborcam.hub.replies import Replies
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import CASES, TAKEDOWNS
from neighborcam.protocol.alerts import Takedown
from neighborcam.protocol.standing import Standing

MOST_EACH: Final = 50  # of one alert: codes cost nothing, and a table has an end
_NOTHING: Final = (
    "there is nothing under this code: it is misspelt, or the alert's time is over and"
    " it is deleted with its pictures"
)

type State = Literal["waiting", "queued", "removed", "shown"]


class TakedownState(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a wish. ``may_appeal``: another steward can be asked to look.

    While it is "waiting" nobody sees the picture, while it is "queued" everybody does:
    it was let stand before, or very many wait. Rule and fact come with a decision.
    """

    state: State
    asked: datetime
    alert: str
    decided: datetime | None = None
    rule: str = ""
    fact: str = ""
    may_appeal: bool = False


class TakedownAsked(msgspec.Struct, frozen=True, kw_only=True):
    """What a steward sees of one who asked: which picture, and how to reach them."""

    sha256: str
    contact: str
    at: datetime


class Takedowns:
    """The wishes of people who are filmed."""

    def __init__(
        self, database: Database, replies: Replies, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._replies = replies
        self._clock = clock

    async def ask(self, wish: Takedown) -> tuple[str, bool]:
        """Return the code by which to ask what came of it, and whether it is hidden.

        Raises `NotFound`, and `TooMany` when very many asked, about this alert or in
        its region.
        """
        hidden = await self._replies.take_down(wish)
        code = new_code()
        async with self._database.write() as tx:
            asked = await tx.scalar(
                select(func.count()).where(TAKEDOWNS.c.alert == wish.alert)
            )
            if (asked or 0) >= MOST_EACH:
                raise TooMany("so many have asked about this that there is no code")
            await tx.execute(
                insert(TAKEDOWNS).values(
                    code=_hash(code),
                    alert=wish.alert,
                    sha256=wish.sha256,
                    contact=wish.contact,
                    at=self._clock(),
                )
            )
        return code, hidden

    async def state(self, code: str) -> TakedownState:
        """Return what came of it. Raises `NotFound`."""
        async with self._database.read() as tx:
            return await _state(tx, await _row(tx, code))

    async def appeal(self, code: str, reason: str) -> None:
        """Have another steward look. Raises `NotFound`, `Conflict`."""
        async with self._database.write() as tx:
            row = await _row(tx, code)
            if not (await _state(tx, row)).may_appeal:
                raise Conflict("there is no decision that could be appealed")
            await open_case(tx, row.alert, "alert", "appeal", reason, self._clock())

    async def asked(self, case: str) -> list[TakedownAsked]:
        """Return who asked about the alert of a case, the oldest first."""
        async with self._database.read() as tx:
            rows = await tx.execute(
                select(TAKEDOWNS)
                .join(CASES, CASES.c.subject == TAKEDOWNS.c.alert)
                .where(CASES.c.id == case)
                .order_by(TAKEDOWNS.c.at)
            )
            return [
                TakedownAsked(sha256=row.sha256, contact=row.contact, at=row.at)
                for row in rows
            ]


async def forget_contacts(tx: AsyncConnection, subject: str) -> None:
    """Forget how to reach who asked about an alert: it was decided."""
    await tx.execute(
        update(TAKEDOWNS).where(TAKEDOWNS.c.alert == subject).values(contact="")
    )


async def _row(tx: AsyncConnection, code: str) -> Row[Any]:
    query = select(TAKEDOWNS).where(TAKEDOWNS.c.code == _hash(code))
    row = (await tx.execute(query)).first()
    if row is None:
        raise NotFound(_NOTHING)
    return row


async def _state(tx: AsyncConnection, row: Row[Any]) -> TakedownState:
    alert = await alert_row(tx, row.alert)
    if alert is None:
        raise NotFound(_NOTHING)
    rows = await tx.execute(
        select(CASES)
        .where(CASES.c.subject == row.alert, CASES.c.decided >= row.at)
        .order_by(CASES.c.decided)
    )
    decisions = list(rows)
    state = _states(Standing(alert.standing), decided=bool(decisions))
    if state in {"waiting", "queued"}:
        return TakedownState(state=state, asked=row.at, alert=row.alert)
    last = decisions[-1]
    return TakedownState(
        state=state,
        asked=row.at,
        alert=row.alert,
        decided=last.decided,
        rule=last.rule,
        fact=last.fact,
        may_appeal=state == "shown" and not await _has_appeal(tx, row.alert),
    )


def _states(standing: Standing, *, decided: bool) -> State:
    if standing is Standing.SHOWN and decided:
        return "shown"
    if standing in {Standing.REMOVED, Standing.GONE} and decided:
        return "removed"
    return "queued" if standing is Standing.SHOWN else "waiting"


async def _has_appeal(tx: AsyncConnection, alert: str) -> bool:
    query = select(CASES.c.id).where(
        CASES.c.subject == alert, CASES.c.opened_by == "appeal"
    )
    return await tx.scalar(query) is not None


def _hash(code: str) -> bytes:
    return sha256("".join(code.split()).upper().encode()).digest()
