"""Live video for people and programs: one remuxer per viewer, in the stream's thread.

Nothing is re-encoded and nobody waits for anybody: what a viewer does not fetch in
time is not kept for it.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from threading import Lock
from typing import Final, Self

from neighborcam.engine.camera.mime import mp4_mime
from neighborcam.engine.camera.packet import MediaKind, MediaPacket, StreamFormat
from neighborcam.engine.camera.remux import LiveContainer, Remuxer, check_carried
from neighborcam.engine.errors import CameraStalled

_MIB: Final = 1024 * 1024
_MOST_PENDING: Final = 8 * _MIB
_MOST_GROUP: Final = 16 * _MIB
_PATIENCE: Final = 30 * 90_000  # a viewer that fetches nothing for this long is let go


class Viewer(AsyncIterator[bytes]):
    """Chunks of one live view; iterate it in the loop it was opened for.

    Of fragmented MP4 the first chunk is the initialisation segment. The iteration
    ends when the camera is switched off, the viewer was too slow for half a minute,
    or (fragmented MP4 only) the camera changed its format: open another then.
    """

    def __init__(
        self,
        container: LiveContainer,
        stream_format: StreamFormat,
        loop: asyncio.AbstractEventLoop,
        forget: Callable[["Viewer"], None],
        most_pending: int,
    ) -> None:
        self.container = container
        self.mime = "video/mp2t" if container == "mpegts" else mp4_mime(stream_format)
        self._loop = loop
        self._forget = forget
        self._most_pending = most_pending
        self._format = stream_format
        self._remuxer: Remuxer | None = None
        self._skipping_since: int | None = None
        self._lock = Lock()  # pending bytes are counted in two threads
        self._pending = 0
        self._chunks: deque[bytes] = deque()
        self._arrived = asyncio.Event()
        self._ended = False

    # In the loop.

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        while not self._chunks:
            if self._ended:
                raise StopAsyncIteration
            self._arrived.clear()
            await self._arrived.wait()
        chunk = self._chunks.popleft()
        with self._lock:
            self._pending -= len(chunk)
        return chunk

    def close(self) -> None:
        """Stop the view; safe to call twice."""
        self._forget(self)
        self._end()

    def _deliver(self, chunk: bytes) -> None:
        self._chunks.append(chunk)
        self._arrived.set()

    def _end(self) -> None:
        self._ended = True
        self._arrived.set()

    # In the stream's thread.

    def reopened(self, stream_format: StreamFormat) -> None:
        """Go on with a new connection or format, if this container can."""
        if stream_format == self._format:
            if self._remuxer is not None:
                self._remuxer.restart()
            return
        if self.container == "fmp4":
            self.end()
            return
        self._format = stream_format
        if self._remuxer is not None:
            begin = self._remuxer.end
            self._send(self._remuxer.close())
            self._remuxer = Remuxer(self.container, stream_format)
            self._remuxer.restart(begin)

    def start(self, group: list[MediaPacket]) -> None:
        """Begin at once, with the group of pictures that is under way."""
        self._remuxer = Remuxer(self.container, self._format)
        for packet in group:
            self._send(self._remuxer.chunk(packet))

    @property
    def is_started(self) -> bool:
        """Whether `start` was called."""
        return self._remuxer is not None

    def feed(self, packet: MediaPacket) -> None:
        """Send a packet on, or leave it out while the viewer is behind."""
        if self._remuxer is not None and not self._is_behind(packet):
            self._send(self._remuxer.chunk(packet))

    def end(self) -> None:
        """End the iteration after what was sent."""
        self._call(self._end)

    def _is_behind(self, packet: MediaPacket) -> bool:
        """Skip to a key frame when too much waits, for what lies between is useless."""
        with self._lock:
            pending = self._pending
        if self._skipping_since is None:
            if pending <= self._most_pending:
                return False
            self._skipping_since = packet.dts
            return True
        is_start = packet.is_key and packet.kind is MediaKind.VIDEO
        if is_start and pending <= self._most_pending // 2:
            self._skipping_since = None
            return False
        if packet.dts - self._skipping_since > _PATIENCE:
            self._forget(self)
            self.end()
        return True

    def _send(self, chunk: bytes) -> None:
        if chunk:
            with self._lock:
                self._pending += len(chunk)
            self._call(self._deliver, chunk)

    def _call[*Args](self, function: Callable[[*Args], object], *args: *Args) -> None:
        try:
            self._loop.call_soon_threadsafe(function, *args)
        except RuntimeError:  # the loop is closed: so is every view in it
            self._forget(self)


class LiveViewers:
    """A `PacketSink` that gives one stream to any number of viewers."""

    def __init__(
        self, *, most_pending: int = _MOST_PENDING, most_group: int = _MOST_GROUP
    ) -> None:
        self._most_pending = most_pending
        self._most_group = most_group
        self._lock = Lock()  # guards the set of viewers, not their work
        self._viewers: tuple[Viewer, ...] = ()
        self._format: StreamFormat | None = None
        self._group: list[MediaPacket] = []
        self._group_size = 0

    @property
    def count(self) -> int:
        """How many watch."""
        return len(self._viewers)

    def open_viewer(
        self, container: LiveContainer, loop: asyncio.AbstractEventLoop
    ) -> Viewer:
        """Return a new view; it starts with the next packet, a key frame first.

        Raises `CameraStalled` while the camera is not connected, `CameraUnsupported`
        when its video cannot be shown live.
        """
        stream_format = self._format
        if stream_format is None:
            raise CameraStalled("the camera is not connected now; try again when it is")
        check_carried(stream_format.video.codec)
        viewer = Viewer(
            container, stream_format, loop, self._remove, self._most_pending
        )
        with self._lock:
            self._viewers = (*self._viewers, viewer)
        return viewer

    def end_all(self) -> None:
        """End every view: the camera is switched off or removed."""
        with self._lock:
            viewers, self._viewers = self._viewers, ()
        for viewer in viewers:
            viewer.end()

    def opened(self, stream_format: StreamFormat) -> None:
        """See `PacketSink.opened`: views go on where their container can."""
        self._format = stream_format
        self._group, self._group_size = [], 0
        for viewer in self._viewers:
            viewer.reopened(stream_format)

    def packet(self, packet: MediaPacket) -> None:
        """See `PacketSink.packet`."""
        self._remember(packet)
        for viewer in self._viewers:
            if viewer.is_started:
                viewer.feed(packet)
            elif self._group:
                viewer.start(self._group)

    def closed(self) -> None:
        """See `PacketSink.closed`: views wait for the camera to come back."""
        self._format = None

    def _remember(self, packet: MediaPacket) -> None:
        if packet.is_key and packet.kind is MediaKind.VIDEO:
            self._group, self._group_size = [packet], len(packet.data)
        elif self._group:
            self._group.append(packet)
            self._group_size += len(packet.data)
            if self._group_size > self._most_group:
                self._group, self._group_size = [], 0

    def _remove(self, viewer: Viewer) -> None:
        with self._lock:
            self._viewers = tuple(one for one in self._viewers if one is not viewer)
