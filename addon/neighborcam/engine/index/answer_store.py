"""What this home keeps of agencies' requests: the log, answers, rounds, receipts.

A part of the file of `sharing_store`. Nothing of it is told by anything but the
engine's own page; what was decided goes when its request is over for good.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from neighborcam.engine.index.answer_rows import (
    AnswerRow,
    PieceRow,
    RoundRow,
    put_answer,
)
from neighborcam.engine.index.database import Database
from neighborcam.engine.index.instant import from_us, to_us
from neighborcam.engine.index.letter_store import Parcel, put_parcel
from neighborcam.engine.index.statements import Statements

SCHEMA: Final = """
CREATE TABLE log (position INTEGER PRIMARY KEY, entry BLOB NOT NULL) STRICT;
CREATE TABLE declined (request TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE answers (
    id TEXT PRIMARY KEY, request TEXT NOT NULL, kind TEXT NOT NULL,
    body BLOB NOT NULL, reply_secret TEXT NOT NULL, clips BLOB NOT NULL,
    at INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'waiting'
) STRICT;
CREATE TABLE pieces (
    id TEXT PRIMARY KEY, answer TEXT NOT NULL, unlock TEXT NOT NULL,
    data BLOB, due_at INTEGER NOT NULL, head BLOB
) STRICT;
CREATE TABLE rounds (
    request TEXT NOT NULL, number INTEGER NOT NULL, due_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL, body BLOB, answer TEXT,
    done INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (request, number)
) STRICT;
CREATE TABLE receipts (
    answer TEXT NOT NULL, at INTEGER NOT NULL, what TEXT NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (answer, at, what)
) STRICT;
CREATE TABLE mail (request TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT;
"""
TABLES: Final = ("log", "declined", "answers", "pieces", "rounds", "receipts", "mail")


class AnswerStore:
    """The rows of requests; every method returns after its commit."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = Statements(database)

    # -- the public log ----------------------------------------------------

    def entries(self) -> list[bytes]:
        """Return the entries of the log that this home has believed."""
        rows = self._rows.all("SELECT entry FROM log ORDER BY position")
        return [bytes(entry) for (entry,) in rows]

    def add_entries(self, first: int, entries: list[bytes]) -> None:
        """Keep the next entries of the log."""

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "INSERT INTO log VALUES (?, ?)", list(enumerate(entries, first))
            )

        self._database.write(work)

    # -- decisions ----------------------------------------------------

    def decline(self, request: str) -> None:
        """Remember that this home does not answer."""
        self._rows.do("INSERT OR IGNORE INTO declined VALUES (?)", request)

    def declined(self) -> frozenset[str]:
        """Return the requests that this home declined."""
        return frozenset(
            str(id_) for (id_,) in self._rows.all("SELECT * FROM declined")
        )

    def put_answer(self, row: AnswerRow, pieces: list[PieceRow]) -> None:
        """Keep an answer with its pieces: both, or nothing."""

        def work(connection: sqlite3.Connection) -> None:
            put_answer(connection, row, pieces)

        self._database.write(work)

    def answers(self, request: str | None = None) -> list[AnswerRow]:
        """Return the answers to a request, or all; the oldest first."""
        rows = self._rows.all(
            "SELECT id, request, kind, body, reply_secret, clips, at, state"
            " FROM answers WHERE ?1 IS NULL OR request = ?1 ORDER BY at, id",
            request,
        )
        return [
            AnswerRow(
                id=row[0],
                request=row[1],
                kind=row[2],
                body=bytes(row[3]),
                reply_secret=row[4],
                clips=bytes(row[5]),
                at=from_us(row[6]),
                state=row[7],
            )
            for row in rows
        ]

    def state_of(self, answer: str) -> str | None:
        """Return how an answer stands; None when it is not known."""
        row = self._rows.one("SELECT state FROM answers WHERE id = ?", answer)
        return None if row is None else str(row[0])

    def end_answer(
        self,
        answer: str,
        state: str,
        at: datetime,
        *,
        removals: Sequence[Parcel] = (),
        then: AnswerRow | None = None,
    ) -> None:
        """Let nothing more of an answer leave; queue what deletes it, and says so.

        All of it or nothing: what was revoked here must not stand at the agency.
        """

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM pieces WHERE answer = ?", (answer,))
            connection.execute(
                "UPDATE answers SET state = ? WHERE id = ?", (state, answer)
            )
            for parcel in removals:
                put_parcel(connection, parcel, at, at)
            if then is not None:
                put_answer(connection, then)

        self._database.write(work)

    # -- pieces of clips ----------------------------------------------------

    def pieces(self, answer: str) -> list[PieceRow]:
        """Return the pieces of an answer, without their bytes."""
        rows = self._rows.all(
            "SELECT id, answer, unlock, due_at, data IS NULL, head FROM pieces"
            " WHERE answer = ?",
            answer,
        )
        return [
            PieceRow(
                id=id_,
                answer=of,
                unlock=unlock,
                data=None if is_sent else b"",
                due_at=from_us(due_at),
                head=head,
            )
            for id_, of, unlock, due_at, is_sent, head in rows
        ]

    def next_piece(self) -> PieceRow | None:
        """Return the piece that is due first, with its bytes."""
        row = self._rows.one(
            "SELECT id, answer, unlock, data, due_at, head FROM pieces"
            " WHERE data IS NOT NULL ORDER BY due_at LIMIT 1"
        )
        if row is None:
            return None
        return PieceRow(
            id=row[0],
            answer=row[1],
            unlock=row[2],
            data=bytes(row[3]),
            due_at=from_us(row[4]),
            head=None if row[5] is None else bytes(row[5]),
        )

    def waiting_pieces(self) -> list[tuple[str, datetime]]:
        """Return answer and moment of all pieces that wait, in order."""
        rows = self._rows.all(
            "SELECT answer, due_at FROM pieces WHERE data IS NOT NULL ORDER BY due_at"
        )
        return [(str(answer), from_us(due_at)) for answer, due_at in rows]

    def pay_piece(self, id_: str, head: bytes | None) -> None:
        """Keep what pays for a piece: each try sends the same bytes."""
        self._rows.do("UPDATE pieces SET head = ? WHERE id = ?", head, id_)

    def piece_sent(self, id_: str) -> bool:
        """Forget the bytes of a piece that the hub has; False: it was dropped."""
        return bool(self._rows.do("UPDATE pieces SET data = NULL WHERE id = ?", id_))

    def postpone_piece(self, id_: str, due_at: datetime) -> None:
        """Try a piece again later."""
        self._rows.do("UPDATE pieces SET due_at = ? WHERE id = ?", to_us(due_at), id_)

    # -- rounds ----------------------------------------------------

    def plan_round(
        self, request: str, number: int, due_at: datetime, ends_at: datetime
    ) -> None:
        """Fix this home's moment in a round, once."""
        self._rows.do(
            "INSERT OR IGNORE INTO rounds (request, number, due_at, ends_at)"
            " VALUES (?, ?, ?, ?)",
            request,
            number,
            to_us(due_at),
            to_us(ends_at),
        )

    def rounds(self) -> list[RoundRow]:
        """Return the turns that are not done, the next first."""
        rows = self._rows.all(
            "SELECT request, number, due_at, ends_at, body, answer FROM rounds"
            " WHERE done = 0 ORDER BY due_at"
        )
        return [
            RoundRow(
                request=request,
                number=number,
                due_at=from_us(due_at),
                ends_at=from_us(ends_at),
                body=None if body is None else bytes(body),
                answer=answer,
            )
            for request, number, due_at, ends_at, body, answer in rows
        ]

    def may_have_left(self, answer: str) -> bool:
        """Tell whether a capsule was made that has an answer: it may be at the hub."""
        row = self._rows.one("SELECT 1 FROM rounds WHERE answer = ?", answer)
        return row is not None

    def postpone_round(self, row: RoundRow, due_at: datetime) -> None:
        """Try a turn again later."""
        self._rows.do(
            "UPDATE rounds SET due_at = ? WHERE request = ? AND number = ?",
            to_us(due_at),
            row.request,
            row.number,
        )

    def fill_round(
        self, request: str, number: int, body: bytes, answer: str | None
    ) -> None:
        """Keep what is to be posted: each try sends the same bytes."""
        self._rows.do(
            "UPDATE rounds SET body = ?, answer = ? WHERE request = ? AND number = ?",
            body,
            answer,
            request,
            number,
        )

    def empty_round(self, row: RoundRow) -> None:
        """Forget what was made for a turn: it is nowhere else."""
        self._rows.do(
            "UPDATE rounds SET body = NULL, answer = NULL"
            " WHERE request = ? AND number = ?",
            row.request,
            row.number,
        )

    def end_round(self, row: RoundRow, *, sent: bool) -> None:
        """Close a turn; an answer that went with it is sent."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE rounds SET done = 1, body = NULL"
                " WHERE request = ? AND number = ?",
                (row.request, row.number),
            )
            if sent and row.answer is not None:
                connection.execute(
                    "UPDATE answers SET state = 'sent'"
                    " WHERE id = ? AND state = 'waiting'",
                    (row.answer,),
                )

        self._database.write(work)

    # -- mail ----------------------------------------------------

    def mail_read(self, request: str) -> int:
        """Return how many bundles of a request were read."""
        row = self._rows.one("SELECT number FROM mail WHERE request = ?", request)
        return int(row[0]) if row else 0

    def put_mail(
        self, request: str, number: int, receipts: list[tuple[str, datetime, str, str]]
    ) -> None:
        """Keep receipts (answer, at, what, text) and how far was read."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT OR REPLACE INTO mail VALUES (?, ?)", (request, number)
            )
            connection.executemany(
                "INSERT OR IGNORE INTO receipts VALUES (?, ?, ?, ?)",
                [
                    (answer, to_us(at), what, text)
                    for answer, at, what, text in receipts
                ],
            )

        self._database.write(work)

    def receipts(self, answer: str) -> list[tuple[datetime, str, str]]:
        """Return the receipts of an answer as (at, what, text), the oldest first."""
        rows = self._rows.all(
            "SELECT at, what, text FROM receipts WHERE answer = ? ORDER BY at", answer
        )
        return [(from_us(at), what, text) for at, what, text in rows]

    def requests(self) -> frozenset[str]:
        """Return the requests of which something is kept that this home did."""
        rows = self._rows.all(
            "SELECT request FROM answers UNION SELECT request FROM declined"
            " UNION SELECT request FROM rounds UNION SELECT request FROM mail"
        )
        return frozenset(str(request) for (request,) in rows)

    def forget_request(self, request: str) -> None:
        """Forget all that tells what this home did about a request."""

        def work(connection: sqlite3.Connection) -> None:
            mine = "(SELECT id FROM answers WHERE request = ?)"
            for table in ("pieces", "receipts"):
                connection.execute(
                    f"DELETE FROM {table} WHERE answer IN {mine}",  # noqa: S608 - ours
                    (request,),
                )
            for table in ("answers", "declined", "rounds", "mail"):
                connection.execute(
                    f"DELETE FROM {table} WHERE request = ?",  # noqa: S608 - ours
                    (request,),
                )

        self._database.write(work)
