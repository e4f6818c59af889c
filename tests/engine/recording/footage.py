"""Real encoded packets: a moving picture, in H.264, HEVC or MJPEG, with a tone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cache
from itertools import count, islice
from typing import Any

import av
import numpy as np

from neighborcam.engine.camera.packet import (
    AudioFormat,
    MediaKind,
    MediaPacket,
    StreamFormat,
    VideoFormat,
)

WIDTH, HEIGHT, FPS, GOP = 160, 96, 15, 15
STEP = 90_000 // FPS
BEGIN = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
_ENCODERS = {"h264": "libx264", "hevc": "libx265", "mjpeg": "mjpeg", "mpeg4": "mpeg4"}
_LOOP_S = 2


def _options(codec: str, b_frames: int) -> dict[str, str]:
    groups = f"keyint={GOP}:min-keyint={GOP}:scenecut=0:bframes={b_frames}:"
    match codec:
        case "h264":
            return {"preset": "ultrafast", "x264-params": groups + "open-gop=0"}
        case "hevc":
            quiet = "open-gop=0:log-level=none"
            return {"preset": "ultrafast", "x265-params": groups + quiet}
        case _:
            return {}


@cache
def _video(
    codec: str, width: int, b_frames: int
) -> tuple[bytes, list[tuple[bytes, bool, int]]]:
    context: Any = av.CodecContext.create(_ENCODERS[codec], "w")
    context.width, context.height = width, HEIGHT
    context.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    context.time_base = Fraction(1, FPS)
    context.framerate = Fraction(FPS)
    context.gop_size = GOP
    context.max_b_frames = b_frames
    if codec == "mpeg4":
        context.flags |= 1 << 22
    context.options = _options(codec, b_frames)
    packets = []
    for number in range(_LOOP_S * FPS):
        picture = np.full((HEIGHT, width, 3), 60, np.uint8)
        picture[20:60, 4 * number : 4 * number + 30] = 220
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
        frame = frame.reformat(format=context.pix_fmt)
        frame.pts = number
        packets += context.encode(frame)
    packets += context.encode(None)
    data = [(bytes(p), p.is_keyframe, p.pts - p.dts) for p in packets]
    return bytes(context.extradata or b"") or data[0][0], data


@cache
def _audio() -> tuple[bytes, list[bytes]]:
    context: Any = av.CodecContext.create("aac", "w")
    context.sample_rate, context.layout, context.format = 16_000, "mono", "fltp"
    context.flags |= 1 << 22
    packets = []
    for number in range(32):
        times = np.arange(number * 1024, (number + 1) * 1024, dtype=np.float32)
        wave = 0.3 * np.sin(times / 6)[None]
        frame = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
        frame.sample_rate, frame.pts = 16_000, number * 1024
        packets += context.encode(frame)
    return bytes(context.extradata), [bytes(p) for p in packets]


def stream_format(
    codec: str = "h264", *, audio: bool = False, width: int = WIDTH
) -> StreamFormat:
    """Return what a source would say before `packets`."""
    extradata, _ = _video(codec, width, 0)
    sound = AudioFormat(sample_rate=16_000, channels=1, extradata=_audio()[0])
    return StreamFormat(
        video=VideoFormat(codec=codec, width=width, height=HEIGHT, extradata=extradata),
        audio=sound if audio else None,
    )


def _video_packets(codec: str, width: int, b_frames: int) -> Iterator[MediaPacket]:
    _, data = _video(codec, width, b_frames)
    for number in count():
        payload, key, ahead = data[number % len(data)]
        dts = number * STEP
        yield MediaPacket(
            kind=MediaKind.VIDEO,
            data=payload,
            pts=dts + ahead * STEP,
            dts=dts,
            duration=STEP,
            is_key=key,
            epoch=0,
            wall=BEGIN + timedelta(seconds=dts / 90_000),
        )


def _audio_packets() -> Iterator[MediaPacket]:
    _, data = _audio()
    for number in count():
        pts = number * 1024 * 90_000 // 16_000
        yield MediaPacket(
            kind=MediaKind.AUDIO,
            data=data[number % len(data)],
            pts=pts,
            dts=pts,
            duration=5760,
            is_key=True,
            epoch=0,
            wall=BEGIN + timedelta(seconds=pts / 90_000),
        )


def packets(
    seconds: float,
    codec: str = "h264",
    *,
    audio: bool = False,
    width: int = WIDTH,
    begin: datetime = BEGIN,
    epoch: int = 0,
    b_frames: int = 0,
) -> list[MediaPacket]:
    """Packets of ``seconds`` from ``begin``, a key frame every second."""
    made = list(islice(_video_packets(codec, width, b_frames), round(seconds * FPS)))
    if audio:
        made += islice(_audio_packets(), int(seconds * 16_000 / 1024))
        made.sort(key=lambda packet: packet.dts)
    shift = begin - BEGIN
    return [replace(packet, wall=packet.wall + shift, epoch=epoch) for packet in made]


def frames_in(path: Any) -> int:
    """Decode a whole file and count its pictures."""
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))
