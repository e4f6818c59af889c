"""`neighborcam detect`: the engine's own pipeline over files, faster than real time.

The same source, gate, detector and episode table as for a camera, without recording
and without a clock of its own: times are seconds from the file's first frame.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from neighborcam.engine.camera.decode import LumaFrame, decode_picture
from neighborcam.engine.camera.packet import MediaPacket
from neighborcam.engine.camera.ring import PacketRing
from neighborcam.engine.camera.source import open_source
from neighborcam.engine.config import CameraConfig, CameraId, Gate, ZoneId
from neighborcam.engine.errors import CameraEnded, CameraError
from neighborcam.engine.facts import (
    Box,
    EngineFact,
    EpisodeId,
    Label,
    MotionEnded,
    MotionStarted,
    MotionUpdated,
)
from neighborcam.engine.motion.detector import Detector
from neighborcam.engine.motion.gate import EcoGate, WholeGate
from neighborcam.engine.motion.pipeline import MotionPipeline

type LabelEpisode = Callable[[Sequence[Rgb], Sequence[Box]], tuple[Label, ...]]
type Rgb = NDArray[np.uint8]

_MOST_PICTURES: Final = 6  # of one episode are shown to the model


class DetectedEpisode(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the output. Times in seconds from the first frame."""

    file: str
    camera: CameraId
    zone: ZoneId | None
    start_s: float
    end_s: float
    peak_score: float
    box: Box
    labels: tuple[Label, ...]


class DetectedFrame(msgspec.Struct, frozen=True, kw_only=True):
    """One line of ``--frames``: the mask, a row a string of 0 and 1."""

    file: str
    at_s: float
    mask: tuple[str, ...]


@dataclass(slots=True)
class _Episode:
    """An episode of the file while its frames are read."""

    started_at: datetime
    pictures: list[Rgb] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)


class FileDetection:
    """Runs one file through the pipeline. ``label`` is None without a model."""

    def __init__(
        self,
        path: Path,
        config: CameraConfig,
        *,
        label: LabelEpisode | None = None,
        with_frames: bool = False,
    ) -> None:
        self._path = path
        self._config = config
        self._label = label
        self._first: datetime | None = None
        self._open: dict[EpisodeId, _Episode] = {}
        self._lines: list[DetectedEpisode | DetectedFrame] = []
        # Gates work in bursts: what an episode showed lies back by a group or two.
        self._ring = PacketRing(max_s=20.0)
        self._pipeline = MotionPipeline(
            config,
            self._hear,
            _numbered(),
            watch=self._note_frame if with_frames else None,
        )

    def run(self) -> Iterator[DetectedEpisode | DetectedFrame]:
        """Yield episodes as they end (and frames, if asked for).

        Raises the `CameraError` tree when the file cannot be read as video.
        """
        eco = self._config.gate is Gate.ECO
        gate = EcoGate(self._pipeline) if eco else WholeGate(self._pipeline)
        with open_source(str(self._path)) as source:
            current = None
            for packet in _until_the_end(source):
                if source.format is not current:
                    current = source.format
                    gate.opened(current)
                    self._ring.opened(current)
                self._first = self._first or packet.shown_at
                self._ring.packet(packet)
                gate.packet(packet)
                yield from self._take_lines()
        gate.closed()
        yield from self._take_lines()

    def _take_lines(self) -> list[DetectedEpisode | DetectedFrame]:
        lines, self._lines = self._lines, []
        return lines

    def _hear(self, fact: EngineFact) -> None:
        if isinstance(fact, MotionStarted):
            self._open[fact.episode] = _Episode(fact.at)
        if isinstance(fact, (MotionStarted, MotionUpdated)):
            self._look(fact)
        elif isinstance(fact, MotionEnded):
            self._end(fact)

    def _look(self, fact: MotionStarted | MotionUpdated) -> None:
        episode = self._open[fact.episode]
        if self._label is None or len(episode.pictures) >= _MOST_PICTURES:
            return
        try:
            stream_format, packets = self._ring.snapshot_from(fact.at)
            picture = decode_picture(stream_format.video, packets, fact.at)
        except (LookupError, CameraError):
            return  # the ring has let go of it, or it is damaged: the next is newer
        episode.pictures.append(picture.rgb)
        episode.boxes.append(fact.box)

    def _end(self, fact: MotionEnded) -> None:
        episode = self._open.pop(fact.episode)
        labels: tuple[Label, ...] = ()
        if self._label is not None and episode.pictures:
            labels = self._label(episode.pictures, episode.boxes)
        self._lines.append(
            DetectedEpisode(
                file=str(self._path),
                camera=fact.camera,
                zone=fact.zone,
                start_s=self._seconds(episode.started_at),
                end_s=self._seconds(fact.at),
                peak_score=fact.score,
                box=fact.box,
                labels=labels,
            )
        )

    def _note_frame(self, frame: LumaFrame, detector: Detector) -> None:
        rows = ("".join(map(str, row)) for row in detector.mask.astype(np.uint8))
        self._lines.append(
            DetectedFrame(
                file=str(self._path),
                at_s=self._seconds(frame.wall),
                mask=tuple(rows),
            )
        )

    def _seconds(self, at: datetime) -> float:
        assert self._first is not None  # noqa: S101 - a packet came before any fact
        return round((at - self._first).total_seconds(), 3)


def _until_the_end(source: Iterable[MediaPacket]) -> Iterator[MediaPacket]:
    """Yield what a source gives; the end of a file is no failure here."""
    try:
        yield from source
    except CameraEnded:
        return


def _numbered() -> Callable[[datetime], EpisodeId]:
    number = iter(range(1, 1 << 62))
    return lambda _at: EpisodeId(str(next(number)))
