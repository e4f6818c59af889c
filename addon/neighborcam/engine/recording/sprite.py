"""The scrub preview: pictures of an episode in one JPEG, five a row, read like a page.

Every cell is filled: a fraction of the episode's length picks a cell, and whoever
shows it needs to know nothing but the size of the picture.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

COLUMNS: Final = 5
MOST_ROWS: Final = 4
TILE_WIDTH: Final = 320
TILE_HEIGHT: Final = 180

type Rgb = NDArray[np.uint8]


def tile(rgb: Rgb) -> Rgb:
    """Return ``rgb`` (uint8[H, W, 3]) at the size of one cell."""
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
    small = frame.reformat(width=TILE_WIDTH, height=TILE_HEIGHT)
    return np.asarray(small.to_ndarray(format="rgb24"), np.uint8)


def sprite(tiles: Sequence[tuple[float, Rgb]]) -> Rgb:
    """Return the grid of ``tiles``, each with its time in seconds, oldest first.

    Cells stand for equal stretches of time; each shows the picture nearest to its own.
    Raises `ValueError` when there is none.
    """
    if not tiles:
        raise ValueError("a preview needs at least one picture")
    rows = min(MOST_ROWS, -(-len(tiles) // COLUMNS))
    cells = rows * COLUMNS
    times = np.array([at_s for at_s, _ in tiles])
    wanted = np.linspace(times[0], times[-1], cells)
    chosen = [tiles[int(np.abs(times - at_s).argmin())][1] for at_s in wanted]
    lines = [
        np.hstack(chosen[first : first + COLUMNS]) for first in range(0, cells, COLUMNS)
    ]
    return np.asarray(np.vstack(lines), np.uint8)
