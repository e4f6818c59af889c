"""Watches the hub's public log: what it shows must continue what it showed before.

What does not is evidence: it is kept as a file, and sharing stops until a person
has looked. Evidence is what the log's key signed; a page of a guest network is none.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from hashlib import sha256
from pathlib import Path
from typing import Final

from neighborcam.engine.errors import HubMisbehaves, HubUnreachable
from neighborcam.engine.index.sharing_store import CHECKPOINT, SharingStore
from neighborcam.engine.sharing.hub_http import IN_BETWEEN
from neighborcam.engine.sharing.hub_link import HubLink, KeysView
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.checkpoint_text import CheckpointText
from neighborcam.protocol.checkpoints import LogPolicy, continues, is_word_of
from neighborcam.protocol.entries import TokenKeys
from neighborcam.protocol.errors import NotWitnessed, ProtocolError
from neighborcam.protocol.log_proof import parse_log_proof
from neighborcam.protocol.merkle import HASH_BYTES, consistency_proof
from neighborcam.protocol.notes import parse_note
from neighborcam.protocol.tiles import Tile, TiledTree

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
        entry = keys_entry(keys)
        with self.judging(keys.proof.encode):
            proof = parse_log_proof(keys.proof.encode())
            found = proof.check(encode(entry), self._policy, self._clock())
            await self._check_continues(found.text)
        self._store.put_fact(CHECKPOINT, found.note)

    @contextmanager
    def judging(self, shown: Callable[[], bytes]) -> Iterator[None]:
        """Take what is wrong within for the hub's word against itself.

        ``shown`` returns what the hub showed, to be kept. Raises `HubMisbehaves`, and
        `HubUnreachable` for what cannot be believed yet.
        """
        try:
            yield
        except NotWitnessed as problem:
            raise HubUnreachable(
                f"the hub's log cannot be believed yet: {problem}"
            ) from None
        except ProtocolError as problem:
            evidence = self.keep(shown())
            text = f"the hub's log is not right: {problem}"
            raise HubMisbehaves(text, evidence) from problem

    async def checkpoint(self) -> bytes:
        """Return what the log signs now. Raises `HubUnreachable` for nobody's word."""
        data = await self._link.raw("/log/checkpoint")
        if not is_word_of(data, self._policy.log):
            raise HubUnreachable(f"what answers is not the hub's log: {IN_BETWEEN}")
        return data

    async def _check_continues(self, new: CheckpointText) -> None:
        old = self.known()
        if old is None:
            return
        smaller, larger = sorted((old, new), key=lambda text: text.size)
        try:
            await self._lead(smaller, larger)
        except ProtocolError:  # tiles are nobody's word: once more, then it is a lie
            await self._lead(smaller, larger)

    async def _lead(self, smaller: CheckpointText, larger: CheckpointText) -> None:
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
                data = await self._link.raw(f"/log/{missing.tile.path}")
                if len(data) != missing.tile.width * HASH_BYTES:
                    raise HubUnreachable(
                        f"what answers is not the hub's log: {IN_BETWEEN}"
                    ) from None
                tiles[missing.tile] = data

    def known(self) -> CheckpointText | None:
        """Return the newest checkpoint that keys came from: the log must be of it."""
        note = self._store.fact(CHECKPOINT)
        return CheckpointText.parse(parse_note(note).text) if note else None

    def keep(self, proof: bytes) -> str:
        """Write down what the hub showed, and had shown before; return the file.

        Its name is that in the data folder. Empty when there is no room for it.
        """
        name = f"{self._clock():%Y%m%dT%H%M%SZ}.txt"
        before = self._store.fact(CHECKPOINT) or b""
        try:
            self._evidence.mkdir(parents=True, exist_ok=True)
            (self._evidence / name).write_bytes(before + b"\n\n" + proof)
        except OSError as problem:
            _LOG.warning("the hub lies, and the proof is lost: %s", problem.strerror)
            return ""
        _LOG.warning("the hub's log contradicts itself; see the folder evidence")
        return f"{self._evidence.name}/{name}"


def keys_entry(keys: KeysView) -> TokenKeys:
    """Return the entry that the log must have. Raises `HubUnreachable` for nonsense."""
    try:
        day = date.fromisoformat(keys.epoch)
    except ValueError:
        raise HubUnreachable("the hub's answer makes no sense") from None
    return TokenKeys(
        at=datetime.combine(day, time(), UTC),
        epoch=keys.epoch,
        keys={name: sha256(key).hexdigest() for name, key in keys.keys.items()},
    )
