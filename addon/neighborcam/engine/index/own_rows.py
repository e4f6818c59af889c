"""What this home wrote: alerts and comments, each with the key that signed it."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from neighborcam.engine.index.instant import from_us, to_us

SCHEMA: Final = """
CREATE TABLE own (
    id TEXT PRIMARY KEY, seed BLOB NOT NULL, alert BLOB NOT NULL, at INTEGER NOT NULL,
    standing TEXT NOT NULL DEFAULT '', taken_at INTEGER
) STRICT, WITHOUT ROWID;
"""
SELECT_OWN: Final = "SELECT id, seed, alert, standing, taken_at FROM own"


@dataclass(frozen=True, kw_only=True)
class Own:
    """An alert or comment of this home: the key's seed, and the alert's bytes.

    ``standing`` is what the hub said when it took the alert, at ``taken_at``.
    """

    id: str
    seed: bytes
    alert: bytes = b""
    standing: str = ""
    taken_at: datetime | None = None

    def __repr__(self) -> str:
        """Hide the key: this may be logged."""
        return f"Own(id={self.id!r})"


def put_own(connection: sqlite3.Connection, own: Own, at: datetime) -> None:
    """Keep what this home wrote, with its key."""
    connection.execute(
        "INSERT INTO own (id, seed, alert, at) VALUES (?, ?, ?, ?)",
        (own.id, own.seed, own.alert, to_us(at)),
    )


def note_taken(
    connection: sqlite3.Connection, alert: str, standing: str, at: datetime
) -> None:
    """Note how the hub said that an alert stands when it took it."""
    connection.execute(
        "UPDATE own SET standing = ?, taken_at = ? WHERE id = ?",
        (standing, to_us(at), alert),
    )


def own_of(row: Sequence[Any]) -> Own:
    """Return a row of `SELECT_OWN`."""
    id_, seed, alert, standing, taken_at = row
    return Own(
        id=id_,
        seed=bytes(seed),
        alert=bytes(alert),
        standing=standing,
        taken_at=None if taken_at is None else from_us(taken_at),
    )
