"""Putting something before the stewards."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.errors import Conflict, NotFound
from neighborcam.hub.store.schema import CASES


async def open_case(
    tx: AsyncConnection,
    subject: str,
    kind: str,
    opened_by: str,
    reason: str,
    now: datetime,
) -> None:
    """Put something before the stewards, unless the same waits there already."""
    waiting = await tx.scalar(
        select(CASES.c.id).where(
            CASES.c.subject == subject,
            CASES.c.opened_by == opened_by,
            CASES.c.decision.is_(None),
        )
    )
    if waiting is None:
        await tx.execute(
            insert(CASES).values(
                id=secrets.token_hex(16),
                subject=subject,
                kind=kind,
                opened_by=opened_by,
                reason=reason,
                opened=now,
            )
        )


async def waiting_case(tx: AsyncConnection, case: str) -> Row[Any]:
    """Return a case that is not decided. Raises `NotFound`, `Conflict`."""
    row = (await tx.execute(select(CASES).where(CASES.c.id == case))).first()
    if row is None:
        raise NotFound("there is no such case")
    if row.decision is not None:
        raise Conflict("the case is decided")
    return row
