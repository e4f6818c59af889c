"""One engine per data folder.

The kernel drops the lock when the process ends, however it ends, so a crash never
leaves a folder locked.
"""

import fcntl
import os
from pathlib import Path
from typing import Final

from neighborcam.engine.errors import DataInUse, StorageError

_NAME: Final = "lock"


class DataLock:
    """Holds the folder from construction to `release`."""

    def __init__(self, data_dir: Path) -> None:
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(data_dir / _NAME, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StorageError(
                f"The data folder {data_dir} cannot be written: {error.strerror}. "
                "Choose another folder, or let the engine's user write there."
            ) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(self._descriptor, 20, 0).decode(errors="replace").strip()
            os.close(self._descriptor)
            raise DataInUse(
                f"Another NeighborCam (process {holder or 'unknown'}) uses the data "
                f"folder {data_dir}. Stop it first, or choose another folder."
            ) from error
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let another engine have the folder."""
        os.close(self._descriptor)
