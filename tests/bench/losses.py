"""Pictures that are missing in recordings.

The fake cameras play known clips in a loop, so every recorded picture can be told by
its coded bytes, and a number that is left out is a picture that was lost. Times would
not do: a camera's clock is corrected now and then, and moves pictures without loss.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Final
from zlib import crc32

import av

from neighborcam.engine.index.rows import SegmentRow
from neighborcam.engine.index.store import Index

SLICES: Final = (1, 5)  # H.264 units that hold picture, not parameters

type Span = tuple[float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A recorded picture: when, in Unix time, and which one of ``total`` in its clip.

    ``number`` is None for one that is in no clip, because it was damaged on its way.
    """

    at_s: float
    number: int | None
    total: int = 0


type Numbers = dict[int, tuple[int, int]]
"""Fingerprint of a picture → its number in its clip, and how many the clip has."""


def count(pictures: Sequence[Picture], span: Span) -> int:
    """Return how many pictures of a span were recorded."""
    return sum(span[0] <= picture.at_s < span[1] for picture in pictures)


def lost(pictures: Sequence[Picture], span: Span) -> int:
    """Return how many pictures are missing between those of a span."""
    inside = [each for each in pictures if span[0] <= each.at_s < span[1]]
    return sum(
        (after.number - before.number - 1) % before.total
        for before, after in pairwise(inside)
        if before.number is not None and after.number is not None
    )


def numbered(clips: Sequence[Path]) -> Numbers:
    """Return the pictures of clips in H.264."""
    numbers: Numbers = {}
    for clip in clips:
        with av.open(str(clip)) as container:
            prints = [
                _fingerprint(bytes(packet))
                for packet in container.demux(video=0)
                if packet.size
            ]
        numbers |= {it: (number, len(prints)) for number, it in enumerate(prints)}
    return numbers


def recordings(data: Path, numbers: Numbers) -> dict[str, list[Picture]]:
    """Return what a resting data folder holds of each camera, in order."""
    found: dict[str, list[Picture]] = {}
    with Index.open(data) as index:
        for row in sorted(index.all_segments(), key=lambda each: each.started_at):
            pictures = found.setdefault(row.camera, [])
            pictures.extend(_pictures(index.media_dir, row, numbers))
    return found


def last_instants(data: Path) -> dict[str, float]:
    """Return when the newest recording of each camera ends, in a resting folder."""
    epoch = datetime.fromtimestamp(0, UTC)
    ends: dict[str, float] = {}
    with Index.open(data) as index:
        for row in index.all_segments():
            end = (row.ended_at - epoch).total_seconds()
            ends[row.camera] = max(end, ends.get(row.camera, 0.0))
    return ends


def _pictures(media: Path, row: SegmentRow, numbers: Numbers) -> Iterator[Picture]:
    with av.open(str(media / row.path)) as container:
        first: int | None = None
        for packet in container.demux(video=0):
            if packet.dts is None:
                continue  # the end of the file
            first = packet.dts if first is None else first
            passed_s = float((packet.dts - first) * packet.time_base)
            number, total = numbers.get(_fingerprint(bytes(packet)), (None, 0))
            yield Picture(
                at_s=row.started_at.timestamp() + passed_s, number=number, total=total
            )


def _fingerprint(packet: bytes) -> int:
    """Return a checksum of the slices of a picture, whatever goes with them."""
    at, sum_of_slices = 0, 0
    while at + 4 < len(packet):
        size = int.from_bytes(packet[at : at + 4])
        unit = packet[at + 4 : at + 4 + size]
        if unit and unit[0] & 31 in SLICES:
            sum_of_slices = crc32(unit, sum_of_slices)
        at += 4 + size
    return sum_of_slices
