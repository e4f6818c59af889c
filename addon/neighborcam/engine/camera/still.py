"""JPEG of a picture, with what the owner wants nobody to see painted black."""

from collections.abc import Sequence
from typing import Final

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from neighborcam.engine.camera.packet import TIME_BASE
from neighborcam.engine.camera.picture import Picture
from neighborcam.engine.config import Polygon

_QUALITY: Final = 4  # FFmpeg's scale: 2 is best, 31 worst
_LAMBDA: Final = 118  # FF_QP2LAMBDA


def jpeg(
    picture: Picture, max_width: int, privacy_masks: Sequence[Polygon] = ()
) -> bytes:
    """Encode ``picture``, no wider than ``max_width``, privacy masks in black.

    Masks are painted before scaling, a pixel wider than drawn: no colour of what is
    behind them seeps into the pixels beside.
    """
    rgb = mask(picture.rgb, privacy_masks)
    height, width = rgb.shape[:2]
    wide = max(2, min(width, max_width) // 2 * 2)  # chroma has half the pixels
    high = max(2, round(height * wide / width / 2) * 2)
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
    frame = frame.reformat(
        width=wide, height=high, format="yuvj420p", dst_color_range="JPEG"
    )
    return _encode(frame)


def mask(rgb: NDArray[np.uint8], privacy_masks: Sequence[Polygon]) -> NDArray[np.uint8]:
    """Return ``rgb`` (uint8[H, W, 3]) with the masks black; a copy if there are any."""
    if not privacy_masks:
        return rgb
    hidden = np.zeros(rgb.shape[:2], np.bool_)
    for polygon in privacy_masks:
        hidden |= inside(polygon, *rgb.shape[:2])
    masked = rgb.copy()
    masked[_grown(hidden)] = 0
    return masked


def inside(polygon: Polygon, height: int, width: int) -> NDArray[np.bool_]:
    """Return bool[H, W]: which pixels' centres lie in ``polygon`` (even-odd rule)."""
    xs = (np.arange(width) + 0.5)[None, :]
    ys = (np.arange(height) + 0.5)[:, None]
    result = np.zeros((height, width), np.bool_)
    corners = [(x * width, y * height) for x, y in polygon]
    for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True):
        if y0 == y1:
            continue
        rows = (ys >= min(y0, y1)) & (ys < max(y0, y1))
        crossing = x0 + (ys - y0) * (x1 - x0) / (y1 - y0)
        result ^= rows & (xs < crossing)
    return result


def _grown(hidden: NDArray[np.bool_]) -> NDArray[np.bool_]:
    grown = hidden.copy()
    grown[1:] |= hidden[:-1]
    grown[:-1] |= hidden[1:]
    sideways = grown.copy()
    sideways[:, 1:] |= grown[:, :-1]
    sideways[:, :-1] |= grown[:, 1:]
    return sideways


def _encode(frame: VideoFrame) -> bytes:
    encoder = VideoCodecContext.create("mjpeg", "w")
    encoder.width, encoder.height = frame.width, frame.height
    encoder.pix_fmt = "yuvj420p"
    encoder.time_base = TIME_BASE
    encoder.thread_count = 1
    encoder.qmin = encoder.qmax = _QUALITY
    encoder.flags |= int(av.codec.context.Flags.qscale)
    encoder.global_quality = _QUALITY * _LAMBDA
    frame.pts = 0
    return b"".join(map(bytes, [*encoder.encode(frame), *encoder.encode(None)]))
