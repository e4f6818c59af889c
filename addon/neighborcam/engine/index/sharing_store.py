"""What this home keeps about sharing: a file of its own, so that leaving deletes it.

What is to be sent and its line in the diary are one transaction: nothing leaves
that the diary does not know.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self

from neighborcam.engine.errors import DataUnreadable, StorageError
from neighborcam.engine.index.answer_store import SCHEMA as ANSWERS_SCHEMA
from neighborcam.engine.index.answer_store import TABLES, AnswerStore
from neighborcam.engine.index.database import Database, connect, translate
from neighborcam.engine.index.instant import from_us, to_us
from neighborcam.engine.neighbours import DiaryEntry

NAME: Final = "sharing.sqlite3"
_VERSION: Final = 1
_SCHEMA: Final = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE tokens (
    prepared BLOB PRIMARY KEY, epoch TEXT NOT NULL, purpose TEXT NOT NULL,
    token BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE votes (
    alert TEXT PRIMARY KEY, token BLOB NOT NULL, kind TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE own (
    id TEXT PRIMARY KEY, seed BLOB NOT NULL, alert BLOB NOT NULL, at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE diary (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT NULL,
    summary TEXT NOT NULL, size INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting', answer TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY REFERENCES diary (id) ON DELETE CASCADE,
    path TEXT NOT NULL, purpose TEXT, body BLOB NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL
) STRICT;
"""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """Something to be sent. ``purpose`` is that of its token; None needs none."""

    id: int
    path: str
    purpose: str | None
    body: bytes
    tries: int
    due_at: datetime


class SharingStore:
    """The rows of sharing; every method returns after its commit."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.requests = AnswerStore(database)

    @classmethod
    def open(cls, data_dir: Path) -> Self:
        """Open or make the file. Raises `StorageError`, `DataUnreadable`."""
        path = data_dir / NAME
        try:
            connection = connect(path, readonly=False)
            path.chmod(0o600)
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version > _VERSION:
                connection.close()
                raise DataUnreadable(
                    f"{path} was written by a newer NeighborCam: install that again."
                )
            if version == 0:
                connection.execute("PRAGMA secure_delete = ON")
                connection.executescript(
                    f"BEGIN;{_SCHEMA};{ANSWERS_SCHEMA};"
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
        row = self._one("SELECT value FROM facts WHERE name = ?", name)
        return None if row is None else bytes(row[0])

    def put_fact(self, name: str, value: bytes) -> None:
        """Keep something under a name."""
        self._do("INSERT OR REPLACE INTO facts VALUES (?, ?)", name, value)

    def forget_everything(self) -> None:
        """Delete all rows: this home left its hub."""

        def work(connection: sqlite3.Connection) -> None:
            own = ("outbox", "diary", "own", "votes", "tokens", "facts")
            for table in (*own, *TABLES):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our names

        self._database.write(work)

    # -- tokens --------------------------------------------------------------------

    def put_token(
        self, prepared: bytes, epoch: str, purpose: str, token: bytes
    ) -> None:
        """Keep a token for a day."""
        self._do(
            "INSERT OR IGNORE INTO tokens VALUES (?, ?, ?, ?)",
            prepared,
            epoch,
            purpose,
            token,
        )

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
        row = self._one(
            "SELECT count(*) FROM tokens WHERE purpose = ? AND epoch = ?",
            purpose,
            epoch,
        )
        return int(row[0]) if row else 0

    # -- votes and own alerts --------------------------------------------------------

    def put_vote_token(self, alert: str, token: bytes) -> None:
        """Keep the one vote token of an alert."""
        self._do("INSERT OR IGNORE INTO votes VALUES (?, ?, NULL)", alert, token)

    def vote_token(self, alert: str) -> bytes | None:
        """Return the vote token of an alert."""
        row = self._one("SELECT token FROM votes WHERE alert = ?", alert)
        return None if row is None else bytes(row[0])

    def set_vote(self, alert: str, kind: str) -> None:
        """Remember what this home said to an alert."""
        self._do("UPDATE votes SET kind = ? WHERE alert = ?", kind, alert)

    def votes(self) -> dict[str, str]:
        """Return what this home said, by alert."""
        rows = self._all("SELECT alert, kind FROM votes WHERE kind IS NOT NULL")
        return {str(alert): str(kind) for alert, kind in rows}

    def put_own(self, id_: str, seed: bytes, alert: bytes, at: datetime) -> None:
        """Keep the key of an alert or comment of this home."""
        self._do(
            "INSERT OR REPLACE INTO own VALUES (?, ?, ?, ?)",
            id_,
            seed,
            alert,
            to_us(at),
        )

    def own(self, id_: str) -> tuple[bytes, bytes] | None:
        """Return the key's seed and the message of one of this home's alerts."""
        row = self._one("SELECT seed, alert FROM own WHERE id = ?", id_)
        return None if row is None else (bytes(row[0]), bytes(row[1]))

    def own_ids(self) -> frozenset[str]:
        """Return the ids of all alerts and comments of this home."""
        return frozenset(str(id_) for (id_,) in self._all("SELECT id FROM own"))

    # -- outbox and diary ------------------------------------------------------------

    def queue(
        self,
        *,
        path: str,
        purpose: str | None,
        body: bytes,
        kind: str,
        summary: str,
        at: datetime,
    ) -> int:
        """Put a letter into the outbox and its line into the diary; return its id."""

        def work(connection: sqlite3.Connection) -> int:
            id_ = connection.execute(
                "INSERT INTO diary (at, kind, summary, size) VALUES (?, ?, ?, ?)",
                (to_us(at), kind, summary, len(body)),
            ).lastrowid
            connection.execute(
                "INSERT INTO outbox (id, path, purpose, body, due_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (id_, path, purpose, body, to_us(at)),
            )
            return int(id_ or 0)

        return self._database.write(work)

    def note(
        self, *, kind: str, summary: str, size: int, at: datetime, state: str
    ) -> None:
        """Write into the diary what left by another way than the outbox."""
        self._do(
            "INSERT INTO diary (at, kind, summary, size, state) VALUES (?, ?, ?, ?, ?)",
            to_us(at),
            kind,
            summary,
            size,
            state,
        )

    def waiting(self) -> int:
        """Return how much is to be sent."""
        row = self._one("SELECT count(*) FROM outbox")
        return int(row[0]) if row else 0

    def letters(self) -> list[Letter]:
        """Return what is to be sent, in order."""
        rows = self._all(
            "SELECT id, path, purpose, body, tries, due_at FROM outbox ORDER BY id"
        )
        return [
            Letter(
                id=id_,
                path=path,
                purpose=purpose,
                body=bytes(body),
                tries=tries,
                due_at=from_us(due_at),
            )
            for id_, path, purpose, body, tries, due_at in rows
        ]

    def postpone(self, id_: int, due_at: datetime) -> None:
        """Try a letter again later."""
        self._do(
            "UPDATE outbox SET tries = tries + 1, due_at = ? WHERE id = ?",
            to_us(due_at),
            id_,
        )

    def rewrite(self, id_: int, body: bytes) -> None:
        """Send other bytes: its token was of a day that is over."""
        self._do("UPDATE outbox SET body = ? WHERE id = ?", body, id_)

    def settle(self, id_: int, state: str, answer: str = "") -> None:
        """Take a letter out of the outbox and write down what became of it."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM outbox WHERE id = ?", (id_,))
            connection.execute(
                "UPDATE diary SET state = ?, answer = ? WHERE id = ?",
                (state, answer, id_),
            )

        self._database.write(work)

    def diary(self, limit: int = 200) -> list[DiaryEntry]:
        """Return what left this home, the newest first."""
        rows = self._all(
            "SELECT id, at, kind, summary, size, state, answer FROM diary"
            " ORDER BY id DESC LIMIT ?",
            limit,
        )
        return [
            DiaryEntry(
                id=id_,
                at=from_us(at),
                kind=kind,
                summary=summary,
                size_bytes=size,
                state=state,
                answer=answer,
            )
            for id_, at, kind, summary, size, state, answer in rows
        ]

    def count_since(self, kind: str, since: datetime) -> int:
        """Return how many messages of a kind were written down since a moment."""
        row = self._one(
            "SELECT count(*) FROM diary WHERE kind = ? AND at >= ?", kind, to_us(since)
        )
        return int(row[0]) if row else 0

    def _do(self, statement: str, *values: Any) -> None:
        self._database.write(
            lambda connection: connection.execute(statement, values).rowcount
        )

    def _one(self, statement: str, *values: Any) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self._database.read(
            lambda connection: connection.execute(statement, values).fetchone()
        )
        return found

    def _all(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        return self._database.read(
            lambda connection: connection.execute(statement, values).fetchall()
        )
