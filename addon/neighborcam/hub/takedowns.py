"""Who is in a picture asks for its removal, and learns by a code what came of it.

The hub knows nothing of who asked but what they chose to write, and forgets that in
the transaction of the decision.
"""

import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.alerts import Alerts
from neighborcam.hub.cases import open_case
from neighborcam.hub.chains import Chain
from neighborcam.hub.errors import Conflict, NotFound, TooMany
from neighborcam.hub.hiding import ask_away
from neighborcam.hub.households import new_code
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import ALERTS, CASES, TAKEDOWNS
from neighborcam.protocol.alerts import Alert, Takedown
from neighborcam.protocol.canonical import decode
from neighborcam.protocol.standing import Standing

MOST_EACH: Final = 50  # of one alert: codes cost nothing, and a table has an end
_NOTHING: Final = (
    "there is nothing under this code: it is misspelt, or the alert's time is over and"
    " it is deleted with its pictures"
)
_OVER: Final = (Standing.REMOVED, Standing.GONE)

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
        self, database: Database, alerts: Alerts, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._alerts = alerts
        self._clock = clock

    async def ask(self, wish: Takedown) -> tuple[str, bool]:
        """Hide an alert's picture at once, for anyone who asks; a steward reviews.

        Returns the code by which to ask what came of it, and whether it is hidden now.
        Raises `NotFound`, and `TooMany` when very many asked, about this alert or in
        its region.
        """
        reason = wish.reason or "somebody who is filmed asks for its removal"
        code, hidden = new_code(), list[str]()
        async with self._database.write() as tx:
            # One moment for case and wish: the one must not be older than the other.
            now = self._clock()
            chain, row = await _announced(tx, wish)
            if row.standing in {Standing.SHOWN, Standing.REVIEW}:
                hidden = await ask_away(tx, row, wish.sha256, reason, now)
            # After a decision nobody would forget the contact, nor need it.
            contact = "" if row.standing in _OVER else wish.contact
            is_kept = await _keep(tx, chain, code, wish, contact, now)
        await self._alerts.tell(*hidden)
        if not is_kept:
            raise TooMany("so many have asked about this that there is no code")
        return code, bool(hidden) or row.standing != Standing.SHOWN

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
            subject = select(CASES.c.subject).where(CASES.c.id == case)
            original = select(ALERTS.c.original).where(ALERTS.c.id.in_(subject))
            versions = select(ALERTS.c.id).where(ALERTS.c.original.in_(original))
            rows = await tx.execute(
                select(TAKEDOWNS)
                .where(TAKEDOWNS.c.alert.in_(versions))
                .order_by(TAKEDOWNS.c.at)
            )
            return [
                TakedownAsked(sha256=row.sha256, contact=row.contact, at=row.at)
                for row in rows
            ]


async def forget_contacts(tx: AsyncConnection, versions: Sequence[str]) -> None:
    """Forget how to reach who asked about versions of an alert: it was decided."""
    mine = TAKEDOWNS.c.alert.in_(versions)
    await tx.execute(update(TAKEDOWNS).where(mine).values(contact=""))


async def _announced(tx: AsyncConnection, wish: Takedown) -> tuple[Chain, Row[Any]]:
    """Return an alert and the version that has the picture. Raises `NotFound`."""
    with contextlib.suppress(NotFound):
        chain = await Chain.around(tx, wish.alert)
        for row in chain.rows:
            media = decode(row.body, Alert).media if row.id == wish.alert else ()
            if wish.sha256 in {item.sha256 for item in media}:
                return chain, row
    raise NotFound("there is no such picture")


async def _keep(
    tx: AsyncConnection,
    chain: Chain,
    code: str,
    wish: Takedown,
    contact: str,
    now: datetime,
) -> bool:
    """Keep who asked, by their code, unless very many have; tell whether it was."""
    about = TAKEDOWNS.c.alert.in_(chain.ids)
    if (await tx.scalar(select(func.count()).where(about)) or 0) >= MOST_EACH:
        return False
    await tx.execute(
        insert(TAKEDOWNS).values(
            code=_hash(code),
            alert=wish.alert,
            sha256=wish.sha256,
            contact=contact,
            at=now,
        )
    )
    return True


async def _row(tx: AsyncConnection, code: str) -> Row[Any]:
    query = select(TAKEDOWNS).where(TAKEDOWNS.c.code == _hash(code))
    row = (await tx.execute(query)).first()
    if row is None:
        raise NotFound(_NOTHING)
    return row


async def _state(tx: AsyncConnection, row: Row[Any]) -> TakedownState:
    try:
        chain = await Chain.around(tx, row.alert)
    except NotFound:
        raise NotFound(_NOTHING) from None
    (standing,) = (each.standing for each in chain.rows if each.id == row.alert)
    decisions = await _decisions(tx, chain, row.alert)
    since = [each for each in decisions if each.decided >= row.at]
    state = _states(Standing(standing), decided=bool(since))
    if state in {"waiting", "queued"} or not decisions:
        return TakedownState(state=state, asked=row.at, alert=row.alert)
    last = decisions[-1]
    return TakedownState(
        state=state,
        asked=row.at,
        alert=row.alert,
        decided=last.decided,
        rule=last.rule,
        fact=last.fact,
        may_appeal=state == "shown" and not await _has_appeal(tx, chain),
    )


def _states(standing: Standing, *, decided: bool) -> State:
    if standing is Standing.SHOWN and decided:
        return "shown"
    if standing in _OVER:
        return "removed"
    return "queued" if standing is Standing.SHOWN else "waiting"


async def _decisions(tx: AsyncConnection, chain: Chain, alert: str) -> list[Row[Any]]:
    """Return what was decided about an alert, the oldest first.

    What is hidden is decided with all versions, in a case about any; what waits for
    review is decided alone.
    """
    about = (CASES.c.subject == alert) | (CASES.c.opened_by != "rule")
    rows = await tx.execute(
        select(CASES)
        .where(CASES.c.subject.in_(chain.ids), about, CASES.c.decision.is_not(None))
        .order_by(CASES.c.decided)
    )
    return list(rows)


async def _has_appeal(tx: AsyncConnection, chain: Chain) -> bool:
    query = select(CASES.c.id).where(
        CASES.c.subject.in_(chain.ids), CASES.c.opened_by == "appeal"
    )
    return await tx.scalar(query.limit(1)) is not None


def _hash(code: str) -> bytes:
    return sha256("".join(code.split()).upper().encode()).digest()
