"""What a reader hands to the source: a packet with the camera's own times."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, Protocol

from neighborcam.engine.camera.audio import AudioTrack
from neighborcam.engine.camera.packet import MediaKind


class RawPacket(NamedTuple):
    """One packet as the container gave it. A tuple: one is made for every packet."""

    kind: MediaKind
    data: bytes
    pts: int | None
    dts: int | None
    duration: int | None
    time_base: Fraction
    is_key: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class VideoHint:
    """What the container says about the video; the packets know better."""

    codec: str
    width: int
    height: int
    extradata: bytes
    fps: float


class Reader(Protocol):
    """One open connection; closed by its owner."""

    video: VideoHint
    audio: AudioTrack | None
    paced: bool  # packets arrive as they happen

    def packets(self) -> Iterator[RawPacket]:
        """Yield packets until the stream ends; raises the `CameraError` tree."""

    def close(self) -> None:
        """Give the connection back."""
