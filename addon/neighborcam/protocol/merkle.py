"""The Merkle tree of the public log (RFC 9162 section 2.1; spec/log.md).

Sizes and indexes count leaves from 0. ``D[a:b]`` is the range of leaves from a to
before b. Every hash is SHA-256, 32 bytes.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final, Protocol

from neighborcam.protocol.errors import BadProof

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()


class Subtrees(Protocol):
    """Where hashes of whole subtrees come from: memory, tiles, a database."""

    def subtree(self, level: int, index: int) -> bytes:
        """Return the hash of ``D[index << level : (index + 1) << level]``.

        Only asked for when all these leaves exist. Raises `BadProof` if it is lost.
        """


class Leaves:
    """Subtrees of leaf hashes that are held in memory."""

    def __init__(self, hashes: Sequence[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [[]]
        for each in hashes:
            self.append(each)

    def __len__(self) -> int:
        return len(self._levels[0])

    def copy(self, size: int | None = None) -> "Leaves":
        """Return the first ``size`` leaves, or all there are, to go on from there."""
        count = len(self) if size is None else min(size, len(self))
        other = Leaves()
        other._levels = [
            level[: count >> height] for height, level in enumerate(self._levels)
        ]
        return other

    def append(self, leaf: bytes) -> None:
        """Add one leaf's hash and that of each subtree that it completes."""
        self._levels[0].append(leaf)
        level = 0
        while len(self._levels[level]) % 2 == 0:
            if len(self._levels) == level + 1:
                self._levels.append([])
            left, right = self._levels[level][-2:]
            self._levels[level + 1].append(node_hash(left, right))
            level += 1

    def subtree(self, level: int, index: int) -> bytes:
        """See `Subtrees.subtree`."""
        return self._levels[level][index]


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry; never equal to that of a node."""
    return sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two neighbours."""
    return sha256(b"\1" + left + right).digest()


def root(subtrees: Subtrees, size: int) -> bytes:
    """Return the root of the tree of the first ``size`` leaves."""
    return _range_hash(subtrees, 0, size) if size else EMPTY_ROOT


def inclusion_proof(subtrees: Subtrees, index: int, size: int) -> list[bytes]:
    """Return the hashes that lead from leaf ``index`` to the root, the leaf's first."""
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} has no leaf {index}")
    proof: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _largest_power_below(end - begin)
        if index < middle:
            proof.append(_range_hash(subtrees, middle, end))
            end = middle
        else:
            proof.append(_range_hash(subtrees, begin, middle))
            begin = middle
    return proof[::-1]


def consistency_proof(subtrees: Subtrees, old: int, new: int) -> list[bytes]:
    """Return the hashes that prove that the first ``old`` leaves did not change."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree does not grow from {old} to {new}")
    if old in {0, new}:
        return []
    proof: list[bytes] = []
    begin, end = 0, new
    while end != old:
        middle = begin + _largest_power_below(end - begin)
        if old <= middle:
            proof.append(_range_hash(subtrees, middle, end))
            end = middle
        else:
            proof.append(_range_hash(subtrees, begin, middle))
            begin = middle
    if begin:
        # The old tree is not one whole subtree: its last part cannot be derived.
        proof.append(_range_hash(subtrees, begin, end))
    return proof[::-1]


def check_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected_root: bytes
) -> None:
    """Raise `BadProof` unless ``proof`` leads from the leaf to the root.

    RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        raise BadProof("the proof is about a leaf that the tree does not have")
    here, last, reached = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise BadProof("the proof of inclusion is too long")
        if here & 1 or here == last:
            reached = node_hash(sibling, reached)
            shift = _trailing_zeros(here)
            here, last = here >> shift, last >> shift
        else:
            reached = node_hash(reached, sibling)
        here, last = here >> 1, last >> 1
    if last or reached != expected_root:
        raise BadProof("the entry is not in the log under this checkpoint")


def check_consistency(
    old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """Raise `BadProof` unless the new tree begins with the old one.

    RFC 9162, section 2.1.4.2. An empty tree is the beginning of every tree.
    """
    if not 0 <= old <= new:
        raise BadProof("the log became shorter")
    if old in {0, new}:
        known = EMPTY_ROOT if old == 0 else new_root
        if proof or old_root != known:
            raise BadProof("the log was rewritten")
        return
    hashes = list(proof)
    if old & (old - 1) == 0:  # a whole subtree: its hash is the old root
        hashes.insert(0, old_root)
    if not hashes:
        raise BadProof("the proof of consistency is too short")
    here, last = old - 1, new - 1
    shift = _trailing_ones(here)
    here, last = here >> shift, last >> shift
    reached_old = reached_new = hashes[0]
    for each in hashes[1:]:
        if last == 0:
            raise BadProof("the proof of consistency is too long")
        if here & 1 or here == last:
            reached_old = node_hash(each, reached_old)
            reached_new = node_hash(each, reached_new)
            shift = _trailing_zeros(here)
            here, last = here >> shift, last >> shift
        else:
            reached_new = node_hash(reached_new, each)
        here, last = here >> 1, last >> 1
    if last or (reached_old, reached_new) != (old_root, new_root):
        raise BadProof("the log was rewritten")


def _range_hash(subtrees: Subtrees, begin: int, end: int) -> bytes:
    """Return the hash of ``D[begin:end]``; ``begin`` is where a subtree begins."""
    count = end - begin
    level = count.bit_length() - 1
    if count == 1 << level:
        return subtrees.subtree(level, begin >> level)
    middle = begin + _largest_power_below(count)
    return node_hash(
        _range_hash(subtrees, begin, middle), _range_hash(subtrees, middle, end)
    )


def _largest_power_below(count: int) -> int:
    """Return the largest power of two that is smaller than ``count`` (at least 2)."""
    return 1 << ((count - 1).bit_length() - 1)


def _trailing_zeros(number: int) -> int:
    return (number & -number).bit_length() - 1 if number else 0


def _trailing_ones(number: int) -> int:
    return _trailing_zeros(number + 1)
