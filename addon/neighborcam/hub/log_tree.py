"""The tree of the public log, held in memory and believed as far as a checkpoint goes.

Entries and checkpoint are written in one transaction, so whoever sees one sees the
other. What was read in a transaction that was rolled back, or of another node's log,
has another root: it is thrown away and read again.
"""

from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.errors import StorageFailed
from neighborcam.hub.store.schema import LOG
from neighborcam.protocol.checkpoint_text import CheckpointText
from neighborcam.protocol.merkle import Leaves, root

_BROKEN: Final = (
    "the public log is not that of its checkpoint: `neighborcam hub doctor` says more"
)


class LogTree:
    """Leaves that are read once. Each that was given out stays as it is."""

    def __init__(self) -> None:
        self._leaves = Leaves()

    async def of(self, tx: AsyncConnection, text: CheckpointText) -> Leaves:
        """Return the tree of a checkpoint; it may have more leaves than that.

        Raises `StorageFailed` when the entries in the database lead to another root:
        whoever signed on from there would show two pasts.
        """
        if _leads_to(self._leaves, text):
            return self._leaves
        grown = await _filled(tx, self._leaves.copy(text.size), text.size)
        if not _leads_to(grown, text):
            grown = await _filled(tx, Leaves(), text.size)
        if not _leads_to(grown, text):
            raise StorageFailed(_BROKEN)
        self._leaves = grown
        return grown


def _leads_to(leaves: Leaves, text: CheckpointText) -> bool:
    return len(leaves) >= text.size and root(leaves, text.size) == text.root


async def _filled(tx: AsyncConnection, leaves: Leaves, size: int) -> Leaves:
    rows = await tx.execute(
        select(LOG.c.position, LOG.c.hash)
        .where(LOG.c.position >= len(leaves), LOG.c.position < size)
        .order_by(LOG.c.position)
    )
    for row in rows:
        if row.position != len(leaves):
            raise StorageFailed(_BROKEN)
        leaves.append(row.hash)
    return leaves
