"""Reads a whole public log, believes it as far as it proves itself, and remembers.

It does no I/O: it says which files it wants and takes their bytes. Home and desk use
it alike (spec/log.md).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from neighborcam.protocol.checkpoint_text import CheckpointText
from neighborcam.protocol.checkpoints import Checkpoint, LogPolicy, accept
from neighborcam.protocol.entries import read_entry
from neighborcam.protocol.errors import BadProof, NotWitnessed
from neighborcam.protocol.merkle import Leaves, leaf_hash, root
from neighborcam.protocol.register import Register
from neighborcam.protocol.register_rules import ADRIFT
from neighborcam.protocol.tiles import TILE_WIDTH, Tile, entries_of

# A log signs whatever size it likes: what is read at once has an end (spec/log.md).
MOST_BUNDLES: Final = 1000
MOST_BYTES: Final = 64 * 2**20


@dataclass(frozen=True, kw_only=True)
class Growth:
    """What a log says beyond what was read: checked, and not believed yet."""

    first: int  # index of the first entry
    entries: tuple[bytes, ...]
    tree: Leaves
    register: Register


class LogReader:
    """A log that was read up to ``size``, and what it says: its register.

    ``entries`` are those that were believed before. Nothing here changes but by
    `believe`: what fails any check was never seen.
    """

    def __init__(self, policy: LogPolicy, entries: Iterable[bytes] = ()) -> None:
        self._policy = policy
        self._tree = Leaves()
        self.register = Register(host=host_of(policy.log.name))
        for entry in entries:
            self._tree.append(leaf_hash(entry))
            self.register.take(read_entry(entry))

    @property
    def size(self) -> int:
        """How many entries were read."""
        return len(self._tree)

    def accept(
        self, data: bytes, now: datetime, known: CheckpointText | None = None
    ) -> Checkpoint:
        """Return a checkpoint that may be followed.

        ``known`` is another one that was believed, as of the keys of a day. Raises
        `InvalidMessage`, `BadSignature`, `NotWitnessed`, and `BadProof` when the log
        became shorter or was rewritten.
        """
        checkpoint = accept(data, self._policy, now)
        _check_same(checkpoint.text, self._tree)
        least = max(self.size, known.size if known else 0)
        if checkpoint.text.size < least:
            raise BadProof("the log became shorter")
        return checkpoint

    def check(self, text: CheckpointText) -> None:
        """Raise `BadProof` for a checkpoint of what was read that differs from it."""
        _check_same(text, self._tree)

    def wanted(self, checkpoint: Checkpoint) -> tuple[Tile, ...]:
        """Return the bundles of entries that are needed to follow a checkpoint.

        Raises `NotWitnessed` when those are more than are read at once.
        """
        size = checkpoint.text.size
        if size <= self.size:
            return ()
        missing = range(self.size // TILE_WIDTH, -(-size // TILE_WIDTH))
        if len(missing) > MOST_BUNDLES:
            raise NotWitnessed("the log says that it grew beyond all measure")
        return tuple(
            Tile(level=0, index=index, width=min(TILE_WIDTH, size - index * TILE_WIDTH))
            for index in missing
        )

    def read(
        self,
        checkpoint: Checkpoint,
        bundles: Sequence[bytes],
        known: CheckpointText | None = None,
    ) -> Growth:
        """Check the bundles of `wanted`, all of them, and return what they say.

        Raises `BadProof` when they are not what the checkpoint signs, contradict
        ``known``, or say what the rules forbid, `InvalidMessage`, and `NotWitnessed`
        for entries of the future: of two clocks the slow one may be the reader's.
        """
        if sum(map(len, bundles)) > MOST_BYTES:
            raise NotWitnessed("the log's new entries are larger than all measure")
        first = self.size
        begin = first // TILE_WIDTH * TILE_WIDTH
        whole = [entry for data in bundles for entry in entries_of(data)]
        entries = tuple(whole[first - begin :])
        tree = self._tree.copy()
        for entry in entries:
            tree.append(leaf_hash(entry))
        size = checkpoint.text.size
        if len(tree) != size or root(tree, size) != checkpoint.text.root:
            raise BadProof("the log's entries are not what its checkpoint says")
        if known is not None:
            _check_same(known, tree)
        register = self.register.with_entries(map(read_entry, entries))
        if register.newest > checkpoint.at + ADRIFT:
            raise NotWitnessed("an entry is of the future: check this clock, or wait")
        return Growth(first=first, entries=entries, tree=tree, register=register)

    def believe(self, growth: Growth) -> None:
        """Show what was checked, and remember it."""
        self._tree, self.register = growth.tree, growth.register


def _check_same(text: CheckpointText, tree: Leaves) -> None:
    """Raise `BadProof` for a checkpoint of what was read that differs from it."""
    if text.size <= len(tree) and root(tree, text.size) != text.root:
        raise BadProof("the log was rewritten")


def host_of(origin: str) -> str:
    """Return the host in a log's name: what its stewards' passkeys are bound to."""
    return urlsplit(f"//{origin}").hostname or origin
