"""What the hub's feeds told this home, and where it goes on after a restart.

What was told to clients is kept beside it: a restart tells nobody the same twice.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from neighborcam.engine.index.database import Database
from neighborcam.engine.index.instant import from_us, to_us
from neighborcam.engine.index.statements import Statements

SCHEMA: Final = """
CREATE TABLE feed (
    id TEXT PRIMARY KEY, seq INTEGER NOT NULL, region TEXT NOT NULL,
    original TEXT NOT NULL, author BLOB NOT NULL, event BLOB,
    until INTEGER NOT NULL, told INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE cursors (
    region TEXT PRIMARY KEY, seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""
TABLES: Final = ("feed", "cursors")


@dataclass(frozen=True, kw_only=True)
class FeedRow:
    """An alert as the feed told it last. ``event`` None: it was withdrawn."""

    id: str
    seq: int
    region: str
    original: str
    author: bytes
    event: bytes | None
    until: datetime
    told: bool


class FeedStore:
    """The rows of the feeds; every method returns after its commit."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = Statements(database)

    def rows(self) -> list[FeedRow]:
        """Return all that is known."""
        rows = self._rows.all(
            "SELECT id, seq, region, original, author, event, until, told FROM feed"
        )
        return [
            FeedRow(
                id=row[0],
                seq=row[1],
                region=row[2],
                original=row[3],
                author=bytes(row[4]),
                event=None if row[5] is None else bytes(row[5]),
                until=from_us(row[6]),
                told=bool(row[7]),
            )
            for row in rows
        ]

    def cursor(self, region: str) -> int | None:
        """Return the number of the newest event of a region that was taken."""
        row = self._rows.one("SELECT seq FROM cursors WHERE region = ?", region)
        return None if row is None else int(row[0])

    def keep(
        self,
        rows: Iterable[FeedRow],
        gone: Iterable[str] = (),
        cursor: tuple[str, int | None] | None = None,
    ) -> None:
        """Keep what changed, forget what is over, and remember where to go on.

        A cursor of None is forgotten: the region is read from its beginning again.
        """

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "INSERT OR REPLACE INTO feed VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [_values(row) for row in rows],
            )
            connection.executemany(
                "DELETE FROM feed WHERE id = ?", [(each,) for each in gone]
            )
            if cursor is not None:
                _put_cursor(connection, *cursor)

        self._database.write(work)


def _put_cursor(connection: sqlite3.Connection, region: str, seq: int | None) -> None:
    if seq is None:
        connection.execute("DELETE FROM cursors WHERE region = ?", (region,))
    else:
        connection.execute(
            "INSERT OR REPLACE INTO cursors VALUES (?, ?)", (region, seq)
        )


def _values(row: FeedRow) -> tuple[object, ...]:
    return (
        *(row.id, row.seq, row.region, row.original, row.author),
        *(row.event, to_us(row.until), int(row.told)),
    )
