"""One frame in colour, for people and for the labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import av
import numpy as np
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from neighborcam.engine.camera.decoder import av_packet, video_decoder
from neighborcam.engine.camera.packet import MediaKind, MediaPacket, VideoFormat


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Picture:
    """One frame in colour: ``rgb`` is uint8[H, W, 3]."""

    rgb: NDArray[np.uint8]
    wall: datetime


def decode_picture(
    video: VideoFormat, packets: Sequence[MediaPacket], wall: datetime
) -> Picture:
    """Decode the frame shown at ``wall``: the last one not after it, else the first.

    ``packets`` begin at a key frame, as `PacketRing` gives them out. Raises
    `LookupError` when none of them decodes.
    """
    wanted = _wanted(packets, wall)
    decoder = video_decoder(video)
    best: VideoFrame | None = None
    for packet in (*map(av_packet, wanted), None):
        for frame in _decoded(decoder, packet):
            best = frame if best is None or _is_better(frame, wanted, wall) else best
    if best is None:
        raise LookupError("no picture can be decoded at that time")
    walls = {packet.pts: packet.wall for packet in wanted}
    rgb = best.to_ndarray(format="rgb24")
    return Picture(
        rgb=np.asarray(rgb, np.uint8), wall=walls.get(best.pts or 0, wanted[0].wall)
    )


def _wanted(packets: Sequence[MediaPacket], wall: datetime) -> list[MediaPacket]:
    """Return the video from the last key frame not after ``wall`` up to ``wall``."""
    video = [packet for packet in packets if packet.kind is MediaKind.VIDEO]
    begin = 0
    for index, packet in enumerate(video):
        if packet.is_key and packet.wall <= wall:
            begin = index
    end = next(
        (i for i in range(begin + 1, len(video)) if video[i].wall > wall), len(video)
    )
    if not video:
        raise LookupError("there is no video at that time")
    return video[begin:end]


def _is_better(
    frame: VideoFrame, wanted: Sequence[MediaPacket], wall: datetime
) -> bool:
    shown = {packet.pts: packet.wall for packet in wanted}.get(frame.pts or 0)
    return shown is not None and shown <= wall


def _decoded(
    decoder: VideoCodecContext, packet: "Packet[VideoStream] | None"
) -> list[VideoFrame]:
    try:
        return decoder.decode(packet)
    except (av.FFmpegError, EOFError):
        return []
