"""One recorded file while it grows: fragment, sync, then the row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from neighborcam.engine.camera.packet import MediaKind, MediaPacket, StreamFormat
from neighborcam.engine.index.rows import SegmentRow
from neighborcam.engine.index.store import Index
from neighborcam.engine.recording.disk import GrowingFile
from neighborcam.engine.recording.layout import Place, path_of
from neighborcam.engine.recording.mp4_fragment import durations, fragment
from neighborcam.engine.recording.mp4_init import TIMESCALE, init_segment

type OpenFile = Callable[[Path], GrowingFile]

# The timeline may lag this much behind the file; recovery reads the file anyway.
_ROW_EVERY: Final = timedelta(seconds=5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelf:
    """Where segments go."""

    index: Index
    media_dir: Path
    open_file: OpenFile


class Segment:
    """A file from its first key frame on. Used by one thread.

    ``place.started_at`` is the wall time of ``first``, ``clock_ahead`` how far that
    was moved against the host's clock.
    """

    def __init__(
        self,
        shelf: Shelf,
        stream: StreamFormat,
        place: Place,
        first: MediaPacket,
        clock_ahead: timedelta,
    ) -> None:
        self._shelf = shelf
        self._stream = stream
        self._origin = first.dts
        self._clock_ahead = clock_ahead
        self._camera_pts = first.pts
        self._sequence = 0
        self._head = init_segment(stream)
        self._file: GrowingFile | None = None
        self._row_end = place.started_at
        self.row = SegmentRow(
            id=place.id,
            camera=place.camera,
            path=path_of(place),
            started_at=place.started_at,
            ended_at=place.started_at,
            size_bytes=0,
            codec=stream.video.codec,
            width=stream.video.width,
            height=stream.video.height,
            has_audio=stream.audio is not None,
            closed=False,
            held=False,
            sha256=None,
        )

    def append(self, packets: Sequence[MediaPacket]) -> None:
        """Make a fragment of ``packets`` durable; the row never tells more than that.

        Raises `OSError` from the disk and `StorageError` from the index.
        """
        fitting = [packet for packet in packets if packet.dts >= self._origin]
        if not any(packet.kind is MediaKind.VIDEO for packet in fitting):
            return
        self._sequence += 1
        data = fragment(self._sequence, self.row.codec, fitting, self._origin)
        if self._file is None:
            self._file = self._shelf.open_file(self._shelf.media_dir / self.row.path)
            data = self._head + data
        self._file.append(data)
        end = self.row.started_at + timedelta(seconds=self._end_of(fitting) / TIMESCALE)
        self.row = msgspec.structs.replace(
            self.row,
            ended_at=max(self.row.ended_at, end),
            size_bytes=self.row.size_bytes + len(data),
        )
        if self._sequence == 1 or self.row.ended_at - self._row_end >= _ROW_EVERY:
            self._put()

    @property
    def is_durable(self) -> bool:
        """True once a fragment is on the disk."""
        return self.row.size_bytes > 0

    def close(self, next_start: datetime | None = None) -> None:
        """Complete file and row; the end is cut to where the next segment starts."""
        self.release()
        if not self.is_durable:
            return
        end = self.row.ended_at
        if next_start is not None and self.row.started_at <= next_start < end:
            end = next_start
        self.row = msgspec.structs.replace(self.row, ended_at=end, closed=True)
        self._put()

    def release(self) -> None:
        """Close the file at its last durable byte, without touching the index."""
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def _put(self) -> None:
        self._shelf.index.put_segment(
            self.row, camera_pts=self._camera_pts, clock_ahead=self._clock_ahead
        )
        self._row_end = self.row.ended_at

    def _end_of(self, packets: Sequence[MediaPacket]) -> int:
        video = [packet for packet in packets if packet.kind is MediaKind.VIDEO]
        return video[-1].dts - self._origin + durations(video)[-1]
