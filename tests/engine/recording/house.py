"""One camera's recording without its thread: tests say when the disk gets its turn."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from neighborcam.engine.camera.packet import MediaPacket, StreamFormat
from neighborcam.engine.config import CameraConfig, CameraId
from neighborcam.engine.facts import EngineFact
from neighborcam.engine.index.rows import SegmentRow
from neighborcam.engine.index.store import Index
from neighborcam.engine.recording.invariants import find_problems
from neighborcam.engine.recording.media_folder import MediaFolder
from neighborcam.engine.recording.recorder import Recorder
from tests.engine.recording.footage import BEGIN, frames_in, stream_format

DOOR = CameraId("door")


def config(**changes: Any) -> CameraConfig:
    return CameraConfig(id=DOOR, name="Door", main_url="rtsp://camera/", **changes)


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


class House:
    """An index, its media folder, and what was reported."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.media_dir = index.media_dir
        self.folder = MediaFolder(index)
        self.facts: list[EngineFact] = []
        self.seconds = 0.0  # the monotonic clock

    def recorder(self, **options: Any) -> Recorder:
        """Make a recorder for one camera, not started."""
        return Recorder(
            options.pop("config", config()),
            self.index,
            self.media_dir,
            self.facts.append,
            lambda: BEGIN,
            monotonic=lambda: self.seconds,
            **options,
        )

    def record(
        self,
        packets: Iterable[MediaPacket],
        stream: StreamFormat | None = None,
        recorder: Recorder | None = None,
    ) -> Recorder:
        """Feed a connection to a recorder as it would come, then close it."""
        recorder = recorder or self.recorder()
        recorder.opened(stream or stream_format())
        self.feed(recorder, packets)
        recorder.closed()
        recorder.run_once(0)
        return recorder

    def feed(self, recorder: Recorder, packets: Iterable[MediaPacket]) -> None:
        """Give the disk its turn once a second, like the recorder's thread."""
        for number, packet in enumerate(packets, start=1):
            recorder.packet(packet)
            if number % 15 == 0:
                recorder.run_once(0)
        recorder.run_once(0)

    def rows(self) -> tuple[SegmentRow, ...]:
        """All rows."""
        return self.index.all_segments()

    def told(self) -> list[str]:
        """Return the names of the reported facts."""
        return [type(fact).__name__ for fact in self.facts]

    def spans(self) -> list[tuple[float, float]]:
        """Coverage in seconds from the beginning of the footage."""
        return [
            (
                (span.started_at - BEGIN).total_seconds(),
                (span.ended_at - BEGIN).total_seconds(),
            )
            for span in self.index.coverage(DOOR, at(-90_000), at(90_000))
        ]

    def path(self, row: SegmentRow) -> Path:
        """Return where a row's file is."""
        return self.media_dir / row.path

    def frames(self) -> int:
        """Decode every recording and count the pictures."""
        return sum(frames_in(self.path(row)) for row in self.rows())

    def problems(self) -> list[str]:
        """Return what `check` would find."""
        return [problem.kind for problem in find_problems(self.index, self.media_dir)]
