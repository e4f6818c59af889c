"""What this home keeps about sharing: a file of its own, so that leaving deletes it.

Letters, feeds and requests have stores of their own over the same file.
"""

import contextlib
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Self

from neighborcam.engine.errors import DataDamaged, DataUnreadable, StorageError
from neighborcam.engine.index import (
    answer_store,
    feed_store,
    letter_store,
    veto_store,
)
from neighborcam.engine.index.answer_store import AnswerStore
from neighborcam.engine.index.database import Database, connect, translate
from neighborcam.engine.index.feed_store import FeedStore
from neighborcam.engine.index.letter_store import LetterStore
from neighborcam.engine.index.schema import version_on_disk
from neighborcam.engine.index.statements import Statements
from neighborcam.engine.index.veto_store import VetoStore

NAME: Final = "sharing.sqlite3"
CHECKPOINT: Final = "checkpoint"  # the newest of the hub's log that was believed
PIN: Final = "pin"  # the fact that an owner's PIN is
# An alert lasts 30 days; its key may be needed for as long as it can be cancelled.
OWN_LASTS: Final = timedelta(days=40)
VOTES_LAST: Final = timedelta(days=35)
_VERSION: Final = 1
_SCHEMA: Final = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE tokens (
    prepared BLOB PRIMARY KEY, epoch TEXT NOT NULL, purpose TEXT NOT NULL,
    token BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE unfinished (
    scope TEXT PRIMARY KEY, blinded BLOB NOT NULL, day TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE votes (
    alert TEXT PRIMARY KEY, token BLOB, kind TEXT, owed INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
"""
_SCHEMAS: Final = (
    _SCHEMA,
    letter_store.SCHEMA,
    feed_store.SCHEMA,
    answer_store.SCHEMA,
    veto_store.SCHEMA,
)
_TABLES: Final = (
    *letter_store.TABLES,
    *("votes", "tokens", "unfinished", "facts"),
    *feed_store.TABLES,
    *answer_store.TABLES,
    *veto_store.TABLES,
)


@dataclass(frozen=True, kw_only=True)
class Vote:
    """What this home said to an alert; ``token`` None: it can be sent later."""

    alert: str
    kind: str
    token: bytes | None


def refuse_newer(data_dir: Path) -> None:
    """Raise `DataUnreadable` if the file is newer than this engine, and change nothing.

    It is not opened for that: SQLite could change it, and what is opened before it.
    """
    path = data_dir / NAME
    with contextlib.suppress(DataDamaged, FileNotFoundError):
        if version_on_disk(path) > _VERSION:
            raise DataUnreadable(
                f"{path} was written by a newer NeighborCam: install that again."
            )


class SharingStore:
    """The rows of sharing; every method returns after its commit."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = Statements(database)
        self.letters = LetterStore(database)
        self.feed = FeedStore(database)
        self.requests = AnswerStore(database)
        self.vetoes = VetoStore(database)
        self.note = self.letters.note

    @classmethod
    def open(cls, data_dir: Path) -> Self:
        """Open or make the file. Raises `StorageError`, `DataUnreadable`."""
        path = data_dir / NAME
        refuse_newer(data_dir)
        try:
            connection = connect(path, readonly=False)
            path.chmod(0o600)
            # Of the connection, not of the file: what is deleted is overwritten.
            connection.execute("PRAGMA secure_delete = ON")
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version == 0:
                connection.executescript(
                    f"BEGIN;{';'.join(_SCHEMAS)};"
                    f"PRAGMA user_version = {_VERSION};COMMIT;"
                )
        except sqlite3.Error as error:
            raise translate(error, path) from error
        except OSError as error:
            raise StorageError(f"{path} cannot be used: {error.strerror}.") from error
        return cls(Database(path, connection))

    def close(self) -> None:
        """Finish the writes."""
        self._database.close()

    def fact(self, name: str) -> bytes | None:
        """Return something that was put, None if it never was."""
        row = self._rows.one("SELECT value FROM facts WHERE name = ?", name)
        return None if row is None else bytes(row[0])

    def put_fact(self, name: str, value: bytes) -> None:
        """Keep something under a name."""
        self._rows.do("INSERT OR REPLACE INTO facts VALUES (?, ?)", name, value)

    def forget_fact(self, name: str) -> None:
        """Keep it no more."""
        self._rows.do("DELETE FROM facts WHERE name = ?", name)

    def forget_everything(self) -> None:
        """Delete all rows, and what the journal has of them: this home left its hub.

        Only the PIN stays: whoever has not got it must not get around it by leaving.
        """

        def work(connection: sqlite3.Connection) -> None:
            for table in _TABLES:
                where = f" WHERE name <> '{PIN}'" if table == "facts" else ""
                connection.execute(f"DELETE FROM {table}{where}")  # noqa: S608 - ours

        self._database.write(work)
        self._database.truncate_journal()

    def forget_log(self) -> None:
        """Forget what was read of the hub's log: its owner begins anew with it."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM log")
            connection.execute("DELETE FROM facts WHERE name = ?", (CHECKPOINT,))

        self._database.write(work)

    def prune(self, now: datetime) -> None:
        """Forget what nothing can come of any more."""
        self.letters.prune(now, OWN_LASTS)
        oldest = (now - VOTES_LAST).date().isoformat()
        self._rows.do(
            "DELETE FROM votes WHERE alert NOT IN (SELECT id FROM feed) AND"
            " (token IS NULL OR json_extract(CAST(token AS TEXT), '$.epoch') < ?)",
            oldest,
        )
        self._rows.do("DELETE FROM unfinished WHERE day < ?", oldest)

    # -- tokens --------------------------------------------------------------------

    def unfinished(self, scope: str) -> bytes | None:
        """Return what the hub was asked to sign, while its answer is not kept."""
        row = self._rows.one("SELECT blinded FROM unfinished WHERE scope = ?", scope)
        return None if row is None else bytes(row[0])

    def put_unfinished(self, scope: str, blinded: bytes, day: str) -> None:
        """Keep what the hub is asked to sign on a day."""
        self._rows.do(
            "INSERT OR REPLACE INTO unfinished VALUES (?, ?, ?)",
            *(scope, blinded, day),
        )

    def put_tokens(
        self, scope: str, epoch: str, purpose: str, tokens: list[tuple[bytes, bytes]]
    ) -> None:
        """Keep tokens (prepared, token) for a day: all of them, or none."""

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "INSERT OR IGNORE INTO tokens VALUES (?, ?, ?, ?)",
                [(prepared, epoch, purpose, token) for prepared, token in tokens],
            )
            _finish(connection, scope)

        self._database.write(work)

    def look_at_token(self, purpose: str, oldest: str) -> bytes | None:
        """Return a token that is not before the day ``oldest``, without taking it."""
        row = self._rows.one(
            "SELECT token FROM tokens WHERE purpose = ? AND epoch >= ?"
            " ORDER BY epoch LIMIT 1",
            *(purpose, oldest),
        )
        return None if row is None else bytes(row[0])

    def take_token(self, purpose: str, oldest: str) -> bytes | None:
        """Return a token and forget it; those before the day ``oldest`` are no use."""

        def work(connection: sqlite3.Connection) -> bytes | None:
            connection.execute("DELETE FROM tokens WHERE epoch < ?", (oldest,))
            row = connection.execute(
                "SELECT prepared, token FROM tokens WHERE purpose = ?"
                " ORDER BY epoch LIMIT 1",
                (purpose,),
            ).fetchone()
            if row is None:
                return None
            connection.execute("DELETE FROM tokens WHERE prepared = ?", (row[0],))
            return bytes(row[1])

        return self._database.write(work)

    def token_count(self, purpose: str, epoch: str) -> int:
        """Return how many tokens of a day are left."""
        row = self._rows.one(
            "SELECT count(*) FROM tokens WHERE purpose = ? AND epoch = ?",
            *(purpose, epoch),
        )
        return int(row[0]) if row else 0

    # -- votes -----------------------------------------------------------------------

    def put_vote_token(self, alert: str, token: bytes) -> None:
        """Keep the one vote token of an alert."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO votes (alert, token) VALUES (?, ?) ON CONFLICT (alert)"
                " DO UPDATE SET token = coalesce(token, excluded.token)",
                (alert, token),
            )
            _finish(connection, alert)

        self._database.write(work)

    def vote_token(self, alert: str) -> bytes | None:
        """Return the vote token of an alert."""
        row = self._rows.one("SELECT token FROM votes WHERE alert = ?", alert)
        return None if row is None or row[0] is None else bytes(row[0])

    def vote_tokens(self) -> frozenset[str]:
        """Return the alerts of which this home has its vote token."""
        rows = self._rows.all("SELECT alert FROM votes WHERE token IS NOT NULL")
        return frozenset(str(alert) for (alert,) in rows)

    def say(self, alert: str, kind: str) -> None:
        """Remember what this home says to an alert; it is owed to the hub."""
        self._rows.do(
            "INSERT INTO votes (alert, kind, owed) VALUES (?, ?, 1)"
            " ON CONFLICT (alert) DO UPDATE SET kind = excluded.kind, owed = 1",
            *(alert, kind),
        )

    def said(self, alert: str) -> None:
        """Note that the word is in the outbox, or never can be."""
        self._rows.do("UPDATE votes SET owed = 0 WHERE alert = ?", alert)

    def owed(self, alert: str | None = None) -> list[Vote]:
        """Return what was said and is not in the outbox yet."""
        rows = self._rows.all(
            "SELECT alert, kind, token FROM votes"
            " WHERE owed = 1 AND (?1 IS NULL OR alert = ?1)",
            alert,
        )
        return [
            Vote(alert=id_, kind=kind, token=None if token is None else bytes(token))
            for id_, kind, token in rows
        ]

    def votes(self) -> dict[str, str]:
        """Return what this home said, by alert."""
        rows = self._rows.all("SELECT alert, kind FROM votes WHERE kind IS NOT NULL")
        return {str(alert): str(kind) for alert, kind in rows}


def _finish(connection: sqlite3.Connection, scope: str) -> None:
    connection.execute("DELETE FROM unfinished WHERE scope = ?", (scope,))
