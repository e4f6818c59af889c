"""The head of a fragmented MP4 file: which streams follow, and how to decode them.

Written here and not by a library's muxer, because the recorder must know which
byte ends a fragment: only whole fragments go to the disk and into the index.
Times count 1/90000 s in every track. ISO/IEC 14496-12, -14 and -15.
"""

import re
import struct
from typing import Final

from neighborcam.engine.camera.packet import AudioFormat, StreamFormat, VideoFormat
from neighborcam.engine.errors import CameraUnsupported

TIMESCALE: Final = 90_000
VIDEO_TRACK: Final = 1
AUDIO_TRACK: Final = 2
CODECS: Final = frozenset({"h264", "hevc", "mpeg4", "mjpeg"})

_START: Final = re.compile(rb"\x00\x00\x01")
_MATRIX: Final = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_OBJECT_TYPES: Final = {"mpeg4": 0x20, "mjpeg": 0x6C}
_AAC: Final = 0x40
_VIDEO_STREAM: Final = 0x11
_AUDIO_STREAM: Final = 0x15
_HEVC_SETS: Final = (32, 33, 34)  # VPS, SPS, PPS
_H264_SPS: Final = 7
_H264_PPS: Final = 8


def box(kind: bytes, *parts: bytes) -> bytes:
    """Wrap ``parts`` in a box."""
    return struct.pack(">I4s", 8 + sum(map(len, parts)), kind) + b"".join(parts)


def full_box(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    """Wrap ``parts`` in a box with version and flags."""
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def nal_units(data: bytes) -> list[bytes]:
    """Split an Annex-B byte stream; trailing zeros belong to the next start code."""
    marks = [match.span() for match in _START.finditer(data)]
    ends = [*(begin for begin, _ in marks[1:]), len(data)][: len(marks)]
    units = (
        data[mark[1] : end].rstrip(b"\0") for mark, end in zip(marks, ends, strict=True)
    )
    return [unit for unit in units if unit]


def is_annex_b(data: bytes) -> bool:
    """Tell start codes from lengths."""
    return data.startswith((b"\0\0\1", b"\0\0\0\1"))


def init_segment(stream: StreamFormat) -> bytes:
    """Return ``ftyp`` and ``moov``.

    Raises `CameraUnsupported` if MP4 cannot hold the codec, or the stream told no
    parameter sets.
    """
    tracks = [_track(VIDEO_TRACK, _video(stream.video), stream.video)]
    if stream.audio is not None:
        tracks.append(_track(AUDIO_TRACK, _audio(stream.audio), None))
    header = full_box(
        b"mvhd",
        0,
        0,
        struct.pack(">4I", 0, 0, TIMESCALE, 0),
        struct.pack(">IH10x", 0x10000, 0x100),
        _MATRIX,
        struct.pack(">24xI", len(tracks) + 1),
    )
    defaults = [
        full_box(b"trex", 0, 0, struct.pack(">5I", number, 1, 0, 0, 0))
        for number in range(1, len(tracks) + 1)
    ]
    brands = struct.pack(">4sI4s4s4s4s", b"iso6", 1, b"iso6", b"iso5", b"mp41", b"isom")
    return box(b"ftyp", brands) + box(b"moov", header, *tracks, box(b"mvex", *defaults))


def _track(number: int, entry: bytes, video: VideoFormat | None) -> bytes:
    width, height = (video.width, video.height) if video else (0, 0)
    handler, media_header = (
        (b"vide", full_box(b"vmhd", 0, 1, bytes(8)))
        if video
        else (b"soun", full_box(b"smhd", 0, 0, bytes(4)))
    )
    track_header = full_box(
        b"tkhd",
        0,
        3,  # enabled, in the movie
        struct.pack(">5I8x2hH2x", 0, 0, number, 0, 0, 0, 0, 0 if video else 0x100),
        _MATRIX,
        struct.pack(">2I", width << 16, height << 16),
    )
    tables = box(
        b"stbl",
        full_box(b"stsd", 0, 0, struct.pack(">I", 1), entry),
        full_box(b"stts", 0, 0, bytes(4)),
        full_box(b"stsc", 0, 0, bytes(4)),
        full_box(b"stsz", 0, 0, bytes(8)),
        full_box(b"stco", 0, 0, bytes(4)),
    )
    here = box(
        b"dinf", full_box(b"dref", 0, 0, struct.pack(">I", 1), full_box(b"url ", 0, 1))
    )
    return box(
        b"trak",
        track_header,
        box(
            b"mdia",
            full_box(
                b"mdhd", 0, 0, struct.pack(">4I2H", 0, 0, TIMESCALE, 0, 0x55C4, 0)
            ),
            full_box(b"hdlr", 0, 0, struct.pack(">I4s12xx", 0, handler)),
            box(b"minf", media_header, here, tables),
        ),
    )


def _video(video: VideoFormat) -> bytes:
    match video.codec:
        case "h264":
            kind, config = b"avc1", box(b"avcC", _avc_config(video.extradata))
        case "hevc":
            kind, config = b"hvc1", box(b"hvcC", _hevc_config(video.extradata))
        case "mpeg4" | "mjpeg" as codec:
            extradata = b"" if codec == "mjpeg" else video.extradata
            kind = b"mp4v"
            config = _esds(_OBJECT_TYPES[codec], _VIDEO_STREAM, extradata)
        case codec:
            raise CameraUnsupported(
                f"Video of the kind {codec} cannot be recorded. Set the camera to "
                "H.264 or H.265."
            )
    return box(
        kind,
        struct.pack(">6xH16x2H", 1, video.width, video.height),
        struct.pack(">3IH32xHh", 0x480000, 0x480000, 0, 1, 24, -1),
        config,
    )


def _audio(audio: AudioFormat) -> bytes:
    return box(
        b"mp4a",
        struct.pack(">6xH8x2H4xI", 1, audio.channels, 16, audio.sample_rate << 16),
        _esds(_AAC, _AUDIO_STREAM, audio.extradata),
    )


def _esds(object_type: int, stream_type: int, specific: bytes) -> bytes:
    decoder = struct.pack(">2B3x2I", object_type, stream_type, 0, 0)
    if specific:
        decoder += _descriptor(5, specific)
    stream = struct.pack(">HB", 1, 0) + _descriptor(4, decoder) + _descriptor(6, b"\2")
    return full_box(b"esds", 0, 0, _descriptor(3, stream))


def _descriptor(tag: int, body: bytes) -> bytes:
    size = len(body)
    length = bytes(
        size >> 7 * place & 0x7F | (0x80 if place else 0) for place in (3, 2, 1, 0)
    )
    return bytes([tag]) + length + body


def _avc_config(extradata: bytes) -> bytes:
    if extradata and not is_annex_b(extradata):
        return extradata
    units = nal_units(extradata)
    sps = [unit for unit in units if unit[0] & 0x1F == _H264_SPS]
    pps = [unit for unit in units if unit[0] & 0x1F == _H264_PPS]
    if not sps or not pps or len(sps[0]) < 4:  # noqa: PLR2004 - profile and level
        raise CameraUnsupported(
            "The camera sends H.264 without its parameters, so it cannot be recorded. "
            "Restart the camera or choose another of its streams."
        )
    return b"".join(
        (
            bytes([1, *sps[0][1:4], 0xFF, 0xE0 | len(sps)]),
            *(struct.pack(">H", len(unit)) + unit for unit in sps),
            bytes([len(pps)]),
            *(struct.pack(">H", len(unit)) + unit for unit in pps),
        )
    )


def _hevc_config(extradata: bytes) -> bytes:
    if extradata and not is_annex_b(extradata):
        return extradata
    by_kind = {kind: list[bytes]() for kind in _HEVC_SETS}
    for unit in nal_units(extradata):
        by_kind.get(unit[0] >> 1 & 0x3F, []).append(unit)
    if not all(by_kind.values()):
        raise CameraUnsupported(
            "The camera sends H.265 without its parameters, so it cannot be recorded. "
            "Restart the camera, or set it to H.264."
        )
    sps = by_kind[33][0].replace(b"\0\0\3", b"\0\0")
    # After the NAL header: one byte with the number of temporal layers, then the
    # profile, tier and level exactly as they stand here. Players take chroma and
    # bit depth from the SPS itself; 4:2:0 with the profile's depth is stated.
    depth = 2 if sps[3] & 0x1F == 2 else 0  # noqa: PLR2004 - Main 10
    layers = (sps[2] >> 1 & 7) + 1
    head = struct.pack(
        ">B12sHBBBBHBB",
        1,
        sps[3:15],
        0xF000,
        0xFC,
        0xFD,
        0xF8 | depth,
        0xF8 | depth,
        0,
        layers << 3 | (sps[2] & 1) << 2 | 3,
        len(_HEVC_SETS),
    )
    arrays = (
        struct.pack(">BH", 0x80 | kind, len(units))
        + b"".join(struct.pack(">H", len(unit)) + unit for unit in units)
        for kind, units in by_kind.items()
    )
    return head + b"".join(arrays)
