"""What a recorded file holds, told from its boxes alone.

Bytes after a crash can be anything, so nothing here trusts a length: a file is as
long as its last fragment that is whole. Pure: a reader function in, a layout out.
"""

import struct
from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from neighborcam.engine.recording.mp4_init import TIMESCALE, VIDEO_TRACK

type Read = Callable[[int, int], bytes]  # offset, length

_HEADER: Final = 8
_LARGEST_TABLE: Final = 16 << 20  # a second's moof is a few kilobytes
_CODECS: Final = {b"avc1": "h264", b"hvc1": "hevc", b"mp4v": "mpeg4"}
_MJPEG: Final = b"\x6c\x11"  # object type and stream type in esds
_ENTRY: Final = 86  # a video sample entry up to its first inner box
_SIZE_AT: Final = slice(32, 36)
_CONTAINERS: Final = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"traf"})


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """A recorded file; ``size_bytes`` ends with its last whole fragment."""

    size_bytes: int
    fragments: int
    duration_s: float
    codec: str
    width: int
    height: int
    has_audio: bool


def walk(read: Read, size: int) -> Layout | None:
    """Return what is whole of a file; None without a head and one fragment."""
    head = b""
    table: bytes | None = None
    whole = fragments = end = 0
    for kind, at, length in _boxes(read, size):
        if kind == b"moov":
            head = read(at, length)
        elif kind == b"moof":
            table = read(at, length)
        elif kind == b"mdat" and table is not None:
            end = max(end, _video_end(table))
            whole, fragments, table = at + length, fragments + 1, None
        elif kind != b"ftyp":
            break
    described = _describe(head)
    if described is None or not fragments:
        return None
    codec, width, height, has_audio = described
    return Layout(
        size_bytes=whole,
        fragments=fragments,
        duration_s=end / TIMESCALE,
        codec=codec,
        width=width,
        height=height,
        has_audio=has_audio,
    )


def _boxes(read: Read, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, offset and length of the boxes that lie wholly within the file."""
    at = 0
    while at + _HEADER <= size:
        header = read(at, _HEADER)
        if len(header) < _HEADER:
            return
        length, kind = struct.unpack(">I4s", header)
        if length < _HEADER or at + length > size:
            return
        if kind != b"mdat" and length > _LARGEST_TABLE:
            return
        yield kind, at, length
        at += length


def _inner(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and body of the boxes in ``data`` and in the containers among them."""
    for kind, at, length in _boxes(lambda at, count: data[at : at + count], len(data)):
        body = data[at + _HEADER : at + length]
        yield kind, body
        if kind in _CONTAINERS:
            yield from _inner(body)


def _video_end(moof: bytes) -> int:
    """Return when the video in a fragment ends, 1/90000 s from the file's beginning."""
    track = start = end = 0
    for kind, body in _inner(moof[_HEADER:]):
        if kind == b"tfhd" and len(body) >= _HEADER:
            track = int.from_bytes(body[4:8])
        elif kind == b"tfdt":
            start = int.from_bytes(body[4:12])
        elif kind == b"trun" and track == VIDEO_TRACK:
            rows = body[12 : 12 + (len(body) - 12) // 16 * 16]
            end = start + sum(row[0] for row in struct.iter_unpack(">4I", rows))
    return end


def _describe(moov: bytes) -> tuple[str, int, int, bool] | None:
    entries = [
        body[8:]
        for kind, body in _inner(moov)
        if kind == b"stsd" and len(body) > _HEADER
    ]
    video = [entry for entry in entries if entry[4:8] in _CODECS]
    if not video or len(video[0]) < _ENTRY:
        return None
    entry = video[0]
    codec = _CODECS[entry[4:8]]
    if codec == "mpeg4" and _MJPEG in entry[_ENTRY:]:
        codec = "mjpeg"
    width, height = struct.unpack(">2H", entry[_SIZE_AT])
    return codec, width, height, len(entries) > len(video)
