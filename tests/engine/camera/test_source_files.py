from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from neighborcam.engine.camera.address import Address
from neighborcam.engine.camera.av_reader import AvReader
from neighborcam.engine.camera.decode import LumaDecoder
from neighborcam.engine.camera.packet import MediaKind, MediaPacket, StreamFormat
from neighborcam.engine.camera.parameter_sets import is_complete, parameter_sets
from neighborcam.engine.camera.source import Source, open_source
from neighborcam.engine.camera.timeouts import Timeouts
from neighborcam.engine.config import Transport
from neighborcam.engine.errors import (
    CameraEnded,
    CameraError,
    CameraUnreachable,
    CameraUnsupported,
)

type Recorded = tuple[StreamFormat, list[MediaPacket]]
type Read = Callable[..., Recorded]
type MakeVideo = Callable[..., Path]


def until_the_end(source: Source) -> Iterator[MediaPacket]:
    """Iterate a file; that it ends is no failure of the test."""
    with suppress(CameraEnded):
        yield from source


def video_of(packets: list[MediaPacket]) -> list[MediaPacket]:
    return [packet for packet in packets if packet.kind is MediaKind.VIDEO]


@pytest.mark.parametrize(
    ("suffix", "encoder", "codec"),
    [
        ("mp4", "libx264", "h264"),
        ("mkv", "libx265", "hevc"),
        ("ts", "libx264", "h264"),
        ("avi", "mpeg4", "mpeg4"),
        ("avi", "mjpeg", "mjpeg"),
        ("h264", "libx264", "h264"),
        ("hevc", "libx265", "hevc"),
    ],
)
def test_every_codec_and_container_gives_the_same_kind_of_stream(
    make_video: MakeVideo, read: Read, suffix: str, encoder: str, codec: str
) -> None:
    pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    path = make_video(suffix, codec=encoder, pix_fmt=pix_fmt)
    stream_format, packets = read(path)
    video = stream_format.video
    assert (video.codec, video.width, video.height) == (codec, 320, 240)
    assert packets[0].is_key
    assert len(packets) == 30
    spacing = {b.dts - a.dts for a, b in pairwise(packets)}
    assert spacing in ({9000}, {3600})  # raw streams tell no rate: 25 a second
    frames = LumaDecoder(video)
    assert len(frames.decode(packets) + frames.flush()) == 30


@pytest.mark.parametrize(
    ("suffix", "encoder"), [("mp4", "libx264"), ("mkv", "libx265")]
)
def test_every_key_frame_carries_its_parameter_sets(
    make_video: MakeVideo, read: Read, suffix: str, encoder: str
) -> None:
    stream_format, packets = read(make_video(suffix, codec=encoder))
    codec = stream_format.video.codec
    keys = [packet for packet in packets if packet.is_key]
    assert len(keys) == 3
    for key in keys:
        sets = parameter_sets(codec, key.data)
        assert is_complete(codec, sets)
        assert sets == stream_format.video.extradata


def test_wall_time_of_a_file_is_its_own_time_after_the_start(
    make_video: MakeVideo, read: Read
) -> None:
    _, packets = read(make_video())
    seconds = [(p.wall - packets[0].wall).total_seconds() for p in packets]
    assert seconds == pytest.approx([n / 10 for n in range(30)], abs=0.001)


def test_a_file_played_in_real_time_waits_for_its_own_clock(
    make_video: MakeVideo,
) -> None:
    now, waits = [0.0], []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    reader = AvReader(
        Address(url=str(make_video())),
        transport=Transport.TCP,
        timeouts=Timeouts(),
        audio=False,
    )
    played = Source(
        reader,
        realtime=True,
        timeouts=Timeouts(),
        clock=lambda: datetime.now(UTC),
        monotonic=lambda: now[0],
        sleep=sleep,
    )
    with pytest.raises(CameraEnded), played:
        list(played)
    assert sum(waits) == pytest.approx(2.9, abs=0.01)


def test_a_resolution_changed_in_the_middle_gives_a_new_format_at_a_key_frame(
    make_video: MakeVideo, tmp_path: Path
) -> None:
    small = make_video("h264", width=320, height=240, seconds=1.0)
    large = make_video("h264", width=640, height=480, seconds=1.0)
    joined = tmp_path / "joined.h264"
    joined.write_bytes(small.read_bytes() + large.read_bytes() + small.read_bytes())
    seen: list[tuple[int, bool]] = []
    with open_source(str(joined)) as source:
        told = None
        for packet in until_the_end(source):
            if source.format is not told:
                told = source.format
                seen.append((told.video.width, packet.is_key))
    assert seen == [(320, True), (640, True), (320, True)]


def test_damaged_parameter_sets_do_not_change_the_format(
    make_video: MakeVideo, tmp_path: Path
) -> None:
    whole = make_video("h264", seconds=3.0).read_bytes()
    sets = parameter_sets("h264", whole)
    second = whole.index(sets, len(sets))
    damaged = bytearray(whole)
    damaged[second + 8 : second + 12] = b"\xff\xff\xff\xff"
    path = tmp_path / "damaged.h264"
    path.write_bytes(bytes(damaged))
    formats, count = set(), 0
    with open_source(str(path)) as source:
        for _ in until_the_end(source):
            count += 1
            formats.add((source.format.video.width, source.format.video.height))
    assert formats == {(320, 240)}
    assert count > 20


def test_a_stream_that_begins_without_a_key_frame_waits_for_one(
    make_video: MakeVideo, tmp_path: Path
) -> None:
    whole = make_video("h264", seconds=3.0).read_bytes()
    sets = parameter_sets("h264", whole)
    idr = whole.index(b"\x00\x00\x01\x65")
    after = whole.index(b"\x00\x00\x01\x41", idr)
    path = tmp_path / "late.h264"
    path.write_bytes(sets + whole[after - 1 :])
    with open_source(str(path)) as source:
        packets = list(until_the_end(source))
    # Nine P frames of the first group are gone, two groups of ten are left.
    assert len(packets) == 20
    assert packets[0].is_key
    assert packets[0].pts == 0


def test_a_stream_without_any_key_frame_is_unsupported_and_says_so(
    make_video: MakeVideo, tmp_path: Path
) -> None:
    whole = make_video("h264", seconds=1.0).read_bytes()
    idr = whole.index(b"\x00\x00\x01\x65")
    after = whole.index(b"\x00\x00\x01\x41", idr)
    path = tmp_path / "never.h264"
    path.write_bytes(parameter_sets("h264", whole) + whole[after - 1 :])
    with pytest.raises(CameraUnsupported, match="no key frames"):
        open_source(str(path))


def test_a_missing_file_and_a_file_that_is_no_video_are_told_apart(
    tmp_path: Path,
) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html>login</html>")
    with pytest.raises(CameraUnreachable, match=r"no file gone\.mp4"):
        open_source(str(tmp_path / "gone.mp4"))
    with pytest.raises(CameraUnsupported, match="no video file"):
        open_source(str(page))
    with pytest.raises(CameraUnreachable, match="cannot be read"):
        open_source(str(tmp_path))


def test_the_end_of_a_file_is_told_as_that(make_video: MakeVideo) -> None:
    with (
        open_source(str(make_video())) as source,
        pytest.raises(CameraEnded, match="the file is at its end"),
    ):
        list(source)


def test_a_file_with_sound_only_is_refused(tmp_path: Path) -> None:
    import av  # noqa: PLC0415 - one test only

    path = tmp_path / "sound.wav"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("pcm_s16le", rate=8000)
        stream.layout = "mono"
        frame = av.AudioFrame(format="s16", layout="mono", samples=800)
        frame.sample_rate = 8000
        output.mux(stream.encode(frame))
    with pytest.raises(CameraUnsupported, match="without any video"):
        open_source(str(path))


ROBUST = (
    "robust_misc/moonfire_clip_1fps.mp4",
    "robust_misc/pavs_video1.psf",
    "robust_misc/pavs_video2.psf",
    "robust_misc/retina_bunny.rtsp",
    "robust_openh264/BA_MW_D_IDR_LOST.264",
    "robust_openh264/BA_MW_D_P_LOST.264",
    "robust_openh264/Error_I_P.264",
    "robust_openh264/Zhling_1280x720.264",
    "robust_openh264/test_vd_1d.264",
)
NO_VIDEO = frozenset({name for name in ROBUST if name.endswith((".psf", ".rtsp"))})


def play(path: Path, shown: list[int]) -> None:
    """Decode ``path``, adding the widths of its frames; raises as it ends."""
    with open_source(str(path)) as source:
        told, decoder = source.format, LumaDecoder(source.format.video)
        for packet in source:
            if source.format is not told:
                told = source.format
                decoder = LumaDecoder(told.video)
            shown += [frame.luma.shape[1] for frame in decoder.decode([packet])]


@pytest.mark.footage
@pytest.mark.parametrize("name", ROBUST)
def test_damaged_and_foreign_footage_ends_in_a_clear_state(
    shared: Path, name: str
) -> None:
    shown: list[int] = []
    with pytest.raises(CameraError) as ended:
        play(shared / "footage" / name, shown)
    expected = CameraUnsupported if name in NO_VIDEO else CameraEnded
    assert type(ended.value) is expected
    assert bool(shown) is (name not in NO_VIDEO)


@pytest.mark.footage
def test_the_list_of_damaged_footage_is_complete(shared: Path) -> None:
    found = {
        str(path.relative_to(shared / "footage"))
        for folder in ("robust_misc", "robust_openh264")
        for path in (shared / "footage" / folder).iterdir()
    }
    assert found == set(ROBUST)
