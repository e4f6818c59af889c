"""Where moderation envelopes lie for 14 days (spec/moderation.md)."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.store.schema import ENVELOPES

LASTS: Final = timedelta(days=14)


async def keep_envelope(
    tx: AsyncConnection, subject: str, sealed: bytes | None, now: datetime
) -> None:
    """Keep the envelope of an alert or comment, if it came with one."""
    if sealed is not None:
        await tx.execute(
            insert(ENVELOPES).values(
                subject=subject, sealed=sealed, expires=now + LASTS
            )
        )
