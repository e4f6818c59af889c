"""Rows of cameras, and their second home in ``cameras.json``.

The owner's settings are the one thing in the index that no recording can bring
back, so they are also kept in a file beside it, passwords encrypted there too.
"""

import contextlib
import logging
import sqlite3
from pathlib import Path
from typing import Final

import msgspec

from neighborcam.engine.config import CameraConfig, CameraId
from neighborcam.engine.index.secrets import SecretLost, Secrets
from neighborcam.engine.index.whole_file import write_whole

_LOG: Final = logging.getLogger(__name__)


class StoredCamera(msgspec.Struct, frozen=True, kw_only=True):
    """A camera at rest: its config without the password, and that encrypted."""

    config: CameraConfig
    password: bytes | None


def seal(config: CameraConfig, secrets: Secrets) -> StoredCamera:
    """Take the password out of the config and encrypt it."""
    password = config.password
    return StoredCamera(
        config=msgspec.structs.replace(config, password=None),
        password=None
        if password is None
        else secrets.encrypt(password, owner=config.id),
    )


def unseal(stored: StoredCamera, secrets: Secrets) -> CameraConfig:
    """Put the password back; one that is lost is missing, and that is logged."""
    if stored.password is None:
        return stored.config
    try:
        password = secrets.decrypt(stored.password, owner=stored.config.id)
    except SecretLost:
        _LOG.warning(
            "The password of camera %s cannot be decrypted with the present key; "
            "enter it again",
            stored.config.id,
        )
        return stored.config
    return msgspec.structs.replace(stored.config, password=password)


def put(connection: sqlite3.Connection, camera: StoredCamera) -> None:
    """Insert or replace one camera."""
    connection.execute(
        "INSERT INTO cameras (id, config, password) VALUES (?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET config = excluded.config,"
        " password = excluded.password",
        (camera.config.id, msgspec.json.encode(camera.config), camera.password),
    )


def delete(connection: sqlite3.Connection, camera: CameraId) -> bool:
    """Forget a camera's settings; its recordings stay until retention takes them."""
    cursor = connection.execute("DELETE FROM cameras WHERE id = ?", (camera,))
    return cursor.rowcount == 1


def every(connection: sqlite3.Connection) -> tuple[StoredCamera, ...]:
    """All cameras, by id."""
    rows = connection.execute("SELECT config, password FROM cameras ORDER BY id")
    return tuple(_stored(*row) for row in rows)


def one(connection: sqlite3.Connection, camera: CameraId) -> StoredCamera | None:
    """Look one camera up."""
    row = connection.execute(
        "SELECT config, password FROM cameras WHERE id = ?", (camera,)
    ).fetchone()
    return None if row is None else _stored(*row)


def write_file(path: Path, cameras: tuple[StoredCamera, ...]) -> None:
    """Replace the file in one step."""
    write_whole(path, msgspec.json.format(msgspec.json.encode(cameras)))


def read_file(path: Path) -> tuple[StoredCamera, ...]:
    """Read what `write_file` wrote; a missing or damaged file holds no cameras."""
    with contextlib.suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode(path.read_bytes(), type=tuple[StoredCamera, ...])
    return ()


def _stored(config: bytes, password: bytes | None) -> StoredCamera:
    return StoredCamera(
        config=msgspec.json.decode(config, type=CameraConfig), password=password
    )
