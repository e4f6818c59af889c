"""Makes the picture or clip of an alert out of a recording: redacted, nothing else.

What is made here was encoded here: no metadata, no sound, times from zero.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Final, Literal

import av
import cv2

from neighborcam.engine.errors import InvalidInput
from neighborcam.engine.sharing.covering import Image, Plan, redact
from neighborcam.engine.sharing.finders import Finders
from neighborcam.engine.sharing.frames import (
    Timed,
    decoded,
    learnt,
    making,
    redacted,
)
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
    with making():
        scene = learnt(recording, width=WIDTH)
        frame, _ = min(
            _pictures(recording, lambda _at: True), key=lambda each: abs(each[1] - at_s)
        )
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
    with making():
        scene = learnt(recording, width=WIDTH)
        shown = _pictures(recording, lambda at: start_s <= at <= end_s)
        data, image = _encoded(redacted(shown, plan, scene, finders))
    if len(data) > MEDIA_BYTES["clip"]:
        raise InvalidInput("the clip is too large: choose a shorter one")
    return _made(data, "clip", plan, image)


def _pictures(recording: Path, wanted: Callable[[float], bool]) -> Iterable[Timed]:
    return decoded(
        recording, width=WIDTH, a_second=FPS, until_s=LONGEST_S, wanted=wanted
    )


def _encoded(images: Iterable[Timed]) -> tuple[bytes, Image]:
    """Return the clip and its first picture. Raises `InvalidInput` without one."""
    target, first = BytesIO(), None
    with av.open(target, "w", format="mp4", options={"fflags": "+bitexact"}) as made:
        stream = made.add_stream("libx264", rate=FPS)
        stream.pix_fmt = "yuv420p"
        stream.options = {"preset": "veryfast", "crf": "26"}
        for number, (image, _) in enumerate(images):
            if first is None:
                first, (stream.height, stream.width) = image, image.shape[:2]
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            made.mux(stream.encode(frame))
        if first is None:
            raise InvalidInput("there is no picture between these times")
        made.mux(stream.encode(None))
    return target.getvalue(), first


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
