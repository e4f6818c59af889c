"""Rows of API tokens, and settings by name."""

import sqlite3
from typing import Any

from neighborcam.engine.index.instant import from_us, to_us
from neighborcam.engine.index.rows import TokenRow

_SELECT = "SELECT id, name, scope, hash, created_at FROM tokens"


def put(connection: sqlite3.Connection, token: TokenRow) -> None:
    """Insert or replace a token."""
    connection.execute(
        "INSERT OR REPLACE INTO tokens (id, name, scope, hash, created_at)"
        " VALUES (?, ?, ?, ?, ?)",
        (token.id, token.name, token.scope, token.hash, to_us(token.created_at)),
    )


def every(connection: sqlite3.Connection) -> tuple[TokenRow, ...]:
    """All tokens, oldest first."""
    rows = connection.execute(f"{_SELECT} ORDER BY created_at, id")
    return tuple(_row(row) for row in rows)


def delete(connection: sqlite3.Connection, id_: str) -> bool:
    """Revoke a token."""
    return connection.execute("DELETE FROM tokens WHERE id = ?", (id_,)).rowcount == 1


def setting(connection: sqlite3.Connection, name: str) -> bytes | None:
    """Return a setting's value, None if it was never put."""
    row = connection.execute(
        "SELECT value FROM settings WHERE name = ?", (name,)
    ).fetchone()
    return None if row is None else bytes(row[0])


def put_setting(connection: sqlite3.Connection, name: str, value: bytes) -> None:
    """Insert or replace a setting."""
    connection.execute(
        "INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (name, value)
    )


def _row(row: tuple[Any, ...]) -> TokenRow:
    id_, name, scope, hash_, created = row
    return TokenRow(
        id=id_, name=name, scope=scope, hash=hash_, created_at=from_us(created)
    )
