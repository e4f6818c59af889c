"""What is decoded, because decoding is the cost of watching.

`WholeGate` decodes every frame of the stream it is attached to, in bursts of a
second: on a camera with two streams that is the small one, and the large one is never
decoded. `EcoGate` decodes key frames only; when one differs from the background in
more than light, or the camera itself reports motion, it goes back and decodes what
lay before it. Once that showed motion, key frames alone tell whether it goes on. An
event that fits between two key frames can be missed, which is why the owner has to
choose it.
"""

from threading import Event
from typing import Final, Protocol

from neighborcam.engine.camera.decode import LumaDecoder, LumaFrame
from neighborcam.engine.camera.packet import (
    TIME_BASE,
    MediaKind,
    MediaPacket,
    PacketSink,
    StreamFormat,
)
from neighborcam.engine.motion.detector import RATE_HZ
from neighborcam.engine.motion.pipeline import MotionPipeline

BURST_S: Final = 1.0  # of video decoded at once: fewer wake-ups, warmer caches

_BURST: Final = int(BURST_S / TIME_BASE)
_MOST_PACKETS: Final = 600  # of one group of pictures kept; a longer one is thinned


class MotionGate(PacketSink, Protocol):
    """A sink that finds motion in what it is given."""

    def hint(self, *, active: bool) -> None:
        """Take the camera's own word that something moves, from any thread."""


class GateSlot:
    """A sink whose gate can be changed while the stream runs, at the next key frame.

    New zones or another sensitivity must not cost a connection or a recording.
    """

    def __init__(self, gate: MotionGate | None) -> None:
        self._gate = gate
        self._next: MotionGate | None = gate
        self._format: StreamFormat | None = None
        self._hinted = False

    def replace(self, gate: MotionGate | None) -> None:
        """Change to ``gate`` (None: no detection); from any thread."""
        self._next = gate

    def opened(self, stream_format: StreamFormat) -> None:
        """See `PacketSink.opened`."""
        self._format = stream_format
        if self._gate is not None:
            self._gate.opened(stream_format)

    def packet(self, packet: MediaPacket) -> None:
        """See `PacketSink.packet`."""
        begins_group = packet.is_key and packet.kind is MediaKind.VIDEO
        if self._next is not self._gate and begins_group:  # every sound packet is key
            self._change()
        if self._gate is not None:
            self._gate.packet(packet)

    def closed(self) -> None:
        """See `PacketSink.closed`."""
        if self._gate is not None:
            self._gate.closed()

    def hint(self, *, active: bool) -> None:
        """Pass on the camera's own word that something moves; from any thread."""
        self._hinted = active
        if (gate := self._gate) is not None:
            gate.hint(active=active)

    def _change(self) -> None:
        if self._gate is not None:
            self._gate.closed()
        self._gate = self._next
        if self._gate is not None and self._format is not None:
            self._gate.opened(self._format)
            if self._hinted:
                self._gate.hint(active=True)


class WholeGate(MotionGate):
    """Decodes all of its stream, sampled at the detector's rate."""

    def __init__(self, pipeline: MotionPipeline) -> None:
        self._pipeline = pipeline
        self._decoder: LumaDecoder | None = None
        self._burst: list[MediaPacket] = []

    def opened(self, stream_format: StreamFormat) -> None:
        """Start a decoder for the new format."""
        self._flush()
        self._decoder = LumaDecoder(stream_format.video, max_fps=RATE_HZ)

    def packet(self, packet: MediaPacket) -> None:
        """Collect; decode once a second of video is there."""
        if packet.kind is not MediaKind.VIDEO:
            return
        self._burst.append(packet)
        first = self._burst[0]
        if packet.pts - first.pts >= _BURST or packet.epoch != first.epoch:
            self._flush()

    def closed(self) -> None:
        """Decode what is left, and end what is open."""
        self._flush()
        self._pipeline.end()

    def hint(self, *, active: bool) -> None:
        """Do nothing: everything is decoded anyway."""

    def _flush(self) -> None:
        burst, self._burst = self._burst, []
        if self._decoder is not None and burst:
            self._pipeline.take(self._decoder.decode(burst))


class EcoGate(MotionGate):
    """Decodes key frames, and more only when there is a reason to."""

    def __init__(self, pipeline: MotionPipeline) -> None:
        self._pipeline = pipeline
        self._format: StreamFormat | None = None
        self._key_decoder: LumaDecoder | None = None
        self._decoder: LumaDecoder | None = None  # within a group of pictures
        self._waiting: list[MediaPacket] = []  # since the last key frame, or the burst
        self._hinted = Event()
        self._moving = False

    def opened(self, stream_format: StreamFormat) -> None:
        """Start over with the new format."""
        self._format = stream_format
        self._key_decoder = LumaDecoder(stream_format.video, key_frames_only=True)
        self._decoder = None
        self._waiting = []
        self._moving = False

    def packet(self, packet: MediaPacket) -> None:
        """Look at key frames; look back when one of them is suspicious."""
        if packet.kind is not MediaKind.VIDEO:
            return
        if packet.is_key:
            self._at_key_frame(packet)
        if len(self._waiting) < _MOST_PACKETS:
            self._waiting.append(packet)
        if self._hinted.is_set() and self._burst_is_due(packet):
            self._moving = self._look_back() or self._moving

    def closed(self) -> None:
        """Finish a look back that is under way, and end what is open."""
        if self._decoder is not None:
            self._look_back()
        self._waiting = []
        self._pipeline.end()

    def hint(self, *, active: bool) -> None:
        """Remember the camera's own word; the stream's thread acts on it."""
        if active:
            self._hinted.set()
        else:
            self._hinted.clear()

    def _at_key_frame(self, key: MediaPacket) -> None:
        """Judge the group of pictures that ``key`` ends, and begin the next."""
        if self._key_decoder is None:
            return
        hinted = self._hinted.is_set()
        if self._decoder is not None or hinted:
            self._moving = self._look_back() or self._moving
        if not hinted:
            self._decoder = None
            self._judge(self._key_decoder.decode([key]))
        self._waiting = []

    def _judge(self, frames: list[LumaFrame]) -> None:
        """Look at a key frame: at what moves, for what moves, or at the background."""
        if self._moving:
            self._moving = self._pipeline.glance(frames)
        elif self._is_suspicious(frames) and self._waiting:
            self._moving = self._look_back()
            if self._moving:
                self._decoder = None
            # else what was just entering is followed through the next group too
        else:
            self._pipeline.take(frames)

    def _is_suspicious(self, frames: list[LumaFrame]) -> bool:
        detector = self._pipeline.detector
        return any(detector.is_suspicious(frame.luma) for frame in frames)

    def _look_back(self) -> bool:
        """Decode what waits, and go on whole; return whether it showed motion.

        A decoder is only given up at a key frame: the next one has to begin there.
        """
        if self._format is None or not self._waiting:
            return False
        if self._decoder is None:
            self._decoder = LumaDecoder(self._format.video, max_fps=RATE_HZ)
        waiting, self._waiting = self._waiting, []
        return self._pipeline.take(self._decoder.decode(waiting))

    def _burst_is_due(self, packet: MediaPacket) -> bool:
        return packet.pts - self._waiting[0].pts >= _BURST
