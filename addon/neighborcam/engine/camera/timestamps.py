"""Camera clocks made usable: one monotone 90 kHz clock per connection.

Cameras send timestamps that are missing, negative, repeated, going back, wrapping
(33 bits in MPEG-TS, 32 in RTP) or jumping when their clock is set. `Timestamps` is
pure: arrival times are arguments, so every one of these is a unit test.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from neighborcam.engine.camera.packet import MediaKind

HERTZ: Final = 90_000
JUMP: Final = 5 * HERTZ  # a camera may pause this long without having jumped
_FILE_PAUSE: Final = 3600 * HERTZ  # in a file nothing but its own clock tells a pause
_BACK: Final = HERTZ  # going back further is a jump, less is disorder
_AGREE: Final = 2 * HERTZ  # tracks on one clock stay within this of each other
_WRAP_SLACK: Final = 10 * HERTZ
_WRAP_BITS: Final = (32, 33)
_LONGEST_STEP: Final = 60 * HERTZ


@dataclass(frozen=True, kw_only=True, slots=True)
class Stamp:
    """Times of one packet in 1/90000 s from the start of the connection."""

    pts: int
    dts: int
    duration: int
    epoch: int


@dataclass(slots=True)
class _Track:
    offset: int | None = None  # added to the source's time to get ours
    last: int = -1  # dts of the newest packet
    step: int = HERTZ // 25  # spacing of packets, where the source says none
    arrival: int = 0  # 90 kHz, of the newest packet


@dataclass(slots=True)
class Timestamps:
    """Stamps the packets of one connection.

    ``paced`` says that packets arrive as they happen (a camera), so that arrival
    fills in for a missing or broken clock; a file is read faster than that.
    """

    nominal_fps: float = 25.0
    paced: bool = True
    epoch: int = 0
    _tracks: dict[MediaKind, _Track] = field(default_factory=dict)

    def stamp(
        self,
        kind: MediaKind,
        pts: int | None,
        dts: int | None,
        duration: int | None,
        time_base: Fraction,
        arrival_s: float,
    ) -> Stamp:
        """Return the packet's times.

        ``arrival_s`` is the host's monotonic time since the connection began.
        ``dts`` of the result strictly grows per kind, and ``pts`` is never before it.
        """
        track = self._track(kind)
        scale = time_base * HERTZ
        arrival = int(arrival_s * HERTZ)
        raw = dts if dts is not None else pts
        if raw is None:
            decoded = self._guess(track, arrival)
        else:
            decoded = self._place(kind, track, raw, scale, arrival)
            if dts is None:  # only a display time: it may run ahead of decoding
                decoded = self._without_dts(track, decoded)
        decoded = max(decoded, track.last + 1)
        shown = self._shown(track, pts, scale, decoded)
        length = self._duration(track, duration, scale, decoded)
        track.last, track.arrival = decoded, arrival
        return Stamp(pts=shown, dts=decoded, duration=length, epoch=self.epoch)

    def _track(self, kind: MediaKind) -> _Track:
        track = self._tracks.get(kind)
        if track is None:
            track = self._tracks[kind] = _Track()
            if kind is MediaKind.VIDEO and self.nominal_fps > 0:
                track.step = max(1, round(HERTZ / self.nominal_fps))
        return track

    def _guess(self, track: _Track, arrival: int) -> int:
        """Time a packet without timestamps: by arrival, or by nominal spacing."""
        if track.last < 0:
            return arrival if self.paced and self._tracks else 0
        if self.paced:
            return track.last + max(1, min(arrival - track.arrival, _LONGEST_STEP))
        return track.last + track.step

    def _without_dts(self, track: _Track, shown: int) -> int:
        """Decode in the order of arrival when the source only says when to show.

        With B frames display times go back and forth; a packet cannot be decoded
        later than the earliest of them, so each is put a step behind the last.
        """
        if track.last < 0 or shown <= track.last:
            return shown
        return min(shown, track.last + max(track.step, (shown - track.last) // 2))

    def _place(
        self, kind: MediaKind, track: _Track, raw: int, scale: Fraction, arrival: int
    ) -> int:
        time = int(raw * scale)
        if track.offset is None:
            return self._begin(track, time, arrival)
        placed = time + track.offset
        pause = JUMP if self.paced else _FILE_PAUSE
        if -_BACK <= placed - track.last <= pause:
            return placed
        return self._rejoin(kind, track, raw, scale, arrival)

    def _begin(self, track: _Track, time: int, arrival: int) -> int:
        """Begin at zero, or beside the other track when both tell one clock's time."""
        others = [t for t in self._tracks.values() if t.offset is not None]
        if not others:
            track.offset = (track.last + track.step if track.last >= 0 else 0) - time
        else:
            joined = time + (others[0].offset or 0)
            near = abs(joined - others[0].last) <= _AGREE and joined >= 0
            track.offset = (
                others[0].offset if near else self._now(others[0], arrival) - time
            )
        return time + (track.offset or 0)

    def _rejoin(
        self, kind: MediaKind, track: _Track, raw: int, scale: Fraction, arrival: int
    ) -> int:
        """Place a packet whose time does not follow: it wrapped, jumped or paused."""
        time = int(raw * scale)
        expected = self._expected(track, arrival)
        for bits in _WRAP_BITS:
            turn = int((1 << bits) * scale)
            if abs(time + (track.offset or 0) + turn - expected) <= _WRAP_SLACK:
                track.offset = (track.offset or 0) + turn
                return time + track.offset
        if abs(time + (track.offset or 0) - expected) <= _AGREE:
            return time + (
                track.offset or 0
            )  # nothing came for a while, and it says so
        shared = self._shared_offset(track, time, expected)
        if shared is None:
            track.offset = expected - time
        else:
            track.offset = shared
        if kind is MediaKind.VIDEO:
            self.epoch += 1
        return time + track.offset

    def _shared_offset(self, track: _Track, time: int, expected: int) -> int | None:
        """Return the offset of a track that jumped before, if this one jumped alike."""
        for other in self._tracks.values():
            offset = other.offset
            if other is track or offset is None or offset == track.offset:
                continue
            if abs(time + offset - expected) <= _AGREE and time + offset > track.last:
                return offset
        return None

    def _expected(self, track: _Track, arrival: int) -> int:
        return self._now(track, arrival) if self.paced else track.last + track.step

    def _now(self, track: _Track, arrival: int) -> int:
        """Return our time at ``arrival``, going by when the newest packet came."""
        if not self.paced:
            return max(track.last, 0)
        return track.last + max(1, arrival - track.arrival)

    def _shown(
        self, track: _Track, pts: int | None, scale: Fraction, decoded: int
    ) -> int:
        if pts is None or track.offset is None:
            return decoded
        shown = int(pts * scale) + track.offset
        return shown if decoded <= shown <= decoded + JUMP else decoded

    def _duration(
        self, track: _Track, duration: int | None, scale: Fraction, decoded: int
    ) -> int:
        """Return the packet's length; an unsaid or absurd one is the usual spacing."""
        gap = decoded - track.last
        if track.last >= 0 and 1 < gap <= JUMP:
            track.step = gap
        length = int(duration * scale) if duration else 0
        return length if 0 < length <= JUMP else track.step
