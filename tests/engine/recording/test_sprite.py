from collections.abc import Sequence

import numpy as np
import pytest

from neighborcam.engine.recording.sprite import (
    COLUMNS,
    MOST_ROWS,
    TILE_HEIGHT,
    TILE_WIDTH,
    Rgb,
    sprite,
    tile,
)


def plain(value: int) -> Rgb:
    return np.full((TILE_HEIGHT, TILE_WIDTH, 3), value, np.uint8)


def cells(grid: Rgb) -> list[int]:
    """Return the brightness of every cell, read like a page."""
    middles = grid[TILE_HEIGHT // 2 :: TILE_HEIGHT, TILE_WIDTH // 2 :: TILE_WIDTH, 0]
    return [int(value) for value in middles.ravel()]


def grid_of(times: Sequence[float]) -> Rgb:
    return sprite([(at_s, plain(number)) for number, at_s in enumerate(times)])


@pytest.mark.parametrize("shape", [(90, 160), (720, 1280), (480, 640), (999, 333)])
def test_a_tile_has_its_size_whatever_the_picture_has(shape: tuple[int, int]) -> None:
    picture = np.full((*shape, 3), 200, np.uint8)
    small = tile(picture)
    assert small.shape == (TILE_HEIGHT, TILE_WIDTH, 3)
    assert abs(int(small.mean()) - 200) <= 2


@pytest.mark.parametrize(
    ("count", "rows"), [(1, 1), (5, 1), (6, 2), (11, 3), (20, 4), (40, MOST_ROWS)]
)
def test_the_grid_grows_by_whole_rows_up_to_its_limit(count: int, rows: int) -> None:
    grid = grid_of([2.0 * number for number in range(count)])
    assert grid.shape == (rows * TILE_HEIGHT, COLUMNS * TILE_WIDTH, 3)


def test_pictures_are_read_like_a_page() -> None:
    assert cells(grid_of([float(number) for number in range(10)])) == list(range(10))


def test_the_only_picture_fills_every_cell() -> None:
    assert cells(grid_of([7.0])) == [0] * COLUMNS


def test_each_cell_shows_the_picture_nearest_to_its_time() -> None:
    assert cells(grid_of([0.0, 1.0, 8.0])) == [0, 1, 1, 2, 2]


def test_many_pictures_are_thinned_evenly_from_the_first_to_the_last() -> None:
    shown = cells(grid_of([float(number) for number in range(39)]))
    assert shown == [2 * number for number in range(20)]


def test_no_picture_makes_no_preview() -> None:
    with pytest.raises(ValueError, match="at least one"):
        sprite([])
