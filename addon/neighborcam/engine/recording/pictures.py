"""Pictures of an episode while it lasts: thumbnail, scrub preview, and labels.

They come out of the camera's packet ring, in one thread for the whole house that may
be late and may skip, but is never waited for. Recording modes do not matter here.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from neighborcam.engine.camera.decode import Picture, decode_picture, jpeg
from neighborcam.engine.camera.packet import MediaKind, MediaPacket, VideoFormat
from neighborcam.engine.camera.ring import PacketRing
from neighborcam.engine.camera.still import mask
from neighborcam.engine.config import CameraId, Polygon
from neighborcam.engine.errors import EngineError, NotFound
from neighborcam.engine.facts import (
    Box,
    EngineFact,
    EpisodeId,
    EpisodeLabelled,
    Fact,
    Label,
    MotionEnded,
    MotionStarted,
    MotionUpdated,
)
from neighborcam.engine.index.store import Index
from neighborcam.engine.recording.picture_files import paths
from neighborcam.engine.recording.sprite import sprite, tile

_LOG: Final = logging.getLogger(__name__)
_MOST_WAITING: Final = 64  # facts; beyond that the oldest updates are skipped
_EVERY: Final = timedelta(seconds=2)
_MOST_TILES: Final = 40  # then every second one goes, and the spacing doubles
_MOST_SHOWN: Final = 6  # pictures of one episode that the model sees
_WIDTH: Final = 640

type Rgb = NDArray[np.uint8]
type LabelEpisode = Callable[[Sequence[Rgb], Sequence[Box]], tuple[Label, ...]]
type MotionFact = MotionStarted | MotionUpdated | MotionEnded


@dataclass(slots=True)
class _Open:
    """What is known of an episode while it lasts."""

    spacing: timedelta = _EVERY
    last_at: datetime | None = None
    best_score: float = -1.0
    best: Picture | None = None
    tiles: list[tuple[float, Rgb]] = field(default_factory=list)
    shown: list[Rgb] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    labels: tuple[Label, ...] = ()


class EpisodePictures:
    """Takes motion facts from any thread; writes pictures and reports labels.

    ``rings`` and ``masks`` are asked by camera id at each picture. ``labeller`` may be
    changed at any time; None makes no labels.
    """

    def __init__(
        self,
        rings: Callable[[CameraId], PacketRing | None],
        index: Index,
        media_dir: Path,
        labeller: LabelEpisode | None,
        report: Callable[[EngineFact], None],
        masks: Callable[[CameraId], Sequence[Polygon]],
    ) -> None:
        self.labeller = labeller
        self._rings = rings
        self._index = index
        self._media_dir = media_dir
        self._report = report
        self._masks = masks
        self._open: dict[EpisodeId, _Open] = {}
        self._waiting: deque[MotionFact] = deque()
        self._changed = threading.Condition()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._run, name="pictures", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what waits and end the thread."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def take(self, fact: Fact) -> None:
        """Take note of a fact; returns at once."""
        if not isinstance(fact, MotionStarted | MotionUpdated | MotionEnded):
            return
        with self._changed:
            if len(self._waiting) >= _MOST_WAITING:
                self._skip_an_update()
            self._waiting.append(fact)
            self._changed.notify()

    def run_once(self) -> bool:
        """Work on the next fact; return False when there is none and it is time to end.

        Raises `EngineError` and `OSError` when a picture cannot be kept.
        """
        with self._changed:
            while not self._waiting and not self._stopping:
                self._changed.wait()
            if not self._waiting:
                return False
            fact = self._waiting.popleft()
        self._work(fact)
        return True

    def _skip_an_update(self) -> None:
        """Starts and ends are what pictures hang on; an update more or less is not."""
        for fact in self._waiting:
            if isinstance(fact, MotionUpdated):
                self._waiting.remove(fact)
                return

    def _run(self) -> None:
        going = True
        while going:
            try:
                going = self.run_once()
            except (EngineError, OSError) as failure:
                _LOG.warning("a picture of an episode could not be kept: %s", failure)
            except Exception:  # noqa: BLE001 - the outermost loop of this thread
                _LOG.exception("pictures failed in a way nobody foresaw")

    def _work(self, fact: MotionFact) -> None:
        if isinstance(fact, MotionEnded):
            self._end(fact)
            return
        episode = self._open.setdefault(fact.episode, _Open())
        due = episode.last_at is None or fact.at - episode.last_at >= episode.spacing
        if not due and fact.score <= episode.best_score:
            return
        picture = self._picture(fact, exact=episode.last_at is None)
        if picture is None:
            return
        if due:
            episode.last_at = fact.at
            _add_tile(episode, fact.at, picture)
        if fact.score > episode.best_score:
            episode.best_score, episode.best = fact.score, picture
        try:
            if len(episode.tiles) == 1:  # a notification wants its picture now
                self._write_thumbnail(fact, episode)
        finally:  # a disk that fails costs the picture, not the labels
            if due:
                self._label(fact, episode, picture)

    def _picture(self, fact: MotionFact, *, exact: bool) -> Picture | None:
        """Return the frame of ``fact``, or the key frame before it, masks black."""
        ring = self._rings(fact.camera)
        if ring is None:
            return None
        try:
            stream_format, packets = ring.snapshot_from(fact.at)
            picture = _decoded(stream_format.video, packets, fact.at, exact=exact)
        except LookupError:
            return None  # the ring has let go of it, or it is damaged
        # Black from here on: neither files nor the model ever see what is behind.
        rgb = mask(picture.rgb, self._masks(fact.camera))
        return Picture(rgb=rgb, wall=picture.wall)

    def _label(self, fact: MotionFact, episode: _Open, picture: Picture) -> None:
        labeller = self.labeller
        if labeller is None or len(episode.shown) >= _MOST_SHOWN:
            return
        episode.shown.append(picture.rgb)
        episode.boxes.append(fact.box)
        labels = labeller(episode.shown, episode.boxes)
        if labels == episode.labels:
            return
        episode.labels = labels
        self._report(
            EpisodeLabelled(
                camera=fact.camera, at=fact.at, episode=fact.episode, labels=labels
            )
        )

    def _end(self, fact: MotionEnded) -> None:
        episode = self._open.pop(fact.episode, None)
        if episode is None or episode.best is None:
            return
        self._write_thumbnail(fact, episode)
        grid = sprite(episode.tiles)
        whole = Picture(rgb=grid, wall=episode.best.wall)
        place = paths(self._media_dir, fact.camera, fact.episode).preview
        _write(place, jpeg(whole, grid.shape[1]))
        self._note(fact, preview=True)

    def _write_thumbnail(self, fact: MotionFact, episode: _Open) -> None:
        if episode.best is not None:
            place = paths(self._media_dir, fact.camera, fact.episode).thumbnail
            _write(place, jpeg(episode.best, _WIDTH))
            self._note(fact, preview=False)

    def _note(self, fact: MotionFact, *, preview: bool) -> None:
        try:
            self._index.set_pictures(fact.episode, thumbnail=True, preview=preview)
        except NotFound:
            # Zones have episodes of their own; or its owner deleted it meanwhile.
            _LOG.debug("episode %s has pictures but no row", fact.episode)


def _add_tile(episode: _Open, at: datetime, picture: Picture) -> None:
    episode.tiles.append((at.timestamp(), tile(picture.rgb)))
    if len(episode.tiles) > _MOST_TILES:
        del episode.tiles[1::2]
        episode.spacing *= 2


def _decoded(
    video: VideoFormat, packets: Sequence[MediaPacket], at: datetime, *, exact: bool
) -> Picture:
    """Return the frame at ``at``, or the last key frame before it: one to decode."""
    if not exact:
        keys = [
            each
            for each in packets
            if each.is_key and each.kind is MediaKind.VIDEO and each.shown_at <= at
        ]
        packets = keys[-1:] or packets
    return decode_picture(video, packets, at)


def _write(path: Path, data: bytes) -> None:
    """Write a picture so that it is whole or not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(data)
    part.replace(path)
