"""Which tiles a log has, as tlog-tiles says; a hub makes each when it is asked for."""

from collections.abc import Iterator

from neighborcam.protocol.tiles import TILE_WIDTH, Tile


def tiles_of(size: int, *, before: int = 0) -> Iterator[Tile]:
    """Yield the tiles that a log writes when it grows from ``before`` to ``size``.

    With ``before`` 0 these are all tiles of a log of that size.
    """
    level = 0
    while size > before:
        for index in range(before // TILE_WIDTH, -(-size // TILE_WIDTH)):
            width = min(size - index * TILE_WIDTH, TILE_WIDTH)
            yield Tile(level=level, index=index, width=width)
        level, size, before = level + 1, size // TILE_WIDTH, before // TILE_WIDTH
