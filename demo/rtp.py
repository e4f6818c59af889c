"""RTP payload formats: one coded picture or sound frame in, payloads out.

Nothing here knows sequence numbers, timestamps or sockets; `rtsp_session`
adds the headers, which differ from viewer to viewer.
"""

import struct
from collections.abc import Iterator

MTU = 1400
"""Bytes of payload per packet; leaves room for IP, UDP and RTP in 1500."""

_FU_A = 28
_FU_HEVC = 49


def payloads_h264(units: list[bytes]) -> list[bytes]:
    """Packetise NAL units: single ones and FU-A fragments (RFC 6184)."""
    return [part for unit in units for part in _fragments_h264(unit)]


def _fragments_h264(unit: bytes) -> Iterator[bytes]:
    if len(unit) <= MTU:
        yield unit
        return
    indicator, number = unit[0] & 0xE0 | _FU_A, unit[0] & 31
    for first, last, body in _slices(unit[1:]):
        yield bytes((indicator, first << 7 | last << 6 | number)) + body


def payloads_hevc(units: list[bytes]) -> list[bytes]:
    """Packetise NAL units: single ones and fragmentation units (RFC 7798)."""
    return [part for unit in units for part in _fragments_hevc(unit)]


def _fragments_hevc(unit: bytes) -> Iterator[bytes]:
    if len(unit) <= MTU:
        yield unit
        return
    head = bytes((unit[0] & 0x81 | _FU_HEVC << 1, unit[1]))
    number = unit[0] >> 1 & 63
    for first, last, body in _slices(unit[2:]):
        yield head + bytes((first << 7 | last << 6 | number,)) + body


def payloads_mpeg4(frame: bytes) -> list[bytes]:
    """Packetise an MPEG-4 part 2 picture (RFC 6416): plain slices of bytes."""
    return [body for _, _, body in _slices(frame)]


def payloads_aac(frame: bytes) -> list[bytes]:
    """Packetise one raw AAC frame as a lone access unit (RFC 3640, AAC-hbr)."""
    return [struct.pack("!HH", 16, len(frame) << 3) + frame]


def _slices(body: bytes) -> Iterator[tuple[bool, bool, bytes]]:
    """Yield (is first, is last, bytes) pieces of at most `MTU` bytes."""
    for at in range(0, len(body), MTU):
        yield at == 0, at + MTU >= len(body), body[at : at + MTU]
