"""One stream of a camera as `MediaPacket`s, whatever it is made of.

A source begins at a key frame, repeats the parameter sets in front of every key frame
(so that each group of pictures decodes and muxes alone), has sane times, and changes
its ``format`` when the camera changes its mind.
"""

import time
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from neighborcam.engine.camera.address import Address, is_snapshot
from neighborcam.engine.camera.audio import AudioTrack
from neighborcam.engine.camera.av_reader import AvReader
from neighborcam.engine.camera.failures import ENDED, FILE_ENDED, NO_KEY_FRAMES
from neighborcam.engine.camera.packet import (
    MediaKind,
    MediaPacket,
    StreamFormat,
    VideoFormat,
)
from neighborcam.engine.camera.parameter_sets import starts_decoding
from neighborcam.engine.camera.raw_packet import RawPacket, Reader
from neighborcam.engine.camera.snapshot_reader import SNAPSHOT_FPS, SnapshotReader
from neighborcam.engine.camera.timeouts import Timeouts
from neighborcam.engine.camera.timestamps import HERTZ, Stamp, Timestamps
from neighborcam.engine.camera.video_track import VideoTrack
from neighborcam.engine.camera.wall_clock import WallClock
from neighborcam.engine.config import Transport
from neighborcam.engine.errors import CameraEnded, CameraStalled, CameraUnsupported


class Source:
    """An open stream: a context manager that iterates `MediaPacket`s.

    ``format`` is valid from the start and is replaced, by another object, before the
    first packet that it describes. Iteration raises the `CameraError` tree; the end
    of a stream raises `CameraEnded`, from a file too.
    """

    format: StreamFormat

    def __init__(
        self,
        reader: Reader,
        *,
        realtime: bool,
        timeouts: Timeouts,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._reader = reader
        self._clock, self._monotonic, self._sleep = clock, monotonic, sleep
        self._timeouts = timeouts
        self._realtime = realtime and not reader.paced
        self._times = Timestamps(nominal_fps=reader.video.fps, paced=reader.paced)
        self._wall = WallClock()
        self._track = VideoTrack(reader.video)
        self._audio = reader.audio.format(b"") if reader.audio else None
        self._began = monotonic()
        self._began_at = clock()
        self._last_video = self._began
        self._started = False
        self._packets = self._run()
        try:
            self._first: MediaPacket | None = self._find_first()
        except BaseException:
            reader.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[MediaPacket]:
        if self._first is not None:
            first, self._first = self._first, None
            yield first
        yield from self._packets
        raise CameraEnded(ENDED if self._reader.paced else FILE_ENDED)

    def close(self) -> None:
        """Close the connection; iterating afterwards is an error of the caller."""
        self._packets.close()
        self._reader.close()

    def _find_first(self) -> MediaPacket:
        first = next(self._packets, None)
        if first is None:
            raise CameraUnsupported(NO_KEY_FRAMES)
        return first

    def _run(self) -> Generator[MediaPacket]:
        for raw in self._reader.packets():
            arrival = self._monotonic()
            self._check_patience(raw, arrival)
            if raw.kind is MediaKind.VIDEO:
                packet = self._video(raw, arrival)
                if packet is not None:
                    yield packet
            elif self._reader.audio is not None:
                yield from self._sound(self._reader.audio, raw, arrival)

    def _check_patience(self, raw: RawPacket, arrival: float) -> None:
        """Raise when packets come but none of use: no key frame, or only audio."""
        if raw.kind is MediaKind.VIDEO:
            self._last_video = arrival
        if not self._reader.paced:
            return
        if not self._started and arrival - self._began > self._timeouts.key_frame_s:
            raise CameraUnsupported(NO_KEY_FRAMES)
        if arrival - self._last_video > self._timeouts.read_s:
            raise CameraStalled("the camera sends sound but no picture any more")

    def _video(self, raw: RawPacket, arrival: float) -> MediaPacket | None:
        data = raw.data
        is_key = raw.is_key and starts_decoding(self._track.codec, data)
        if is_key:
            data = self._track.key_frame(data)
            is_key = self._begin(self._track.format)
        if not self._started:
            return None
        stamp = self._stamp(raw, arrival)
        self._pace(stamp)
        return self._packet(MediaKind.VIDEO, data, stamp, is_key=is_key)

    def _begin(self, video: VideoFormat | None) -> bool:
        """Take the format of a key frame; False while it cannot be told."""
        if video is None:
            return False
        current = StreamFormat(video=video, audio=self._audio)
        if not self._started or current != self.format:
            self.format = current
        if not self._started:
            self._started = True
            self._began, self._began_at = self._monotonic(), self._clock()
        return True

    def _sound(
        self, track: AudioTrack, raw: RawPacket, arrival: float
    ) -> Iterator[MediaPacket]:
        """Yield audio; one whose format came late joins at the next key frame."""
        if self._audio is None:
            self._audio = track.format(raw.data)
        if not self._started or self.format.audio is None:
            return
        stamp = self._stamp(raw, arrival)
        for aac in track.packets(raw.data, stamp.pts):
            own = Stamp(
                pts=aac.pts, dts=aac.pts, duration=aac.duration, epoch=stamp.epoch
            )
            yield self._packet(MediaKind.AUDIO, aac.data, own, is_key=True)

    def _stamp(self, raw: RawPacket, arrival: float) -> Stamp:
        return self._times.stamp(
            raw.kind,
            raw.pts,
            raw.dts,
            raw.duration,
            raw.time_base,
            arrival - self._began,
        )

    def _pace(self, stamp: Stamp) -> None:
        if self._realtime:
            wait = self._began + stamp.dts / HERTZ - self._monotonic()
            if wait > 0:
                self._sleep(wait)

    def _packet(
        self, kind: MediaKind, data: bytes, stamp: Stamp, *, is_key: bool
    ) -> MediaPacket:
        return MediaPacket(
            kind=kind,
            data=data,
            pts=stamp.pts,
            dts=stamp.dts,
            duration=stamp.duration,
            is_key=is_key,
            epoch=stamp.epoch + self._wall.epoch,
            wall=self._wall_time(kind, stamp, is_key=is_key),
        )

    def _wall_time(self, kind: MediaKind, stamp: Stamp, *, is_key: bool) -> datetime:
        camera_s = stamp.dts / HERTZ
        if not self._reader.paced:
            return self._began_at + timedelta(seconds=camera_s)
        picture = is_key and kind is MediaKind.VIDEO
        now_s = self._clock().timestamp()
        return datetime.fromtimestamp(
            self._wall.wall(camera_s, now_s, is_key=picture), UTC
        )


def open_source(
    url: str,
    username: str | None = None,
    password: str | None = None,
    *,
    transport: Transport = Transport.TCP,
    timeouts: Timeouts | None = None,
    audio: bool = True,
    realtime: bool = False,
    snapshot_fps: float = SNAPSHOT_FPS,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Source:
    """Open ``url`` (without credentials) and wait for its first key frame.

    ``realtime`` plays a file at its own speed; without, it is read as fast as it is
    consumed, and ``wall`` is then ``clock()`` at the start plus the time in the file.
    Raises the `CameraError` tree, with texts for the owner.
    """
    limits = timeouts or Timeouts()
    address = Address(url=url, username=username, password=password)
    reader = _open_reader(address, transport, limits, audio, snapshot_fps)
    return Source(reader, realtime=realtime, timeouts=limits, clock=clock)


def _open_reader(
    address: Address,
    transport: Transport,
    timeouts: Timeouts,
    audio: bool,  # noqa: FBT001 - passed on by position, named by every caller
    snapshot_fps: float,
) -> Reader:
    if not is_snapshot(address.url):
        reader = AvReader(address, transport=transport, timeouts=timeouts, audio=audio)
        if not reader.is_still:
            return reader
        reader.close()  # one picture and the end: ask for it again and again
    return SnapshotReader(address, timeouts=timeouts, fps=snapshot_fps)
