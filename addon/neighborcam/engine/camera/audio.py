"""Audio on its way in: AAC passes, everything else is transcoded to AAC once.

Recorder, live viewers and clips can then all carry it without asking again.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Protocol

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.resampler import AudioResampler

from neighborcam.engine.camera.packet import TIME_BASE, AudioFormat

_RATES: Final = (
    96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000,
    7350,
)  # fmt: skip
_AAC_FRAME: Final = 1024  # samples
_HERTZ: Final = 90_000
_RESYNC: Final = _HERTZ // 5  # transcoded audio may be this far off before it is set
_MOST_CHANNELS: Final = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class AacPacket:
    """One raw AAC frame (no ADTS header); times in 1/90000 s."""

    data: bytes
    pts: int
    duration: int


class AudioTrack(Protocol):
    """Makes AAC out of what a camera sends."""

    def format(self, first: bytes) -> AudioFormat | None:
        """Return the format given the first packet; None when it cannot be told."""

    def packets(self, data: bytes, pts: int) -> list[AacPacket]:
        """Return the AAC frames that ``data`` completes; damaged audio gives none."""


def strip_adts(data: bytes) -> tuple[bytes, bytes]:
    """Split an ADTS frame into AudioSpecificConfig and payload.

    The config is empty when ``data`` has no ADTS header; it is then raw AAC already.
    """
    if len(data) < 7 or data[0] != 0xFF or data[1] & 0xF6 != 0xF0:  # noqa: PLR2004 - ADTS
        return b"", data
    length = 7 if data[1] & 1 else 9
    object_type = (data[2] >> 6) + 1
    rate_index = (data[2] >> 2) & 0xF
    channels = ((data[2] & 1) << 2) | (data[3] >> 6)
    config = (object_type << 11) | (rate_index << 7) | (channels << 3)
    return config.to_bytes(2, "big"), data[length:]


class AacTrack:
    """AAC as the camera sent it, without ADTS headers."""

    def __init__(self, context: AudioCodecContext) -> None:
        self._config = bytes(context.extradata or b"")
        self._rate = context.sample_rate
        self._channels = context.channels

    def format(self, first: bytes) -> AudioFormat | None:
        """See `AudioTrack.format`; the config comes from ADTS where it must."""
        config = self._config or strip_adts(first)[0]
        if not config or self._rate <= 0 or self._channels <= 0:
            return None
        return AudioFormat(
            sample_rate=self._rate, channels=self._channels, extradata=config
        )

    def packets(self, data: bytes, pts: int) -> list[AacPacket]:
        """See `AudioTrack.packets`."""
        payload = strip_adts(data)[1]
        length = _AAC_FRAME * _HERTZ // self._rate
        return [AacPacket(data=payload, pts=pts, duration=length)] if payload else []


class TranscodedTrack:
    """G.711 and other audio, decoded and encoded as AAC in mono or stereo."""

    def __init__(self, context: AudioCodecContext) -> None:
        self._decoder = context
        self._rate = min(_RATES, key=lambda rate: abs(rate - context.sample_rate))
        self._channels = min(max(context.channels, 1), _MOST_CHANNELS)
        layout = "mono" if self._channels == 1 else "stereo"
        self._resampler = AudioResampler(
            format="fltp", layout=layout, rate=self._rate, frame_size=_AAC_FRAME
        )
        encoder = AudioCodecContext.create("aac", "w")
        encoder.sample_rate = self._rate
        encoder.layout = layout
        encoder.format = "fltp"
        encoder.bit_rate = 32_000 * self._channels
        encoder.time_base = Fraction(1, self._rate)
        encoder.open()
        self._encoder = encoder
        self._base = 0  # our time of sample zero
        self._samples_in = 0
        self._samples_out = 0
        self._last = -1

    def format(self, first: bytes) -> AudioFormat:  # noqa: ARG002 - the encoder knows
        """See `AudioTrack.format`."""
        index = _RATES.index(self._rate)
        config = (2 << 11) | (index << 7) | (self._channels << 3)  # AAC-LC
        return AudioFormat(
            sample_rate=self._rate,
            channels=self._channels,
            extradata=config.to_bytes(2, "big"),
        )

    def packets(self, data: bytes, pts: int) -> list[AacPacket]:
        """See `AudioTrack.packets`."""
        self._follow(pts)
        packet = av.Packet(data)
        packet.time_base = TIME_BASE
        try:
            frames = self._decoder.decode(packet)
        except av.FFmpegError:
            return []
        done: list[AacPacket] = []
        for frame in frames:
            frame.pts = None
            self._samples_in += frame.samples * self._rate // (frame.sample_rate or 1)
            for whole in self._resampler.resample(frame):
                done += [self._out(bytes(out)) for out in self._encoder.encode(whole)]
        return done

    def _follow(self, pts: int) -> None:
        """Set the clock of the samples when lost packets moved it away from ``pts``."""
        due = self._base + self._samples_in * _HERTZ // self._rate
        if abs(due - pts) > _RESYNC or self._samples_in == 0:
            self._base += pts - due

    def _out(self, data: bytes) -> AacPacket:
        pts = self._base + self._samples_out * _HERTZ // self._rate
        self._samples_out += _AAC_FRAME
        self._last = max(pts, self._last + 1)
        return AacPacket(
            data=data, pts=self._last, duration=_AAC_FRAME * _HERTZ // self._rate
        )


def audio_track(context: AudioCodecContext | None) -> AudioTrack | None:
    """Return what carries this audio; None when it cannot be decoded."""
    if context is None or context.sample_rate <= 0:
        return None
    if context.codec.canonical_name == "aac" and context.name != "aac_latm":
        return AacTrack(context)
    try:
        return TranscodedTrack(context)
    except (av.FFmpegError, ValueError):
        return None
