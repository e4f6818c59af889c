"""How many people live in a cell, from a table that the hub's operator gives.

A CSV with ``cell,people``: cells of resolution 9, from any public population grid. The
hub publishes it, so that everybody can count what hangs on it.
"""

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import h3

from neighborcam.hub.errors import StorageFailed
from neighborcam.protocol.cells import COARSEST, FINEST


class Census:
    """People by cells of resolution 6 to 9."""

    def __init__(self, rows: Iterable[tuple[str, int]]) -> None:
        self._people: Counter[str] = Counter()
        self.total = 0
        for cell, count in rows:
            self.total += count
            for resolution in range(COARSEST, FINEST + 1):
                self._people[h3.cell_to_parent(cell, resolution)] += count

    def __call__(self, cell: str) -> int:
        """Return how many people live in a cell."""
        return self._people[cell]

    def cells(self, region: str, crowd: int) -> tuple[str, ...]:
        """Return the cells of a region that may be named: ``crowd`` live in each.

        Those of the coarsest resolution always may. Sorted, coarser ones first.
        """
        found: list[str] = []
        for resolution in range(COARSEST, FINEST + 1):
            found += (
                cell
                for cell in sorted(h3.cell_to_children(region, resolution))
                if resolution == COARSEST or self(cell) >= crowd
            )
        return tuple(found)


def load_census(path: Path) -> Census:
    """Return the census of a file.

    Raises `StorageFailed`, naming the line that is wrong.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise StorageFailed(f"the census {path.name} cannot be read") from problem
    return Census(
        _row(row, f"{path.name}, line {number}")
        for number, row in enumerate(rows, 1)
        if number > 1 or row[:1] != ["cell"]
    )


def _row(row: list[str], where: str) -> tuple[str, int]:
    try:
        cell, count = row[0], int(row[1])
        if h3.get_resolution(cell) != FINEST or count < 0:
            raise ValueError  # noqa: TRY301 - one text for all that is wrong
    except (IndexError, ValueError, h3.H3BaseException):
        raise StorageFailed(
            f"{where}: expected a cell of resolution {FINEST} and a number"
        ) from None
    return cell, count
