"""Copies of the databases for a backup that is made while the engine runs.

A file that is copied while it is written may be torn. So before a backup each database
is copied as SQLite does it, at one moment, and the copies lie beside the originals in
the backup. A folder that was restored starts from them.

Whether it was restored is told by a file that nobody ever changes: the time of its
last change of state (ctime) is the file system's own, and no backup can bring it back.
"""

import contextlib
import shutil
import sqlite3
from pathlib import Path
from typing import Final

import msgspec

from neighborcam.engine.errors import NotFound, StorageError
from neighborcam.engine.index.database import connect, translate
from neighborcam.engine.index.opening import DATABASE_NAME, KEY_NAME
from neighborcam.engine.index.sharing_store import NAME as SHARING_NAME

FOLDER: Final = "backup"
_ORIGIN: Final = "origin.json"  # written last: without it the copies are not whole
_DATABASES: Final = (DATABASE_NAME, SHARING_NAME)
_JOURNALS: Final = ("", "-wal", "-shm")


class _Origin(msgspec.Struct, frozen=True, kw_only=True):
    key_changed_ns: int


def take(data_dir: Path) -> None:
    """Copy the databases, beside an engine that runs.

    Raises `NotFound` without an index, `StorageError`, `DataUnreadable`.
    """
    if not (data_dir / DATABASE_NAME).is_file():
        raise NotFound(f"There is no NeighborCam data in {data_dir}.")
    drop(data_dir)
    try:
        folder = data_dir / FOLDER
        folder.mkdir(mode=0o700)
        for name in _DATABASES:
            if (data_dir / name).is_file():
                _copy(data_dir / name, folder / _copy_of(name))
        origin = msgspec.json.encode(_Origin(key_changed_ns=_key_changed(data_dir)))
        (folder / _ORIGIN).write_bytes(origin)
    except OSError as error:
        drop(data_dir)
        raise StorageError(
            f"The copies for a backup cannot be written to {data_dir}"
            f" ({error.strerror}). Make room and try again."
        ) from error


def drop(data_dir: Path) -> None:
    """Remove the copies, if there are any."""
    shutil.rmtree(data_dir / FOLDER, ignore_errors=True)


def forget_sharing(data_dir: Path) -> None:
    """Remove the copy of what was kept about sharing: this home left its hub."""
    (data_dir / FOLDER / _copy_of(SHARING_NAME)).unlink(missing_ok=True)


def settle(data_dir: Path) -> bool:
    """Start from the copies if the folder was restored, and remove them.

    Only while nothing else uses the folder. Returns whether it was restored.
    """
    folder = data_dir / FOLDER
    origin = _read_origin(folder)
    is_restored = origin is not None and origin.key_changed_ns != _key_changed(data_dir)
    if is_restored:
        for name in _DATABASES:
            copy = folder / _copy_of(name)
            if copy.is_file():
                _replace(data_dir / name, copy)
    drop(data_dir)
    return is_restored


def _copy_of(name: str) -> str:
    return f"{name}.copy"


def _copy(source: Path, target: Path) -> None:
    try:
        with (
            contextlib.closing(connect(source, readonly=True)) as reader,
            contextlib.closing(sqlite3.connect(target)) as writer,
        ):
            target.chmod(0o600)
            reader.backup(writer)
    except sqlite3.Error as error:
        raise translate(error, source) from error


def _replace(database: Path, copy: Path) -> None:
    for ending in _JOURNALS:
        database.with_name(database.name + ending).unlink(missing_ok=True)
    copy.rename(database)


def _read_origin(folder: Path) -> _Origin | None:
    try:
        return msgspec.json.decode((folder / _ORIGIN).read_bytes(), type=_Origin)
    except (OSError, msgspec.DecodeError):
        return None


def _key_changed(data_dir: Path) -> int:
    try:
        return (data_dir / KEY_NAME).stat().st_ctime_ns
    except FileNotFoundError:
        return 0
