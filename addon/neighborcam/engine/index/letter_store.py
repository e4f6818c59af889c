"""What is to be sent to the hub, and the diary of all that left this home.

What is to be sent, its line in the diary, the token that pays for it and the key that
signed it are one transaction: all of it is kept, or nothing.
"""

import sqlite3
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from neighborcam.engine.errors import NotFound
from neighborcam.engine.index import own_rows
from neighborcam.engine.index.database import Database
from neighborcam.engine.index.instant import from_us, to_us
from neighborcam.engine.index.own_rows import (
    SELECT_OWN,
    Own,
    note_taken,
    own_of,
    put_own,
)
from neighborcam.engine.index.statements import Statements
from neighborcam.engine.neighbours import DiaryEntry

SCHEMA: Final = f"""
{own_rows.SCHEMA}
CREATE TABLE diary (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT NULL,
    summary TEXT NOT NULL, size INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting', answer TEXT NOT NULL DEFAULT '',
    about TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY REFERENCES diary (id) ON DELETE CASCADE,
    chain TEXT NOT NULL, lane TEXT NOT NULL, path TEXT NOT NULL, purpose TEXT,
    body BLOB NOT NULL, tries INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_chain ON outbox (chain, id);
"""
TABLES: Final = ("outbox", "diary", "own")
# The diary is the owner's: what a year ago left this home can still be looked up.
DIARY_LASTS: Final = timedelta(days=365)
_NEXT: Final = """
SELECT id, due_at FROM outbox AS this
WHERE lane = ? AND NOT EXISTS (
    SELECT 1 FROM outbox AS before
    WHERE before.chain = this.chain AND before.id < this.id
)
ORDER BY due_at, id LIMIT 1
"""

UPDATE: Final = "update"  # the diary's word for a newer version of an alert
TAKEN_BACK: Final = "not sent: it was taken back before"
_OF_CHAIN: Final = """
SELECT outbox.id, lane, tries, kind FROM outbox JOIN diary ON diary.id = outbox.id
WHERE chain = ? ORDER BY outbox.id
"""
_TAKEN_BACK: Final = """
SELECT 1 FROM outbox JOIN diary ON diary.id = outbox.id
WHERE outbox.chain = ? AND outbox.id > ? AND diary.kind = 'cancel'
"""

type Lane = Literal["message", "media"]


class TokenGone(Exception):
    """The token that was to pay has been spent meanwhile: choose another."""


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """Something to be sent, and what the diary says of it.

    What has the same ``chain`` is sent in order. ``purpose`` is that of its token;
    None needs none.
    """

    chain: str
    path: str
    body: bytes
    kind: str
    summary: str
    about: str = ""  # the alert that it belongs to
    purpose: str | None = None
    lane: Lane = "message"


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A parcel on its way. ``tries``: how often it may have arrived already."""

    id: int
    chain: str
    path: str
    purpose: str | None
    body: bytes
    tries: int


@dataclass(frozen=True, kw_only=True)
class Dropped:
    """A letter of a chain that is not sent; ``kind`` is the diary's word for it."""

    id: int
    lane: Lane
    tries: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class Quota:
    """How many of a kind were written since a moment: ``check`` raises to forbid."""

    kind: str
    since: datetime
    check: Callable[[int], None]


class LetterStore:
    """Outbox, diary and own alerts; every method returns after its commit."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rows = Statements(database)

    # -- what is to be sent --------------------------------------------------------

    def queue(
        self,
        parcels: Sequence[Parcel],
        at: datetime,
        *,
        due_at: datetime | None = None,
        token: bytes | None = None,
        own: Own | None = None,
        quota: Quota | None = None,
    ) -> None:
        """Take parcels, their diary, the token that pays and the key that signed.

        Raises `TokenGone`, and what ``quota`` raises; then nothing was taken.
        """

        def work(connection: sqlite3.Connection) -> None:
            if quota is not None:
                quota.check(_count(connection, quota))
            if token is not None:
                _spend(connection, token)
            if own is not None:
                put_own(connection, own, at)
            for parcel in parcels:
                put_parcel(connection, parcel, at, due_at or at)

        self._database.write(work)

    def waiting(self) -> int:
        """Return how much is to be sent."""
        row = self._rows.one("SELECT count(*) FROM outbox")
        return int(row[0]) if row else 0

    def next(self, lane: Lane) -> tuple[int, datetime] | None:
        """Return which letter of a lane is due first, and when.

        One that is behind another of its chain is not looked at. None is read: a clip
        has 16 MiB.
        """
        row = self._rows.one(_NEXT, lane)
        return None if row is None else (int(row[0]), from_us(row[1]))

    def letter(self, id_: int) -> Letter | None:
        """Return a letter, None once it is settled."""
        row = self._rows.one(
            "SELECT id, chain, path, purpose, body, tries FROM outbox WHERE id = ?", id_
        )
        if row is None:
            return None
        return Letter(
            id=row[0],
            chain=row[1],
            path=row[2],
            purpose=row[3],
            body=bytes(row[4]),
            tries=row[5],
        )

    def begin(self, id_: int) -> bool:
        """Note a try before it is made: whatever happens, it may have arrived.

        False when there is no such letter any more.
        """
        noted = "UPDATE outbox SET tries = tries + 1 WHERE id = ?"
        return self._rows.do(noted, id_) == 1

    def postpone(self, letter: Letter, due_at: datetime) -> None:
        """Try a letter again later; not at all when what takes it back waits behind."""

        def work(connection: sqlite3.Connection) -> None:
            if connection.execute(_TAKEN_BACK, (letter.chain, letter.id)).fetchone():
                _settle(connection, letter.id, "refused", TAKEN_BACK)
                return
            connection.execute(
                "UPDATE outbox SET due_at = ? WHERE id = ?", (to_us(due_at), letter.id)
            )

        self._database.write(work)

    def rewrite(self, id_: int, body: bytes, *, own: Own | None = None) -> None:
        """Send other bytes: with another token, or of a wider cell, as ``own`` has."""

        def work(connection: sqlite3.Connection) -> None:
            if own is not None:
                changed = "UPDATE own SET alert = ? WHERE id = ?"
                connection.execute(changed, (own.alert, own.id))
            connection.execute("UPDATE outbox SET body = ? WHERE id = ?", (body, id_))

        self._database.write(work)

    def settle(self, id_: int, state: str, answer: str = "") -> None:
        """Take a letter out of the outbox and write down what became of it."""
        self._database.write(lambda connection: _settle(connection, id_, state, answer))

    def settle_alert(self, id_: int, alert: str, standing: str, at: datetime) -> None:
        """Take an alert's letter out of the outbox: the hub said how it stands."""

        def work(connection: sqlite3.Connection) -> None:
            _settle(connection, id_, "sent", "")
            note_taken(connection, alert, standing, at)

        self._database.write(work)

    def drop(self, chain: str, why: str, *, but: Collection[int] = ()) -> list[Dropped]:
        """Take a chain's letters out ``but`` some; return all of them."""

        def work(connection: sqlite3.Connection) -> list[Dropped]:
            rows = connection.execute(_OF_CHAIN, (chain,)).fetchall()
            for id_, *_ in rows:
                if id_ not in but:
                    _settle(connection, id_, "refused", why)
            return [
                Dropped(id=id_, lane=lane, tries=tries, kind=kind)
                for id_, lane, tries, kind in rows
            ]

        return self._database.write(work)

    def drop_all(self, *, but: Collection[str]) -> None:
        """Take everything out of the outbox but some kinds of the diary."""
        rows = self._rows.all("SELECT id, kind FROM outbox JOIN diary USING (id)")
        for id_, kind in rows:
            if kind not in but:
                self.settle(id_, "refused", TAKEN_BACK)

    # -- own alerts and comments -----------------------------------------------------

    def own(self, id_: str) -> Own | None:
        """Return one of this home's alerts or comments."""
        row = self._rows.one(f"{SELECT_OWN} WHERE id = ?", id_)
        return None if row is None else own_of(row)

    def need_own_alert(self, id_: str) -> Own:
        """Return one of this home's alerts. Raises `NotFound`, also for a comment."""
        own = self.own(id_)
        if own is None or not own.alert:
            raise NotFound("this home wrote no such alert")
        return own

    def own_ids(self) -> frozenset[str]:
        """Return the ids of all alerts and comments of this home."""
        return frozenset(str(id_) for (id_,) in self._rows.all("SELECT id FROM own"))

    def own_alerts(self) -> list[Own]:
        """Return this home's alerts, and what took them back, the oldest first."""
        rows = self._rows.all(f"{SELECT_OWN} WHERE alert <> x'' ORDER BY at, id")
        return [own_of(row) for row in rows]

    def disown(self, id_: str) -> None:
        """Forget an alert that was never published."""
        self._rows.do("DELETE FROM own WHERE id = ?", id_)

    # -- diary -----------------------------------------------------------------------

    def note(
        self,
        *,
        kind: str,
        summary: str,
        size: int,
        at: datetime,
        state: str,
        answer: str = "",
    ) -> None:
        """Write into the diary what left by another way than the outbox."""
        self._rows.do(
            "INSERT INTO diary (at, kind, summary, size, state, answer)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            *(to_us(at), kind, summary, size, state, answer),
        )

    def diary(self, limit: int = 200) -> list[DiaryEntry]:
        """Return what left this home, the newest first."""
        rows = self._rows.all(
            "SELECT id, at, kind, summary, size, state, answer, about FROM diary"
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
                about=about,
            )
            for id_, at, kind, summary, size, state, answer, about in rows
        ]

    def prune(self, now: datetime, own_lasts: timedelta) -> None:
        """Forget keys of alerts that are over, and lines of the diary of last year."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "DELETE FROM own WHERE at < ?", (to_us(now - own_lasts),)
            )
            connection.execute(
                "DELETE FROM diary WHERE at < ? AND state <> 'waiting'",
                (to_us(now - DIARY_LASTS),),
            )

        self._database.write(work)


def _count(connection: sqlite3.Connection, quota: Quota) -> int:
    row = connection.execute(
        "SELECT count(*) FROM diary WHERE kind = ? AND at > ?",
        (quota.kind, to_us(quota.since)),
    ).fetchone()
    return int(row[0])


def _spend(connection: sqlite3.Connection, token: bytes) -> None:
    taken = connection.execute("DELETE FROM tokens WHERE prepared = ?", (token,))
    if taken.rowcount != 1:
        raise TokenGone


def put_parcel(
    connection: sqlite3.Connection, parcel: Parcel, at: datetime, due_at: datetime
) -> None:
    """Take a parcel and its line in the diary, within a transaction."""
    id_ = connection.execute(
        "INSERT INTO diary (at, kind, summary, size, about) VALUES (?, ?, ?, ?, ?)",
        (to_us(at), parcel.kind, parcel.summary, len(parcel.body), parcel.about),
    ).lastrowid
    connection.execute(
        "INSERT INTO outbox (id, chain, lane, path, purpose, body, due_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            *(id_, parcel.chain, parcel.lane, parcel.path),
            *(parcel.purpose, parcel.body, to_us(due_at)),
        ),
    )


def _settle(connection: sqlite3.Connection, id_: int, state: str, answer: str) -> None:
    connection.execute("DELETE FROM outbox WHERE id = ?", (id_,))
    connection.execute(
        "UPDATE diary SET state = ?, answer = ? WHERE id = ?", (state, answer, id_)
    )
