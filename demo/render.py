"""Write scenes as video files, encoded as a camera would, with their truth.

python -m demo.render street street.mp4 --size 1280x720 --truth street.json
"""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Literal, Self, cast

import av
import msgspec
import numpy as np

from demo.scene import Scene
from demo.scene_spec import SceneSpec
from demo.scenes import SCENES
from demo.texture import Picture
from demo.truth import MIN_VISIBLE, FrameTruth, GroundTruth, NuisanceTruth, events_of

type Codec = Literal["h264", "hevc", "mpeg4", "mjpeg"]
type Audio = Literal["aac", "pcm_mulaw", "pcm_alaw"]

_BITS_PER_PIXEL = 0.14
"""What cameras spend at their default settings."""


def render(
    spec: SceneSpec,
    path: Path,
    *,
    size: tuple[int, int] = (1280, 720),
    fps: float = 15.0,
    duration_s: float | None = None,
    codec: Codec = "h264",
    gop_s: float = 2.0,
    audio: Audio | None = None,
    bit_rate: int | None = None,
) -> GroundTruth:
    """Render a scene into a file and return what is to be seen in it.

    The suffix chooses the container (.mp4, .mkv, .mov, .ts, or .h264 and .hevc
    without one); G.711 sound needs .mov. `duration_s` None is the scene's own.
    """
    return render_sizes(
        spec,
        {path: size},
        fps=fps,
        duration_s=duration_s,
        codec=codec,
        gop_s=gop_s,
        audio=audio,
        bit_rate=bit_rate,
    )


def render_sizes(
    spec: SceneSpec,
    files: dict[Path, tuple[int, int]],
    *,
    fps: float = 15.0,
    duration_s: float | None = None,
    codec: Codec = "h264",
    gop_s: float = 2.0,
    audio: Audio | None = None,
    bit_rate: int | None = None,
) -> GroundTruth:
    """Render once at the largest size and write every file at its own.

    This is what a camera does with its main and sub stream. The truth is that of
    the largest file.
    """
    if duration_s is None:
        duration_s = spec.duration_s
    largest = max(files.values())
    count = round(duration_s * fps)
    truths: list[FrameTruth] = []
    with ExitStack() as stack:
        outputs = [
            stack.enter_context(
                VideoFile(
                    path,
                    size=size,
                    fps=fps,
                    codec=codec,
                    gop_s=gop_s,
                    audio=audio,
                    bit_rate=bit_rate,
                )
            )
            for path, size in files.items()
        ]
        for picture, truth in _frames(Scene(spec, largest, fps), count):
            truths.append(truth)
            for output in outputs:
                output.write(picture)
    return _truth(spec, largest, fps, truths)


def _frames(scene: Scene, count: int) -> Iterator[tuple[Picture, FrameTruth]]:
    for index in range(count):
        frame = scene.frame(index)
        yield frame.picture, frame.truth


def _truth(
    spec: SceneSpec, size: tuple[int, int], fps: float, frames: list[FrameTruth]
) -> GroundTruth:
    seen = tuple(frame for frame in frames if frame.objects)
    duration_s = len(frames) / fps
    return GroundTruth(
        scene=spec.name,
        width=size[0],
        height=size[1],
        fps=fps,
        frame_count=len(frames),
        events=events_of(seen, fps, MIN_VISIBLE * size[0] * size[1]),
        nuisances=tuple(
            NuisanceTruth(
                kind=nuisance.kind,
                start_s=nuisance.start_s,
                end_s=min(nuisance.end_s, duration_s),
            )
            for nuisance in spec.nuisances
            if nuisance.start_s < duration_s
        ),
        frames=seen,
    )


class VideoFile:
    """A file in writing: pictures in, encoded as by a camera (no B frames, VBR).

    A context manager; with `audio` a quiet tone goes beside the pictures.
    """

    def __init__(
        self,
        path: Path,
        *,
        size: tuple[int, int],
        fps: float,
        codec: Codec,
        gop_s: float,
        audio: Audio | None,
        bit_rate: int | None = None,
    ) -> None:
        self._out = av.open(str(path), "w")
        rate = Fraction(fps).limit_denominator(1001)
        encoder = {"h264": "libx264", "hevc": "libx265"}.get(codec, codec)
        limit = bit_rate or int(size[0] * size[1] * fps * _BITS_PER_PIXEL)
        stream = cast("av.VideoStream", self._out.add_stream(encoder, rate=rate))
        stream.width, stream.height = size
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.codec_context.gop_size = round(gop_s * fps)
        stream.codec_context.max_b_frames = 0
        stream.codec_context.bit_rate = limit
        stream.codec_context.thread_count = 1
        stream.options = {**_encoder_options(codec, limit)}
        self._video = stream
        self._size = size
        self._fps = fps
        self._pictures = 0
        self._tone = Tone(self._out, audio) if audio else None

    def write(self, picture: Picture) -> None:
        """Append one BGR picture, scaled when it has another size."""
        frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
        frame = frame.reformat(*self._size, format=self._video.pix_fmt)
        frame.pts = None
        self._out.mux(self._video.encode(frame))
        self._pictures += 1
        if self._tone is not None:
            self._tone.until(self._pictures / self._fps)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        if self._pictures:
            self._out.mux(self._video.encode(None))
            if self._tone is not None:
                self._tone.finish()
        self._out.close()


def _encoder_options(codec: Codec, limit: int) -> dict[str, str]:
    kilobits = limit // 1000
    if codec == "h264":
        return {
            "preset": "veryfast",
            "tune": "zerolatency",
            "sc_threshold": "0",
            "maxrate": f"{kilobits}k",
            "bufsize": f"{2 * kilobits}k",
        }
    if codec == "hevc":
        rates = f"vbv-maxrate={kilobits}:vbv-bufsize={2 * kilobits}"
        keys = "scenecut=0:bframes=0:log-level=none:pools=1:frame-threads=1"
        return {"preset": "ultrafast", "x265-params": f"{rates}:{keys}"}
    return {"huffman": "default"} if codec == "mjpeg" else {}


class Tone:
    """A soft tone with a beat, in the sound format of a camera."""

    def __init__(self, out: av.container.OutputContainer, audio: Audio) -> None:
        self._rate = 16_000 if audio == "aac" else 8_000
        stream = out.add_stream(audio, rate=self._rate)
        stream.layout = "mono"
        self._out, self._stream = out, stream
        self._at = 0

    def until(self, end_s: float) -> None:
        """Write sound up to this time, in whole frames of 1024 samples."""
        while (self._at + 1024) / self._rate <= end_s:
            t = (self._at + np.arange(1024)) / self._rate
            beat = 0.6 + 0.4 * np.sin(2 * np.pi * t)
            wave = 2500 * beat * np.sin(2 * np.pi * 330 * t)
            frame = av.AudioFrame.from_ndarray(
                wave.astype(np.int16)[None], format="s16", layout="mono"
            )
            frame.sample_rate, frame.pts = self._rate, self._at
            frame.time_base = Fraction(1, self._rate)
            self._out.mux(self._stream.encode(frame))
            self._at += 1024

    def finish(self) -> None:
        """Write what the encoder still holds."""
        self._out.mux(self._stream.encode(None))


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdigit() and height.isdigit()):
        raise argparse.ArgumentTypeError("a size is like 1280x720")
    return int(width), int(height)


def main(arguments: Sequence[str] | None = None) -> int:
    """Render one scene from the command line."""
    parser = argparse.ArgumentParser(prog="demo.render", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("scene", choices=sorted(SCENES), metavar="SCENE")
    parser.add_argument("out", type=Path, metavar="OUT")
    parser.add_argument("--size", type=_size, default=(1280, 720))
    parser.add_argument("--fps", type=float, default=15.0)
    parser.add_argument("--seconds", type=float, help="default: the scene's own")
    parser.add_argument("--codec", choices=["h264", "hevc", "mpeg4", "mjpeg"])
    parser.add_argument("--audio", choices=["aac", "pcm_mulaw", "pcm_alaw"])
    parser.add_argument("--seed", type=int, help="another instance of the scene")
    parser.add_argument("--truth", type=Path, help="write the truth as JSON here")
    options = parser.parse_args(arguments)
    spec = SCENES[options.scene]
    if options.seed is not None:
        spec = msgspec.structs.replace(spec, seed=options.seed)
    truth = render(
        spec,
        options.out,
        size=options.size,
        fps=options.fps,
        duration_s=options.seconds,
        codec=options.codec or "h264",
        audio=options.audio,
    )
    if options.truth is not None:
        truth.save(options.truth)
    for event in truth.events:
        print(f"{event.start_s:7.2f} … {event.end_s:7.2f} s  {event.kind}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
