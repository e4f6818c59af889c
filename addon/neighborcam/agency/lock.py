"""One program at a time works in a desk's folder.

The kernel drops the lock when the process ends, however it ends, so a crash never
leaves a folder locked. (The engine does the same with its data; neither imports the
other.)
"""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from neighborcam.agency.errors import DeskInUse, DeskUnreadable

_NAME: Final = "lock"


class DeskLock:
    """Holds the folder from construction to `release`, or the end of a ``with``.

    Raises `DeskInUse` while another holds it, `DeskUnreadable`.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._descriptor = os.open(folder / _NAME, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as problem:
            raise DeskUnreadable(
                f"the desk's folder {folder} cannot be written: {problem.strerror}"
            ) from None
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._descriptor, 20, 0).decode(errors="replace").strip()
            os.close(self._descriptor)
            raise DeskInUse(
                f"another neighborcam (process {holder or 'unknown'}) works in the"
                f" desk's folder {folder}: let it finish, or close its page first"
            ) from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def release(self) -> None:
        """Let another have the folder."""
        os.close(self._descriptor)
