"""Files of the desk: written whole or not at all, for their owner only."""

import os
from pathlib import Path

import msgspec

from neighborcam.agency.errors import DeskUnreadable


def write(path: Path, data: bytes) -> None:
    """Write a file that exists whole, or as it was before."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.part")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def read(path: Path) -> bytes:
    """Return a file. Raises `DeskUnreadable`."""
    try:
        return path.read_bytes()
    except OSError as problem:
        raise DeskUnreadable(f"{path}: {problem.strerror}") from None


def read_json[T](path: Path, kind: type[T]) -> T:
    """Return what a file holds. Raises `DeskUnreadable`."""
    try:
        return msgspec.json.decode(read(path), type=kind)
    except (msgspec.DecodeError, RecursionError):
        raise DeskUnreadable(f"{path} is damaged: use its copy") from None


def write_json(path: Path, value: object) -> None:
    """Write something as JSON."""
    write(path, msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n")
