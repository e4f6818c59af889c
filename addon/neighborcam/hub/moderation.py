"""The stewards' queue: cases, decisions with reasons, appeals.

A decision and its entry in the public log are one transaction: none is in secret.
"""

import contextlib
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.alerts import Alerts
from neighborcam.hub.cases import open_case, waiting_case
from neighborcam.hub.chains import Chain, retire_media
from neighborcam.hub.errors import Conflict, NotFound
from neighborcam.hub.events import SEQ, renumber
from neighborcam.hub.hiding import TAKEDOWN_DUE, affected
from neighborcam.hub.media import check_there
from neighborcam.hub.openings import drop_opening
from neighborcam.hub.public_log import PublicLog
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import (
    ALERTS,
    CASES,
    COMMENTS,
    ENVELOPES,
    STEWARDS,
)
from neighborcam.hub.store.settings import count_on
from neighborcam.hub.takedowns import forget_contacts
from neighborcam.protocol.alerts import Alert, Comment
from neighborcam.protocol.canonical import decode
from neighborcam.protocol.entries import Decision
from neighborcam.protocol.signing import verify
from neighborcam.protocol.standing import Happening, Standing, after

type Verdict = Literal["approved", "refused", "restored", "upheld"]

_HAPPENING: Final[dict[str, Happening]] = {
    "approved": Happening.APPROVED,
    "refused": Happening.REFUSED,
    "restored": Happening.RESTORED,
    "upheld": Happening.UPHELD,
}
# What a steward can say to a case, by how the alert stands.
VERDICTS: Final[dict[Standing, tuple[Verdict, ...]]] = {
    Standing.REVIEW: ("approved", "refused"),
    Standing.SHOWN: ("approved", "refused"),  # approved: it stays as it is
    Standing.HIDDEN: ("restored", "upheld"),
    Standing.REMOVED: ("restored", "upheld"),  # an appeal
}


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """Something that waits for a steward, with what it is about."""

    id: str
    kind: Literal["alert", "comment"]
    opened_by: str
    reason: str
    opened: datetime
    standing: Standing
    verdicts: tuple[Verdict, ...]
    alert: Alert | None = None
    comment: Comment | None = None
    has_envelope: bool = False
    due: datetime | None = None  # of a takedown: 24 hours after it came


class Moderation:
    """Cases of a hub."""

    def __init__(
        self,
        database: Database,
        log: PublicLog,
        alerts: Alerts,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._log = log
        self._alerts = alerts
        self._clock = clock

    async def queue(self) -> list[Case]:
        """Return the cases that wait: first those with a day, then the oldest."""
        async with self._database.read() as tx:
            rows = await tx.execute(
                select(CASES).where(CASES.c.decision.is_(None)).order_by(CASES.c.opened)
            )
            found = [await self._case(tx, row) for row in rows]
        return sorted(found, key=lambda each: each.due is None)

    async def _case(self, tx: AsyncConnection, row: Row[Any]) -> Case:
        subject = await _subject(tx, row)
        standing = Standing(subject.standing) if subject else Standing.GONE
        is_alert = row.kind == "alert"
        envelope = await tx.scalar(
            select(ENVELOPES.c.subject).where(ENVELOPES.c.subject == row.subject)
        )
        return Case(
            id=row.id,
            kind=row.kind,
            opened_by=row.opened_by,
            reason=row.reason,
            opened=row.opened,
            standing=standing,
            verdicts=VERDICTS.get(standing, ("approved",)),
            alert=decode(subject.body, Alert) if subject and is_alert else None,
            comment=decode(subject.body, Comment) if subject and not is_alert else None,
            has_envelope=envelope is not None,
            due=row.opened + TAKEDOWN_DUE if row.opened_by == "takedown" else None,
        )

    async def decide(
        self, case: str, verdict: Verdict, *, rule: str, fact: str, steward: str
    ) -> None:
        """Decide a case. Raises `NotFound`, `Conflict`."""
        async with self._database.write() as tx:
            row = await waiting_case(tx, case)
            await _refuse_own_appeal(tx, row, steward)
            subject = await _subject(tx, row)
            changed: list[str] = []
            if subject is not None:
                changed = await self._apply(tx, row, subject, verdict, rule)
            await tx.execute(
                update(CASES)
                .where(CASES.c.id == case)
                .values(
                    decision=verdict,
                    rule=rule,
                    fact=fact,
                    steward=steward,
                    decided=self._clock(),
                )
            )
            await drop_opening(tx, case)
            if row.kind == "alert":
                await forget_contacts(tx, (row.subject, *changed))
            await self._log.add(
                tx,
                Decision(
                    at=self._clock().replace(microsecond=0),
                    case=case,
                    subject=row.kind,
                    opened_by=row.opened_by,
                    decision=verdict,
                    rule=rule,
                    fact=fact,
                    steward=steward,
                ),
            )
        await self._alerts.tell(*changed)

    async def _apply(
        self,
        tx: AsyncConnection,
        row: Row[Any],
        subject: Row[Any],
        verdict: Verdict,
        rule: str,
    ) -> list[str]:
        """Let subject and all that stands with it follow; return what to tell."""
        standing = Standing(subject.standing)
        if verdict not in VERDICTS.get(standing, ("approved",)):
            raise Conflict(f"what is {standing} cannot be {verdict}")
        stays = (Standing.SHOWN, "approved"), (Standing.REMOVED, "upheld")
        if (standing, verdict) not in stays:
            standing = after(standing, _HAPPENING[verdict])
        if row.kind == "alert":
            return await self._apply_to_alert(tx, subject, standing, rule)
        mine = COMMENTS.c.id == row.subject
        await tx.execute(update(COMMENTS).where(mine).values(standing=standing))
        with contextlib.suppress(NotFound):  # what it stood below is not shown either
            head = (await Chain.around(tx, subject.alert)).head.id
            await renumber(tx, head)
            return [str(head)]
        return []

    async def _apply_to_alert(
        self, tx: AsyncConnection, subject: Row[Any], standing: Standing, rule: str
    ) -> list[str]:
        if (subject.standing, standing) == (Standing.REVIEW, Standing.SHOWN):
            await check_there(tx, subject.id, subject.body, self._clock())
        changed = await affected(tx, subject)
        for each in changed:
            new = {"standing": standing, "reason": rule, "seq": await count_on(tx, SEQ)}
            await tx.execute(update(ALERTS).where(ALERTS.c.id == each).values(**new))
        current = (await Chain.of(tx, subject.original)).current
        if subject.standing == Standing.REVIEW and current and current.id in changed:
            await retire_media(tx, subject.original, current.id, self._clock())
        return changed

    async def appeal(self, alert: str, reason: str, sig: bytes) -> None:
        """Have another steward look again; only the alert's author can ask.

        ``sig`` is the author key's over the reason, as kind "appeal".
        """
        async with self._database.write() as tx:
            row = (await tx.execute(select(ALERTS).where(ALERTS.c.id == alert))).first()
            if row is None:
                raise NotFound("there is no such alert")
            verify(row.author_key, "appeal", alert.encode() + reason.encode(), sig)
            if row.standing != Standing.REMOVED:
                raise Conflict("only what a steward removed can be appealed")
            chain = await Chain.of(tx, row.original)
            if await _was_appealed(tx, chain):
                raise Conflict("there was an appeal already")
            await open_case(tx, alert, "alert", "appeal", reason, self._clock())

    async def statement(self, alert: str) -> list[dict[str, Any]]:
        """Return the statements of reasons for an alert, oldest first."""
        async with self._database.read() as tx:
            rows = await tx.execute(
                select(CASES)
                .where(CASES.c.subject == alert, CASES.c.decision.is_not(None))
                .order_by(CASES.c.decided)
            )
            names = ("opened_by", "decision", "rule", "fact", "decided")
            return [{name: getattr(row, name) for name in names} for row in rows]


async def _was_appealed(tx: AsyncConnection, chain: Chain) -> bool:
    """Tell whether its author appealed since a steward removed it.

    Before that who asked for a picture's removal may have appealed.
    """
    about, is_appeal = CASES.c.subject.in_(chain.ids), CASES.c.opened_by == "appeal"
    # What is upheld on appeal was removed before.
    removed = (CASES.c.decision == "refused") | (
        (CASES.c.decision == "upheld") & ~is_appeal
    )
    at = await tx.scalar(select(func.max(CASES.c.decided)).where(about, removed))
    since = select(CASES.c.id).where(about, is_appeal)
    if at is not None:
        since = since.where(CASES.c.opened >= at)
    return await tx.scalar(since.limit(1)) is not None


async def _subject(tx: AsyncConnection, row: Row[Any]) -> Row[Any] | None:
    table = ALERTS if row.kind == "alert" else COMMENTS
    return (await tx.execute(select(table).where(table.c.id == row.subject))).first()


async def _refuse_own_appeal(tx: AsyncConnection, row: Row[Any], steward: str) -> None:
    if row.opened_by != "appeal":
        return
    others = await tx.scalar(
        select(STEWARDS.c.name).where(STEWARDS.c.name != steward).limit(1)
    )
    chain = await Chain.around(tx, row.subject)
    mine = await tx.scalar(
        select(CASES.c.id).where(
            CASES.c.subject.in_(chain.ids), CASES.c.steward == steward
        )
    )
    if mine is not None and others is not None:
        raise Conflict("an appeal is decided by another steward")
