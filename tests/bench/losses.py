"""Pictures that are missing in recordings: read off the times in the files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import av

from neighborcam.engine.index.rows import SegmentRow
from neighborcam.engine.index.store import Index

type Span = tuple[float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """A stretch of a recording without pictures. ``at_s`` is when it begins."""

    at_s: float
    pictures: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """When each recorded picture of one camera was taken, in seconds of Unix time."""

    instants_s: tuple[float, ...]

    def count(self, span: Span) -> int:
        """Return how many pictures of a span were recorded."""
        return sum(span[0] <= instant < span[1] for instant in self.instants_s)

    def lost(self, span: Span, fps: float) -> int:
        """Return how many pictures are missing in a span."""
        return sum(
            gap.pictures
            for gap in gaps(self.instants_s, fps)
            if span[0] <= gap.at_s < span[1]
        )


def gaps(instants_s: Sequence[float], fps: float) -> Iterator[Gap]:
    """Yield where the next picture comes later than ``fps`` demands."""
    for before, after in pairwise(instants_s):
        if (missing := round((after - before) * fps) - 1) > 0:
            yield Gap(at_s=before, pictures=missing)


def recordings(data: Path) -> dict[str, Recorded]:
    """Return what a resting data folder holds of each camera."""
    instants: dict[str, list[float]] = {}
    with Index.open(data) as index:
        for row in sorted(index.all_segments(), key=lambda each: each.started_at):
            times = instants.setdefault(row.camera, [])
            times.extend(_instants(index.media_dir, row))
    return {name: Recorded(instants_s=tuple(times)) for name, times in instants.items()}


def last_instants(data: Path) -> dict[str, float]:
    """Return when the newest recording of each camera ends, in a resting folder."""
    epoch = datetime.fromtimestamp(0, UTC)
    ends: dict[str, float] = {}
    with Index.open(data) as index:
        for row in index.all_segments():
            end = (row.ended_at - epoch).total_seconds()
            ends[row.camera] = max(end, ends.get(row.camera, 0.0))
    return ends


def _instants(media: Path, row: SegmentRow) -> Iterator[float]:
    with av.open(str(media / row.path)) as container:
        first: int | None = None
        for packet in container.demux(video=0):
            if packet.dts is None:
                continue  # the end of the file
            first = packet.dts if first is None else first
            passed = float((packet.dts - first) * packet.time_base)
            yield row.started_at.timestamp() + passed
