"""What hides an alert until a steward has looked, and what does not any more.

An alert is hidden with all its versions: disputed by three households, said to be
somebody by that somebody, asked away by whoever is filmed, or held by one steward for
another to decide. Each of these could be used to silence others. So what a steward has
looked at and let stand is put before stewards again, once, but stays to be seen
meanwhile; and takedowns, which cost nothing, hide no more than stewards can look at.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.cases import open_case
from neighborcam.hub.chains import Chain
from neighborcam.hub.errors import TooMany
from neighborcam.hub.events import SEQ
from neighborcam.hub.store.schema import ALERTS, CASES, TAKEDOWNS, VOTES
from neighborcam.hub.store.settings import count_on
from neighborcam.protocol.alerts import Alert, ReactionKind
from neighborcam.protocol.canonical import decode
from neighborcam.protocol.standing import Happening, Standing, after

DISPUTED_BY: Final = 3
LOOKS: Final = 2  # of stewards at the same complaint; then it is answered
TAKEDOWN_DUE: Final = timedelta(hours=24)
UNSEEN_IN_REGION: Final = 10  # hidden by takedowns that no steward has looked at
WAITING_IN_REGION: Final = 50


async def hide(
    tx: AsyncConnection,
    chain: Chain,
    happening: Happening,
    opened_by: str,
    reason: str,
    now: datetime,
    *,
    about: str,
) -> list[str]:
    """Hide all versions that are shown and open a case ``about`` one of them.

    Returns the ids of those that changed, which have to be told.
    """
    hidden = []
    for row in chain.versions:
        if row.standing == Standing.SHOWN:
            await tx.execute(
                update(ALERTS)
                .where(ALERTS.c.id == row.id)
                .values(
                    standing=after(Standing.SHOWN, happening),
                    reason=opened_by,
                    seq=await count_on(tx, SEQ),
                )
            )
            hidden.append(str(row.id))
    await open_case(tx, about, "alert", opened_by, reason, now)
    return hidden


async def weigh_disputes(tx: AsyncConnection, chain: Chain, now: datetime) -> list[str]:
    """Hide what enough households dispute; return what changed.

    One "that was me" is enough where there is a picture.
    """
    current = chain.current
    if current is None:
        return []
    all_looks = await _looks(tx, chain, CASES.c.opened_by == "dispute")
    since = max(all_looks[-1], current.published) if all_looks else None
    if not await _is_disputed(tx, chain, since=since):
        return []
    # A steward's word is about what was there to read; a newer version is another.
    looks = [each for each in all_looks if each >= current.published]
    if not looks:
        return await hide(
            tx,
            chain,
            Happening.DISPUTED,
            "dispute",
            "disputed",
            now,
            about=current.id,
        )
    if len(looks) < LOOKS:
        await open_case(tx, current.id, "alert", "dispute", "disputed again", now)
    return []


async def _is_disputed(
    tx: AsyncConnection, chain: Chain, *, since: datetime | None
) -> bool:
    original = chain.rows[0].id
    conditions = [VOTES.c.alert == original]
    if since is not None:
        conditions.append(VOTES.c.at > since)
    rows = await tx.execute(
        select(VOTES.c.kind, func.count().label("votes"))
        .where(*conditions)
        .group_by(VOTES.c.kind)
    )
    votes: dict[str, int] = {row.kind: row.votes for row in rows}
    if votes.get(ReactionKind.NOT_SO, 0) >= DISPUTED_BY:
        return True
    return bool(votes.get(ReactionKind.THAT_WAS_ME)) and any(
        decode(row.body, Alert).media
        for row in chain.versions
        if row.standing == Standing.SHOWN
    )


async def ask_away(
    tx: AsyncConnection, row: Row[Any], sha256: str, reason: str, now: datetime
) -> list[str]:
    """Hide the alert of a picture for who is in it; return what changed.

    It is not hidden again once a steward has let this picture stand, nor while ten
    others of the region are hidden that no steward has looked at: else whoever asks
    often enough would hide everything. Raises `TooMany` when fifty wait.
    """
    chain = await Chain.of(tx, row.original)
    looks = await _looks_at_picture(tx, chain, sha256)
    if len(looks) >= LOOKS:
        return []
    waiting = await _waiting_takedowns(tx, row.region)
    if len(waiting) >= WAITING_IN_REGION and row.id not in waiting:
        raise TooMany("very many pictures wait for stewards: try again tomorrow")
    unseen = sum(standing == Standing.HIDDEN for standing in waiting.values())
    if row.standing == Standing.SHOWN and not looks and unseen < UNSEEN_IN_REGION:
        return await hide(
            tx, chain, Happening.ASKED_AWAY, "takedown", reason, now, about=row.id
        )
    await open_case(tx, row.id, "alert", "takedown", reason, now)
    return []


async def _looks_at_picture(
    tx: AsyncConnection, chain: Chain, sha256: str
) -> list[datetime]:
    asked = await tx.scalar(
        select(func.min(TAKEDOWNS.c.at)).where(
            TAKEDOWNS.c.alert.in_(chain.ids), TAKEDOWNS.c.sha256 == sha256
        )
    )
    if asked is None:
        return []
    return await _looks(
        tx, chain, CASES.c.opened_by == "takedown", CASES.c.decided >= asked
    )


async def _looks(
    tx: AsyncConnection, chain: Chain, *conditions: ColumnElement[bool]
) -> list[datetime]:
    """Return when stewards looked at a complaint and let the alert stand."""
    rows = await tx.scalars(
        select(CASES.c.decided)
        .where(
            CASES.c.subject.in_(chain.ids),
            CASES.c.decision.in_(("restored", "approved")),
            *conditions,
        )
        .order_by(CASES.c.decided)
    )
    return list(rows)


async def _waiting_takedowns(tx: AsyncConnection, region: str) -> dict[str, str]:
    rows = await tx.execute(
        select(ALERTS.c.id, ALERTS.c.standing)
        .join(CASES, CASES.c.subject == ALERTS.c.id)
        .where(
            ALERTS.c.region == region,
            CASES.c.opened_by == "takedown",
            CASES.c.decision.is_(None),
        )
    )
    return {row.id: row.standing for row in rows}


async def overdue_takedowns(tx: AsyncConnection, now: datetime) -> int:
    """Return how many takedowns wait for a steward longer than they may."""
    return (
        await tx.scalar(
            select(func.count()).where(
                CASES.c.opened_by == "takedown",
                CASES.c.decision.is_(None),
                CASES.c.opened <= now - TAKEDOWN_DUE,
            )
        )
        or 0
    )


async def affected(tx: AsyncConnection, subject: Row[Any]) -> list[str]:
    """Return the versions about which a decision about one of them is.

    All that stand alike were hidden or removed together. What waits is decided alone:
    each version has words of its own. So is what was refused alone.
    """
    chain = await Chain.of(tx, subject.original)
    if subject.standing == Standing.REVIEW or subject.id not in {
        row.id for row in chain.versions
    }:
        return [str(subject.id)]
    alike = [str(row.id) for row in chain.versions if row.standing == subject.standing]
    if subject.standing != Standing.REMOVED:
        return alike
    alone = await tx.scalars(
        select(CASES.c.subject).where(
            CASES.c.subject.in_(alike), CASES.c.decision == "refused"
        )
    )
    return [each for each in alike if each not in {*alone} - {subject.id}]
