"""Pictures out of packets, as cheaply as they can be had.

Detection needs brightness only: one thread, no loop filter, no colour conversion and
no copy; the luma plane is looked at where the decoder put it. Stills for people take
the whole road, but only for the one frame that is wanted (`picture`, `still`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import av
import numpy as np
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from neighborcam.engine.camera.decoder import av_packet, video_decoder
from neighborcam.engine.camera.packet import MediaKind, MediaPacket, VideoFormat
from neighborcam.engine.camera.picture import Picture, decode_picture
from neighborcam.engine.camera.still import jpeg

__all__ = [
    "LumaDecoder",
    "LumaFrame",
    "Picture",
    "decode_picture",
    "jpeg",
    "luma_plane",
]

_REMEMBERED: Final = 256  # packets whose frames may still come
_EIGHT_BITS: Final = 8
_GREY: Final = 128  # of a chroma plane
_CHROMA_STEP: Final = 997  # a prime: no columns of one picture width are favoured
_CHEAP: Final = {"skip_loop_filter": "all", "flags2": "+fast"}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LumaFrame:
    """Brightness of one frame: uint8[H, W], a view into the decoder's memory.

    ``pts`` as in `MediaPacket`. ``corrupt`` says that the decoder concealed damage:
    what moves in such a frame may never have happened. ``saturation`` is the mean
    distance of chroma from grey in levels, 0 … 128; None where there is no chroma.
    """

    luma: NDArray[np.uint8]
    wall: datetime
    pts: int
    corrupt: bool
    saturation: float | None


class LumaDecoder:
    """Decodes one stream's video; make another for each `opened`.

    ``key_frames_only`` decodes nothing else. ``max_fps`` returns no more frames than
    that, and decodes none that neither is returned nor leads to one that is: what
    follows the last wanted frame of a group of pictures. Damaged packets never raise.
    """

    def __init__(
        self,
        video: VideoFormat,
        key_frames_only: bool = False,  # noqa: FBT001, FBT002 - agreed signature
        *,
        max_fps: float | None = None,
    ) -> None:
        self._keys_only = key_frames_only
        self._spacing = round(90_000 / max_fps * 0.99) if max_fps else 0
        self._decoder = video_decoder(video, _CHEAP)
        self._walls: dict[int, datetime] = {}
        self._last_due: int | None = None
        self._due: set[int] = set()  # pts of frames to return
        self._undecoded: list[MediaPacket] = []  # until one is due after them
        self._last_pts = -1
        self._damaged = False

    def decode(self, packets: Iterable[MediaPacket]) -> list[LumaFrame]:
        """Return the frames that ``packets`` complete, in the order of display."""
        frames: list[LumaFrame] = []
        for packet in packets:
            if packet.kind is not MediaKind.VIDEO:
                continue
            if packet.is_key:
                self._undecoded.clear()
            elif self._keys_only:
                continue
            self._undecoded.append(packet)
            if self._is_due(packet):
                frames += self._take_undecoded()
            if self._keys_only:
                frames += self._drain()
        return frames

    def _take_undecoded(self) -> list[LumaFrame]:
        packets, self._undecoded = self._undecoded, []
        frames: list[LumaFrame] = []
        for packet in packets:
            self._remember(packet)
            frames += self._take(av_packet(packet))
        return frames

    def _drain(self) -> list[LumaFrame]:
        """Take a key frame out at once: a stream with B frames would hold it back."""
        frames = self._take(None)
        self._decoder.flush_buffers()
        return frames

    def flush(self) -> list[LumaFrame]:
        """Return what the decoder held back at the end; decode nothing afterwards."""
        return self._take(None)

    def _remember(self, packet: MediaPacket) -> None:
        if len(self._walls) >= _REMEMBERED:  # frames that damage swallowed
            for old in list(self._walls)[: _REMEMBERED // 2]:
                del self._walls[old]
        self._walls[packet.pts] = packet.shown_at

    def _take(self, packet: "Packet[VideoStream] | None") -> list[LumaFrame]:
        try:
            decoded = self._decoder.decode(packet)
        except (av.FFmpegError, EOFError):
            self._damaged = True
            return []
        given = (self._luma_frame(frame) for frame in decoded)
        return [frame for frame in given if frame is not None]

    def _luma_frame(self, frame: VideoFrame) -> LumaFrame | None:
        given = frame.pts if frame.pts is not None else self._last_pts + 1
        wall = self._walls.pop(given, None)
        pts = max(given, self._last_pts + 1)
        self._last_pts = pts
        corrupt, self._damaged = frame.is_corrupt or self._damaged, False
        if wall is None or given not in self._due:
            return None
        self._due.discard(given)
        return LumaFrame(
            luma=luma_plane(frame),
            wall=wall,
            pts=pts,
            corrupt=corrupt,
            saturation=saturation(frame),
        )

    def _is_due(self, packet: MediaPacket) -> bool:
        last = self._last_due
        if last is not None and abs(packet.pts - last) < self._spacing:
            return False
        if len(self._due) >= _REMEMBERED:  # frames that damage swallowed
            self._due.clear()
        self._last_due = packet.pts
        self._due.add(packet.pts)
        return True


def luma_plane(frame: VideoFrame) -> NDArray[np.uint8]:
    """Return uint8[H, W]: a view where the format has an 8-bit luma plane."""
    first = frame.format.components[0]
    has_luma = first.is_luma and first.plane == 0 and first.bits == _EIGHT_BITS
    if not has_luma or not _is_planar(frame):
        frame = frame.reformat(format="gray")
    plane = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8)
    width = plane.line_size
    return rows[: width * frame.height].reshape(frame.height, width)[:, : frame.width]


def saturation(frame: VideoFrame) -> float | None:
    """Return how colourful a frame is, from a sparse sample of its chroma."""
    if not frame.format.name.startswith(("yuv4", "yuvj4")):
        return None
    if frame.format.components[1].bits != _EIGHT_BITS:
        return None
    sample = np.concatenate(
        [np.frombuffer(plane, np.uint8)[::_CHROMA_STEP] for plane in frame.planes[1:3]]
    )
    return float(np.abs(sample.astype(np.int16) - _GREY).mean())


def _is_planar(frame: VideoFrame) -> bool:
    return frame.format.is_planar or frame.format.name == "gray"
