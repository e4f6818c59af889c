"""Rows of answers: what was said, its pieces, and the turns in which it leaves."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from neighborcam.engine.index.instant import to_us


@dataclass(frozen=True, kw_only=True)
class AnswerRow:
    """An answer. ``body`` is the canonical message; ``clips`` what its owner saw."""

    id: str
    request: str
    kind: str
    body: bytes
    reply_secret: str
    clips: bytes
    at: datetime
    state: str

    def __repr__(self) -> str:
        """Hide what was answered: this may be logged."""
        return "AnswerRow()"


@dataclass(frozen=True, kw_only=True)
class PieceRow:
    """A piece of a sealed clip; ``data`` is None once the hub has it.

    ``head`` pays for it: it was made before the first try, so the hub may have it.
    """

    id: str
    answer: str
    unlock: str
    data: bytes | None
    due_at: datetime
    head: bytes | None = None

    @property
    def may_be_there(self) -> bool:
        """Whether the hub has it, or may have it though nobody heard."""
        return self.data is None or self.head is not None


@dataclass(frozen=True, kw_only=True)
class RoundRow:
    """This home's turn in a round. ``body`` is what was made for it, if it was."""

    request: str
    number: int
    due_at: datetime
    ends_at: datetime
    body: bytes | None
    answer: str | None


def put_answer(
    connection: sqlite3.Connection, row: AnswerRow, pieces: Sequence[PieceRow] = ()
) -> None:
    """Write an answer with its pieces; who answers did not decline."""
    connection.execute(
        "INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(row.id, row.request, row.kind, row.body, row.reply_secret),
            *(row.clips, to_us(row.at), row.state),
        ),
    )
    connection.executemany(
        "INSERT INTO pieces VALUES (?, ?, ?, ?, ?, NULL)",
        [
            (each.id, each.answer, each.unlock, each.data, to_us(each.due_at))
            for each in pieces
        ],
    )
    connection.execute("DELETE FROM declined WHERE request = ?", (row.request,))
