"""How many people live in a cell, from a table that the hub's operator gives.

A CSV with ``cell,people``: cells of resolution 9, from any public population grid.
"""

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import h3

from neighborcam.hub.errors import StorageFailed
from neighborcam.protocol.cells import COARSEST, FINEST


def load_census(path: Path) -> Callable[[str], int]:
    """Return how many people live in a cell of resolution 6 to 9.

    Raises `StorageFailed`, naming the line that is wrong.
    """
    people: Counter[str] = Counter()
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise StorageFailed(f"the census {path.name} cannot be read") from problem
    for number, row in enumerate(rows, 1):
        if number > 1 or row[:1] != ["cell"]:
            _add(people, row, f"{path.name}, line {number}")
    return lambda cell: people[cell]


def _add(people: Counter[str], row: list[str], where: str) -> None:
    try:
        cell, count = row[0], int(row[1])
        if h3.get_resolution(cell) != FINEST or count < 0:
            raise ValueError  # noqa: TRY301 - one text for all that is wrong
    except (IndexError, ValueError, h3.H3BaseException):
        raise StorageFailed(
            f"{where}: expected a cell of resolution {FINEST} and a number"
        ) from None
    for resolution in range(COARSEST, FINEST + 1):
        people[h3.cell_to_parent(cell, resolution)] += count
