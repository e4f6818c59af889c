"""The few steps by which bytes become durable, in one place for tests to break."""

import os
from pathlib import Path
from typing import Protocol


class GrowingFile(Protocol):
    """A file that only grows, in durable steps."""

    def append(self, data: bytes) -> None:
        """Return when ``data`` is on the disk. Raises `OSError`."""

    def close(self) -> None:
        """Release the file, and cut off what a failed `append` may have left."""


class DurableFile:
    """A new file; its name is durable with the first `append`."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._durable = 0
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self._descriptor = os.open(path, flags, 0o640)

    def append(self, data: bytes) -> None:
        """Write and sync ``data``, the first time also the folders that lead to it."""
        at, rest = self._durable, memoryview(data)
        while rest:
            written = os.pwrite(self._descriptor, rest, at)
            at, rest = at + written, rest[written:]
        os.fdatasync(self._descriptor)
        if not self._durable:
            for folder in (self._path.parent, *self._path.parent.parents[:2]):
                sync_folder(folder)
        self._durable = at

    def close(self) -> None:
        """Cut the file to its durable bytes; a file without any is removed."""
        try:
            if os.fstat(self._descriptor).st_size != self._durable:
                os.ftruncate(self._descriptor, self._durable)
            if not self._durable:
                self._path.unlink(missing_ok=True)
        finally:
            os.close(self._descriptor)


def sync_folder(path: Path) -> None:
    """Make names that were added to or taken from a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
