"""Parameter sets inside packets: what a decoder must know before the first frame.

A camera repeats them before key frames and may change them there (somebody turned
the resolution down, day turned to night profile). Muxers and decoders opened with
the old ones would produce rubbish, so the stream is told anew when they change.
Pure: bytes in, bytes out. Annex B only; the source converts length-prefixed streams.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

_START: Final = re.compile(rb"\x00\x00\x01")
_H264_SETS: Final = frozenset({7, 8})
_H264_PICTURES: Final = frozenset({1, 2, 3, 4, 5})
_H264_IDR: Final = 5
_H264_INTRA: Final = frozenset({2, 4, 7, 9})  # I and SI
_SLICE_HEAD: Final = 10  # bytes of a slice that hold its type
_HEVC_SETS: Final = frozenset({32, 33, 34})
_HEVC_RANDOM_ACCESS: Final = frozenset(range(16, 22))
_HEVC_LAST_PICTURE: Final = 31
_HEAD: Final = 4096  # parameter sets stand before the picture and are small
_ANNEX_B: Final = b"\x00\x00\x00\x01"
_VOP: Final = b"\x00\x00\x01\xb6"
_GROUP: Final = b"\x00\x00\x01\xb3"
_VOL_FIRST: Final = 0x20
_VOL_LAST: Final = 0x2F
_JPEG_SIZE: Final = frozenset({0xC0, 0xC1, 0xC2})
_JPEG_SCAN: Final = 0xDA
_JPEG_START: Final = b"\xff\xd8"
_SIZE_FIELDS: Final = 9  # marker, length, precision, height, width


def nal_units(data: bytes) -> Iterator[bytes]:
    """Yield the NAL units of Annex-B ``data`` without start codes."""
    starts = [match.end() for match in _START.finditer(data)]
    for index, begin in enumerate(starts):
        last = index + 1 == len(starts)
        end = len(data) if last else starts[index + 1] - 3
        unit = data[begin:end] if last else data[begin:end].rstrip(b"\x00")
        if unit:
            yield unit


def parameter_sets(codec: str, data: bytes) -> bytes:
    """Return the parameter sets in ``data`` (packet or extradata); empty when none.

    Annex B for h264 and hevc, the headers before the first picture for mpeg4, empty
    for every codec that has none.
    """
    if codec == "h264":
        return _collect(data, _h264_type, _H264_SETS, _H264_PICTURES)
    if codec == "hevc":
        return _collect(
            data, _hevc_type, _HEVC_SETS, frozenset(range(_HEVC_LAST_PICTURE + 1))
        )
    return _mpeg4_headers(data) if codec == "mpeg4" else b""


def is_complete(codec: str, sets: bytes) -> bool:
    """Tell whether ``sets`` suffice to open a decoder or muxer."""
    if codec == "h264":
        return {_h264_type(unit) for unit in nal_units(sets)} >= _H264_SETS
    if codec == "hevc":
        return {_hevc_type(unit) for unit in nal_units(sets)} >= _HEVC_SETS
    return True


def starts_decoding(codec: str, data: bytes) -> bool:
    """Tell whether decoding can start at ``data``, which the demuxer calls a key frame.

    Demuxers guess: some mark every packet that begins with parameter sets, though a
    P frame follows them. Only the first picture is looked at.
    """
    if codec == "h264":
        return _h264_starts(data)
    if codec == "hevc":
        kinds = (_hevc_type(head) for head in _heads(data))
        first = next((kind for kind in kinds if kind <= _HEVC_LAST_PICTURE), None)
        return first in _HEVC_RANDOM_ACCESS
    return True


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Return width and height out of a JPEG's header; None when it has none."""
    if data[:2] != _JPEG_START:
        return None
    at = 2
    while at + _SIZE_FIELDS <= len(data) and data[at] == 0xFF:  # noqa: PLR2004 - a marker
        marker = data[at + 1]
        if marker in _JPEG_SIZE:
            height = int.from_bytes(data[at + 5 : at + 7], "big")
            return int.from_bytes(data[at + 7 : at + 9], "big"), height
        if marker == _JPEG_SCAN:
            return None
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def _h264_type(unit: bytes) -> int:
    return unit[0] & 0x1F


def _hevc_type(unit: bytes) -> int:
    return (unit[0] >> 1) & 0x3F


def _heads(data: bytes) -> Iterator[bytes]:
    """Yield the first bytes of each NAL unit: enough for its type."""
    for match in _START.finditer(data):
        unit = data[match.end() : match.end() + _SLICE_HEAD]
        if unit:
            yield unit


def _h264_starts(data: bytes) -> bool:
    """Accept an IDR, or an I slice: cameras exist that send an IDR only once."""
    pictures = (head for head in _heads(data) if _h264_type(head) in _H264_PICTURES)
    head = next(pictures, b"")
    if not head:
        return False
    return _h264_type(head) == _H264_IDR or _slice_type(head) in _H264_INTRA


def _slice_type(head: bytes) -> int:
    """Return slice_type, the second Exp-Golomb number of a slice; -1 if cut off."""
    bits = "".join(f"{byte:08b}" for byte in head[1:])
    at, value = 0, -1
    for _ in range(2):
        zeros = bits.find("1", at) - at
        if zeros < 0:
            return -1
        end = at + 2 * zeros + 1
        value, at = int(bits[at + zeros : end] or "1", 2) - 1, end
    return value


def _collect(
    data: bytes,
    type_of: Callable[[bytes], int],
    wanted: frozenset[int],
    pictures: frozenset[int],
) -> bytes:
    """Join the wanted units that stand before the first picture; no copy of that."""
    found: list[bytes] = []
    starts = [match.end() for match in _START.finditer(data, 0, _HEAD)]
    for index, begin in enumerate(starts):
        if begin >= len(data):
            break
        kind = type_of(data[begin : begin + 2])
        if kind in pictures:
            break
        if kind in wanted:
            end = starts[index + 1] - 3 if index + 1 < len(starts) else len(data)
            found.append(data[begin:end].rstrip(b"\x00"))
    return b"".join(_ANNEX_B + unit for unit in dict.fromkeys(found))


def _mpeg4_headers(data: bytes) -> bytes:
    # A group header holds the time of day and changes each time: not a parameter.
    ends = [at for at in (data.find(_VOP), data.find(_GROUP)) if at >= 0]
    head = data[: min(ends, default=len(data))]
    layers = (m.end() for m in _START.finditer(head) if m.end() < len(head))
    has_layer = any(_VOL_FIRST <= head[at] <= _VOL_LAST for at in layers)
    return head if has_layer else b""
