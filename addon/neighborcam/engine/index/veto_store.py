"""This home's objections to agencies: a part of the file of `sharing_store`."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, cast

from neighborcam.engine.index.database import Database
from neighborcam.engine.index.instant import from_us, to_us
from neighborcam.engine.index.statements import Statements

SCHEMA: Final = """
CREATE TABLE vetoes (
    agency TEXT PRIMARY KEY, announced INTEGER NOT NULL, due_at INTEGER NOT NULL,
    token BLOB, state TEXT NOT NULL DEFAULT 'none'
) STRICT, WITHOUT ROWID;
"""
TABLES: Final = ("vetoes",)

type VetoState = Literal["none", "waiting", "sent", "refused"]


@dataclass(frozen=True, kw_only=True)
class VetoRow:
    """What is known of an agency in its notice; every home has a row for each.

    ``announced`` is the index of its announcement in the log. ``due_at``: when the
    token is fetched, and once it is there, when an objection leaves.
    """

    agency: str
    announced: int
    due_at: datetime
    token: bytes | None
    state: VetoState

    def __repr__(self) -> str:
        """Hide what its owner thinks: this may be logged."""
        return f"VetoRow(agency={self.agency!r})"


class VetoStore:
    """The rows of objections; every method returns after its commit."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = Statements(database)

    def plan(self, agency: str, announced: int, due_at: datetime) -> None:
        """Fix the moment at which a token is fetched, once for an announcement."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "DELETE FROM vetoes WHERE agency = ? AND announced <> ?",
                (agency, announced),
            )
            connection.execute(
                "INSERT OR IGNORE INTO vetoes (agency, announced, due_at)"
                " VALUES (?, ?, ?)",
                (agency, announced, to_us(due_at)),
            )

        self._database.write(work)

    def rows(self) -> list[VetoRow]:
        """Return all, in the order of their moments."""
        rows = self._rows.all(
            "SELECT agency, announced, due_at, token, state FROM vetoes ORDER BY due_at"
        )
        return [
            VetoRow(
                agency=agency,
                announced=announced,
                due_at=from_us(due_at),
                token=None if token is None else bytes(token),
                state=cast("VetoState", state),
            )
            for agency, announced, due_at, token, state in rows
        ]

    def put_token(self, agency: str, token: bytes, due_at: datetime) -> None:
        """Keep the token; an objection leaves at ``due_at`` or later."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE vetoes SET token = ?, due_at = ? WHERE agency = ?",
                (token, to_us(due_at), agency),
            )
            connection.execute("DELETE FROM unfinished WHERE scope = ?", (agency,))

        self._database.write(work)

    def say(self, agency: str, due_at: datetime | None) -> None:
        """Remember that the owner objects; ``due_at`` None: when the token is there."""
        self._rows.do(
            "UPDATE vetoes SET state = 'waiting', due_at = coalesce(?, due_at)"
            " WHERE agency = ?",
            *(None if due_at is None else to_us(due_at), agency),
        )

    def postpone(self, agency: str, due_at: datetime) -> None:
        """Try again later."""
        self._rows.do(
            "UPDATE vetoes SET due_at = ? WHERE agency = ?", to_us(due_at), agency
        )

    def settle(self, agency: str, state: VetoState) -> None:
        """Note what became of an objection."""
        self._rows.do("UPDATE vetoes SET state = ? WHERE agency = ?", state, agency)

    def forget(self, agency: str) -> None:
        """Forget an agency: its notice is over."""
        self._rows.do("DELETE FROM vetoes WHERE agency = ?", agency)
