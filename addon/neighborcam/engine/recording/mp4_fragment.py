"""One fragment of a fragmented MP4: ``moof`` with its tables, ``mdat`` with data."""

import struct
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from neighborcam.engine.camera.packet import MediaKind, MediaPacket
from neighborcam.engine.recording.mp4_init import (
    AUDIO_TRACK,
    VIDEO_TRACK,
    box,
    full_box,
    is_annex_b,
    nal_units,
)

_KEY: Final = 0x02000000  # depends on no other sample
_NOT_KEY: Final = 0x01010000  # depends on others, no sync sample
_BASE_IS_MOOF: Final = 0x020000
_RUN_FLAGS: Final = 0x000F01  # offset, and per sample: duration, size, flags, cts
_NAL_CODECS: Final = frozenset({"h264", "hevc"})
_HEADER: Final = 8


def sample(codec: str, packet: MediaPacket) -> bytes:
    """Return a packet as MP4 holds it: NAL units with lengths, not start codes."""
    if packet.kind is MediaKind.AUDIO or codec not in _NAL_CODECS:
        return packet.data
    if not is_annex_b(packet.data):
        return packet.data
    return b"".join(
        part
        for unit in nal_units(packet.data)
        for part in (struct.pack(">I", len(unit)), unit)
    )


def fragment(
    sequence: int, codec: str, packets: Sequence[MediaPacket], origin: int
) -> bytes:
    """Return ``moof`` and ``mdat`` of packets in decoding order.

    ``origin`` is the 1/90000 s time of the file's beginning: the dts of its first
    packet. Raises nothing for odd timestamps; they are laid out as well as possible.
    """
    tracks = [
        (number, chosen)
        for number, kind in (
            (VIDEO_TRACK, MediaKind.VIDEO),
            (AUDIO_TRACK, MediaKind.AUDIO),
        )
        if (chosen := [packet for packet in packets if packet.kind is kind])
    ]
    payloads = [[sample(codec, packet) for packet in chosen] for _, chosen in tracks]
    boxes = [
        (number, _times(chosen, origin), _run(chosen, payload))
        for (number, chosen), payload in zip(tracks, payloads, strict=True)
    ]
    size = len(_moof(sequence, boxes, [0] * len(boxes)))
    offsets = []
    for payload in payloads:
        offsets.append(size + _HEADER)
        size += sum(map(len, payload))
    data = box(b"mdat", *(part for payload in payloads for part in payload))
    return _moof(sequence, boxes, offsets) + data


type _Track = tuple[int, int, tuple[int, bytes]]


def _moof(sequence: int, tracks: Sequence[_Track], offsets: Sequence[int]) -> bytes:
    parts = [full_box(b"mfhd", 0, 0, struct.pack(">I", sequence))]
    for (number, decode_time, (count, table)), offset in zip(
        tracks, offsets, strict=True
    ):
        parts.append(
            box(
                b"traf",
                full_box(b"tfhd", 0, _BASE_IS_MOOF, struct.pack(">I", number)),
                full_box(b"tfdt", 1, 0, struct.pack(">Q", decode_time)),
                full_box(
                    b"trun", 1, _RUN_FLAGS, struct.pack(">Ii", count, offset), table
                ),
            )
        )
    return box(b"moof", *parts)


def _times(packets: Sequence[MediaPacket], origin: int) -> int:
    return max(0, packets[0].dts - origin)


def _run(packets: Sequence[MediaPacket], payload: Sequence[bytes]) -> tuple[int, bytes]:
    rows = (
        struct.pack(
            ">3Ii",
            duration,
            len(data),
            _KEY if packet.is_key or packet.kind is MediaKind.AUDIO else _NOT_KEY,
            packet.pts - packet.dts,
        )
        for packet, data, duration in zip(
            packets, payload, durations(packets), strict=True
        )
    )
    return len(packets), b"".join(rows)


def durations(packets: Sequence[MediaPacket]) -> list[int]:
    """Return each packet's time until the next; of the last, what it says itself."""
    gaps = [max(0, later.dts - packet.dts) for packet, later in pairwise(packets)]
    return [*gaps, packets[-1].duration or (gaps[-1] if gaps else 0)]
