from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import av
import pytest

from neighborcam.engine.camera.audio import audio_track, strip_adts
from neighborcam.engine.camera.packet import (
    AudioFormat,
    MediaKind,
    MediaPacket,
    StreamFormat,
)
from neighborcam.engine.camera.remux import Remuxer

type Recorded = tuple[StreamFormat, list[MediaPacket]]
type Read = Callable[..., Recorded]
type MakeVideo = Callable[..., Path]


def decoded_samples(sound: AudioFormat, packets: list[MediaPacket]) -> int:
    context = av.CodecContext.create("aac", "r")
    context.extradata = sound.extradata
    return sum(
        frame.samples
        for packet in packets
        for frame in context.decode(av.Packet(packet.data))
    )


@pytest.mark.parametrize(
    ("suffix", "codec", "rate"),
    [
        ("mp4", "aac", 16000),
        ("ts", "aac", 16000),
        ("mov", "pcm_mulaw", 8000),
        ("avi", "pcm_alaw", 8000),
        ("avi", "pcm_s16le", 8000),
    ],
)
def test_any_sound_arrives_as_aac_of_the_same_length(
    make_video: MakeVideo, read: Read, suffix: str, codec: str, rate: int
) -> None:
    stream_format, packets = read(make_video(suffix, sound=codec))
    sound = stream_format.audio
    assert sound is not None
    assert (sound.sample_rate, sound.channels) in {(rate, 1), (16000, 1)}
    heard = [packet for packet in packets if packet.kind is MediaKind.AUDIO]
    assert not any(packet.data[:2] in {b"\xff\xf1", b"\xff\xf9"} for packet in heard)
    assert all(b.pts > a.pts for a, b in pairwise(heard))
    seconds = decoded_samples(sound, heard) / sound.sample_rate
    assert seconds == pytest.approx(2.9, abs=0.3)
    assert heard[-1].pts / 90_000 == pytest.approx(2.8, abs=0.3)


def test_the_config_of_adts_is_what_the_encoder_meant(
    make_video: MakeVideo, read: Read
) -> None:
    plain = read(make_video("mp4", sound="aac"))[0].audio
    adts = read(make_video("ts", sound="aac"))[0].audio
    assert plain is not None
    assert adts is not None
    assert adts.extradata == plain.extradata[:2]


def test_sound_can_be_left_out(make_video: MakeVideo, read: Read) -> None:
    stream_format, packets = read(make_video(sound="aac"), audio=False)
    assert stream_format.audio is None
    assert {packet.kind for packet in packets} == {MediaKind.VIDEO}


def test_raw_aac_is_left_as_it_is() -> None:
    assert strip_adts(b"\x21\x10\x04") == (b"", b"\x21\x10\x04")


def test_an_unknown_sound_is_dropped() -> None:
    assert audio_track(None) is None


def test_transcoded_sound_plays_in_both_live_containers(
    make_video: MakeVideo, read: Read
) -> None:
    stream_format, packets = read(make_video("avi", sound="pcm_alaw"))
    ordered = sorted(packets, key=lambda packet: packet.dts)
    for container in ("mpegts", "fmp4"):
        muxer = Remuxer(container, stream_format)
        data = b"".join(map(muxer.chunk, ordered)) + muxer.close()
        assert len(data) > 12_000
