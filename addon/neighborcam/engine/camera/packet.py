"""Encoded media as plain data, free of the library that read it.

A `MediaPacket` is a copy of the bytes, so ring, recorder, live viewers and decoder
can hold the same one in different threads and mux it at different offsets.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Protocol


class MediaKind(StrEnum):
    """Which elementary stream a packet belongs to."""

    VIDEO = "video"
    AUDIO = "audio"


@dataclass(frozen=True, kw_only=True, slots=True)
class VideoFormat:
    """What a decoder or muxer needs to know.

    ``codec`` is FFmpeg's name: h264, hevc, mjpeg, mpeg4.
    """

    codec: str
    width: int
    height: int
    extradata: bytes  # parameter sets; Annex B or avcC/hvcC, as the source gave them


@dataclass(frozen=True, kw_only=True, slots=True)
class AudioFormat:
    """Always AAC: other audio was transcoded or dropped on the way in."""

    sample_rate: int
    channels: int
    extradata: bytes  # AudioSpecificConfig


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamFormat:
    """What one connection carries until the next `opened`."""

    video: VideoFormat
    audio: AudioFormat | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MediaPacket:
    """One access unit.

    ``pts`` and ``dts`` count 1/90000 s from the start of the connection and never
    go back within one ``epoch``; a jump of the camera's clock begins a new epoch.
    ``wall`` is the host's aware UTC time of the packet, spaced as the camera's clock
    spaced it. ``data`` is the payload as the container delivered it.
    """

    kind: MediaKind
    data: bytes
    pts: int
    dts: int
    duration: int
    is_key: bool
    epoch: int
    wall: datetime

    @property
    def shown_at(self) -> datetime:
        """When the picture is shown: later than ``wall`` in streams with B frames."""
        if self.pts == self.dts:
            return self.wall
        return self.wall + timedelta(seconds=(self.pts - self.dts) / 90_000)


TIME_BASE = Fraction(1, 90_000)


class PacketSink(Protocol):
    """Takes what a stream delivers, in its thread. Must neither block nor raise."""

    def opened(self, stream_format: StreamFormat) -> None:
        """Take note of a new connection, or of new parameter sets within one."""

    def packet(self, packet: MediaPacket) -> None:
        """Take one packet; the first after `opened` is a key frame of video."""

    def closed(self) -> None:
        """Take note that the connection is gone; `opened` may follow."""
