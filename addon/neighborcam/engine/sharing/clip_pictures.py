"""The pictures of an answer's clip: copied, or covered one by one and encoded anew.

Memory does not grow with the length. What is written has no sound and no metadata.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from neighborcam.engine.errors import Conflict, InvalidInput
from neighborcam.engine.sharing.covering import (
    ENOUGH_FRAMES,
    LEAST_FRAMES,
    Image,
    Mask,
    Plan,
    Scene,
    redact,
)
from neighborcam.engine.sharing.finders import Finders

_AROUND: Final = 2  # pictures before and after: a finder may miss one
_CRF: Final = "20"
_QUALITY: Final = 92
_MS: Final = Fraction(1, 1000)
_MOVED_STEP: Final = 8  # of the pictures that the scene is learnt from, a second

type Timed = tuple[Image, float]  # picture, seconds from the recording's first


@dataclass(frozen=True, kw_only=True)
class Pictures:
    """What was written."""

    data: bytes
    width: int
    height: int
    frames: int
    codec: str


def copied(recording: Path) -> Pictures:
    """Return the pictures as they were recorded. Raises `Conflict`."""
    out = recording.with_name("copy.mp4")
    with _readable(), av.open(str(recording)) as source:
        from_stream = source.streams.video[0]
        with _writing(out) as target:
            to_stream = target.add_stream_from_template(from_stream)
            frames = _copy(source, from_stream, target, to_stream)
        context = from_stream.codec_context
        return Pictures(
            data=out.read_bytes(),
            width=context.width,
            height=context.height,
            frames=frames,
            codec=context.name,
        )


def covered(
    recording: Path, start_s: float, end_s: float, plan: Plan, finders: Finders
) -> Pictures:
    """Return the pictures between two times, with what has to go covered.

    Raises `Conflict`, and `InvalidInput` when there is none.
    """
    out = recording.with_name("covered.mp4")
    with _readable():
        scene = _scene(recording) if plan.moving else None
        shown = (each for each in _decoded(recording) if start_s <= each[1] <= end_s)
        with _writing(out) as target:
            stream, frames = _encode(target, _redacted(shown, plan, scene, finders))
        return Pictures(
            data=out.read_bytes(),
            width=stream.width,
            height=stream.height,
            frames=frames,
            codec="h264",
        )


def still(recording: Path, at_s: float, plan: Plan, finders: Finders) -> Pictures:
    """Return the first picture at or after a time, with what has to go covered.

    Raises `Conflict`, and `InvalidInput` when there is none.
    """
    with _readable():
        scene = _scene(recording) if plan.moving else None
        image = next((each for each, at in _decoded(recording) if at >= at_s), None)
        if image is None:
            raise InvalidInput("start: nothing is recorded at this time")
        done = redact(image, plan, scene, None, finders.mask(image))
    quality = [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]
    data = cv2.imencode(".jpg", done, quality)[1].tobytes()
    height, width = done.shape[:2]
    return Pictures(data=data, width=width, height=height, frames=1, codec="jpeg")


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (FFmpegError, OSError, IndexError):
        raise Conflict("the recording cannot be read") from None


def _writing(out: Path) -> OutputContainer:
    options = {"movflags": "faststart", "fflags": "+bitexact"}
    return av.open(str(out), "w", format="mp4", options=options)


def _copy(
    source: InputContainer,
    from_stream: VideoStream,
    target: OutputContainer,
    to_stream: VideoStream,
) -> int:
    """Copy all packets; return how many."""
    frames = 0
    for packet in source.demux(from_stream):
        if packet.dts is not None:
            packet.stream = to_stream
            target.mux(packet)
            frames += 1
    return frames


def _encode(
    target: OutputContainer, images: Iterable[Timed]
) -> tuple[VideoStream, int]:
    stream: VideoStream | None = None
    first, frames = 0.0, 0
    for image, at in images:
        if stream is None:
            stream, first = _stream(target, image), at
        frame = av.VideoFrame.from_ndarray(image, format="bgr24")
        frame.pts, frame.time_base = round((at - first) * 1000), _MS
        target.mux(stream.encode(frame))
        frames += 1
    if stream is None:
        raise InvalidInput("start: there is no picture between these times")
    target.mux(stream.encode(None))
    return stream, frames


def _stream(target: OutputContainer, image: Image) -> VideoStream:
    stream = target.add_stream("libx264", rate=30)
    stream.height, stream.width = image.shape[:2]
    stream.pix_fmt = "yuv420p"
    stream.options = {"preset": "veryfast", "crf": _CRF}
    stream.codec_context.time_base = _MS
    return stream


def _decoded(recording: Path) -> Iterator[Timed]:
    """Yield the pictures with even sides, and their seconds from the first."""
    with av.open(str(recording), "r") as source:
        first: float | None = None
        for frame in source.decode(source.streams.video[0]):
            at = frame.time or 0.0
            first = at if first is None else first
            size = (frame.width // 2 * 2, frame.height // 2 * 2)
            image = frame.reformat(*size, "bgr24").to_ndarray()
            yield np.asarray(image, np.uint8), at - first


def _scene(recording: Path) -> Scene:
    """Return what the camera sees when nothing moves: of 31 pictures all over it."""
    frames: list[Image] = []
    step, next_at = 1 / _MOVED_STEP, 0.0
    for image, at in _decoded(recording):
        if at + 1e-6 < next_at:
            continue
        frames.append(image)
        next_at = at + step
        if len(frames) > 2 * ENOUGH_FRAMES:  # keep every other, look half as often
            frames, step = frames[::2], step * 2
    if len(frames) < LEAST_FRAMES:
        raise Conflict("the recording is too short to know what moves in it")
    return Scene(frames)


def _redacted(
    shown: Iterable[Timed], plan: Plan, scene: Scene | None, finders: Finders
) -> Iterator[Timed]:
    """Yield the pictures, each covered with what was found in those around it too."""
    waiting: deque[tuple[Timed, Mask, Mask]] = deque()
    done = 0  # pictures at the front that were yielded and are kept for the next
    for timed in shown:
        moving = scene.moving(timed[0]) if scene is not None else _nothing(timed[0])
        waiting.append((timed, moving, finders.mask(timed[0])))
        if len(waiting) - done > _AROUND:
            yield _covered_one(waiting, done, plan, scene)
            done += 1
        if done > _AROUND:
            waiting.popleft()
            done -= 1
    for number in range(done, len(waiting)):
        yield _covered_one(waiting, number, plan, scene)


def _covered_one(
    around: deque[tuple[Timed, Mask, Mask]],
    number: int,
    plan: Plan,
    scene: Scene | None,
) -> Timed:
    near = list(around)[max(0, number - _AROUND) : number + _AROUND + 1]
    moving: Mask = np.bitwise_or.reduce([each[1] for each in near])
    found: Mask = np.bitwise_or.reduce([each[2] for each in near])
    image, at = around[number][0]
    return redact(image, plan, scene, moving, found), at


def _nothing(image: Image) -> Mask:
    return np.zeros(image.shape[:2], np.uint8)
