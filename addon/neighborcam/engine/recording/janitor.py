"""Does what `retention` plans, hashes what is held, forgets old episodes."""

import logging
import shutil
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from neighborcam.engine.config import CameraConfig, CameraId
from neighborcam.engine.errors import EngineError
from neighborcam.engine.index.store import Index
from neighborcam.engine.recording import picture_files
from neighborcam.engine.recording.holding import hash_held
from neighborcam.engine.recording.media_folder import MediaFolder
from neighborcam.engine.recording.removal import finish, remove
from neighborcam.engine.recording.retention import (
    CameraLimits,
    StorageLimits,
    StorageState,
    plan,
)

_LOG: Final = logging.getLogger(__name__)
_EVERY_S: Final = 60.0
_BATCH: Final = 500  # of a camera's oldest segments looked at in one pass
_DEFAULT_DAYS: Final = 14.0  # of what a camera left behind that is configured no more


def free_bytes(path: Path) -> int:
    """Return what the disk still takes."""
    return shutil.disk_usage(path).free


class Janitor:
    """A thread that looks after one media folder.

    ``cameras`` and ``limits`` are asked at each pass, so changed settings hold at once.
    """

    def __init__(
        self,
        index: Index,
        folder: MediaFolder,
        limits: Callable[[], StorageLimits],
        clock: Callable[[], datetime],
        *,
        cameras: Callable[[], Sequence[CameraConfig]] | None = None,
        free: Callable[[Path], int] = free_bytes,
        every_s: float = _EVERY_S,
    ) -> None:
        self._index = index
        self._folder = folder
        self._media_dir = folder.path
        self._limits = limits
        self._clock = clock
        self._cameras = cameras or index.cameras
        self._free = free
        self._every_s = every_s
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to tidy up."""
        self._thread = threading.Thread(target=self._run, name="janitor", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the pass that is under way."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def run_once(self) -> int:
        """Make one pass; return how many segments went.

        Raises `OSError` and `EngineError`, for a folder that is away too: its
        recordings are not gone. The next pass completes what began.
        """
        self._folder.demand()
        finish(self._index, self._media_dir)
        hash_held(self._index, self._media_dir)
        configs = self._cameras()
        removed = self._remove_segments(configs)
        self._forget_episodes(configs)
        return removed

    def _run(self) -> None:
        said = ""
        while not self._stopping.wait(self._every_s):
            problem = self._try_once()
            if problem and problem != said:
                _LOG.warning("Old recordings cannot be removed: %s", problem)
            said = problem

    def _try_once(self) -> str:
        """Return what kept a pass from being made; nothing if it was made."""
        try:
            self.run_once()
        except OSError as error:
            return error.strerror or "the disk failed"
        except EngineError as error:
            return str(error)
        except Exception:  # noqa: BLE001 - outermost; the next pass may do better
            _LOG.exception("Tidying up failed")
        return ""

    def _remove_segments(self, configs: Sequence[CameraConfig]) -> int:
        use = self._index.storage_use()
        known = {
            CameraId(config.id): CameraLimits(
                keep_days=config.keep_days, keep_bytes=config.keep_bytes
            )
            for config in configs
        }
        left = CameraLimits(keep_days=_DEFAULT_DAYS, keep_bytes=None)
        rows = plan(
            {
                each.camera: self._index.oldest_segments(each.camera, _BATCH)
                for each in use
            },
            {each.camera: known.get(each.camera, left) for each in use},
            self._limits(),
            StorageState(
                now=self._clock(),
                used_bytes={each.camera: each.size_bytes for each in use},
                free_bytes=self._free(self._media_dir),
            ),
        )
        if rows:
            remove(self._index, self._media_dir, rows)
        return len(rows)

    def _forget_episodes(self, configs: Sequence[CameraConfig]) -> None:
        days = {CameraId(config.id): config.keep_days for config in configs}
        for camera in self._index.episode_cameras():
            keep = days.get(camera, _DEFAULT_DAYS)
            if keep is None:
                continue
            end = self._clock() - timedelta(days=keep)
            for episode in self._index.delete_episodes_before(camera, end, _BATCH):
                picture_files.remove(self._media_dir, camera, episode)
