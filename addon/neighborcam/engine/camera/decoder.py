"""Plain FFmpeg decoders fed with our packets: one thread, nothing held between uses."""

from typing import cast

from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from neighborcam.engine.camera.packet import TIME_BASE, MediaPacket, VideoFormat


def video_decoder(
    video: VideoFormat, options: dict[str, str] | None = None
) -> VideoCodecContext:
    """Return a decoder for ``video``."""
    decoder = cast("VideoCodecContext", VideoCodecContext.create(video.codec, "r"))
    decoder.thread_count = 1
    decoder.options = options or {}
    if video.extradata:
        decoder.extradata = video.extradata
    decoder.width, decoder.height = video.width, video.height
    return decoder


def av_packet(packet: MediaPacket) -> "Packet[VideoStream]":
    """Return a packet for FFmpeg; times in 1/90000 s."""
    made = cast("Packet[VideoStream]", Packet(packet.data))
    made.pts, made.dts = packet.pts, packet.dts
    made.time_base = TIME_BASE
    return made
