"""The public log as static files that any web server can serve (C2SP tlog-tiles).

A tile holds up to 256 neighbouring hashes of one height; heights are multiples of 8.
A bundle holds the entries of a tile of level 0. See spec/log.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from neighborcam.protocol.errors import BadProof, InvalidMessage
from neighborcam.protocol.merkle import HASH_BYTES, Subtrees, node_hash

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
ENTRY_LIMIT: Final = 0xFFFF  # bytes, of the length that stands before each entry
_GROUP: Final = 1000


@dataclass(frozen=True, kw_only=True, order=True)
class Tile:
    """Which tile: ``width`` hashes, 256 when it is full."""

    level: int
    index: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """Return where the hashes are, below the log's address."""
        return f"tile/{self.level}/{_number(self.index)}{self._part}"

    @property
    def bundle_path(self) -> str:
        """Return where the entries are; for tiles of level 0."""
        return f"tile/entries/{_number(self.index)}{self._part}"

    @property
    def _part(self) -> str:
        return "" if self.width == TILE_WIDTH else f".p/{self.width}"


def hashes_of(tile: Tile, subtrees: Subtrees) -> bytes:
    """Return what a tile holds, 32 bytes for each of its hashes."""
    first = tile.index * TILE_WIDTH
    height = tile.level * TILE_HEIGHT
    return b"".join(
        subtrees.subtree(height, index) for index in range(first, first + tile.width)
    )


class TiledTree:
    """Subtrees that are computed from the tiles of a log of ``size`` leaves.

    What it returns is only as true as the tiles: a proof made of it is checked
    against a signed checkpoint like any other.
    """

    def __init__(self, size: int, read: Callable[[Tile], bytes]) -> None:
        self._size = size
        self._read = read
        self._held: dict[Tile, bytes] = {}

    def subtree(self, level: int, index: int) -> bytes:
        """See `Subtrees.subtree`. Raises `BadProof` for a tile of the wrong size."""
        tile_level, height = divmod(level, TILE_HEIGHT)
        first = index << height
        hashes = self._hashes(tile_level, first // TILE_WIDTH)
        begin = first % TILE_WIDTH
        if begin + (1 << height) > len(hashes):
            raise BadProof("the log has no such subtree")
        row = hashes[begin : begin + (1 << height)]
        while len(row) > 1:
            row = [node_hash(*pair) for pair in zip(row[::2], row[1::2], strict=True)]
        return row[0]

    def _hashes(self, level: int, index: int) -> list[bytes]:
        there = (self._size >> (level * TILE_HEIGHT)) - index * TILE_WIDTH
        if there <= 0:
            raise BadProof("the log has no such tile")
        tile = Tile(level=level, index=index, width=min(there, TILE_WIDTH))
        if tile not in self._held:
            self._held[tile] = self._read(tile)
        data = self._held[tile]
        if len(data) != tile.width * HASH_BYTES:
            raise BadProof("a tile of the log has the wrong size")
        return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def bundle(entries: Sequence[bytes]) -> bytes:
    """Return entries as they stand in a bundle, each after its length in 2 bytes."""
    for entry in entries:
        if len(entry) > ENTRY_LIMIT:
            raise InvalidMessage(f"an entry of the log is over {ENTRY_LIMIT} bytes")
    return b"".join(len(entry).to_bytes(2) + entry for entry in entries)


def entries_of(data: bytes) -> list[bytes]:
    """Return the entries of a bundle. Raises `InvalidMessage` when it is cut off."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        begin = at + 2
        at = begin + int.from_bytes(data[at:begin])
        if begin > len(data) or at > len(data):
            raise InvalidMessage("a bundle of the log is cut off")
        entries.append(data[begin:at])
    return entries


def is_bundle(data: bytes, tile: Tile) -> bool:
    """Tell whether bytes have the form of a tile's bundle, whatever they say."""
    try:
        return len(entries_of(data)) == tile.width
    except InvalidMessage:
        return False


def _number(index: int) -> str:
    """Return an index in groups of three digits: 1234067 is ``x001/x234/067``."""
    groups = [f"{index % _GROUP:03}"]
    while index := index // _GROUP:
        groups.append(f"x{index % _GROUP:03}")
    return "/".join(reversed(groups))
