"""Plain tables for a terminal, and the same numbers as JSON."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

type Cell = str | int | float
type Row = Mapping[str, Cell]


def show(title: str, rows: Sequence[Row]) -> None:
    """Print rows that share their keys, columns aligned."""
    print(f"\n{title}")
    if not rows:
        print("  (nothing)")
        return
    columns = list(rows[0])
    cells = [columns, *([_text(row[column]) for column in columns] for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(columns))]
    for line in cells:
        padded = [line[0].ljust(widths[0])]
        padded += [text.rjust(width) for text, width in zip(line, widths, strict=True)][
            1:
        ]
        print("  " + "  ".join(padded))


def save(path: Path | None, result: Mapping[str, Sequence[Row]]) -> None:
    """Write all tables as JSON when a file is named."""
    if path is not None:
        path.write_text(json.dumps(result, indent=2) + "\n")
        print(f"\nwritten: {path}")


def _text(cell: Cell) -> str:
    return f"{cell:.3f}" if isinstance(cell, float) else str(cell)
