"""The tables, and how an older index becomes a newer one.

``PRAGMA user_version`` counts the migrations that were applied. A migration is
never edited after a release: a mistake in one is mended by the next.
"""

import sqlite3
from pathlib import Path
from typing import Final

from neighborcam.engine.errors import DataDamaged, DataUnreadable

_FIRST: Final = """
-- Times are microseconds since 1970, UTC. Everything but the cameras, tokens and
-- settings can be rebuilt from the recorded files.

CREATE TABLE cameras (
    id       TEXT PRIMARY KEY,
    config   BLOB NOT NULL,             -- JSON of CameraConfig, without the password
    password BLOB                       -- encrypted, bound to the id
) STRICT, WITHOUT ROWID;

-- No foreign key to cameras: recordings outlive the camera that made them.
CREATE TABLE segments (
    id            TEXT PRIMARY KEY,
    camera        TEXT NOT NULL,
    path          TEXT NOT NULL UNIQUE, -- relative to the media folder
    started_at    INTEGER NOT NULL,
    ended_at      INTEGER NOT NULL CHECK (ended_at >= started_at),
    size_bytes    INTEGER NOT NULL,     -- durable; the file may hold more
    codec         TEXT NOT NULL,
    width         INTEGER NOT NULL,
    height        INTEGER NOT NULL,
    has_audio     INTEGER NOT NULL,
    closed        INTEGER NOT NULL,     -- 0 while it grows, or after a crash
    sha256        TEXT,                 -- of the closed file; computed when held
    camera_pts    INTEGER, -- the camera's time of the first frame, 1/90000 s
    clock_ahead   INTEGER NOT NULL DEFAULT 0, -- of the host's, see free_slot
    garbage       INTEGER NOT NULL DEFAULT 0  -- 1: the file is about to be unlinked
) STRICT, WITHOUT ROWID;
CREATE INDEX segments_by_time ON segments (camera, started_at, ended_at, size_bytes)
    WHERE garbage = 0;
CREATE INDEX segments_garbage ON segments (id) WHERE garbage = 1;

CREATE TABLE episodes (
    id            TEXT PRIMARY KEY,     -- ULID: sorts by start
    camera        TEXT NOT NULL,
    zone          TEXT,
    started_at    INTEGER NOT NULL,
    seen_at       INTEGER NOT NULL,     -- newest fact; the end, if the engine dies
    ended_at      INTEGER,              -- NULL while it lasts
    peak_score    REAL NOT NULL,
    box_x         REAL NOT NULL,
    box_y         REAL NOT NULL,
    box_width     REAL NOT NULL,
    box_height    REAL NOT NULL,
    has_thumbnail INTEGER NOT NULL DEFAULT 0,
    has_preview   INTEGER NOT NULL DEFAULT 0,
    held          INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX episodes_by_camera ON episodes (camera, id);
CREATE INDEX episodes_open ON episodes (id) WHERE ended_at IS NULL;
CREATE INDEX episodes_held ON episodes (camera, started_at) WHERE held = 1;

CREATE TABLE episode_labels (
    episode TEXT NOT NULL REFERENCES episodes (id) ON DELETE CASCADE,
    rank    INTEGER NOT NULL,           -- 0 is the most certain
    label   TEXT NOT NULL,
    PRIMARY KEY (episode, label)
) STRICT, WITHOUT ROWID;

CREATE TABLE scene_changes (
    camera TEXT NOT NULL,
    at     INTEGER NOT NULL,
    kind   TEXT NOT NULL,
    PRIMARY KEY (camera, at, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE tokens (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    scope      TEXT NOT NULL,
    hash       BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
"""

MIGRATIONS: Final[tuple[str, ...]] = (_FIRST,)
SCHEMA_VERSION: Final = len(MIGRATIONS)
# In the order in which a salvage copies them: parents before children.
TABLES: Final = (
    "cameras",
    "segments",
    "episodes",
    "episode_labels",
    "scene_changes",
    "tokens",
    "settings",
)

_VERSION_AT: Final = slice(60, 64)  # user_version in the file's header, big-endian
_MAGIC: Final = b"SQLite format 3\0"


def version_on_disk(path: Path) -> int:
    """Read the schema version without opening the database, which could change it.

    Raises `DataUnreadable` if the file is no SQLite database.
    """
    with path.open("rb") as file:
        header = file.read(100)
    if not header:
        return 0  # created, and the power went before the first page
    if not header.startswith(_MAGIC) or len(header) < _VERSION_AT.stop:
        raise damaged(path)
    return int.from_bytes(header[_VERSION_AT])


def damaged(path: Path) -> DataDamaged:
    """Make the error for a database that cannot be read, with its remedy."""
    return DataDamaged(
        f"The index {path} is damaged. Your recordings are still there: run "
        f'"neighborcam check {path.parent} --repair", which sets the damaged file '
        "aside and rebuilds the index from the recorded files."
    )


def too_new(path: Path, version: int) -> DataUnreadable:
    """Make the error for an index that a later NeighborCam wrote."""
    return DataUnreadable(
        f"The index {path} was written by a newer NeighborCam (schema {version}; this "
        f"one knows {SCHEMA_VERSION}). Nothing was changed: install that version again."
    )


def migrate(connection: sqlite3.Connection) -> None:
    """Apply what is missing, each migration in a transaction with its number."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        connection.executescript(
            f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;"
        )
