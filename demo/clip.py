"""Clips: a video file cut into RTP payloads once, so that playing is cheap."""

import base64
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.bitstream import BitStreamFilterContext
from av.stream import Stream

from demo import nal, rtp
from demo.rtp_jpeg import payloads_jpeg

G711_CHUNK_S = 0.04


type Packet = av.Packet[Stream]


class UnsuitableClip(ValueError):
    """The file cannot be served over RTSP; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One coded picture or sound frame, ready to send.

    `sent_s` is when it leaves and `pts_s` when it is shown, both in seconds
    from the start of the clip.
    """

    payloads: tuple[bytes, ...]
    sent_s: float
    pts_s: float
    key: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One stream of a clip with what its SDP section needs."""

    codec: str
    payload_type: int
    clock_hz: int
    encoding: str
    parameters: str
    units: tuple[Unit, ...]

    @property
    def is_video(self) -> bool:
        """Whether this is the picture and not the sound."""
        return not self.encoding.startswith(("mpeg4-generic", "PCM"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A file as its tracks, the picture first; it loops after `duration_s`."""

    name: str
    width: int
    height: int
    duration_s: float
    tracks: tuple[Track, ...]

    def timeline(self) -> list[tuple[int, Unit]]:
        """Return (track index, unit) of one loop in the order of sending."""
        order = [
            (unit.sent_s, index, unit)
            for index, track in enumerate(self.tracks)
            for unit in track.units
            if unit.sent_s < self.duration_s
        ]
        order.sort(key=lambda entry: entry[:2])
        return [(index, unit) for _, index, unit in order]


def load_clip(path: str | Path, *, fps: float = 15.0) -> Clip:
    """Read a file's first picture and sound stream.

    `fps` counts only for raw streams, which carry no time. Raises
    UnsuitableClip for codecs that RTSP cameras do not send, and for what is no video.
    """
    path = Path(path)
    try:
        opened = av.open(str(path))
    except av.FFmpegError as error:
        raise UnsuitableClip(
            f"{path.name} is no video file that can be read"
        ) from error
    with opened as container:
        if not container.streams.video:
            raise UnsuitableClip(f"{path.name} has no picture")
        video = container.streams.video[0]
        sound = container.streams.audio[0] if container.streams.audio else None
        packets: dict[int, list[Packet]] = {video.index: []}
        if sound is not None:
            packets[sound.index] = []
        for packet in container.demux(*filter(None, (video, sound))):
            if packet.size:
                packets[packet.stream.index].append(packet)
        tracks = [_video_track(video, packets[video.index], fps)]
        if sound is not None:
            tracks.append(_audio_track(sound, packets[sound.index]))
        width, height = video.codec_context.width, video.codec_context.height
    return Clip(
        name=path.name,
        width=width,
        height=height,
        duration_s=_duration_s(tracks[0].units),
        tracks=tuple(tracks),
    )


def _duration_s(units: tuple[Unit, ...]) -> float:
    """Return when the loop starts again: a mean interval after the last unit."""
    last = units[-1].sent_s
    return last + (last / (len(units) - 1) if len(units) > 1 else 1.0)


def _video_track(stream: av.VideoStream, packets: list[Packet], fps: float) -> Track:
    codec = stream.codec_context.name
    if codec in {"h264", "hevc"}:
        return _nal_track(stream, packets, fps)
    if codec == "mpeg4":
        config = (stream.codec_context.extradata or b"").hex().upper()
        return Track(
            codec=codec,
            payload_type=96,
            clock_hz=90_000,
            encoding="MP4V-ES/90000",
            parameters=f"profile-level-id=1;config={config}",
            units=_timed(packets, rtp.payloads_mpeg4, fps),
        )
    if codec == "mjpeg":
        return Track(
            codec=codec,
            payload_type=26,
            clock_hz=90_000,
            encoding="JPEG/90000",
            parameters="",
            units=_timed(packets, payloads_jpeg, fps),
        )
    raise UnsuitableClip(f"RTSP cameras do not send {codec} pictures")


def _timed(
    packets: list[Packet],
    packetise: Callable[[bytes], list[bytes]],
    fps: float,
) -> tuple[Unit, ...]:
    return tuple(
        Unit(
            payloads=tuple(packetise(bytes(packet))),
            sent_s=sent_s,
            pts_s=pts_s,
            key=packet.is_keyframe,
        )
        for packet, sent_s, pts_s in _with_times(packets, fps)
    )


def _with_times(
    packets: Iterable[Packet], fps: float
) -> Iterator[tuple[Packet, float, float]]:
    """Yield (packet, dts, pts) in seconds from the first packet."""
    origin: int | None = None
    for number, packet in enumerate(packets):
        if packet.dts is None or packet.pts is None:
            yield packet, number / fps, number / fps
            continue
        origin = packet.dts if origin is None else origin
        base = packet.time_base or Fraction(1, 90_000)
        sent, shown = packet.dts - origin, packet.pts - origin
        yield packet, float(sent * base), float(shown * base)


def _nal_track(stream: av.VideoStream, packets: list[Packet], fps: float) -> Track:
    hevc = stream.codec_context.name == "hevc"
    name = "hevc_mp4toannexb" if hevc else "h264_mp4toannexb"
    annex_b = BitStreamFilterContext(name, stream)
    kind = nal.kind_hevc if hevc else nal.kind_h264
    packetise = rtp.payloads_hevc if hevc else rtp.payloads_h264
    parameters: dict[int, bytes] = {}
    units = []
    for packet, sent_s, pts_s in _with_times(packets, fps):
        (filtered,) = annex_b.filter(packet)
        parts = [
            p for p in nal.split(bytes(filtered)) if kind(p) is not nal.Nal.FILLING
        ]
        parameters |= {p[0]: p for p in parts if kind(p) is nal.Nal.PARAMETERS}
        key = any(kind(part) is nal.Nal.KEY_SLICE for part in parts)
        if key:
            slices = [p for p in parts if kind(p) is not nal.Nal.PARAMETERS]
            parts = [*_in_order(parameters), *slices]
        units.append(
            Unit(payloads=tuple(packetise(parts)), sent_s=sent_s, pts_s=pts_s, key=key)
        )
    if not parameters:
        raise UnsuitableClip("the picture stream has no parameter sets")
    describe = _sdp_hevc if hevc else _sdp_h264
    return Track(
        codec=stream.codec_context.name,
        payload_type=96,
        clock_hz=90_000,
        encoding="H265/90000" if hevc else "H264/90000",
        parameters=describe(_in_order(parameters)),
        units=tuple(units),
    )


def _in_order(parameters: dict[int, bytes]) -> list[bytes]:
    """Return VPS, SPS, PPS: the low bits of their first byte ascend in both codecs."""
    return sorted(parameters.values(), key=lambda unit: unit[0] & 31)


def _sdp_h264(parameters: list[bytes]) -> str:
    profile = parameters[0][1:4].hex().upper()
    sets = ",".join(base64.b64encode(unit).decode() for unit in parameters)
    return (
        f"packetization-mode=1;profile-level-id={profile};sprop-parameter-sets={sets}"
    )


def _sdp_hevc(parameters: list[bytes]) -> str:
    named = zip(("sprop-vps", "sprop-sps", "sprop-pps"), parameters, strict=True)
    return ";".join(f"{name}={base64.b64encode(unit).decode()}" for name, unit in named)


def _audio_track(stream: av.AudioStream, packets: list[Packet]) -> Track:
    codec, rate = stream.codec_context.name, stream.codec_context.sample_rate
    channels = stream.codec_context.layout.nb_channels
    if codec == "aac":
        config = (stream.codec_context.extradata or b"").hex().upper()
        return Track(
            codec=codec,
            payload_type=97,
            clock_hz=rate,
            encoding=f"mpeg4-generic/{rate}/{channels}",
            parameters="streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;"
            f"indexlength=3;indexdeltalength=3;config={config}",
            units=_timed(packets, rtp.payloads_aac, 1.0),
        )
    if codec in {"pcm_mulaw", "pcm_alaw"} and (rate, channels) == (8000, 1):
        mu = codec == "pcm_mulaw"
        return Track(
            codec=codec,
            payload_type=0 if mu else 8,
            clock_hz=rate,
            encoding="PCMU/8000" if mu else "PCMA/8000",
            parameters="",
            units=_g711_units(b"".join(bytes(packet) for packet in packets)),
        )
    raise UnsuitableClip(f"this RTSP server does not send {codec} at {rate} Hz")


def _g711_units(samples: bytes) -> tuple[Unit, ...]:
    size = int(8000 * G711_CHUNK_S)
    return tuple(
        Unit(
            payloads=(samples[at : at + size],),
            sent_s=at / 8000,
            pts_s=at / 8000,
            key=True,
        )
        for at in range(0, len(samples), size)
    )
