"""Files of the desk: written whole or not at all, for their owner only."""

import os
from pathlib import Path
from typing import Final

import msgspec

from neighborcam.agency.errors import DeskUnreadable, InvalidInput

PART: Final = ".part"


def write(path: Path, data: bytes) -> None:
    """Write a file that exists whole, or as it was before; it is on the disk then.

    Raises `DeskUnreadable`.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(path, data)
    except OSError as problem:
        raise DeskUnreadable(f"{path}: {problem.strerror}") from None


def _write(path: Path, data: bytes) -> None:
    draft = path.with_name(f".{path.name}{PART}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Let the file's name survive a power cut too: it stands in the folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove(path: Path) -> None:
    """Delete a file, and what a crash may have left of its writing."""
    path.unlink(missing_ok=True)
    path.with_name(f".{path.name}{PART}").unlink(missing_ok=True)


def read(path: Path) -> bytes:
    """Return a file. Raises `DeskUnreadable`."""
    try:
        return path.read_bytes()
    except OSError as problem:
        raise DeskUnreadable(f"{path}: {problem.strerror}") from None


def read_json[T](path: Path, kind: type[T]) -> T:
    """Return what a file of the desk holds. Raises `DeskUnreadable`."""
    try:
        return msgspec.json.decode(read(path), type=kind)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise DeskUnreadable(f"{path} is damaged: use its copy") from None


def read_written[T](path: Path, kind: type[T]) -> T:
    """Return what a person wrote into a file. Raises `InvalidInput`, naming where."""
    try:
        return msgspec.json.decode(read(path), type=kind)
    except msgspec.ValidationError as problem:
        raise InvalidInput(f"{path}: {problem}") from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as problem:
        raise InvalidInput(f"{path} is no JSON: {problem}") from None


def write_json(path: Path, value: object) -> None:
    """Write something as JSON."""
    write(path, msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n")
