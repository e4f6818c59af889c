"""What one viewer of a camera gets: RTP headers, RTCP reports, TCP or UDP."""

import asyncio
import random
import secrets
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from demo.clip import Track, Unit

_NTP_EPOCH_S = 2_208_988_800
_REPORT_EVERY_S = 5.0
_BACKLOG_BYTES = 4_000_000
_WRAP_LEAD_S = 2.0


class Channel(Protocol):
    """Where the packets of one track go."""

    def data(self, packet: bytes) -> None:
        """Send one RTP packet."""

    def report(self, packet: bytes) -> None:
        """Send one RTCP packet."""

    def close(self) -> None:
        """Give up sockets of one's own."""


@dataclass(slots=True, kw_only=True)
class Interleaved:
    """RTP inside the RTSP connection (RFC 2326 10.12)."""

    transport: asyncio.WriteTransport
    channel: int
    pending: bytearray = field(default_factory=bytearray)

    def data(self, packet: bytes) -> None:
        """Gather a packet; `flush` writes a whole picture at once."""
        self.pending += struct.pack("!BBH", 0x24, self.channel, len(packet))
        self.pending += packet

    def report(self, packet: bytes) -> None:
        """Write one RTCP packet."""
        head = struct.pack("!BBH", 0x24, self.channel + 1, len(packet))
        self.transport.write(head + packet)

    def flush(self) -> None:
        """Write what was gathered."""
        if self.pending:
            self.transport.write(bytes(self.pending))
            self.pending.clear()

    def close(self) -> None:
        """Nothing of its own to close."""


class Datagrams:
    """RTP and RTCP as UDP from a pair of ports to the viewer's pair."""

    def __init__(self, local: str, peer: str, ports: tuple[int, int]) -> None:
        self._sockets = (_udp_socket(local), _udp_socket(local))
        self._peers = tuple((peer, port) for port in ports)

    @property
    def ports(self) -> tuple[int, int]:
        """The ports that packets come from."""
        first, second = (sock.getsockname()[1] for sock in self._sockets)
        return first, second

    def data(self, packet: bytes) -> None:
        """Send one RTP packet; the network may lose it."""
        self._send(0, packet)

    def report(self, packet: bytes) -> None:
        """Send one RTCP packet; the network may lose it."""
        self._send(1, packet)

    def _send(self, which: int, packet: bytes) -> None:
        try:
            self._sockets[which].sendto(packet, self._peers[which])
        except OSError:
            # A full buffer or a port that closed: UDP loses packets.
            return

    def flush(self) -> None:
        """Nothing is gathered."""

    def close(self) -> None:
        """Close both sockets."""
        for sock in self._sockets:
            sock.close()


def _udp_socket(local: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in local else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.bind((local, 0))
    sock.setblocking(False)  # noqa: FBT003 - the name says which
    return sock


@dataclass(slots=True, kw_only=True)
class Sending:
    """The RTP state of one track of one session."""

    track: Track
    channel: Interleaved | Datagrams
    ssrc: int = field(default_factory=lambda: random.getrandbits(32))
    sequence: int = field(default_factory=lambda: random.getrandbits(16))
    offset: int | None = None
    packets: int = 0
    octets: int = 0
    reported_at: float = 0.0

    def send(
        self, payloads: Sequence[bytes | None], *, at_s: float, now: float, wrap: bool
    ) -> None:
        """Send the packets of one unit that is shown at `at_s`."""
        ticks = round(at_s * self.track.clock_hz)
        if self.offset is None:
            self.offset = self._first_offset(ticks, wrap=wrap)
        stamp = ticks + self.offset & 0xFFFFFFFF
        if now - self.reported_at > _REPORT_EVERY_S:
            self.reported_at = now
            self.channel.report(self._report(stamp, now))
        last = len(payloads) - 1
        for index, payload in enumerate(payloads):
            marker = 0x80 if index == last and self.track.is_video else 0
            if payload is not None:
                self._send_one(payload, self.track.payload_type | marker, stamp)
            self.sequence = self.sequence + 1 & 0xFFFF
        self.channel.flush()

    def _first_offset(self, ticks: int, *, wrap: bool) -> int:
        if wrap:
            return (1 << 32) - int(_WRAP_LEAD_S * self.track.clock_hz) - ticks
        # Far from the wrap, so that it happens only where a test asks for it.
        return random.getrandbits(31) - ticks

    def _send_one(self, payload: bytes, kind: int, stamp: int) -> None:
        head = struct.pack("!BBHII", 0x80, kind, self.sequence, stamp, self.ssrc)
        self.channel.data(head + payload)
        self.packets += 1
        self.octets += len(payload)

    def _report(self, stamp: int, now: float) -> bytes:
        """Return a sender report: which RTP timestamp is which wall time."""
        ntp = now + _NTP_EPOCH_S
        whole = int(ntp)
        return struct.pack(
            "!BBHIIIIII",
            0x80,
            200,
            6,
            self.ssrc,
            whole,
            int((ntp - whole) * (1 << 32)),
            stamp,
            self.packets & 0xFFFFFFFF,
            self.octets & 0xFFFFFFFF,
        )


@dataclass(slots=True, kw_only=True, eq=False)
class Session:
    """One viewer: the tracks that were set up, and whether they play."""

    transport: asyncio.WriteTransport
    wrap: bool = False
    nokey: bool = False
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    sending: dict[int, Sending] = field(default_factory=dict)
    started: bool = False

    def send(
        self,
        track: int,
        unit: Unit,
        payloads: Sequence[bytes | None],
        *,
        at_s: float,
        now: float,
    ) -> None:
        """Pass one unit on, beginning with a key frame (or, with `nokey`, without)."""
        sending = self.sending.get(track)
        if sending is None or self.transport.is_closing():
            return
        if self.transport.get_write_buffer_size() > _BACKLOG_BYTES:
            # The viewer does not read; it gets the stream again from a key frame.
            self.started = False
            return
        if not self.started:
            if not sending.track.is_video or unit.key is self.nokey:
                return
            self.started = True
        sending.send(payloads, at_s=at_s, now=now, wrap=self.wrap)

    def close(self) -> None:
        """Close the sockets of this session."""
        for sending in self.sending.values():
            sending.channel.close()
        self.sending.clear()
