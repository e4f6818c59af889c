"""The pictures of an answer's clip: copied, or covered one by one and encoded anew.

Memory does not grow with the length. What is written has no sound and no metadata.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import cv2
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream

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

_CRF: Final = "20"
_QUALITY: Final = 92
_MS: Final = Fraction(1, 1000)


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
    with making(), av.open(str(recording)) as source:
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
    with making():
        scene = learnt(recording) if plan.moving else None
        shown = decoded(recording, until_s=end_s, wanted=lambda at: at >= start_s)
        with _writing(out) as target:
            stream, frames = _encode(target, redacted(shown, plan, scene, finders))
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
    with making():
        scene = learnt(recording) if plan.moving else None
        shown = decoded(recording, wanted=lambda at: at >= at_s)
        image = next((each for each, _ in shown), None)
        if image is None:
            raise InvalidInput("start: nothing is recorded at this time")
        done = redact(image, plan, scene, None, finders.mask(image))
    quality = [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]
    data = cv2.imencode(".jpg", done, quality)[1].tobytes()
    height, width = done.shape[:2]
    return Pictures(data=data, width=width, height=height, frames=1, codec="jpeg")


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
