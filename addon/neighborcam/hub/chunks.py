"""Pieces of sealed clips: a mebibyte each, under random names, of nobody.

Whose a piece is, and for which request, is not known here. Who knows its name may have
it; who knows what its lock hashes to may delete it.
"""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.blobs import Blobs
from neighborcam.hub.errors import (
    IdTaken,
    NotAllowed,
    NotFound,
    TokenSpent,
    WrongToken,
)
from neighborcam.hub.public_log import PublicLog
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import CHUNKS
from neighborcam.hub.token_keys import TokenKeys
from neighborcam.protocol.answers import (
    CHUNK_BYTES,
    ChunkPost,
    ChunkRemoval,
    lock_of,
)
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.errors import InvalidMessage

FETCHED: Final = timedelta(days=1)  # after the first download
HEAD_BYTES: Final = 4096
FOLDER: Final = "chunks/"


class Chunks:
    """The pieces on a hub."""

    def __init__(
        self,
        database: Database,
        blobs: Blobs,
        keys: TokenKeys,
        log: PublicLog,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._keys = keys
        self._log = log
        self._clock = clock

    async def put(self, id_: str, data: bytes) -> None:
        """Take a piece: a line that is a `ChunkPost`, and 1 MiB; again is fine.

        Raises `InvalidMessage`, `WrongToken`, `TokenSpent`, `IdTaken`.
        """
        line, separator, piece = data.partition(b"\n")
        if not separator or len(piece) != CHUNK_BYTES:
            raise InvalidMessage("a piece is one line and exactly 1 MiB")
        head = decode(line, ChunkPost)
        if head.id != id_:
            raise InvalidMessage("the line names another piece")
        digest = sha256(piece).digest()
        if await self._is_known(head, digest):
            return
        paid_for = encode(head) + digest  # nobody fills a disk for nothing
        await self._keys.check(head.token, "piece", paid_for)
        # The bytes first: a row without them would promise what is not there.
        await self._blobs.put(FOLDER + id_, piece)
        try:
            await self._keep(head, digest)
        except (WrongToken, TokenSpent):  # many came at once with one token
            await self._clear(id_)
            raise

    async def _keep(self, head: ChunkPost, digest: bytes) -> None:
        async with self._database.write() as tx:
            await self._keys.spend(tx, head.token, "piece", encode(head) + digest)
            if await tx.scalar(select(CHUNKS.c.id).where(CHUNKS.c.id == head.id)):
                return
            await tx.execute(
                insert(CHUNKS).values(
                    id=head.id,
                    lock=head.lock,
                    sha256=digest,
                    expires=await self._ends(tx),
                )
            )

    async def _clear(self, id_: str) -> None:
        """Remove bytes that were written for nothing, unless they are a piece's."""
        async with self._database.read() as tx:
            known = await tx.scalar(select(CHUNKS.c.id).where(CHUNKS.c.id == id_))
        if known is None:
            await self._blobs.remove(FOLDER + id_)

    async def _is_known(self, head: ChunkPost, digest: bytes) -> bool:
        async with self._database.read() as tx:
            row = (
                await tx.execute(select(CHUNKS).where(CHUNKS.c.id == head.id))
            ).first()
        if row is None:
            return False
        if (row.lock, row.sha256) != (head.lock, digest):
            raise IdTaken("another piece has this name")
        return True

    async def get(self, id_: str) -> bytes:
        """Return a piece; it goes a day after it was fetched. Raises `NotFound`."""
        async with self._database.write() as tx:
            row = (await tx.execute(select(CHUNKS).where(CHUNKS.c.id == id_))).first()
            if row is None or row.expires <= self._clock():
                raise NotFound("there is no such piece, or it is gone")
            soon = self._clock() + FETCHED
            if row.expires > soon:
                await tx.execute(
                    update(CHUNKS).where(CHUNKS.c.id == id_).values(expires=soon)
                )
        return await self._blobs.get(FOLDER + id_)

    async def remove(self, removal: ChunkRemoval) -> None:
        """Delete a piece; one that is gone already is fine. Raises `NotAllowed`."""
        async with self._database.read() as tx:
            lock = await tx.scalar(
                select(CHUNKS.c.lock).where(CHUNKS.c.id == removal.id)
            )
        if lock is None:
            return
        if lock != lock_of(removal.unlock):
            raise NotAllowed("only who sent a piece can delete it")
        await self._drop([removal.id])

    async def forget(self) -> None:
        """Delete what is over."""
        async with self._database.read() as tx:
            over = list(
                await tx.scalars(
                    select(CHUNKS.c.id).where(CHUNKS.c.expires <= self._clock())
                )
            )
        await self._drop(over)

    async def _drop(self, ids: list[str]) -> None:
        for id_ in ids:  # bytes first, as retention does
            await self._blobs.remove(FOLDER + id_)
        async with self._database.write() as tx:
            await tx.execute(delete(CHUNKS).where(CHUNKS.c.id.in_(ids)))

    async def _ends(self, tx: AsyncConnection) -> datetime:
        """Return the end of the day on which it is over: hours would tell something."""
        until = (await self._log.register(tx)).pieces_until(self._clock())
        return datetime.combine(until.date() + timedelta(days=1), time(), UTC)
