"""A hub that writes into its log what its own rules forbid, and signs it."""

from sqlalchemy import delete, insert, select

from neighborcam.hub.log_tree import LogTree
from neighborcam.hub.public_log import PublicLog
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import LOG
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.entries import Entry
from neighborcam.protocol.merkle import Leaves, leaf_hash, root


async def smuggle(database: Database, log: PublicLog, entry: Entry) -> None:
    """Write an entry past the hub's own check, and sign the log with it."""
    data = encode(entry)
    async with database.write() as tx:
        size = await log.size(tx)
        row = {"position": size, "entry": data, "hash": leaf_hash(data)}
        await tx.execute(insert(LOG).values(**row))
    await sign_as_it_is(database, log)


async def sign_as_it_is(database: Database, log: PublicLog) -> None:
    """Sign whatever stands in the database now, and forget what was shown before."""
    async with database.write() as tx:
        hashes = await tx.scalars(select(LOG.c.hash).order_by(LOG.c.position))
        leaves = Leaves(list(hashes))
        await log._sign(tx, root(leaves, len(leaves)), len(leaves))
        log._tree, log._shown = LogTree(), await log._signed(tx)


async def forget(database: Database, log: PublicLog, count: int) -> None:
    """Drop the last entries, and sign the log without them."""
    async with database.write() as tx:
        first = await log.size(tx) - count
        await tx.execute(delete(LOG).where(LOG.c.position >= first))
    await sign_as_it_is(database, log)
