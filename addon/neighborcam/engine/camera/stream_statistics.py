"""Numbers about one stream, counted in its thread and read from any other."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from neighborcam.engine.camera.packet import MediaKind, MediaPacket, StreamFormat

_WINDOW: Final = 5 * 90_000


@dataclass(frozen=True, kw_only=True, slots=True)
class StreamStatistics:
    """``fps`` and ``bits_per_s`` are of the last five seconds; 0 before that."""

    stream_format: StreamFormat | None
    packets: int
    frames: int
    size_bytes: int
    reconnects: int
    fps: float
    bits_per_s: float
    last_packet_at: datetime | None


class StreamCounter:
    """Counts what passes; one addition or two per packet."""

    def __init__(self) -> None:
        self.reconnects = 0
        self._format: StreamFormat | None = None
        self._last: MediaPacket | None = None
        self._packets = self._size = self._frames = 0
        self._begin: tuple[int, int, int] | None = None  # dts, frames, size
        self._fps = self._bits_per_s = 0.0

    def opened(self, stream_format: StreamFormat) -> None:
        """Begin a connection."""
        self._format = stream_format
        self._begin = None

    def packet(self, packet: MediaPacket) -> None:
        """Count a packet."""
        self._packets += 1
        self._size += len(packet.data)
        self._last = packet
        if packet.kind is MediaKind.VIDEO:
            self._frame(packet.dts)

    def snapshot(self) -> StreamStatistics:
        """Return the numbers now."""
        last = self._last
        return StreamStatistics(
            stream_format=self._format,
            packets=self._packets,
            frames=self._frames,
            size_bytes=self._size,
            reconnects=self.reconnects,
            fps=self._fps,
            bits_per_s=self._bits_per_s,
            last_packet_at=last.wall if last else None,
        )

    def _frame(self, dts: int) -> None:
        begin = self._begin
        if begin is None:
            self._begin = (dts, self._frames, self._size)
        elif dts - begin[0] >= _WINDOW:
            seconds = (dts - begin[0]) / 90_000
            self._fps = (self._frames - begin[1]) / seconds
            self._bits_per_s = (self._size - begin[2]) * 8 / seconds
            self._begin = (dts, self._frames, self._size)
        self._frames += 1
