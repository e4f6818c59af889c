"""Reads a whole public log, believes it as far as it proves itself, and remembers.

It does no I/O: it says which files it wants and takes their bytes. Home and desk use
it alike (spec/log.md).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from neighborcam.protocol.checkpoint_text import CheckpointText
from neighborcam.protocol.checkpoints import Checkpoint, LogPolicy, accept
from neighborcam.protocol.entries import read_entry
from neighborcam.protocol.errors import BadProof
from neighborcam.protocol.merkle import Leaves, leaf_hash, root
from neighborcam.protocol.register import Register
from neighborcam.protocol.tiles import TILE_WIDTH, Tile, entries_of


class LogReader:
    """A log that was read up to ``size``, and what it says: its register.

    ``entries`` are those that were believed before.
    """

    def __init__(self, policy: LogPolicy, entries: Iterable[bytes] = ()) -> None:
        self._policy = policy
        self._hashes: list[bytes] = []
        self._tree = Leaves()
        self.register = Register(host=host_of(policy.log.name))
        for entry in entries:
            self._hashes.append(leaf_hash(entry))
            self._tree.append(self._hashes[-1])
            self.register.take(read_entry(entry))

    @property
    def size(self) -> int:
        """How many entries were read."""
        return len(self._hashes)

    def check_known(self, text: CheckpointText) -> None:
        """Raise `BadProof` for a checkpoint of what was read that differs from it."""
        if text.size <= self.size and root(self._tree, text.size) != text.root:
            raise BadProof("the log was rewritten")

    def accept(self, data: bytes, now: datetime) -> Checkpoint:
        """Return a checkpoint that may be followed.

        Raises `InvalidMessage`, `BadSignature`, `NotWitnessed`, and `BadProof` when the
        log became shorter or was rewritten.
        """
        checkpoint = accept(data, self._policy, now)
        if checkpoint.text.size < self.size:
            self.check_known(checkpoint.text)
            raise BadProof("the log became shorter")
        self.check_known(checkpoint.text)
        return checkpoint

    def wanted(self, checkpoint: Checkpoint) -> tuple[Tile, ...]:
        """Return the bundles of entries that are needed to follow a checkpoint."""
        size = checkpoint.text.size
        return tuple(
            Tile(level=0, index=index, width=min(TILE_WIDTH, size - index * TILE_WIDTH))
            for index in range(self.size // TILE_WIDTH, -(-size // TILE_WIDTH))
            if size > self.size
        )

    def take(self, checkpoint: Checkpoint, bundles: Sequence[bytes]) -> list[bytes]:
        """Take the bundles of `wanted`; return the entries that are new.

        Raises `BadProof` when they are not what the checkpoint signs, or say what the
        rules forbid, and `InvalidMessage`. What was read before stands.
        """
        size, first = checkpoint.text.size, self.size
        begin = first // TILE_WIDTH * TILE_WIDTH
        whole = [entry for data in bundles for entry in entries_of(data)]
        new = whole[first - begin :]
        hashes = [*self._hashes, *map(leaf_hash, new)]
        tree = Leaves(hashes)
        if len(hashes) != size or root(tree, size) != checkpoint.text.root:
            raise BadProof("the log's entries are not what its checkpoint says")
        for entry in new:
            self.register.take(read_entry(entry))
        self._hashes, self._tree = hashes, tree
        return new


def host_of(origin: str) -> str:
    """Return the host in a log's name: what its stewards' passkeys are bound to."""
    return urlsplit(f"//{origin}").hostname or origin
