"""Makes the picture or clip of an alert out of a recording: redacted, nothing else.

What is made here was encoded here: no metadata, no sound, times from zero.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal

import av
import cv2
import numpy as np
from av.error import FFmpegError

from neighborcam.engine.errors import Conflict, InvalidInput
from neighborcam.engine.sharing.covering import (
    LEAST_FRAMES,
    Image,
    Mask,
    Plan,
    Scene,
    redact,
)
from neighborcam.engine.sharing.finders import Finders
from neighborcam.protocol.alerts import Media
from neighborcam.protocol.limits import MEDIA_BYTES

WIDTH: Final = 960
FPS: Final = 8
LONGEST_S: Final = 60.0  # of what is read
CLIP_S: Final = 30.0  # of what is sent
NOBODY: Final = Finders()
_QUALITIES: Final = (85, 70, 50, 30)


@dataclass(frozen=True, kw_only=True)
class Made:
    """The exact bytes that would leave, and what a message says of them."""

    data: bytes
    media: Media
    width: int
    height: int


def make_picture(
    recording: Path, at_s: float, plan: Plan, finders: Finders = NOBODY
) -> Made:
    """Return the picture of a moment, ``at_s`` seconds into a recording.

    Raises `Conflict` when the recording is too short to know the scene.
    """
    frames, times = _read(recording)
    scene = _scene(frames)
    nearest = min(range(len(frames)), key=lambda each: abs(times[each] - at_s))
    frame = frames[nearest]
    image = redact(frame, plan, scene, None, finders.mask(frame))
    most = MEDIA_BYTES["picture"]
    for quality in _QUALITIES:
        data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        if data.nbytes <= most:
            return _made(data.tobytes(), "picture", plan, image)
    raise InvalidInput("the picture does not get small enough")


def make_clip(
    recording: Path,
    start_s: float,
    end_s: float,
    plan: Plan,
    finders: Finders = NOBODY,
) -> Made:
    """Return a clip of a recording, at most 30 seconds, without sound.

    Raises `InvalidInput` for a span that is empty or too long, and `Conflict`.
    """
    if not 0 < end_s - start_s <= CLIP_S:
        raise InvalidInput(f"a clip lasts up to {CLIP_S:.0f} seconds")
    frames, times = _read(recording)
    scene = _scene(frames)
    chosen = [
        frame for frame, at in zip(frames, times, strict=True) if start_s <= at <= end_s
    ]
    if not chosen:
        raise InvalidInput("there is no picture between these times")
    masks = [scene.moving(frame) for frame in chosen]
    found = [finders.mask(frame) for frame in chosen]
    images = [
        redact(frame, plan, scene, _around(masks, number), _around(found, number))
        for number, frame in enumerate(chosen)
    ]
    data = _encoded(images)
    if len(data) > MEDIA_BYTES["clip"]:
        raise InvalidInput("the clip is too large: choose a shorter one")
    return _made(data, "clip", plan, images[0])


def _around(masks: Sequence[Mask], number: int) -> Mask:
    """Return what is in a picture's mask or in those beside it: one may miss it."""
    beside = masks[max(0, number - 2) : number + 3]
    joined: Mask = np.bitwise_or.reduce(np.stack(beside))
    return joined


def _scene(frames: Sequence[Image]) -> Scene:
    if len(frames) < LEAST_FRAMES:
        raise Conflict("the recording is too short to know what moves in it")
    return Scene(frames)


def _read(recording: Path) -> tuple[list[Image], list[float]]:
    frames, times = [], []
    try:
        for frame, at in _frames(recording):
            frames.append(frame)
            times.append(at)
    except (FFmpegError, ValueError, OSError):
        raise Conflict("the recording cannot be read") from None
    return frames, times


def _frames(recording: Path) -> Iterator[tuple[Image, float]]:
    """Yield pictures, at most 960 wide and eight a second, with seconds from 0."""
    with av.open(str(recording), "r") as source:
        if not source.streams.video:
            raise ValueError("no video")
        first: float | None = None
        next_at = 0.0
        for frame in source.decode(source.streams.video[0]):
            at = frame.time or 0.0
            first = at if first is None else first
            if at - first > LONGEST_S:
                return
            if at - first + 1e-6 < next_at:
                continue
            next_at += 1 / FPS
            yield _sized(frame), at - first


def _sized(frame: av.VideoFrame) -> Image:
    scale = min(1.0, WIDTH / frame.width)
    width, height = (
        round(side * scale) // 2 * 2 for side in (frame.width, frame.height)
    )
    image = frame.reformat(width, height, "bgr24").to_ndarray()
    return np.asarray(image, np.uint8)


def _encoded(images: Sequence[Image]) -> bytes:
    target = io.BytesIO()
    with av.open(target, "w", format="mp4", options={"fflags": "+bitexact"}) as made:
        stream = made.add_stream("libx264", rate=FPS)
        stream.height, stream.width = images[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.options = {"preset": "veryfast", "crf": "26"}
        for number, image in enumerate(images):
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    return target.getvalue()


def _made(
    data: bytes, kind: Literal["picture", "clip"], plan: Plan, image: Image
) -> Made:
    height, width = image.shape[:2]
    media = Media(
        sha256=sha256(data).hexdigest(),
        kind=kind,
        bytes=len(data),
        redaction=plan.applied,
    )
    return Made(data=data, media=media, width=width, height=height)
