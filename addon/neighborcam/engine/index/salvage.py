"""What can still be read of a damaged database goes into the new one, row by row."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from neighborcam.engine.index.database import connect
from neighborcam.engine.index.schema import TABLES

# Segments are rebuilt from the files, which know better than a damaged page.
_LEFT_OUT: Final = frozenset({"segments"})

type _Rows = dict[str, list[tuple[Any, ...]]]


def read_rows(damaged: Path) -> _Rows:
    """Return by table the rows that can be read, from the start, in key order."""
    rows: _Rows = {}
    try:
        with closing(connect(damaged, readonly=True)) as connection:
            for table in (each for each in TABLES if each not in _LEFT_OUT):
                rows[table] = _read_table(connection, table)
    except sqlite3.Error:
        return rows  # nothing more opens
    return rows


def put_rows(connection: sqlite3.Connection, rows: _Rows) -> int:
    """Insert what `read_rows` found and return how many rows fitted."""
    return sum(
        _fits(connection, table, row) for table in TABLES for row in rows.get(table, ())
    )


def _read_table(connection: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    try:
        for row in connection.execute(f"SELECT * FROM {table}"):  # noqa: S608 - ours
            rows.append(row)  # noqa: PERF402 - what came before the error is kept
    except sqlite3.Error:
        return rows
    return rows


def _fits(connection: sqlite3.Connection, table: str, row: tuple[Any, ...]) -> bool:
    marks = ", ".join("?" * len(row))
    try:
        cursor = connection.execute(
            f"INSERT OR IGNORE INTO {table} VALUES ({marks})",  # noqa: S608 - ours
            row,
        )
    except sqlite3.Error:
        return False
    return cursor.rowcount == 1
