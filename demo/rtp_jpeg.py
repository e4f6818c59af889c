"""RFC 2435: JPEG pictures over RTP.

Only baseline 4:2:0 and 4:2:2 with the standard Huffman tables fit this format;
FFmpeg's encoder makes them with `huffman=default`.
"""

import struct
from collections.abc import Iterator

from demo.rtp import MTU

_SAMPLING_TYPE = {0x21: 0, 0x22: 1}
"""The luma sampling factors (4:2:2, 4:2:0) as the format's type number."""

_TABLES_IN_BAND = 255


def payloads_jpeg(picture: bytes) -> list[bytes]:
    """Packetise one JPEG picture.

    Raises ValueError for pictures this format has no place for.
    """
    kind, width, height, tables, scan = _parse(picture)
    if max(width, height) > 2040:
        raise ValueError(f"RTP carries JPEG up to 2040 pixels, not {width}x{height}")
    payloads = []
    extra = struct.pack("!BBH", 0, 0, len(tables)) + tables
    at = 0
    while at < len(scan):
        room = MTU - 8 - len(extra)
        head = struct.pack("!I", at) + bytes(
            (kind, _TABLES_IN_BAND, (width + 7) // 8, (height + 7) // 8)
        )
        payloads.append(head + extra + scan[at : at + room])
        at, extra = at + room, b""
    return payloads


def _parse(picture: bytes) -> tuple[int, int, int, bytes, bytes]:
    """Return (type, width, height, quantiser tables, entropy coded scan)."""
    tables: dict[int, bytes] = {}
    kind, width, height = -1, 0, 0
    for marker, body, end in _segments(picture):
        if marker == 0xDB:
            tables |= _quantisers(body)
        elif marker == 0xC0:
            height, width = struct.unpack("!HH", body[1:5])
            kind = _SAMPLING_TYPE.get(body[7], -1)
        elif marker == 0xDA:
            if kind < 0:
                raise ValueError("RTP carries only baseline 4:2:0 or 4:2:2 JPEG")
            joined = b"".join(table for _, table in sorted(tables.items()))
            if len(tables) == 1:
                joined *= 2
            return kind, width, height, joined, picture[end:].removesuffix(b"\xff\xd9")
    raise ValueError("the JPEG picture ends before its scan")


def _segments(picture: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Yield (marker, body, offset after it) of the header segments."""
    at = 2
    while at + 4 <= len(picture):
        marker = picture[at + 1]
        (size,) = struct.unpack("!H", picture[at + 2 : at + 4])
        end = at + 2 + size
        yield marker, picture[at + 4 : end], end
        at = end


def _quantisers(body: bytes) -> dict[int, bytes]:
    return {
        body[at] & 15: body[at + 1 : at + 65]
        for at in range(0, len(body), 65)
        if body[at] >> 4 == 0
    }
