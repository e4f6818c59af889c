"""The format of a video stream as its key frames tell it.

Containers are wrong or silent about it often enough: RTSP descriptions of last
year's resolution, streams without parameter sets in the description, cameras whose
resolution is changed while they run.
"""

from typing import Final

import av

from neighborcam.engine.camera.decoder import video_decoder
from neighborcam.engine.camera.packet import VideoFormat
from neighborcam.engine.camera.parameter_sets import (
    is_complete,
    jpeg_size,
    parameter_sets,
)
from neighborcam.engine.camera.raw_packet import VideoHint

_SELF_CONTAINED: Final = frozenset({"h264", "hevc", "mpeg4"})


class VideoTrack:
    """Follows the parameter sets of one stream; ``format`` is None until they came."""

    def __init__(self, hint: VideoHint) -> None:
        self.codec = hint.codec
        self._hint = hint
        self._sets = self._known(hint)
        self.format: VideoFormat | None = None
        if self.codec not in _SELF_CONTAINED and hint.width > 0:
            self.format = self._describe(hint.extradata, hint.width, hint.height)

    def key_frame(self, data: bytes) -> bytes:
        """Update ``format`` from a key frame; return it with its parameter sets."""
        if self.codec == "mjpeg":
            self._follow_jpeg(data)
        if self.codec not in _SELF_CONTAINED:
            return data
        sets = parameter_sets(self.codec, data)
        if not (sets and is_complete(self.codec, sets)):
            data, sets = self._sets + data, self._sets
        if sets and (self.format is None or sets != self._sets):
            self._follow(sets, data)
        return data

    def _known(self, hint: VideoHint) -> bytes:
        sets = parameter_sets(self.codec, hint.extradata)
        return sets if sets and is_complete(self.codec, sets) else b""

    def _follow(self, sets: bytes, data: bytes) -> None:
        """Take new parameter sets, unless they are damaged: nothing decodes then."""
        size = (self._hint.width, self._hint.height)
        if sets != self._sets or min(size) <= 0:
            size = picture_size(self.codec, data)
        if min(size) > 0:
            self._sets = sets
            self.format = self._describe(sets, *size)

    def _follow_jpeg(self, data: bytes) -> None:
        size = jpeg_size(data)
        known = self.format
        if size and (known is None or size != (known.width, known.height)):
            self.format = self._describe(b"", *size)

    def _describe(self, extradata: bytes, width: int, height: int) -> VideoFormat:
        return VideoFormat(
            codec=self.codec, width=width, height=height, extradata=extradata
        )


def picture_size(codec: str, key_frame: bytes) -> tuple[int, int]:
    """Return width and height of a key frame by decoding it; zeros when damaged."""
    decoder = video_decoder(VideoFormat(codec=codec, width=0, height=0, extradata=b""))
    try:
        frames = [*decoder.decode(av.Packet(key_frame)), *decoder.decode(None)]
    except av.FFmpegError:
        return 0, 0
    return (frames[0].width, frames[0].height) if frames else (0, 0)
