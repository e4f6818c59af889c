"""The public log: entries, checkpoints, proofs (spec/log.md, C2SP tlog-*).

An entry is added in the transaction of what it tells, so neither exists without the
other. Everything else is computed from the entries.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.errors import NotFound, StorageFailed
from neighborcam.hub.log_tree import LogTree
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import LOG
from neighborcam.hub.store.settings import put_setting, setting
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.checkpoint_text import CheckpointText
from neighborcam.protocol.entries import Entry, Release, read_entry
from neighborcam.protocol.errors import InvalidMessage
from neighborcam.protocol.log_proof import LogProof
from neighborcam.protocol.log_reader import host_of
from neighborcam.protocol.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
)
from neighborcam.protocol.note_keys import LogKey, sign_note
from neighborcam.protocol.notes import Note, NoteSignature, parse_note
from neighborcam.protocol.register import Register
from neighborcam.protocol.register_rules import check_entry
from neighborcam.protocol.tiles import ENTRY_LIMIT, TILE_WIDTH, Tile, bundle, hashes_of

_KEY: Final = "log-key"
_ORIGIN: Final = "log-origin"
_CHECKPOINT: Final = "checkpoint"


class PublicLog:
    """The log of one hub. `open` makes its key at the first start."""

    def __init__(
        self,
        database: Database,
        origin: str,
        key: Ed25519PrivateKey,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._key = key
        self._tree = LogTree()
        self._register = Register(host=host_of(origin))
        self._read = EMPTY_ROOT  # of the entries that the register has
        self._shown = CheckpointText(origin=origin, size=0, root=EMPTY_ROOT)
        self.clock = clock
        self.key = LogKey(name=origin, public_key=key.public_key().public_bytes_raw())

    @classmethod
    async def open(
        cls, database: Database, origin: str, clock: Callable[[], datetime]
    ) -> "PublicLog":
        """Return the log; ``origin`` counts at the first start only: it is for ever.

        Raises `StorageFailed` for a log whose key is gone.
        """
        async with database.write() as tx:
            seed = await setting(tx, _KEY)
            named = await setting(tx, _ORIGIN)
            if seed is None or named is None:
                if await tx.scalar(select(func.count()).select_from(LOG)):
                    raise StorageFailed(
                        "the key of the public log is not in the database any more:"
                        " restore a backup; with another key no home would believe it"
                    )
                seed = Ed25519PrivateKey.generate().private_bytes_raw()
                named = origin.encode()
                await put_setting(tx, _KEY, seed)
                await put_setting(tx, _ORIGIN, named)
        key = Ed25519PrivateKey.from_private_bytes(seed)
        return cls(database, named.decode(), key, clock)

    async def add(self, tx: AsyncConnection, entry: Entry) -> int:
        """Add an entry in the transaction of what it tells; return its index.

        Raises `BadProof` for one that the rules forbid, `InvalidMessage` for one that
        cannot be read again (nobody would believe us), and `StorageFailed` when the
        database was set back behind what this node has shown already.
        """
        data = _readable(entry)
        check_entry(await self.register(tx), entry)
        before = await self._signed(tx)
        index, shown = before.size, self._shown
        tree = (await self._tree.of(tx, before)).copy(index)
        if index < shown.size or root(tree, shown.size) != shown.root:
            raise StorageFailed(
                "the database was set back behind the public log that was shown from it"
            )
        await tx.execute(
            insert(LOG).values(position=index, entry=data, hash=leaf_hash(data))
        )
        tree.append(leaf_hash(data))
        await self._sign(tx, root(tree, index + 1), index + 1)
        return index

    async def size(self, tx: AsyncConnection) -> int:
        """Return how many entries there are."""
        return (await self._signed(tx)).size

    async def register(self, tx: AsyncConnection) -> Register:
        """Return what the log says of agencies and requests, as ``tx`` sees it.

        What was read before is kept, unless its transaction was rolled back.
        """
        text = await self._signed(tx)
        tree = await self._tree.of(tx, text)
        register, known = self._register, self._read
        if register.size > text.size or root(tree, register.size) != known:
            register = Register(host=register.host)
        rows = await tx.scalars(
            select(LOG.c.entry)
            .where(LOG.c.position >= register.size, LOG.c.position < text.size)
            .order_by(LOG.c.position)
        )
        if entries := [read_entry(each) for each in rows]:
            # Into another one: whoever reads at the same time has the old one.
            register = register.with_entries(entries)
            self._register, self._read = register, text.root
        return register

    async def has_release(self, tx: AsyncConnection, version: str) -> bool:
        """Tell whether the newest release of the log is ``version``."""
        newest = ""
        for data in await tx.scalars(select(LOG.c.entry).order_by(LOG.c.position)):
            entry = read_entry(data)
            newest = entry.version if isinstance(entry, Release) else newest
        return newest == version

    async def _sign(self, tx: AsyncConnection, root_: bytes, size: int) -> None:
        text = str(CheckpointText(origin=self.key.name, size=size, root=root_))
        note = Note(text=text, signatures=(sign_note(text, self.key.name, self._key),))
        await put_setting(tx, _CHECKPOINT, note.encode())

    async def _signed(self, tx: AsyncConnection) -> CheckpointText:
        """Return the newest checkpoint that ``tx`` sees."""
        note = await setting(tx, _CHECKPOINT)
        if note is None:
            return CheckpointText(origin=self.key.name, size=0, root=EMPTY_ROOT)
        return CheckpointText.parse(parse_note(note).text)

    def _show(self, note: bytes) -> CheckpointText:
        """Remember what is about to be given out: it can never be taken back."""
        text = CheckpointText.parse(parse_note(note).text)
        if text.size > self._shown.size:
            self._shown = text
        return text

    async def checkpoint(self) -> bytes:
        """Return the newest checkpoint with all signatures. Raises `NotFound`."""
        async with self._database.read() as tx:
            note = await setting(tx, _CHECKPOINT)
        if note is None:
            raise NotFound("the log is empty")
        self._show(note)
        return note

    async def add_cosignature(self, text: str, signature: NoteSignature) -> bool:
        """Keep a witness's signature; False when the log has grown meanwhile."""
        async with self._database.write() as tx:
            data = await setting(tx, _CHECKPOINT)
            note = parse_note(data) if data else None
            if note is None or note.text != text:
                return False
            kept = [each for each in note.signatures if each.key_id != signature.key_id]
            new = Note(text=text, signatures=(*kept, signature))
            await put_setting(tx, _CHECKPOINT, new.encode())
        return True

    async def entries(self, start: int, count: int) -> list[bytes]:
        """Return up to ``count`` entries from ``start`` on."""
        async with self._database.read() as tx:
            found = await tx.scalars(
                select(LOG.c.entry)
                .where(LOG.c.position >= start, LOG.c.position < start + count)
                .order_by(LOG.c.position)
            )
            return list(found)

    async def tile(self, tile: Tile) -> bytes:
        """Return a tile of hashes. Raises `NotFound` beyond the log's end."""
        end = (tile.index * TILE_WIDTH + tile.width) << (8 * tile.level)
        async with self._database.read() as tx:
            text = await self._signed(tx)
            if end > text.size:
                raise NotFound("the log has no such tile yet")
            return hashes_of(tile, await self._tree.of(tx, text))

    async def entry_bundle(self, tile: Tile) -> bytes:
        """Return the entries of a tile of level 0. Raises `NotFound`."""
        found = await self.entries(tile.index * TILE_WIDTH, tile.width)
        if len(found) < tile.width:
            raise NotFound("the log has no such entries yet")
        return bundle(found)

    async def prove(self, entry: Entry) -> LogProof:
        """Return the proof that an entry is in the log. Raises `NotFound`."""
        wanted = leaf_hash(encode(entry))
        async with self._database.read() as tx:
            index = await tx.scalar(
                select(func.max(LOG.c.position)).where(LOG.c.hash == wanted)
            )
            return await self._prove(tx, index)

    async def prove_at(self, index: int) -> LogProof:
        """Return the proof that the entry of an index is in the log. `NotFound`."""
        async with self._database.read() as tx:
            return await self._prove(tx, index)

    async def _prove(self, tx: AsyncConnection, index: int | None) -> LogProof:
        note = await setting(tx, _CHECKPOINT)
        if index is None or note is None:
            raise NotFound("the log has no such entry")
        text = self._show(note)
        if index >= text.size:
            raise NotFound("the log has no such entry yet")
        hashes = inclusion_proof(await self._tree.of(tx, text), index, text.size)
        return LogProof(index=index, hashes=hashes, checkpoint=note)

    async def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the proof that the log of ``new`` entries keeps those of ``old``.

        Raises `NotFound` when the log never had so many.
        """
        async with self._database.read() as tx:
            text = await self._signed(tx)
            if not 0 <= old <= new <= text.size:
                raise NotFound("the log was never that large")
            return consistency_proof(await self._tree.of(tx, text), old, new)


def _readable(entry: Entry) -> bytes:
    """Return an entry's bytes, which lead back to it and fit into a bundle."""
    data = encode(entry)
    if len(data) > ENTRY_LIMIT or read_entry(data) != entry:
        raise InvalidMessage("the log takes nothing that cannot be read again")
    return data
