"""Packets of recorded files with the wall time at which they were filmed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from neighborcam.engine.index.rows import SegmentRow
from neighborcam.engine.recording.mp4_init import is_annex_b, nal_units

_AVC_SETS_AT: Final = 5
_HEVC_ARRAYS_AT: Final = 22

type Encoded = Packet[Any]  # of either stream


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One open recording. ``audio`` is None where there is no sound."""

    row: SegmentRow
    container: InputContainer
    video: VideoStream
    audio: AudioStream | None

    def wall(self, packet: Encoded) -> datetime:
        """Return when a packet is shown or heard."""
        return self._at(packet, packet.pts)

    def decode_wall(self, packet: Encoded) -> datetime:
        """Return when a packet is decoded: in this order it lies in the file."""
        return self._at(packet, packet.dts)

    def packets(self) -> Iterator[Encoded]:
        """Yield all packets in file order, from the beginning; a torn end is an end."""
        self.container.seek(0)
        chosen = [stream for stream in (self.video, self.audio) if stream is not None]
        try:
            for packet in self.container.demux(chosen):
                if packet.pts is not None and packet.dts is not None:
                    yield packet
        except (av.FFmpegError, EOFError):
            return

    def key_before(self, wall: datetime) -> datetime:
        """Return the last key frame at or before ``wall``, or else the first."""
        keys = [
            self.wall(packet)
            for packet in self.packets()
            if packet.stream is self.video and packet.is_keyframe
        ]
        before = [key for key in keys if key <= wall]
        return before[-1] if before else min(keys, default=self.row.started_at)

    def _at(self, packet: Encoded, ticks: int | None) -> datetime:
        seconds = float((ticks or 0) * packet.time_base)
        return self.row.started_at + timedelta(seconds=seconds)


@contextmanager
def open_source(media_dir: Path, row: SegmentRow) -> Iterator[Source | None]:
    """Open a recording; None if its file is gone or cannot be read."""
    try:
        container = av.open(str(media_dir / row.path))
    except (OSError, av.FFmpegError):
        yield None
        return
    with container:
        audio = container.streams.audio
        yield Source(
            row=row,
            container=container,
            video=container.streams.video[0],
            audio=audio[0] if audio else None,
        )


def with_lengths(data: bytes) -> bytes:
    """Return an Annex-B packet as MP4 holds it; one that already is, as it is."""
    if not is_annex_b(data):
        return data
    return b"".join(len(unit).to_bytes(4) + unit for unit in nal_units(data))


def parameter_sets(codec: str, config: bytes) -> bytes:
    """Return what avcC or hvcC holds, as NAL units with lengths; empty for others."""
    if codec == "h264":
        return _avc_sets(config)
    return _hevc_sets(config) if codec == "hevc" else b""


def _avc_sets(config: bytes) -> bytes:
    at, units = _AVC_SETS_AT, b""
    for mask in (0x1F, 0xFF):  # sequence sets, then picture sets
        if at >= len(config):
            break
        count, at = config[at] & mask, at + 1
        taken, at = _units(config, at, count)
        units += taken
    return units


def _hevc_sets(config: bytes) -> bytes:
    at, units = _HEVC_ARRAYS_AT + 1, b""
    arrays = config[_HEVC_ARRAYS_AT] if len(config) > _HEVC_ARRAYS_AT else 0
    for _ in range(arrays):
        count = int.from_bytes(config[at + 1 : at + 3])
        taken, at = _units(config, at + 3, count)
        units += taken
    return units


def _units(config: bytes, at: int, count: int) -> tuple[bytes, int]:
    units = b""
    for _ in range(count):
        size = int.from_bytes(config[at : at + 2])
        units += size.to_bytes(4) + config[at + 2 : at + 2 + size]
        at += 2 + size
    return units, at
