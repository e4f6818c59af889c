"""Cuts a clip out of the recordings: an ordinary MP4 that plays while it loads.

Nothing is encoded anew but, for an exact start, the one group of pictures in which
it lies. Time without recording is left out of the clip and named in the result.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import av
import msgspec
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from neighborcam.engine.camera.packet import TIME_BASE
from neighborcam.engine.config import CameraId
from neighborcam.engine.errors import InvalidInput, NotFound, StorageError
from neighborcam.engine.index.rows import CoverageSpan, SegmentRow
from neighborcam.engine.index.segments import JOINED
from neighborcam.engine.index.store import Index
from neighborcam.engine.recording.clip_head import Head, can_encode, encode_head
from neighborcam.engine.recording.clip_source import (
    Encoded,
    Source,
    open_source,
    parameter_sets,
)
from neighborcam.engine.recording.mp4_init import TIMESCALE

_MICROSECOND: Final = timedelta(microseconds=1)


class ClipResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a clip really holds.

    ``gaps`` are stretches without recording inside it; ``left_out`` the recordings
    whose file is gone or whose picture has another size or codec than the first's.
    """

    started_at: datetime
    ended_at: datetime
    size_bytes: int
    gaps: tuple[CoverageSpan, ...] = ()
    left_out: tuple[str, ...] = ()


def export_clip(
    index: Index,
    media_dir: Path,
    camera: CameraId,
    start: datetime,
    end: datetime,
    *,
    exact: bool,
    out: Path,
) -> ClipResult:
    """Write ``start`` … ``end`` of a camera to ``out``, from the key frame before.

    With ``exact``, from ``start`` itself (H.264 and H.265; others have to begin at a
    key frame). ``out`` appears whole or not at all. Raises `NotFound` if nothing is
    recorded there, `InvalidInput` if ``end`` is not after ``start``, and
    `StorageError` if the disk fails.
    """
    if end <= start:
        raise InvalidInput("A clip must end after it starts.")
    rows = index.segments(camera, start, end)
    draft = out.with_name(out.name + ".part")
    try:
        writer = _write(draft, media_dir, rows, start, end, exact=exact)
        if writer is None:
            raise NotFound(
                f"Nothing is recorded of {camera} from {start:%Y-%m-%d %H:%M:%S} to "
                f"{end:%Y-%m-%d %H:%M:%S} UTC."
            )
        draft.replace(out)
    except (OSError, av.FFmpegError) as error:
        reason = error.strerror or "the recording cannot be read"
        raise StorageError(f"The clip cannot be written: {reason}.") from error
    finally:
        draft.unlink(missing_ok=True)
    return writer.result(out.stat().st_size)


def _write(
    draft: Path,
    media_dir: Path,
    rows: Sequence[SegmentRow],
    start: datetime,
    end: datetime,
    *,
    exact: bool,
) -> "_Writer | None":
    """Write what there is; None if that is nothing."""
    with av.open(
        str(draft), "w", format="mp4", options={"movflags": "faststart"}
    ) as output:
        writer = _Writer(output, start, end, exact=exact)
        for row in rows:
            with open_source(media_dir, row) as source:
                writer.add(row, source)
        return writer if writer.has_video else None


class _Writer:
    """Appends recordings to one output, on one timeline without gaps."""

    def __init__(
        self, output: OutputContainer, start: datetime, end: datetime, *, exact: bool
    ) -> None:
        self._output = output
        self._start, self._end = start, end
        self._exact = exact
        self._video: VideoStream | None = None
        self._audio: AudioStream | None = None
        self._first: SegmentRow | None = None
        self._began: datetime | None = None
        self._ended: datetime | None = None
        self._skipped = timedelta(0)
        self._gaps: list[CoverageSpan] = []
        self._left_out: list[str] = []
        self._last_dts: dict[int, int] = {}

    @property
    def has_video(self) -> bool:
        """True once a picture was written."""
        return self._began is not None

    def result(self, size_bytes: int) -> ClipResult:
        """Return what was written."""
        began = self._began or self._start
        return ClipResult(
            started_at=began,
            ended_at=self._ended or began,
            size_bytes=size_bytes,
            gaps=tuple(self._gaps),
            left_out=tuple(self._left_out),
        )

    def add(self, row: SegmentRow, source: Source | None) -> None:
        """Append one recording, or note that it is left out."""
        if source is None or not self._fits(row):
            self._left_out.append(row.path)
            return
        self._open_streams(row, source)
        key = source.key_before(self._start)
        head: Head | None = None
        if self._exact and not self.has_video and key < self._start:
            head = self._add_head(source)
        begin = key if head is None else head.until
        if begin is not None:
            self._note_gap(begin)
        self._copy(source, begin, None if head is None else self._start)

    def _fits(self, row: SegmentRow) -> bool:
        first = self._first
        if first is None:
            return True
        return (row.codec, row.width, row.height) == (
            first.codec,
            first.width,
            first.height,
        )

    def _open_streams(self, row: SegmentRow, source: Source) -> None:
        if self._first is not None:
            return
        self._first = row
        self._video = self._output.add_stream_from_template(source.video, opaque=True)
        if source.audio is not None:
            self._audio = self._output.add_stream_from_template(source.audio)

    def _add_head(self, source: Source) -> Head | None:
        if not can_encode(source.row.codec):
            return None
        head = encode_head(source, self._start, self._end)
        for frame in head.frames:
            packet: Encoded = Packet(frame.data)
            packet.is_keyframe = frame.is_key
            self._note_video(frame.wall, frame.wall)
            self._mux(packet, self._video, frame.wall, frame.wall)
        return head

    def _copy(
        self, source: Source, begin: datetime | None, sound_from: datetime | None
    ) -> None:
        """Copy from the key frame at ``begin``; None copies sound alone."""
        sets = parameter_sets(
            source.row.codec, source.video.codec_context.extradata or b""
        )
        sound_from = sound_from or begin or self._start
        for packet in source.packets():
            wall, decoded = source.wall(packet), source.decode_wall(packet)
            if decoded >= self._end:
                continue
            if packet.stream is not source.video:
                if wall >= sound_from and self.has_video:
                    self._mux(_copied(packet), self._audio, wall, decoded)
            elif begin is not None and wall >= begin:
                length = timedelta(seconds=float((packet.duration or 0) * TIME_BASE))
                self._note_video(wall, wall + length)
                self._mux(_copied(packet, sets), self._video, wall, decoded)

    def _note_video(self, wall: datetime, until: datetime) -> None:
        self._began = self._began or wall
        self._ended = until if self._ended is None else max(self._ended, until)

    def _note_gap(self, begin: datetime) -> None:
        if self._ended is not None and begin - self._ended >= JOINED:
            self._gaps.append(CoverageSpan(started_at=self._ended, ended_at=begin))
            self._skipped += begin - self._ended

    def _mux(
        self,
        packet: Encoded,
        stream: VideoStream | AudioStream | None,
        wall: datetime,
        decoded: datetime,
    ) -> None:
        if stream is None or self._began is None:
            return
        origin = self._began + self._skipped
        dts = max(
            _ticks(decoded - origin), self._last_dts.get(stream.index, -TIMESCALE) + 1
        )
        self._last_dts[stream.index] = dts
        packet.stream = stream
        packet.time_base = TIME_BASE
        packet.dts = dts
        packet.pts = max(dts, _ticks(wall - origin))
        self._output.mux(packet)


def _ticks(length: timedelta) -> int:
    return round(length / _MICROSECOND * TIMESCALE / 1_000_000)


def _copied(packet: Encoded, sets: bytes = b"") -> Encoded:
    """Return a packet to write; parameter sets go before each key frame.

    Recordings made before and after a camera was set up anew, and an encoded head,
    need different ones, and a file has only one place for them outside its packets.
    """
    data = bytes(packet)
    copy: Encoded = Packet(sets + data if packet.is_keyframe else data)
    copy.is_keyframe = packet.is_keyframe
    copy.duration = packet.duration
    return copy
