"""The queue between a stream's thread and its recorder's: bounded in bytes.

A slow disk must never hold up the stream. When the queue is full it takes no more
until a key frame finds room again, so what is lost are whole groups of pictures.
"""

import threading
from collections import deque
from enum import Enum
from typing import Final

from neighborcam.engine.camera.packet import MediaKind, MediaPacket, StreamFormat


class Mark(Enum):
    """What lies between packets."""

    CLOSED = "closed"  # the connection ended
    DROPPED = "dropped"  # packets are missing here: the disk was too slow


type Item = MediaPacket | StreamFormat | Mark

_WAKE_EVERY: Final = 81_000  # 0.9 s: a fragment a second costs one wake-up a second


class Inbox:
    """Packets in order, one side in each thread."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._items: deque[Item] = deque()
        self._bytes = 0
        self._refusing = False
        self._wake_from: int | None = None
        self._ready = threading.Condition()
        self._awake = False

    def put(self, packet: MediaPacket) -> None:
        """Queue a packet or drop it; never wait for the disk."""
        with self._ready:
            if self._refuse(packet):
                return
            self._items.append(packet)
            self._bytes += len(packet.data)
            if packet.kind is not MediaKind.VIDEO:
                return
            if self._wake_from is None or packet.dts < self._wake_from:
                self._wake_from = packet.dts
            if packet.dts - self._wake_from >= _WAKE_EVERY:
                self._wake_now()

    def mark(self, item: StreamFormat | Mark) -> None:
        """Queue what is no packet; it is never dropped."""
        with self._ready:
            self._items.append(item)
            self._wake_now()

    def wake(self) -> None:
        """Let `take` return, though nothing may be there."""
        with self._ready:
            self._wake_now()

    def take(self, timeout_s: float) -> list[Item]:
        """Wait for about a second of video, a mark or the timeout; take everything."""
        with self._ready:
            self._ready.wait_for(lambda: self._awake, timeout_s)
            self._awake = False
            self._wake_from = None
            items = list(self._items)
            self._items.clear()
            self._bytes = 0
            return items

    def _refuse(self, packet: MediaPacket) -> bool:
        full = self._bytes + len(packet.data) > self._max_bytes
        if not self._refusing and full:
            self._refusing = True
            self._items.append(Mark.DROPPED)
            self._wake_now()
        starts_anew = packet.kind is MediaKind.VIDEO and packet.is_key
        if self._refusing and starts_anew and not full:
            self._refusing = False
        return self._refusing

    def _wake_now(self) -> None:
        self._awake = True
        self._ready.notify()
