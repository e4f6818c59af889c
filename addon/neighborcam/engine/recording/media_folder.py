"""The folder of recordings: whether it is the one that the index knows.

It may be a disk that is not mounted today, or a share that a second engine uses too.
A marker in it says whose it is. Without it an engine would fill the system's disk
below an empty mount point, forget recordings that are only away, or take another's
for its own and remove them.

============================== ================== ===========================
the index knows                the folder has     then
============================== ================== ===========================
no folder                      no marker          mark it
no folder                      a marker           take it over
this folder, no recordings     no marker          mark it again
this folder, and recordings    no marker          wait: it is not mounted
this folder                    another's marker   wait: it is another engine's
============================== ================== ===========================
"""

import contextlib
import fcntl
import os
import secrets
import threading
from pathlib import Path
from typing import Final

from neighborcam.engine.errors import DataInUse, StorageError
from neighborcam.engine.index.store import Index
from neighborcam.engine.recording.disk import DurableFile

MARKER: Final = ".neighborcam"
_SETTING: Final = "media-folder"
_ID_BYTES: Final = 16


class MediaFolder:
    """The folder of one index. Safe from any thread; `close` it in the end.

    While it is away or another's, `open_file` and `demand` raise `StorageError` and
    the rest of the engine goes on: live video and detection need no recordings.
    """

    def __init__(self, index: Index) -> None:
        self.path = index.media_dir
        self._index = index
        self._setting = f"{_SETTING} {self.path.absolute()}"
        self._locking = threading.Lock()
        self._lock: int | None = None

    @property
    def is_ready(self) -> bool:
        """Whether recordings may go there now. Raises `DataInUse`."""
        try:
            self.demand()
        except StorageError:
            return False
        return True

    def open_file(self, path: Path) -> DurableFile:
        """Open a new file below the folder. Raises as `demand` does, and `OSError`."""
        self.demand()
        return DurableFile(path)

    def demand(self) -> None:
        """Return if the folder is there and ours.

        Raises `StorageError` if not, and `DataInUse` while another engine records
        there.
        """
        with self._locking:
            self._demand()

    def accept(self) -> None:
        """Take the folder as it is, whatever was known. Raises `StorageError`."""
        with self._locking:
            self._adopt(self._found())

    def close(self) -> None:
        """Let another engine record here."""
        with self._locking:
            lock, self._lock = self._lock, None
            if lock is not None:
                os.close(lock)

    def _demand(self) -> None:
        known, found = self._index.setting(self._setting), self._found()
        if known is None or (not found and not self._index.storage_use()):
            self._adopt(found)
        elif not found:
            raise StorageError(
                f"The folder of recordings {self.path} is not the one in which this"
                " NeighborCam recorded. Is its disk connected? To begin anew there, run"
                f' "neighborcam check {self._index.data_dir} --repair".'
            )
        elif found != known:
            raise StorageError(
                f"The folder of recordings {self.path} belongs to another NeighborCam:"
                " give each one a folder of its own."
            )
        if self._lock is None:
            self._lock = _lock(self.path / MARKER)

    def _found(self) -> bytes:
        """Return what the marker says, nothing without one."""
        try:
            return (self.path / MARKER).read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise StorageError(
                f"The folder of recordings {self.path} cannot be read"
                f" ({error.strerror}). Check the disk."
            ) from error

    def _adopt(self, found: bytes) -> None:
        id_ = found or secrets.token_hex(_ID_BYTES).encode()
        if not found:
            self._mark(id_)
        self._index.put_setting(self._setting, id_)

    def _mark(self, id_: bytes) -> None:
        try:
            self.path.mkdir(exist_ok=True)
            with contextlib.closing(DurableFile(self.path / MARKER)) as file:
                file.append(id_)
        except OSError as error:
            raise StorageError(
                f"The folder of recordings {self.path} cannot be written"
                f" ({error.strerror}). Create it, or let the engine's user write there."
            ) from error


def _lock(marker: Path) -> int | None:
    """Lock the marker; None where the file system knows no locks."""
    descriptor = os.open(marker, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise DataInUse(
            f"Another NeighborCam records into {marker.parent}: give each one a folder"
            " of its own."
        ) from error
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
