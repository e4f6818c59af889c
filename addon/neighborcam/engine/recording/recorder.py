"""Records one camera: takes its packets in the stream's thread, writes in its own.

A failing disk never stops the stream. The recorder says so once, tries again every
few seconds, and says when the disk takes fragments again.
"""

import errno
import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from neighborcam.engine.camera.packet import MediaKind, MediaPacket, StreamFormat
from neighborcam.engine.config import CameraConfig, CameraId, RecordingMode
from neighborcam.engine.errors import EngineError
from neighborcam.engine.facts import (
    EngineFact,
    EpisodeId,
    RecordingResumed,
    RecordingStopped,
    SegmentClosed,
    SegmentId,
    SegmentOpened,
)
from neighborcam.engine.index.store import Index
from neighborcam.engine.index.ulid import new_ulid
from neighborcam.engine.recording.disk import DurableFile
from neighborcam.engine.recording.inbox import Inbox, Item, Mark
from neighborcam.engine.recording.layout import Place, whole_millisecond
from neighborcam.engine.recording.mp4_init import TIMESCALE
from neighborcam.engine.recording.segment import OpenFile, Segment, Shelf
from neighborcam.engine.recording.selection import Selection

_LOG: Final = logging.getLogger(__name__)
_MAX_QUEUED: Final = 32 << 20
_IDLE_S: Final = 1.0
_RETRY_S: Final = 5.0
_SEGMENT: Final = timedelta(seconds=60)
_FRAGMENT: Final = TIMESCALE  # one second
_JUMP: Final = timedelta(seconds=2)
_REASONS: Final = {
    errno.ENOSPC: "The disk is full. Free some space or keep recordings for less time.",
    errno.EDQUOT: "The disk quota is used up. Keep recordings for less time.",
    errno.EROFS: "The disk is read-only; it may be failing. Check it.",
    errno.EIO: "The disk reports errors; it may be failing. Check it.",
    errno.EACCES: "The media folder may not be written. Change its permissions.",
    errno.ENOENT: "The media folder is gone. Is the disk connected?",
}
_TOO_SLOW: Final = "The disk is too slow for this camera; some pictures were lost."


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Recorder:
    """A `PacketSink` that keeps what the camera's mode asks for."""

    def __init__(
        self,
        config: CameraConfig,
        index: Index,
        media_dir: Path,
        report: Callable[[EngineFact], None],
        clock: Callable[[], datetime] = _utc_now,
        *,
        open_file: OpenFile = DurableFile,
        monotonic: Callable[[], float] = time.monotonic,
        max_queued_bytes: int = _MAX_QUEUED,
    ) -> None:
        self._camera = CameraId(config.id)
        self._config = config
        self._shelf = Shelf(index=index, media_dir=media_dir, open_file=open_file)
        self._report = report
        self._clock = clock
        self._monotonic = monotonic
        self._inbox = Inbox(max_queued_bytes)
        self._selection = Selection(config)
        self._selecting = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._stream: StreamFormat | None = None
        self._segment: Segment | None = None
        self._ahead = timedelta(0)  # see Segment
        self._limit: datetime | None = None  # where recorded time begins again
        self._pending: list[MediaPacket] = []
        self._last: MediaPacket | None = None
        self._failed = False
        self._retry_at = 0.0
        self._unsettled: list[Segment] = []

    # -- called from other threads -------------------------------------------------

    def start(self) -> None:
        """Begin to record."""
        self._thread = threading.Thread(
            target=self._run, name=f"recorder-{self._camera}", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Write what is queued, close the segment and end the thread."""
        self._stopping.set()
        self._inbox.wake()
        if self._thread is not None:
            self._thread.join()

    def configure(self, config: CameraConfig) -> None:
        """Take changed settings; a changed mode or audio begins a new segment."""
        with self._selecting:
            anew = (config.recording, config.audio) != (
                self._config.recording,
                self._config.audio,
            )
            self._config = config
            self._selection.configure(config)
        if anew:
            self._inbox.mark(Mark.CLOSED)

    def opened(self, stream_format: StreamFormat) -> None:
        """Take note of a new connection or new parameter sets."""
        self._inbox.mark(stream_format)

    def packet(self, packet: MediaPacket) -> None:
        """Queue one packet."""
        if self._config.recording is not RecordingMode.OFF:
            self._inbox.put(packet)

    def closed(self) -> None:
        """Take note that the connection is gone."""
        self._inbox.mark(Mark.CLOSED)

    def episode_started(self, episode: EpisodeId, at: datetime) -> None:
        """Keep what begins a pre-roll before ``at``, if the mode is episodes."""
        with self._selecting:
            self._selection.episode_started(episode, at)

    def episode_ended(self, episode: EpisodeId, at: datetime) -> None:
        """Let go a post-roll after ``at``."""
        with self._selecting:
            self._selection.episode_ended(episode, at)

    # -- the recorder's own thread ---------------------------------------------------

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.run_once()
        self.run_once(timeout_s=0)
        self._guard(self._finish)

    def run_once(self, timeout_s: float = _IDLE_S) -> None:
        """Write what the next second brings."""
        items = self._inbox.take(timeout_s)
        for item in items:
            self._guard(lambda item=item: self._handle(item))  # type: ignore[misc]
        self._guard(self._flush)

    def _guard(self, work: Callable[[], None]) -> None:
        """Turn what a disk does to us into a state; no error may end the thread."""
        try:
            work()
        except OSError as error:
            self._fail(
                _REASONS.get(error.errno or 0) or f"The disk failed: {error.strerror}."
            )
        except EngineError as error:
            self._fail(str(error))
        except Exception:  # noqa: BLE001 - outermost loop of this thread
            _LOG.exception("Recording %s failed", self._camera)
            self._fail("Recording failed inside NeighborCam; see its log.")

    def _handle(self, item: Item) -> None:
        match item:
            case MediaPacket():
                self._select(item)
            case StreamFormat():
                self._finish()
                self._forget()
                self._stream = item
            case Mark.CLOSED:
                self._finish()
            case Mark.DROPPED:
                self._finish()
                self._forget()
                self._say_stopped(_TOO_SLOW)

    def _forget(self) -> None:
        self._last = None
        with self._selecting:
            self._selection.clear()

    def _select(self, packet: MediaPacket) -> None:
        with self._selecting:
            chosen = self._selection.offer(packet)
        if not chosen and self._segment is not None:
            self._finish()
        for each in chosen:
            self._take(each)

    def _take(self, packet: MediaPacket) -> None:
        if packet.kind is MediaKind.AUDIO:
            if self._segment is not None and self._has_audio():
                self._pending.append(packet)
            return
        if self._segment is not None and self._must_leave(packet):
            self._finish(packet)
        if self._segment is None and not self._begin(packet):
            return
        video = next(
            (each for each in self._pending if each.kind is packet.kind), packet
        )
        if packet.dts - video.dts >= _FRAGMENT:
            self._flush()
        self._pending.append(packet)
        self._last = packet

    def _has_audio(self) -> bool:
        return (
            self._config.audio
            and self._stream is not None
            and self._stream.audio is not None
        )

    def _must_leave(self, packet: MediaPacket) -> bool:
        """Tell whether ``packet`` cannot or should not go into the open segment."""
        last, segment = self._last, self._segment
        if last is None or segment is None:
            return True
        expected = last.wall + timedelta(seconds=(packet.dts - last.dts) / TIMESCALE)
        if packet.epoch != last.epoch or abs(packet.wall - expected) > _JUMP:
            return True
        position = packet.wall - segment.row.started_at + self._ahead
        into_recorded = (
            self._limit is not None
            and segment.row.started_at + position >= self._limit - timedelta(seconds=1)
        )
        return into_recorded or (packet.is_key and position >= _SEGMENT)

    def _begin(self, first: MediaPacket) -> bool:
        if self._stream is None or not first.is_key:
            return False
        if self._failed and self._monotonic() < self._retry_at:
            return False
        wanted = whole_millisecond(first.wall)
        slot = self._shelf.index.free_slot(self._camera, wanted)
        started_at = whole_millisecond(slot.start)
        self._ahead = started_at - wanted
        self._limit = slot.end
        stream = self._stream
        if not self._config.audio:
            stream = StreamFormat(video=stream.video, audio=None)
        place = Place(
            camera=self._camera,
            id=SegmentId(new_ulid(started_at)),
            started_at=started_at,
        )
        self._segment = Segment(self._shelf, stream, place, first, self._ahead)
        return True

    def _flush(self) -> None:
        """Write the pending packets as one fragment."""
        segment, packets = self._segment, self._pending
        if segment is None or not packets:
            return
        self._pending = []
        was_durable = segment.is_durable
        segment.append(sorted(packets, key=lambda packet: packet.dts))
        if segment.is_durable and not was_durable:
            self._report(
                SegmentOpened(
                    camera=self._camera, at=self._clock(), segment=segment.row.id
                )
            )
        if segment.is_durable and self._failed:
            self._resume()

    def _finish(self, following: MediaPacket | None = None) -> None:
        """Close the open segment; ``following`` is the video packet right after it."""
        self._flush()
        segment = self._segment
        if segment is None:
            return
        next_start = None
        if following is not None:
            next_start = whole_millisecond(following.wall) + self._ahead
        segment.close(next_start)
        self._segment = None
        if segment.row.closed:
            self._report(
                SegmentClosed(
                    camera=self._camera, at=self._clock(), segment=segment.row.id
                )
            )

    def _fail(self, reason: str) -> None:
        """Give the segment up, keeping what is durable, and try again later."""
        segment, self._segment, self._pending = self._segment, None, []
        self._retry_at = self._monotonic() + _RETRY_S
        if segment is not None:
            try:
                segment.release()
            except OSError as error:
                _LOG.warning(
                    "A file of %s could not be closed: %s", self._camera, error
                )
            self._unsettled.append(segment)
        self._say_stopped(reason)

    def _say_stopped(self, reason: str) -> None:
        if not self._failed:
            self._failed = True
            self._report(
                RecordingStopped(camera=self._camera, at=self._clock(), reason=reason)
            )

    def _resume(self) -> None:
        """The disk works again: bring the rows of what was given up to an end."""
        while self._unsettled:
            self._unsettled[-1].close()
            self._unsettled.pop()
        self._failed = False
        self._report(RecordingResumed(camera=self._camera, at=self._clock()))
