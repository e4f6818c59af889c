"""Rows of recorded files, and what of a camera's time they cover.

No two rows of a camera overlap in time: `free_slot` finds where the next may begin.
A file is removed in two phases (row marked garbage, file unlinked, row dropped), so
that a crash in between leaves neither a row without its file nor a file that
nobody knows.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from neighborcam.engine.config import CameraId
from neighborcam.engine.facts import SegmentId
from neighborcam.engine.index.instant import from_us, to_us
from neighborcam.engine.index.rows import CoverageSpan, SegmentRow, StorageUse

# Held is what lies around a held episode. Two minutes is the longest roll that an
# owner can set, so no later change of the setting can uncover a part of it.
HOLD_MARGIN: Final = timedelta(minutes=2)
JOINED: Final = timedelta(seconds=2)  # a shorter gap is no gap in the timeline
_SHORTEST_SLOT: Final = timedelta(seconds=2)

_HELD: Final = """
EXISTS (SELECT 1 FROM episodes AS e WHERE e.held = 1 AND e.camera = s.camera
    AND e.started_at - 120000000 <= s.ended_at
    AND coalesce(e.ended_at + 120000000, s.started_at) >= s.started_at)
"""  # HOLD_MARGIN in microseconds, either side
_SELECT: Final = f"""
SELECT id, camera, path, started_at, ended_at, size_bytes, codec, width, height,
       has_audio, closed, {_HELD}, sha256
FROM segments AS s
"""  # noqa: S608 - put together from constants


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """Time in which a camera has no recording: from ``start`` to ``end``, if any."""

    start: datetime
    end: datetime | None


def put(
    connection: sqlite3.Connection,
    row: SegmentRow,
    *,
    camera_pts: int | None,
    clock_ahead: timedelta,
) -> None:
    """Insert a segment, or update end, size, closed and hash of a known one."""
    connection.execute(
        "INSERT INTO segments (id, camera, path, started_at, ended_at, size_bytes,"
        " codec, width, height, has_audio, closed, sha256, camera_pts, clock_ahead)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
        " SET ended_at = excluded.ended_at, size_bytes = excluded.size_bytes,"
        " closed = excluded.closed, sha256 = excluded.sha256",
        (
            *(row.id, row.camera, row.path, to_us(row.started_at), to_us(row.ended_at)),
            *(row.size_bytes, row.codec, row.width, row.height, row.has_audio),
            *(row.closed, row.sha256, camera_pts),
            clock_ahead // timedelta(microseconds=1),
        ),
    )


def between(
    connection: sqlite3.Connection, camera: CameraId, start: datetime, end: datetime
) -> tuple[SegmentRow, ...]:
    """Segments that overlap ``start`` … ``end``, the open one too; oldest first."""
    rows = connection.execute(
        f"{_SELECT} WHERE camera = ? AND garbage = 0"  # noqa: S608 - constants
        " AND ended_at > ? AND started_at < ?"
        " AND started_at >= coalesce((SELECT max(started_at) FROM segments"
        "   WHERE camera = ? AND garbage = 0 AND started_at <= ?), ?)"
        " ORDER BY started_at",
        (camera, to_us(start), to_us(end), camera, to_us(start), to_us(start)),
    )
    return tuple(_row(row) for row in rows)


def coverage(
    connection: sqlite3.Connection, camera: CameraId, start: datetime, end: datetime
) -> tuple[CoverageSpan, ...]:
    """Stretches with recording, cut to ``start`` … ``end``, short gaps closed."""
    spans: list[CoverageSpan] = []
    for row in between(connection, camera, start, end):
        begin, finish = max(row.started_at, start), min(row.ended_at, end)
        if spans and begin - spans[-1].ended_at < JOINED:
            begin = spans.pop().started_at
        spans.append(CoverageSpan(started_at=begin, ended_at=finish))
    return tuple(spans)


def free_slot(
    connection: sqlite3.Connection, camera: CameraId, wanted: datetime
) -> Slot:
    """Find the first unrecorded time at or after ``wanted``.

    Usually that is ``wanted``. After the host's clock went back, recordings exist
    there already; what comes now is filed behind them.
    """
    start = to_us(wanted)
    shortest = _SHORTEST_SLOT // timedelta(microseconds=1)
    rows = connection.execute(
        "SELECT started_at, ended_at FROM segments WHERE camera = ? AND garbage = 0"
        " AND started_at >= coalesce((SELECT max(started_at) FROM segments"
        "   WHERE camera = ? AND garbage = 0 AND started_at <= ?), 0)"
        " ORDER BY started_at",
        (camera, camera, start),
    )
    for begin, end in rows:
        if begin - start >= shortest:
            return Slot(start=from_us(start), end=from_us(begin))
        start = max(start, end)
    return Slot(start=from_us(start), end=None)


def storage_use(connection: sqlite3.Connection) -> tuple[StorageUse, ...]:
    """Bytes and oldest recording of every camera that has any."""
    rows = connection.execute(
        "SELECT camera, sum(size_bytes), min(started_at) FROM segments"
        " WHERE garbage = 0 GROUP BY camera ORDER BY camera"
    )
    return tuple(
        StorageUse(camera=camera, size_bytes=size, oldest_at=from_us(oldest))
        for camera, size, oldest in rows
    )


def oldest(
    connection: sqlite3.Connection, camera: CameraId, limit: int
) -> tuple[SegmentRow, ...]:
    """Return the oldest closed segments of a camera that nothing holds."""
    rows = connection.execute(
        f"{_SELECT} WHERE camera = ? AND garbage = 0 AND closed = 1"
        f" AND NOT {_HELD} ORDER BY started_at LIMIT ?",
        (camera, limit),
    )
    return tuple(_row(row) for row in rows)


def unhashed(connection: sqlite3.Connection) -> tuple[SegmentRow, ...]:
    """Return held, closed segments whose hash is not known yet."""
    rows = connection.execute(
        f"{_SELECT} WHERE garbage = 0 AND closed = 1"  # noqa: S608 - constants
        f" AND sha256 IS NULL AND {_HELD}"
        " AND s.camera IN (SELECT camera FROM episodes WHERE held = 1)"
    )
    return tuple(_row(row) for row in rows)


def every(connection: sqlite3.Connection) -> tuple[SegmentRow, ...]:
    """All segments that are not garbage, by camera and time."""
    rows = connection.execute(
        f"{_SELECT} WHERE garbage = 0 ORDER BY camera, started_at"
    )
    return tuple(_row(row) for row in rows)


def set_sha256(connection: sqlite3.Connection, id_: SegmentId, sha256: str) -> None:
    """Keep the hash of a closed segment's file."""
    connection.execute("UPDATE segments SET sha256 = ? WHERE id = ?", (sha256, id_))


def condemn(connection: sqlite3.Connection, ids: Iterable[SegmentId]) -> None:
    """Mark rows as garbage: from here on they are no recordings any more."""
    connection.executemany(
        "UPDATE segments SET garbage = 1, closed = 1 WHERE id = ?",
        [(id_,) for id_ in ids],
    )


def condemned(connection: sqlite3.Connection) -> tuple[SegmentRow, ...]:
    """Return rows whose files are to be unlinked."""
    rows = connection.execute(f"{_SELECT} WHERE garbage = 1")
    return tuple(_row(row) for row in rows)


def drop_garbage(connection: sqlite3.Connection, ids: Iterable[SegmentId]) -> None:
    """Drop rows whose files are gone for good."""
    connection.executemany(
        "DELETE FROM segments WHERE id = ? AND garbage = 1", [(id_,) for id_ in ids]
    )


def _row(row: tuple[Any, ...]) -> SegmentRow:
    (id_, camera, path, started, ended, size, codec, width, height, *flags, sha256) = (
        row
    )
    has_audio, closed, held = map(bool, flags)
    return SegmentRow(
        id=id_,
        camera=camera,
        path=path,
        started_at=from_us(started),
        ended_at=from_us(ended),
        size_bytes=size,
        codec=codec,
        width=width,
        height=height,
        has_audio=has_audio,
        closed=closed,
        held=held,
        sha256=sha256,
    )
