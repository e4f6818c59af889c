from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest

from neighborcam.engine.camera.packet import StreamFormat
from neighborcam.engine.errors import InvalidInput, NotFound, StorageError
from neighborcam.engine.recording.clip import ClipResult, export_clip
from tests.engine.recording.footage import packets, stream_format
from tests.engine.recording.house import DOOR, House, at

type Cut = Callable[..., ClipResult]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "clip.mp4"


@pytest.fixture
def cut(house: House, out: Path) -> Cut:
    def export(begin_s: float, end_s: float, *, exact: bool = False) -> ClipResult:
        return export_clip(
            house.index,
            house.media_dir,
            DOOR,
            at(begin_s),
            at(end_s),
            exact=exact,
            out=out,
        )

    return export


def times(path: Path, kind: str = "video") -> list[float]:
    """Decode a stream completely and return when each frame is shown."""
    with av.open(str(path)) as container:
        stream: Any = getattr(container.streams, kind)[0]
        return [float(frame.time or 0) for frame in container.decode(stream)]


@pytest.mark.parametrize("codec", ["h264", "hevc", "mpeg4", "mjpeg"])
def test_a_clip_begins_at_the_key_frame_before_and_plays_across_segments(
    house: House, cut: Cut, out: Path, codec: str
) -> None:
    house.record(packets(70, codec, audio=True), stream_format(codec, audio=True))
    result = cut(55.5, 63.2)
    begin = 55.5 - 1 / 30 if codec == "mjpeg" else 55
    assert (result.started_at - at(begin)).total_seconds() == pytest.approx(
        0, abs=0.001
    )
    assert (result.ended_at - at(63.2)).total_seconds() == pytest.approx(0, abs=0.07)
    assert (result.gaps, result.left_out) == ((), ())
    assert result.size_bytes == out.stat().st_size
    shown = times(out)
    assert shown[0] == 0
    assert all(0.06 < b - a < 0.07 for a, b in pairwise(shown))
    assert times(out, "audio")[-1] == pytest.approx(shown[-1], abs=0.15)


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_an_exact_clip_begins_where_it_was_asked_to(
    house: House, cut: Cut, out: Path, codec: str
) -> None:
    house.record(packets(70, codec, audio=True), stream_format(codec, audio=True))
    result = cut(55.5, 63.2, exact=True)
    assert 0 <= (result.started_at - at(55.5)).total_seconds() < 0.067
    shown = times(out)
    assert len(shown) == 115
    assert all(0.06 < b - a < 0.07 for a, b in pairwise(shown))


def test_only_the_first_group_of_an_exact_clip_is_encoded_anew(
    house: House, cut: Cut, out: Path
) -> None:
    house.record(packets(10))
    cut(2.5, 6, exact=True)
    recorded = {packet.data.split(b"\0\0\1")[-1] for packet in packets(2)}
    with av.open(str(out)) as container:
        copied = [
            any(bytes(packet).endswith(unit) for unit in recorded)
            for packet in container.demux(video=0)
            if packet.size
        ]
    assert copied == [False] * copied.index(True) + [True] * 45


def test_an_exact_clip_within_one_group_is_only_that_long(
    house: House, cut: Cut, out: Path
) -> None:
    house.record(packets(3))
    result = cut(1.2, 1.8, exact=True)
    assert len(times(out)) == 9
    assert (result.ended_at - result.started_at).total_seconds() < 0.7


def test_an_exact_clip_at_a_key_frame_or_of_another_codec_is_a_copy(
    house: House, cut: Cut, out: Path
) -> None:
    house.record(packets(5, "mpeg4"), stream_format("mpeg4"))
    assert cut(2.5, 4, exact=True).started_at == at(2)
    assert cut(2, 4, exact=True).started_at == at(2)
    assert len(times(out)) == 30


def test_pictures_out_of_order_are_cut_too(house: House, cut: Cut, out: Path) -> None:
    house.record(packets(6, b_frames=2))
    for exact in (False, True):
        cut(1.5, 4, exact=exact)
        shown = times(out)
        assert shown == sorted(shown)
        assert len(shown) >= 30


def test_a_gap_is_left_out_of_the_clip_and_named(
    house: House, cut: Cut, out: Path
) -> None:
    recorder = house.record(packets(10))
    house.record(packets(10, begin=at(100)), recorder=recorder)
    result = cut(5, 105)
    (gap,) = result.gaps
    assert (gap.started_at, gap.ended_at) == (at(10), at(100))
    assert (result.started_at, result.ended_at) == (at(5), at(105))
    assert times(out)[-1] < 10.1


def test_a_lost_file_is_named_and_the_rest_exported(
    house: House, cut: Cut, out: Path
) -> None:
    house.record(packets(130))
    lost = house.rows()[1]
    house.path(lost).unlink()
    result = cut(50, 125)
    assert result.left_out == (lost.path,)
    assert (result.gaps[0].started_at, result.gaps[0].ended_at) == (at(60), at(120))
    assert len(times(out)) == 15 * 15


def test_recordings_of_another_size_are_named_and_left_out(
    house: House, cut: Cut, out: Path
) -> None:
    recorder = house.record(packets(5))
    house.record(packets(5, width=320, begin=at(5)), stream_format(width=320), recorder)
    result = cut(0, 10)
    assert len(result.left_out) == 1
    assert len(times(out)) == 75


def test_other_parameters_of_the_same_size_play_in_one_clip(
    house: House, cut: Cut, out: Path
) -> None:
    recorder = house.record(packets(5))
    other = packets(5, b_frames=2, begin=at(5))
    house.record(other, _format_of(packets(1, b_frames=2)[0].data), recorder)
    result = cut(0, 10)
    assert result.left_out == ()
    assert len(times(out)) == 150


def _format_of(data: bytes) -> StreamFormat:
    stream = stream_format()
    return replace(stream, video=replace(stream.video, extradata=data))


def test_a_clip_ends_in_the_segment_that_is_being_written(
    house: House, cut: Cut, out: Path
) -> None:
    recorder = house.recorder()
    recorder.opened(stream_format())
    house.feed(recorder, packets(8))
    cut(2, 60)
    assert len(times(out)) == 6 * 15


def test_nothing_recorded_is_not_found_and_leaves_no_file(
    house: House, cut: Cut, out: Path
) -> None:
    with pytest.raises(NotFound, match="Nothing is recorded of door"):
        cut(0, 10)
    house.record(packets(2))
    house.path(house.rows()[0]).unlink()
    with pytest.raises(NotFound):
        cut(0, 10)
    assert list(out.parent.glob("clip*")) == []


def test_an_end_before_the_start_is_refused(cut: Cut) -> None:
    with pytest.raises(InvalidInput):
        cut(10, 10)


def test_a_clip_that_cannot_be_written_is_a_storage_error(house: House) -> None:
    house.record(packets(2))
    with pytest.raises(StorageError):
        export_clip(
            house.index,
            house.media_dir,
            DOOR,
            at(0),
            at(2),
            exact=False,
            out=house.media_dir / "no" / "folder.mp4",
        )


def test_a_clip_can_be_played_while_it_loads(house: House, cut: Cut, out: Path) -> None:
    house.record(packets(3))
    cut(0, 3)
    data = out.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
