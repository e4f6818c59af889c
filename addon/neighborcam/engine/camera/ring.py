"""The newest packets of one stream, in whole groups of pictures, bounded in memory.

Pre-roll, thumbnails, retroactive detection and the start of a live view all come out
of here; none of them needs a second connection or a disk.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Final

from neighborcam.engine.camera.packet import (
    MediaKind,
    MediaPacket,
    StreamFormat,
)

_MIB: Final = 1024 * 1024


@dataclass(slots=True)
class _Group:
    """One group of pictures: a key frame and all that follows it."""

    begins: datetime
    packets: list[MediaPacket] = field(default_factory=list)
    size: int = 0


class PacketRing:
    """A `PacketSink` that remembers. Any thread may read; no reader blocks the stream.

    Holds at most ``max_bytes``, and no group that ended more than ``max_s`` ago. The
    newest group always stays whole, unless it alone is over ``max_bytes`` (a camera
    that sends a key frame once an hour): then the ring empties until the next.
    Begins anew with each `opened`, so that what it gives out has one format and one
    clock; what it holds stays readable after `closed`.
    """

    def __init__(self, max_bytes: int = 32 * _MIB, max_s: float = 30.0) -> None:
        self._max_bytes = max_bytes
        self._max_s = max_s
        self._lock = Lock()
        self._format: StreamFormat | None = None
        self._groups: deque[_Group] = deque()
        self._size = 0

    @property
    def size_bytes(self) -> int:
        """Bytes of video and audio held."""
        return self._size

    def opened(self, stream_format: StreamFormat) -> None:
        """See `PacketSink.opened`: what was held is let go."""
        with self._lock:
            self._format = stream_format
            self._clear()

    def packet(self, packet: MediaPacket) -> None:
        """See `PacketSink.packet`."""
        with self._lock:
            if packet.is_key and packet.kind is MediaKind.VIDEO:
                self._groups.append(_Group(begins=packet.wall))
            if self._groups:
                group = self._groups[-1]
                group.packets.append(packet)
                group.size += len(packet.data)
                self._size += len(packet.data)
                self._trim(packet.wall)

    def closed(self) -> None:
        """See `PacketSink.closed`: what is held stays readable."""

    def snapshot_from(self, wall: datetime) -> tuple[StreamFormat, list[MediaPacket]]:
        """Return format and packets from the group that covers ``wall`` to the newest.

        From the oldest group held when ``wall`` is before it. Raises `LookupError`
        while the ring is empty.
        """
        with self._lock:
            groups = list(self._groups)
            stream_format = self._held_format()
            first = 0
            for index, group in enumerate(groups):
                if group.begins <= wall:
                    first = index
            found = [packet for group in groups[first:] for packet in group.packets]
            return stream_format, found

    def newest_gop(self) -> tuple[StreamFormat, list[MediaPacket]]:
        """Return format and packets of the newest group; `LookupError` while empty."""
        with self._lock:
            return self._held_format(), list(self._groups[-1].packets)

    def _held_format(self) -> StreamFormat:
        if self._format is None or not self._groups:
            raise LookupError("no packet has come yet")
        return self._format

    def _clear(self) -> None:
        self._groups.clear()
        self._size = 0

    def _trim(self, now: datetime) -> None:
        while len(self._groups) > 1 and self._is_surplus(now):
            self._size -= self._groups.popleft().size
        if self._size > self._max_bytes:
            self._clear()

    def _is_surplus(self, now: datetime) -> bool:
        ended = self._groups[1].begins
        age_s = (now - ended).total_seconds()
        return self._size > self._max_bytes or age_s > self._max_s
