"""Watches the hub's public log: what it shows must continue what it showed before.

What does not is evidence: it is kept as a file, and sharing stops until a person
has looked.
"""

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from hashlib import sha256
from pathlib import Path
from typing import Final

from neighborcam.engine.errors import HubMisbehaves, HubUnreachable
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.sharing.hub_link import HubLink, KeysView
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.checkpoint_text import CheckpointText
from neighborcam.protocol.checkpoints import LogPolicy, continues
from neighborcam.protocol.entries import TokenKeys
from neighborcam.protocol.errors import NotWitnessed, ProtocolError
from neighborcam.protocol.log_proof import parse_log_proof
from neighborcam.protocol.merkle import consistency_proof
from neighborcam.protocol.notes import parse_note
from neighborcam.protocol.tiles import Tile, TiledTree

CHECKPOINT: Final = "checkpoint"
_LOG: Final = logging.getLogger(__name__)


class _Missing(Exception):
    def __init__(self, tile: Tile) -> None:
        super().__init__()
        self.tile = tile


class LogKeeper:
    """Believes a hub as far as its log proves it."""

    def __init__(
        self,
        link: HubLink,
        policy: LogPolicy,
        store: SharingStore,
        evidence: Path,
        clock: Callable[[], datetime],
    ) -> None:
        self._link = link
        self._policy = policy
        self._store = store
        self._evidence = evidence
        self._clock = clock

    async def check_keys(self, keys: KeysView) -> None:
        """Raise `HubMisbehaves` unless everybody gets these keys, by the log.

        The checkpoint of their proof is the last that we believe from now on.
        """
        entry = TokenKeys(
            at=datetime.combine(date.fromisoformat(keys.epoch), time(), UTC),
            epoch=keys.epoch,
            keys={name: sha256(key).hexdigest() for name, key in keys.keys.items()},
        )
        try:
            proof = parse_log_proof(keys.proof.encode())
            found = proof.check(encode(entry), self._policy, self._clock())
            await self._check_continues(found.text)
        except NotWitnessed as problem:
            raise HubUnreachable(f"the hub's log is not witnessed: {problem}") from None
        except ProtocolError as problem:
            self.keep(keys.proof.encode())
            raise HubMisbehaves(f"the hub's log is not right: {problem}") from problem
        self._store.put_fact(CHECKPOINT, found.note)

    async def _check_continues(self, new: CheckpointText) -> None:
        note = self._store.fact(CHECKPOINT)
        if note is None:
            return
        old = CheckpointText.parse(parse_note(note).text)
        smaller, larger = sorted((old, new), key=lambda text: text.size)
        proof = await self._proof(smaller.size, larger.size)
        continues(smaller, larger, proof)

    async def _proof(self, old: int, new: int) -> list[bytes]:
        """Compute the proof from tiles, fetched as they are needed."""
        tiles: dict[Tile, bytes] = {}

        def read(tile: Tile) -> bytes:
            if tile not in tiles:
                raise _Missing(tile)
            return tiles[tile]

        while True:
            try:
                return consistency_proof(TiledTree(new, read), old, new)
            except _Missing as missing:
                path = f"/log/{missing.tile.path}"
                tiles[missing.tile] = await self._link.raw(path)

    def known(self) -> CheckpointText | None:
        """Return the newest checkpoint that keys came from: the log must be of it."""
        note = self._store.fact(CHECKPOINT)
        return CheckpointText.parse(parse_note(note).text) if note else None

    def keep(self, proof: bytes) -> None:
        """Write down what the hub showed, and what it had shown before."""
        self._evidence.mkdir(parents=True, exist_ok=True)
        name = self._clock().strftime("%Y%m%dT%H%M%SZ")
        before = self._store.fact(CHECKPOINT) or b""
        (self._evidence / f"{name}.txt").write_bytes(before + b"\n\n" + proof)
        _LOG.warning("the hub's log contradicts itself; see the folder evidence")
