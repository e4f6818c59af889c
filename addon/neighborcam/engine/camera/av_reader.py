"""Streams and files through FFmpeg: RTSP(S), HTTP (MJPEG, MPEG-TS, HLS), files."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

import av
from av.bitstream import BitStreamFilterContext
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from neighborcam.engine.camera.address import (
    Address,
    file_path,
    is_network,
    with_credentials,
)
from neighborcam.engine.camera.audio import AudioTrack, audio_track
from neighborcam.engine.camera.failures import (
    check_host,
    no_video,
    opening_failure,
    reading_failure,
    unsupported_codec,
)
from neighborcam.engine.camera.packet import MediaKind
from neighborcam.engine.camera.raw_packet import RawPacket, VideoHint
from neighborcam.engine.camera.timeouts import Timeouts
from neighborcam.engine.config import Transport
from neighborcam.engine.errors import CameraError

CODECS: Final = frozenset({"h264", "hevc", "mjpeg", "mpeg4"})
STILL_FORMATS: Final = frozenset({"jpeg_pipe", "image2", "png_pipe", "webp_pipe"})
_RAW_FORMATS: Final = frozenset(
    {"h264", "hevc", "m4v", "mjpeg"}
)  # no clock of their own
_ARRIVAL_FORMATS: Final = frozenset({"mpjpeg", "mjpeg"})  # FFmpeg counts 25 a second
_TO_ANNEX_B: Final = {"h264": "h264_mp4toannexb", "hevc": "hevc_mp4toannexb"}
_LIKELY_FPS: Final = 25.0
_MOST_FPS: Final = 240.0
_READ_ERRORS: Final = (av.FFmpegError, OSError, ValueError)


class AvReader:
    """One stream opened by FFmpeg; raises the `CameraError` tree."""

    def __init__(
        self, address: Address, *, transport: Transport, timeouts: Timeouts, audio: bool
    ) -> None:
        self._url = address.url
        self.paced = is_network(address.url)
        if self.paced:
            check_host(address.url)
        self._container = _open(address, transport, timeouts)
        try:
            self._choose_streams(audio=audio)
        except BaseException:
            self._container.close()
            raise

    def _choose_streams(self, *, audio: bool) -> None:
        self.is_still = self._container.format.name in STILL_FORMATS and self.paced
        self._stream = _video_stream(self._container)
        self.video = _hint(self._stream)
        if self.paced and self.video.codec not in CODECS:
            raise unsupported_codec(self.video.codec)
        self._without_clock = self._container.format.name in (
            _ARRIVAL_FORMATS if self.paced else _RAW_FORMATS
        )
        sound = self._container.streams.audio if audio else ()
        self.audio: AudioTrack | None = (
            audio_track(sound[0].codec_context) if sound else None
        )
        self._wanted = (self._stream.index, *(s.index for s in sound[:1] if self.audio))
        self._to_annex_b = _annex_b_filter(self._stream, self.video)

    def packets(self) -> Iterator[RawPacket]:
        """Yield packets until the stream ends. Damaged packets are passed on."""
        packets = self._container.demux(*self._chosen())
        while True:
            try:
                packet = next(packets, None)
                raws = self._raw(packet) if packet is not None else None
            except _READ_ERRORS as failure:
                error = reading_failure(self._url, failure)
            else:
                if raws is None:
                    return
                yield from raws
                continue
            raise error  # outside the handler: FFmpeg's error names the whole URL

    def close(self) -> None:
        """Close the connection."""
        self._container.close()

    def _chosen(self) -> list[Stream]:
        return [self._container.streams[index] for index in self._wanted]

    def _raw(self, packet: "Packet[Stream]") -> list[RawPacket]:
        if not packet.size:  # the end: empty packets that would flush a decoder
            return []
        if packet.stream_index != self._stream.index:
            return [self._copy(packet, MediaKind.AUDIO)]
        if self._to_annex_b is None:
            return [self._copy(packet, MediaKind.VIDEO)]
        converted = self._to_annex_b.filter(packet)
        return [self._copy(one, MediaKind.VIDEO) for one in converted]

    def _copy(self, packet: "Packet[Stream]", kind: MediaKind) -> RawPacket:
        clock = not self._without_clock
        base = packet.time_base
        return RawPacket(
            kind,
            bytes(packet),
            packet.pts if clock else None,
            packet.dts if clock else None,
            packet.duration if clock else None,
            Fraction(base.numerator, base.denominator),
            packet.is_keyframe,
        )


def _open(address: Address, transport: Transport, timeouts: Timeouts) -> InputContainer:
    url = address.url
    network = is_network(url)
    target = (
        with_credentials(url, address.username, address.password)
        if network
        else str(file_path(url))
    )
    options = _options(url, transport, timeouts) if network else {}
    try:
        return av.open(
            target,
            mode="r",
            options=options,
            timeout=(timeouts.open_s, timeouts.read_s) if network else None,
        )
    except (av.FFmpegError, OSError, ValueError) as failure:
        error: CameraError = opening_failure(url, failure)
    raise error  # outside the handler: FFmpeg's error names the whole URL


def _options(url: str, transport: Transport, timeouts: Timeouts) -> dict[str, str]:
    """Return FFmpeg's options. Its own time limit backs up PyAV's."""
    limit = str(int((timeouts.read_s + 1) * 1_000_000))
    if url.startswith(("rtsp://", "rtsps://")):
        udp = transport is Transport.UDP and url.startswith("rtsp://")
        return {
            "rtsp_transport": "udp" if udp else "tcp",
            "allowed_media_types": "video+audio",
            "timeout": limit,
            "probesize": "500000",  # less misses the size of 4K key frames
            "analyzeduration": "1000000",
            "fpsprobesize": "0",
            "tls_verify": "0",  # cameras sign their certificates themselves
        }
    return {
        "rw_timeout": limit,
        "analyzeduration": "2000000",
        "fpsprobesize": "3",
        "tls_verify": "0",
    }


def _video_stream(container: InputContainer) -> VideoStream:
    streams = container.streams.video
    if not streams:
        raise no_video()
    for stream in streams:
        context: object = stream.codec_context  # None when FFmpeg cannot decode it
        if context is not None:
            return stream
    raise unsupported_codec("")


def _hint(stream: VideoStream) -> VideoHint:
    context = stream.codec_context
    rate = stream.average_rate or stream.guessed_rate
    fps = float(rate) if rate else _LIKELY_FPS
    return VideoHint(
        codec=context.codec.canonical_name,
        width=context.width,
        height=context.height,
        extradata=bytes(context.extradata or b""),
        fps=fps if 0 < fps <= _MOST_FPS else _LIKELY_FPS,
    )


def _annex_b_filter(
    stream: VideoStream, video: VideoHint
) -> BitStreamFilterContext | None:
    """Return a filter for length-prefixed streams (MP4, HLS), so that all are alike."""
    length_prefixed = video.extradata[:1] == b"\x01"
    if video.codec not in _TO_ANNEX_B or not length_prefixed:
        return None
    return BitStreamFilterContext(_TO_ANNEX_B[video.codec], stream)
