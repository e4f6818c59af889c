"""Rows of episodes, their labels, and scene changes."""

import sqlite3
from datetime import datetime
from typing import Any, Final

from neighborcam.engine.config import CameraId
from neighborcam.engine.facts import (
    Box,
    EngineFact,
    EpisodeId,
    EpisodeLabelled,
    Label,
    MotionEnded,
    MotionStarted,
    MotionUpdated,
    SceneChanged,
    SceneChangeKind,
)
from neighborcam.engine.index.instant import from_us, to_us
from neighborcam.engine.index.rows import EpisodeRow

_SELECT: Final = """
SELECT id, camera, zone, started_at, ended_at, peak_score,
       box_x, box_y, box_width, box_height, has_thumbnail, has_preview, held,
       (SELECT group_concat(label) FROM
           (SELECT label FROM episode_labels WHERE episode = id ORDER BY rank))
FROM episodes
"""


def apply(connection: sqlite3.Connection, fact: EngineFact) -> None:
    """Store a fact. Applying it again changes nothing; others are not stored."""
    match fact:
        case MotionStarted():
            _start(connection, fact)
        case MotionUpdated() | MotionEnded():
            _update(connection, fact)
        case EpisodeLabelled():
            _label(connection, fact)
        case SceneChanged():
            connection.execute(
                "INSERT OR IGNORE INTO scene_changes VALUES (?, ?, ?)",
                (fact.camera, to_us(fact.at), fact.kind),
            )
        case _:
            pass


def _start(connection: sqlite3.Connection, fact: MotionStarted) -> None:
    box = fact.box
    connection.execute(
        "INSERT INTO episodes (id, camera, zone, started_at, seen_at, peak_score,"
        " box_x, box_y, box_width, box_height) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO NOTHING",
        (
            *(fact.episode, fact.camera, fact.zone, to_us(fact.at), to_us(fact.at)),
            *(fact.score, box.x, box.y, box.width, box.height),
        ),
    )


def _update(connection: sqlite3.Connection, fact: MotionUpdated | MotionEnded) -> None:
    """Keep the peak. An unknown episode was deleted meanwhile, and stays so."""
    at, box = to_us(fact.at), fact.box
    connection.execute(
        "UPDATE episodes SET peak_score = ?, box_x = ?, box_y = ?, box_width = ?,"
        " box_height = ? WHERE id = ? AND peak_score <= ?",
        (fact.score, box.x, box.y, box.width, box.height, fact.episode, fact.score),
    )
    connection.execute(
        "UPDATE episodes SET seen_at = max(seen_at, ?) WHERE id = ?", (at, fact.episode)
    )
    if isinstance(fact, MotionEnded):
        connection.execute(
            "UPDATE episodes SET ended_at = max(started_at, ?) WHERE id = ?",
            (at, fact.episode),
        )


def _label(connection: sqlite3.Connection, fact: EpisodeLabelled) -> None:
    connection.execute("DELETE FROM episode_labels WHERE episode = ?", (fact.episode,))
    connection.executemany(
        "INSERT INTO episode_labels (episode, rank, label)"
        " SELECT id, ?, ? FROM episodes WHERE id = ?",
        [(rank, label, fact.episode) for rank, label in enumerate(fact.labels)],
    )


def end_open(connection: sqlite3.Connection) -> None:
    """End what an engine that died left open, where it was last seen."""
    connection.execute("UPDATE episodes SET ended_at = seen_at WHERE ended_at IS NULL")


def one(connection: sqlite3.Connection, episode: EpisodeId) -> EpisodeRow | None:
    """Look one episode up."""
    row = connection.execute(f"{_SELECT} WHERE id = ?", (episode,)).fetchone()
    return None if row is None else _row(row)


def latest(connection: sqlite3.Connection) -> tuple[EpisodeRow, ...]:
    """Each camera's newest episode of the whole picture."""
    newest = "SELECT max(id) FROM episodes WHERE zone IS NULL GROUP BY camera"
    rows = connection.execute(f"{_SELECT} WHERE id IN ({newest}) ORDER BY camera")
    return tuple(map(_row, rows))


def counts(
    connection: sqlite3.Connection, start: datetime, end: datetime
) -> dict[CameraId, int]:
    """Episodes of the whole picture that began in ``start`` … ``end``, by camera."""
    rows = connection.execute(
        "SELECT camera, count(*) FROM episodes WHERE zone IS NULL"
        " AND started_at >= ? AND started_at < ? GROUP BY camera",
        (to_us(start), to_us(end)),
    )
    return {CameraId(camera): count for camera, count in rows}


def page(
    connection: sqlite3.Connection,
    *,
    camera: CameraId | None,
    start: datetime | None,
    end: datetime | None,
    label: Label | None,
    limit: int,
    before: EpisodeId | None,
) -> tuple[EpisodeRow, ...]:
    """Newest first. ``start`` … ``end`` selects what overlaps it; None is no limit."""
    conditions: dict[str, str | int | None] = {
        "camera = ?": camera,
        "coalesce(ended_at, 9e18) >= ?": None if start is None else to_us(start),
        "started_at < ?": None if end is None else to_us(end),
        "id IN (SELECT episode FROM episode_labels WHERE label = ?)": label,
        "id < ?": before,
    }
    chosen = {text: value for text, value in conditions.items() if value is not None}
    where = " AND ".join(chosen) or "TRUE"
    rows = connection.execute(
        f"{_SELECT} WHERE {where} ORDER BY id DESC LIMIT ?", (*chosen.values(), limit)
    )
    return tuple(_row(row) for row in rows)


def delete(connection: sqlite3.Connection, episode: EpisodeId) -> bool:
    """Forget an episode and its labels; the recording stays."""
    cursor = connection.execute("DELETE FROM episodes WHERE id = ?", (episode,))
    return cursor.rowcount == 1


def delete_before(
    connection: sqlite3.Connection, camera: CameraId, end: datetime, limit: int
) -> tuple[EpisodeId, ...]:
    """Forget up to ``limit`` of a camera's episodes that ended before ``end``."""
    rows = connection.execute(
        "DELETE FROM episodes WHERE id IN (SELECT id FROM episodes WHERE camera = ?"
        " AND ended_at < ? AND held = 0 ORDER BY id LIMIT ?) RETURNING id",
        (camera, to_us(end), limit),
    ).fetchall()
    return tuple(EpisodeId(row[0]) for row in rows)


def cameras(connection: sqlite3.Connection) -> tuple[CameraId, ...]:
    """Cameras that have episodes, configured or not."""
    rows = connection.execute("SELECT DISTINCT camera FROM episodes ORDER BY camera")
    return tuple(CameraId(row[0]) for row in rows)


def set_pictures(
    connection: sqlite3.Connection,
    episode: EpisodeId,
    *,
    thumbnail: bool,
    preview: bool,
) -> bool:
    """Note which pictures exist."""
    cursor = connection.execute(
        "UPDATE episodes SET has_thumbnail = ?, has_preview = ? WHERE id = ?",
        (thumbnail, preview, episode),
    )
    return cursor.rowcount == 1


def set_held(connection: sqlite3.Connection, episode: EpisodeId, *, held: bool) -> bool:
    """Hold an episode, or let it go."""
    cursor = connection.execute(
        "UPDATE episodes SET held = ? WHERE id = ?", (held, episode)
    )
    return cursor.rowcount == 1


def scene_changes(
    connection: sqlite3.Connection, camera: CameraId, start: datetime, end: datetime
) -> tuple[SceneChanged, ...]:
    """Scene changes of one camera, oldest first."""
    rows = connection.execute(
        "SELECT at, kind FROM scene_changes WHERE camera = ? AND at >= ? AND at < ?"
        " ORDER BY at",
        (camera, to_us(start), to_us(end)),
    )
    return tuple(
        SceneChanged(camera=camera, at=from_us(at), kind=SceneChangeKind(kind))
        for at, kind in rows
    )


def _row(row: tuple[Any, ...]) -> EpisodeRow:
    (id_, camera, zone, started, ended, score, x, y, width, height, *flags, labels) = (
        row
    )
    thumbnail, preview, held = map(bool, flags)
    return EpisodeRow(
        id=id_,
        camera=camera,
        zone=zone,
        started_at=from_us(started),
        ended_at=None if ended is None else from_us(ended),
        peak_score=score,
        box=Box(x=x, y=y, width=width, height=height),
        labels=tuple(Label(name) for name in (labels or "").split(",") if name),
        has_thumbnail=thumbnail,
        has_preview=preview,
        held=held,
    )
