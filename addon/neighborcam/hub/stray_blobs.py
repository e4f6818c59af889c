"""Bytes in the store that no row names: a node stopped between the two.

Bytes are written first, so those of a moment ago may get their row yet. What was
without one an hour ago, when this node looked, belongs to nothing and is removed. Names
that a hub does not give are left alone: they are somebody else's.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.blobs import Blobs
from neighborcam.hub.chunks import FOLDER
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import CHUNKS, MEDIA

STRAY: Final = timedelta(hours=1)
_OURS: Final = re.compile(rf"({FOLDER})?[0-9a-f]{{32}}")


class StrayBlobs:
    """Remembers what was stray at the last look."""

    def __init__(
        self, database: Database, blobs: Blobs, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._clock = clock
        self._since: dict[str, datetime] = {}

    async def remove(self) -> None:
        """Remove what has been stray for an hour. Raises `StorageFailed`."""
        there = set(await self._blobs.names())  # before the rows, which come later
        async with self._database.read() as tx:
            stray = there - await named_blobs(tx)
        now = self._clock()
        self._since = {
            name: self._since.get(name, now)
            for name in stray
            if _OURS.fullmatch(name) is not None
        }
        for name, since in self._since.items():
            if now - since >= STRAY:
                await self._blobs.remove(name)


async def named_blobs(tx: AsyncConnection) -> set[str]:
    """Return the names of all blobs that there should be."""
    pictures = set(await tx.scalars(select(MEDIA.c.blob)))
    return pictures | {FOLDER + each for each in await tx.scalars(select(CHUNKS.c.id))}
