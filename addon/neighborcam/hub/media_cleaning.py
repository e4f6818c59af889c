"""Pictures and clips from outside, decoded and encoded anew.

What is served was written by us: no metadata, no second file behind the first, no
codec that we did not choose. A file that does not decode is refused.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import av
import cv2
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from neighborcam.hub.errors import UnfitMedia

PIXELS: Final = 1920 * 1920
LONGEST_S: Final = 31
FRAMES: Final = 31 * 30
# What the container says of its size is nobody's word: the decoder itself refuses a
# parameter set that is larger, before it takes memory; so does looking at the streams.
_LIMITS: Final = {"max_pixels": str(PIXELS)}
_EDGE: Final = 1280
_JPEG: Final = b"\xff\xd8\xff"
_START_OF_FRAME: Final = frozenset({0xC0, 0xC1, 0xC2})
_MARKER: Final = 0xFF
_STANDALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})


@dataclass(frozen=True, kw_only=True)
class Clean:
    """What may be served."""

    data: bytes
    type: str


def clean(data: bytes, kind: str) -> Clean:
    """Return a picture (JPEG) or clip (MP4, H.264) encoded anew.

    Raises `UnfitMedia`, also for one that would be too large when decoded.
    """
    return _picture(data) if kind == "picture" else _clip(data)


def _picture(data: bytes) -> Clean:
    width, height = _jpeg_size(data)  # before a decoder allocates for it
    if width * height > PIXELS:
        raise UnfitMedia(f"the picture is larger than {PIXELS} pixels")
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        image = None
    if image is None:
        raise UnfitMedia("the picture does not decode")
    encoded = cv2.imencode(".jpg", _smaller(image), [cv2.IMWRITE_JPEG_QUALITY, 85])[1]
    return Clean(data=encoded.tobytes(), type="image/jpeg")


def _smaller(image: NDArray[Any]) -> NDArray[Any]:
    height, width = image.shape[:2]
    scale = _EDGE / max(width, height)
    if scale >= 1:
        return image
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Return width and height by the first frame header (ITU T.81, B.2.2)."""
    if not data.startswith(_JPEG):
        raise UnfitMedia("a picture is a JPEG")
    at = 2
    while at + 9 <= len(data) and data[at] == _MARKER:
        marker = data[at + 1]
        if marker in _START_OF_FRAME:
            height = int.from_bytes(data[at + 5 : at + 7])
            width = int.from_bytes(data[at + 7 : at + 9])
            return width, height
        if marker in _STANDALONE or marker == _MARKER:
            at += 1 if marker == _MARKER else 2
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4])
    raise UnfitMedia("the picture has no size")


def _clip(data: bytes) -> Clean:
    target = io.BytesIO()
    try:
        with av.open(io.BytesIO(data), "r", format="mp4", options=_LIMITS) as source:
            if not source.streams.video:
                raise UnfitMedia("the clip has no video")
            _encode(source, target)
    except (FFmpegError, ValueError, OverflowError, ZeroDivisionError):
        raise UnfitMedia("the clip does not decode") from None
    return Clean(data=target.getvalue(), type="video/mp4")


def _encode(source: "av.container.InputContainer", target: io.BytesIO) -> None:
    options = {"fflags": "+bitexact"}  # no date, no name of the encoder
    with av.open(target, "w", format="mp4", options=options) as made:
        stream = None
        for number, frame in enumerate(_frames(source)):
            if stream is None:
                stream = made.add_stream("libx264", rate=15)
                stream.width = frame.width // 2 * 2
                stream.height = frame.height // 2 * 2
                stream.pix_fmt = "yuv420p"
                stream.options = {"preset": "veryfast", "crf": "26"}
            image = frame.reformat(stream.width, stream.height, "yuv420p")
            image.pts, image.time_base = number, Fraction(1, 15)
            made.mux(stream.encode(image))
        if stream is None:
            raise UnfitMedia("the clip has no picture")
        made.mux(stream.encode(None))


def _frames(source: "av.container.InputContainer") -> Iterator[av.VideoFrame]:
    """Yield frames at about 15 a second; a clip is refused where it is too much."""
    stream = source.streams.video[0]
    stream.codec_context.options = _LIMITS
    if stream.codec_context.width * stream.codec_context.height > PIXELS:
        raise UnfitMedia(f"the clip is larger than {PIXELS} pixels")
    first: float | None = None
    shown = -1
    for count, frame in enumerate(source.decode(stream)):
        if count > FRAMES or frame.width * frame.height > PIXELS:
            raise UnfitMedia("the clip has too many pictures, or they grow")
        at = frame.time or 0.0
        first = at if first is None else first
        if at - first > LONGEST_S:
            raise UnfitMedia(f"a clip lasts at most {LONGEST_S - 1} seconds")
        number = int((at - first) * 15)
        if number > shown:
            shown = number
            yield frame
