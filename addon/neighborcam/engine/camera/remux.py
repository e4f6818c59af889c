"""Packets into a container, never re-encoded: MPEG-TS or fragmented MP4 in chunks.

Also for whoever writes files: `add_streams` declares our formats to FFmpeg, which
learns parameter sets of video from the first key frame (a `Source` puts them there)
but must be given the configuration of AAC.
"""

import io
from typing import Final, Literal

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream

from neighborcam.engine.camera.packet import (
    TIME_BASE,
    AudioFormat,
    MediaKind,
    MediaPacket,
    StreamFormat,
)
from neighborcam.engine.errors import CameraUnsupported

type LiveContainer = Literal["mpegts", "fmp4"]

_CARRIED: Final = frozenset({"h264", "hevc"})
_FORMAT_NAMES: Final = {"mpegts": "mpegts", "fmp4": "mp4"}
_OPTIONS: Final[dict[str, dict[str, str]]] = {
    "mpegts": {
        "flush_packets": "1",
        "mpegts_flags": "resend_headers",
        "max_interleave_delta": "1",  # do not wait for sound that may not come
    },
    "fmp4": {
        "movflags": "frag_keyframe+empty_moov+default_base_moof",
        "frag_duration": "200000",  # microseconds: what a browser lags behind
        "max_interleave_delta": "1",
    },
}
_SILENT_FRAME: Final = bytes.fromhex("211004608c1c")  # AAC, so that FFmpeg can probe


class Remuxer:
    """Turns packets into chunks of one container, counting time from zero."""

    def __init__(self, container: LiveContainer, stream_format: StreamFormat) -> None:
        check_carried(stream_format.video.codec)
        self._written = _Chunks()
        self._output = av.open(
            self._written,
            "w",
            format=_FORMAT_NAMES[container],
            options=_OPTIONS[container],
        )
        self._video, self._audio = add_streams(self._output, stream_format)
        self._last: dict[MediaKind, int] = {}
        self._offset: int | None = None
        self._step = 0

    @property
    def end(self) -> int:
        """Where the next stream may begin, in 1/90000 s."""
        return max(self._last.values(), default=-1) + 1 + self._step

    def restart(self, begin: int | None = None) -> None:
        """Let what comes next follow at ``begin``, or without a gap at the end."""
        if begin is not None:
            self._last[MediaKind.VIDEO] = begin - 1
        self._offset = None

    def chunk(self, packet: MediaPacket) -> bytes:
        """Mux one packet; return what is complete by then, often nothing.

        The first bytes of fragmented MP4 are the initialisation segment, alone.
        Damaged packets and sound from before the first picture are left out.
        """
        made = self._packet(packet)
        if made is None:
            return b""
        try:
            self._output.mux_one(made)
        except (av.FFmpegError, ValueError):
            return self._written.take()  # damaged beyond what the container carries
        return self._written.take()

    def close(self) -> bytes:
        """Return what was held back."""
        try:
            self._output.close()
        except (av.FFmpegError, ValueError):
            return b""
        return self._written.take()

    def _packet(self, packet: MediaPacket) -> "Packet[Stream] | None":
        is_video = packet.kind is MediaKind.VIDEO
        stream = self._video if is_video else self._audio
        if stream is None or (self._offset is None and not is_video):
            return None
        if self._offset is None:
            self._offset = self.end - packet.dts
        last = self._last.get(packet.kind, -1)
        dts = packet.dts + self._offset
        if dts <= last and not is_video:
            return None
        dts = max(dts, last + 1)
        self._last[packet.kind] = dts
        if is_video:
            self._step = packet.duration
        pts = max(dts, packet.pts + self._offset)
        return muxed_packet(packet, stream, pts, dts)


def check_carried(codec: str) -> None:
    """Raise `CameraUnsupported` for video that no live container carries."""
    if codec not in _CARRIED:
        raise CameraUnsupported(
            f"live video needs H.264 or H.265, and this camera sends {codec.upper()};"
            " its pictures, motion and recordings work, or set it to H.264"
        )


def add_streams(
    output: OutputContainer, stream_format: StreamFormat
) -> tuple[Stream, Stream | None]:
    """Declare video and audio in ``output``; the first packet must be a key frame.

    Raises `ValueError` when the container cannot carry them.
    """
    video = stream_format.video
    stream = output.add_mux_stream(
        video.codec, width=video.width, height=video.height, time_base=TIME_BASE
    )
    if stream_format.audio is None:
        return stream, None
    with av.open(io.BytesIO(_flv(stream_format.audio)), "r", format="flv") as template:
        sound: AudioStream = template.streams.audio[0]
        return stream, output.add_stream_from_template(sound)


def muxed_packet(
    packet: MediaPacket, stream: Stream, pts: int, dts: int
) -> "Packet[Stream]":
    """Return ``packet`` for ``stream`` at other times (1/90000 s)."""
    made: Packet[Stream] = Packet(packet.data)
    made.stream = stream
    made.time_base = TIME_BASE
    made.pts, made.dts, made.duration = pts, dts, packet.duration
    made.is_keyframe = packet.is_key
    return made


class _Chunks(io.RawIOBase):
    """What FFmpeg writes, until it is taken. Not seekable, like a socket."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]  # FFmpeg gives a buffer
        self._parts.append(part)
        return len(part)

    def take(self) -> bytes:
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def _flv(audio: AudioFormat) -> bytes:
    """Return the smallest file that tells FFmpeg an AudioSpecificConfig.

    PyAV makes streams for raw packets only out of another container's stream.
    """
    header = b"FLV\x01\x04\x00\x00\x00\x09\x00\x00\x00\x00"
    config = _flv_tag(b"\xaf\x00" + audio.extradata)
    return header + config + _flv_tag(b"\xaf\x01" + _SILENT_FRAME)


def _flv_tag(payload: bytes) -> bytes:
    size = len(payload)
    head = b"\x08" + size.to_bytes(3, "big") + bytes(7)
    return head + payload + (size + 11).to_bytes(4, "big")
