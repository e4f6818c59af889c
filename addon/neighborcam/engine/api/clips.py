"""Exported clips in a bounded folder: made once, shared by those who ask meanwhile."""

import asyncio
import contextlib
import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from neighborcam.engine.api.ports import ExportClip
from neighborcam.engine.config import CameraId
from neighborcam.engine.errors import StorageError

CLIP_LIFETIME: Final = timedelta(minutes=15)
# The end of a fresh clip may still be on its way to the disk: make it again soon.
FRESH: Final = timedelta(minutes=1)
FRESH_LIFETIME: Final = timedelta(seconds=5)
MAX_BYTES: Final = 4_000_000_000
PARALLEL_EXPORTS: Final = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class ClipWish:
    """Which clip: aware UTC times."""

    camera: CameraId
    start: datetime
    end: datetime
    exact: bool

    @property
    def file_name(self) -> str:
        """A name that only the same wish has, without meaning to others."""
        parts = (self.camera, self.start.isoformat(), self.end.isoformat(), self.exact)
        text = "|".join(map(str, parts))
        return hashlib.sha256(text.encode()).hexdigest()[:32] + ".mp4"


@dataclass(frozen=True, kw_only=True, slots=True)
class Clip:
    """An exported file, and where it really begins and ends."""

    path: Path
    started_at: datetime
    ended_at: datetime
    expires_at: datetime
    size_bytes: int


class ClipCache:
    """Clips in ``folder``, which belongs to this object and is emptied at the start."""

    def __init__(
        self,
        folder: Path,
        export: ExportClip,
        clock: Callable[[], datetime],
        *,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._folder = folder
        self._export = export
        self._clock = clock
        self._max_bytes = max_bytes
        self._clips: dict[ClipWish, Clip] = {}
        self._making: dict[ClipWish, asyncio.Task[Clip]] = {}
        self._turns = asyncio.Semaphore(PARALLEL_EXPORTS)

    def empty(self) -> None:
        """Remove what an earlier run left; in a thread. Raises `StorageError`."""
        try:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise StorageError(
                f"the folder for exported clips cannot be made: {exc.strerror}"
            ) from exc

    async def get(self, wish: ClipWish) -> Clip:
        """Return the clip, exporting it first if need be.

        Whoever asks for the same clip meanwhile waits for the same export, and the
        export goes on when the first one who asked has left.
        """
        clip = self._clips.get(wish)
        if clip is not None and self._clock() < clip.expires_at:
            return clip
        task = self._making.get(wish)
        if task is None:
            task = asyncio.create_task(self._make(wish))
            self._making[wish] = task
            task.add_done_callback(lambda done: self._made(wish, done))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Wait for the exports that are under way: threads cannot be stopped."""
        await asyncio.gather(*self._making.values(), return_exceptions=True)

    def _made(self, wish: ClipWish, task: asyncio.Task[Clip]) -> None:
        del self._making[wish]
        if not task.cancelled():
            task.exception()  # seen: a failure that nobody waited for is no warning

    async def _make(self, wish: ClipWish) -> Clip:
        async with self._turns:
            clip = await asyncio.to_thread(self._write, wish)
        self._clips[wish] = clip
        await asyncio.to_thread(_unlink, self._overdue(keep=wish))
        return clip

    def _write(self, wish: ClipWish) -> Clip:
        path = self._folder / wish.file_name
        # The suffix stays .mp4: the muxer may be chosen by it.
        partial = path.with_name(f"partial-{path.name}")
        try:
            span = self._export(
                wish.camera, wish.start, wish.end, exact=wish.exact, out=partial
            )
            partial.replace(path)
            size_bytes = path.stat().st_size
        except OSError as exc:
            raise StorageError(f"the clip cannot be written: {exc.strerror}") from exc
        finally:
            partial.unlink(missing_ok=True)
        now = self._clock()
        return Clip(
            path=path,
            started_at=span.started_at,
            ended_at=span.ended_at,
            expires_at=now
            + (FRESH_LIFETIME if wish.end > now - FRESH else CLIP_LIFETIME),
            size_bytes=size_bytes,
        )

    def _overdue(self, *, keep: ClipWish) -> list[Path]:
        """Forget expired clips and the oldest that do not fit; return files."""
        now = self._clock()
        total = sum(clip.size_bytes for clip in self._clips.values())
        gone: list[Path] = []
        for wish, clip in tuple(self._clips.items()):
            if wish == keep or (now < clip.expires_at and total <= self._max_bytes):
                continue
            del self._clips[wish]
            total -= clip.size_bytes
            gone.append(clip.path)
        return gone


def _unlink(paths: list[Path]) -> None:
    for path in paths:
        with contextlib.suppress(OSError):  # an open file on Windows: gone next start
            path.unlink()
