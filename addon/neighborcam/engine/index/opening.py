"""Opening the database: checked, migrated, and filled again if it was lost."""

import sqlite3
from pathlib import Path
from typing import Final

from neighborcam.engine.index import cameras
from neighborcam.engine.index.database import connect, translate
from neighborcam.engine.index.schema import (
    SCHEMA_VERSION,
    damaged,
    migrate,
    too_new,
    version_on_disk,
)

DATABASE_NAME: Final = "index.db"
CAMERAS_NAME: Final = "cameras.json"
KEY_NAME: Final = "secret.key"
MEDIA_NAME: Final = "media"


def open_database(data_dir: Path) -> sqlite3.Connection:
    """Return the writing connection of a data folder, migrated and sound.

    Raises `DataUnreadable`, and `StorageError` if the disk fails. A database that is
    newer than this engine is not even opened: SQLite could change it.
    """
    path = data_dir / DATABASE_NAME
    fresh = not path.exists()
    if not fresh and (version := version_on_disk(path)) > SCHEMA_VERSION:
        raise too_new(path, version)
    try:
        connection = connect(path, readonly=False)
        try:
            _prepare(connection, path, fresh=fresh)
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        raise translate(error, path) from error
    return connection


def _prepare(connection: sqlite3.Connection, path: Path, *, fresh: bool) -> None:
    _demand_sound(connection, path)
    migrate(connection)
    if fresh:  # the old one was set aside, or lost
        for camera in cameras.read_file(path.with_name(CAMERAS_NAME)):
            cameras.put(connection, camera)


def _demand_sound(connection: sqlite3.Connection, path: Path) -> None:
    if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise damaged(path)
