"""The first, partial group of pictures of an exact clip, encoded anew."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Final, cast

import av
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from neighborcam.engine.recording.clip_source import Encoded, Source, with_lengths

# Parameter sets go in band, before the first picture: the file's own are the camera's.
_SAME: Final = {"preset": "veryfast", "crf": "18", "tune": "zerolatency"}
_ENCODERS: Final = {
    "h264": ("libx264", {**_SAME, "x264-params": "repeat-headers=1:scenecut=0"}),
    "hevc": (
        "libx265",
        {**_SAME, "x265-params": "repeat-headers=1:scenecut=0:log-level=none"},
    ),
}
_MICROSECONDS: Final = Fraction(1, 1_000_000)
_LONG_GOP: Final = 100_000  # one key frame, the first


@dataclass(frozen=True, kw_only=True, slots=True)
class HeadFrame:
    """One newly encoded picture, as MP4 holds it."""

    data: bytes
    wall: datetime
    is_key: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """The pictures from the wanted start to ``until``, the key frame that is copied."""

    frames: tuple[HeadFrame, ...]
    until: datetime | None


def can_encode(codec: str) -> bool:
    """Tell whether a head of this codec can be made; MJPEG has key frames only."""
    return codec in _ENCODERS


def encode_head(source: Source, start: datetime, end: datetime) -> Head:
    """Decode from the key frame before ``start``, encode from ``start`` on."""
    key = source.key_before(start)
    group: list[Encoded] = []
    until: datetime | None = None
    for packet in source.packets():
        if packet.stream is not source.video or source.wall(packet) < key:
            continue
        if group and packet.is_keyframe:
            until = source.wall(packet)
            break
        group.append(packet)
    limit = end if until is None else min(until, end)
    return Head(frames=tuple(_encode(source, group, start, limit)), until=until)


def _encode(
    source: Source,
    group: list[Encoded],
    start: datetime,
    limit: datetime,
) -> Iterator[HeadFrame]:
    encoder: VideoCodecContext | None = None
    for frame in _decoded(source, group):
        wall = source.row.started_at + timedelta(seconds=frame.time or 0)
        if not start <= wall < limit:
            continue
        if encoder is None:
            encoder = _encoder(source.row.codec, frame)
        frame.pts = (wall - start) // timedelta(microseconds=1)
        frame.time_base = _MICROSECONDS
        frame.pict_type = 0
        yield from _frames(encoder.encode(frame), start)
    if encoder is not None:
        yield from _frames(encoder.encode(None), start)


def _decoded(source: Source, group: list[Encoded]) -> Iterator[VideoFrame]:
    decoder = source.video.codec_context
    try:
        for packet in group:
            yield from decoder.decode(packet)
        yield from decoder.decode(None)
    except (av.FFmpegError, EOFError):
        return
    finally:
        decoder.flush_buffers()


def _encoder(codec: str, frame: VideoFrame) -> VideoCodecContext:
    name, options = _ENCODERS[codec]
    encoder: Any = VideoCodecContext.create(name, "w")
    encoder.width, encoder.height = frame.width, frame.height
    encoder.pix_fmt = frame.format.name
    encoder.time_base = _MICROSECONDS
    encoder.gop_size, encoder.max_b_frames = _LONG_GOP, 0
    encoder.options = dict(options)
    return cast("VideoCodecContext", encoder)


def _frames(
    packets: "list[Packet[VideoStream]]", start: datetime
) -> Iterator[HeadFrame]:
    for packet in packets:
        yield HeadFrame(
            data=with_lengths(bytes(packet)),
            wall=start + timedelta(microseconds=packet.pts or 0),
            is_key=packet.is_keyframe,
        )
