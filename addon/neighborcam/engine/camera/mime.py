"""Codec strings (RFC 6381) for a browser's MediaSource."""

from typing import Final

from neighborcam.engine.camera.packet import AudioFormat, StreamFormat, VideoFormat
from neighborcam.engine.camera.parameter_sets import nal_units

_H264_SPS: Final = 7
_HEVC_SPS: Final = 33
_PROFILE_BYTES: Final = 12  # general profile, tier and level of HEVC
_ESCAPED_OBJECT_TYPE: Final = 31


def mp4_mime(stream_format: StreamFormat) -> str:
    """Return the type for `MediaSource.addSourceBuffer`."""
    codecs = [_video(stream_format.video)]
    if stream_format.audio is not None:
        codecs.append(_audio(stream_format.audio))
    return f'video/mp4; codecs="{",".join(codecs)}"'


def _video(video: VideoFormat) -> str:
    units = list(nal_units(video.extradata))
    if video.codec == "hevc":
        sps = next((u for u in units if (u[0] >> 1) & 0x3F == _HEVC_SPS), b"")
        return _hevc(sps)
    sps = next((u for u in units if u[0] & 0x1F == _H264_SPS), b"")
    return f"avc1.{sps[1:4].hex()}" if len(sps) > 3 else "avc1.640028"  # noqa: PLR2004


def _hevc(sps: bytes) -> str:
    """Format as ISO/IEC 14496-15 E.3 says; the compatibility flags stand reversed."""
    plain = sps.replace(b"\x00\x00\x03", b"\x00\x00")
    ptl = plain[3 : 3 + _PROFILE_BYTES]
    if len(ptl) < _PROFILE_BYTES:
        return "hev1.1.6.L93.B0"
    space = ("", "A", "B", "C")[ptl[0] >> 6]
    tier = "H" if ptl[0] & 0x20 else "L"
    flags = int(f"{int.from_bytes(ptl[1:5], 'big'):032b}"[::-1], 2)
    constraints = "".join(f".{byte:X}" for byte in ptl[5:11].rstrip(b"\x00"))
    return f"hev1.{space}{ptl[0] & 0x1F}.{flags:X}.{tier}{ptl[11]}{constraints}"


def _audio(audio: AudioFormat) -> str:
    first = int.from_bytes(audio.extradata[:2].ljust(2, b"\x00"), "big")
    object_type = first >> 11
    if object_type == _ESCAPED_OBJECT_TYPE:
        object_type = 32 + ((first >> 5) & 0x3F)
    return f"mp4a.40.{object_type or 2}"
