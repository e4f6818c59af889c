"""Real video, made once: small, encoded by real encoders, muxed by real muxers."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from neighborcam.engine.camera.packet import (
    AudioFormat,
    MediaKind,
    MediaPacket,
    StreamFormat,
    VideoFormat,
)
from neighborcam.engine.camera.source import open_source
from neighborcam.engine.errors import CameraEnded

type MakeVideo = Callable[..., Path]
type Recorded = tuple[StreamFormat, list[MediaPacket]]

BEGIN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FPS = 10


def _frames(width: int, height: int, seconds: float) -> list[VideoFrame]:
    """A bright square that travels over a dark ground with a gradient."""
    ground = np.linspace(20, 60, width, dtype=np.uint8)[None, :, None]
    frames = []
    for number in range(int(seconds * FPS)):
        rgb = np.repeat(np.repeat(ground, height, 0), 3, 2)
        left = 4 * number % (width - 32)
        rgb[16:48, left : left + 32] = 220
        frame = VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        frames.append(frame)
    return frames


def _add_sound(
    output: av.container.OutputContainer, codec: str, seconds: float
) -> None:
    rate = 8000 if codec.startswith("pcm") else 16000
    stream = cast("av.AudioStream", output.add_stream(codec, rate=rate))
    stream.layout = "mono"
    tone = (np.sin(np.arange(int(rate * seconds)) / 10) * 8000).astype(np.int16)
    for at in range(0, len(tone) - 1023, 1024):
        frame = AudioFrame.from_ndarray(tone[None, at : at + 1024], "s16", "mono")
        frame.sample_rate, frame.pts = rate, at
        frame.time_base = Fraction(1, rate)
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


def _encode(
    path: Path,
    *,
    codec: str = "libx264",
    width: int = 320,
    height: int = 240,
    seconds: float = 3.0,
    gop: int = 10,
    sound: str | None = None,
    container: str | None = None,
    pix_fmt: str = "yuv420p",
    b_frames: int = 0,
) -> Path:
    with av.open(str(path), "w", format=container) as output:
        stream = cast("av.VideoStream", output.add_stream(codec, rate=FPS))
        stream.width, stream.height, stream.pix_fmt = width, height, pix_fmt
        stream.gop_size, stream.max_b_frames = gop, b_frames
        stream.thread_count = 1
        if codec.startswith("libx26"):
            stream.options = {"preset": "ultrafast", "sc_threshold": "0"}
        if codec == "libx265":
            quiet = f"log-level=none:keyint={gop}:bframes={b_frames}"
            stream.options = {**stream.options, "x265-params": quiet}
        if sound:
            _add_sound(output, sound, seconds)
        for frame in _frames(width, height, seconds):
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


@pytest.fixture(scope="session")
def make_video(tmp_path_factory: pytest.TempPathFactory) -> MakeVideo:
    """Return a factory of video files; the same arguments give the same file."""
    folder = tmp_path_factory.mktemp("video")
    made: dict[str, Path] = {}

    def make(suffix: str = "mp4", **how: object) -> Path:
        key = repr((suffix, sorted(how.items())))
        if key not in made:
            path = folder / f"{len(made)}.{suffix}"
            made[key] = _encode(path, **how)  # type: ignore[arg-type]
        return made[key]

    return make


def read_all(path: Path | str, **how: object) -> Recorded:
    """Read a file to its end."""
    packets: list[MediaPacket] = []
    with open_source(str(path), clock=lambda: BEGIN, **how) as source:  # type: ignore[arg-type]
        try:
            packets.extend(source)
        except CameraEnded:
            return source.format, packets
    raise AssertionError("a source ends by raising CameraEnded")


@pytest.fixture(scope="session")
def read() -> Callable[..., Recorded]:
    """Return the function that reads a file to its end."""
    return read_all


@pytest.fixture(scope="session")
def recorded(make_video: MakeVideo) -> Recorded:
    """Three seconds of H.264 with AAC, a key frame every second."""
    return read_all(make_video(sound="aac"))


def plain_format(
    codec: str = "h264", width: int = 640, *, audio: bool = False
) -> StreamFormat:
    """A format for tests that look at no bytes."""
    sound = AudioFormat(sample_rate=16000, channels=1, extradata=b"\x14\x08")
    video = VideoFormat(codec=codec, width=width, height=360, extradata=b"")
    return StreamFormat(video=video, audio=sound if audio else None)


def plain_packet(number: int, *, is_key: bool = False, size: int = 100) -> MediaPacket:
    """The ``number``-th of ten packets a second."""
    return MediaPacket(
        kind=MediaKind.VIDEO,
        data=bytes(size),
        pts=number * 9000,
        dts=number * 9000,
        duration=9000,
        is_key=is_key,
        epoch=0,
        wall=BEGIN + timedelta(seconds=number / 10),
    )


@pytest.fixture
def stream_format() -> StreamFormat:
    """A format for tests that look at no bytes."""
    return plain_format()


@pytest.fixture
def packet_at() -> Callable[..., MediaPacket]:
    """Return `plain_packet`."""
    return plain_packet
