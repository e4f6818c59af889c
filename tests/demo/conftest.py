from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest

type MakeClip = Callable[..., Path]


@pytest.fixture(scope="session")
def make_clip(tmp_path_factory: pytest.TempPathFactory) -> MakeClip:
    """Encode a short moving gradient: `make_clip("a.mp4", codec=…, audio=…)`."""
    folder = tmp_path_factory.mktemp("clips")

    def make(
        name: str,
        *,
        codec: str = "libx264",
        audio: str | None = None,
        size: tuple[int, int] = (320, 240),
        seconds: float = 2.0,
        fps: int = 15,
    ) -> Path:
        path = folder / name
        if not path.exists():
            _encode(path, codec, audio, size, round(seconds * fps), fps)
        return path

    return make


def _encode(
    path: Path, codec: str, audio: str | None, size: tuple[int, int], n: int, fps: int
) -> None:
    with av.open(str(path), "w") as out:
        video = cast("av.VideoStream", out.add_stream(codec, rate=fps))
        video.width, video.height = size
        video.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        video.codec_context.gop_size = fps
        video.codec_context.max_b_frames = 0
        options: dict[str, dict[str, str]] = {
            "libx264": {"preset": "ultrafast", "tune": "zerolatency"},
            "libx265": {
                "preset": "ultrafast",
                "x265-params": "log-level=none:bframes=0",
            },
            "mjpeg": {"huffman": "default"},
        }
        video.options = {**options.get(codec, {})}
        sound = None
        if audio is not None:
            rate = 8000 if "pcm" in audio else 16000
            sound = cast("av.AudioStream", out.add_stream(audio, rate=rate))
            sound.layout = "mono"
        for index in range(n):
            out.mux(video.encode(_picture(size, index)))
        out.mux(video.encode(None))
        if sound is not None:
            _encode_tone(out, sound, n / fps)


def _picture(size: tuple[int, int], index: int) -> av.VideoFrame:
    width, height = size
    rng = np.random.default_rng(index)
    picture = rng.integers(0, 60, (height, width, 3), dtype=np.uint8)
    picture[:, (index * 4) % width :] += np.uint8(120)
    return av.VideoFrame.from_ndarray(picture, format="bgr24")


def _encode_tone(
    out: av.container.OutputContainer, sound: av.AudioStream, seconds: float
) -> None:
    rate = sound.codec_context.sample_rate
    for at in range(0, int(rate * seconds), 1024):
        wave = np.sin(np.arange(at, at + 1024) * 440 * 2 * np.pi / rate) * 8000
        frame = av.AudioFrame.from_ndarray(
            wave.astype(np.int16)[None], format="s16", layout="mono"
        )
        frame.sample_rate, frame.pts = rate, at
        frame.time_base = Fraction(1, rate)
        out.mux(sound.encode(frame))
    out.mux(sound.encode(None))
