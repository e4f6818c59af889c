from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import av
import pytest

from neighborcam.engine.camera.packet import VideoFormat
from neighborcam.engine.config import RecordingMode
from neighborcam.engine.facts import EpisodeId, RecordingStopped
from neighborcam.engine.recording.invariants import layout_of
from tests.engine.recording.footage import BEGIN, packets, stream_format
from tests.engine.recording.house import DOOR, House, at, config

EPISODES = config(recording=RecordingMode.EPISODES, pre_roll_s=2, post_roll_s=3)
FIRST, SECOND = EpisodeId("first"), EpisodeId("second")


@pytest.mark.parametrize("codec", ["h264", "hevc", "mpeg4", "mjpeg"])
def test_every_picture_and_sound_of_a_recording_can_be_decoded(
    house: House, codec: str
) -> None:
    house.record(packets(5, codec, audio=True), stream_format(codec, audio=True))
    (row,) = house.rows()
    assert house.frames() == 75
    with av.open(str(house.path(row))) as container:
        assert container.streams.video[0].codec_context.name == codec
        assert sum(1 for _ in container.decode(audio=0)) > 70
    layout = layout_of(house.path(row))
    assert layout is not None
    assert (layout.codec, layout.width, layout.height) == (codec, 160, 96)
    assert layout.size_bytes == row.size_bytes == house.path(row).stat().st_size
    assert house.problems() == []


def test_pictures_out_of_order_are_shown_in_order(house: House) -> None:
    house.record(packets(3, b_frames=2))
    (row,) = house.rows()
    with av.open(str(house.path(row))) as container:
        times = [frame.time or 0 for frame in container.decode(video=0)]
    assert times == sorted(times)
    assert len(times) == 45


def test_a_segment_is_a_minute_and_the_next_begins_where_it_ends(house: House) -> None:
    house.record(packets(130))
    rows = house.rows()
    assert [(row.ended_at - row.started_at).total_seconds() for row in rows] == [
        60,
        60,
        10,
    ]
    assert house.spans() == [(0, 130)]
    assert house.told() == ["SegmentOpened", "SegmentClosed"] * 3
    assert rows[1].path.startswith("door/2026-11-23/12-01-00.000_")
    assert house.frames() == 130 * 15


def test_fragments_are_no_longer_than_a_second(house: House) -> None:
    house.record(packets(10))
    (row,) = house.rows()
    layout = layout_of(house.path(row))
    assert layout is not None
    assert layout.fragments >= 10


def test_what_was_flushed_is_on_disk_and_in_the_index_before_the_segment_ends(
    house: House,
) -> None:
    recorder = house.recorder()
    recorder.opened(stream_format())
    house.feed(recorder, packets(12))
    (row,) = house.rows()
    assert not row.closed
    assert house.path(row).stat().st_size >= row.size_bytes
    assert house.spans()[0][1] >= 6  # the row may lag five seconds
    layout = layout_of(house.path(row))
    assert layout is not None
    assert layout.duration_s == 12


def test_the_thread_records_what_it_is_given_and_closes_at_the_end(
    house: House,
) -> None:
    recorder = house.recorder()
    recorder.start()
    recorder.opened(stream_format())
    for packet in packets(65):
        recorder.packet(packet)
    recorder.stop()
    assert house.spans() == [(0, 65)]
    assert all(row.closed for row in house.rows())


def test_changed_parameters_begin_a_new_segment(house: House) -> None:
    recorder = house.record(packets(2))
    house.record(packets(2, width=320, begin=at(2)), stream_format(width=320), recorder)
    assert [row.width for row in house.rows()] == [160, 320]
    assert house.frames() == 60


def test_a_jump_of_the_cameras_clock_begins_a_new_segment(house: House) -> None:
    recorder = house.recorder()
    recorder.opened(stream_format())
    house.feed(recorder, packets(2))
    house.feed(recorder, packets(2, begin=at(2), epoch=1))
    recorder.closed()
    recorder.run_once(0)
    assert len(house.rows()) == 2
    assert house.frames() == 60
    assert house.problems() == []


@pytest.mark.parametrize("jump_s", [-3600.0, -30, -0.5, 30, 3600])
def test_the_hosts_clock_may_jump_and_recordings_never_overlap(
    house: House, jump_s: float
) -> None:
    recorder = house.record(packets(70))
    house.record(packets(70, begin=at(70 + jump_s)), recorder=recorder)
    assert house.problems() == []
    assert house.frames() == 140 * 15
    if jump_s == 3600:
        assert house.spans() == [(0, 70), (3670, 3740)]


def test_a_clock_that_jumps_within_a_connection_begins_a_new_segment(
    house: House,
) -> None:
    first, later = packets(4)[:30], packets(4)[30:]
    jumped = [replace(each, wall=each.wall + timedelta(seconds=100)) for each in later]
    house.record([*first, *jumped])
    assert house.spans() == [(0, 2), (102, 104)]


def test_after_a_clock_went_far_back_free_time_is_filled_up_to_what_is_there(
    house: House,
) -> None:
    recorder = house.record(packets(10, begin=at(100)))
    house.record(packets(120), recorder=recorder)
    assert house.problems() == []
    rows = house.rows()
    assert rows[0].started_at == BEGIN
    assert house.frames() == 130 * 15


def test_sound_that_the_owner_does_not_want_is_not_recorded(house: House) -> None:
    recorder = house.recorder(config=config(audio=False))
    house.record(packets(2, audio=True), stream_format(audio=True), recorder)
    (row,) = house.rows()
    assert not row.has_audio
    with av.open(str(house.path(row))) as container:
        assert not container.streams.audio


def test_nothing_is_recorded_when_recording_is_off(house: House) -> None:
    recorder = house.recorder(config=config(recording=RecordingMode.OFF))
    house.record(packets(3), recorder=recorder)
    assert house.rows() == ()
    recorder.configure(config())
    house.record(packets(3), recorder=recorder)
    assert house.spans() == [(0, 3)]


def test_switching_recording_off_closes_the_segment_at_once(house: House) -> None:
    recorder = house.recorder()
    recorder.opened(stream_format())
    house.feed(recorder, packets(3))
    recorder.configure(config(recording=RecordingMode.OFF))
    recorder.run_once(0)
    assert house.rows()[0].closed


def test_an_episode_is_kept_with_what_came_before_and_after(house: House) -> None:
    recorder = house.recorder(config=EPISODES)
    recorder.opened(stream_format())
    footage = packets(40)
    house.feed(recorder, footage[: 16 * 15])
    recorder.episode_started(FIRST, at(14.5))  # told a second and a half late
    house.feed(recorder, footage[16 * 15 : 20 * 15])
    recorder.episode_ended(FIRST, at(19))
    house.feed(recorder, footage[20 * 15 :])
    ((begin, end),) = house.spans()
    assert 11.5 <= begin <= 12.5  # at the key frame before 12.5
    assert 22 <= end <= 22.1
    assert house.rows()[0].closed


def test_overlapping_episodes_are_one_recording(house: House) -> None:
    recorder = house.recorder(config=EPISODES)
    recorder.opened(stream_format())
    footage = packets(30)
    recorder.episode_started(FIRST, at(5))
    house.feed(recorder, footage[: 8 * 15])
    recorder.episode_ended(FIRST, at(7))
    recorder.episode_started(SECOND, at(8))
    house.feed(recorder, footage[8 * 15 : 15 * 15])
    recorder.episode_ended(SECOND, at(14))
    house.feed(recorder, footage[15 * 15 :])
    (span,) = house.spans()
    assert span[1] == pytest.approx(17, abs=0.1)
    assert len(house.rows()) == 1


def test_a_second_episode_does_not_bring_back_what_lay_between(house: House) -> None:
    recorder = house.recorder(config=EPISODES)
    recorder.opened(stream_format())
    footage = packets(60)
    recorder.episode_started(FIRST, at(0))
    house.feed(recorder, footage[: 5 * 15])
    recorder.episode_ended(FIRST, at(5))
    house.feed(recorder, footage[5 * 15 : 40 * 15])
    recorder.episode_started(SECOND, at(39))
    house.feed(recorder, footage[40 * 15 : 45 * 15])
    recorder.episode_ended(SECOND, at(45))
    house.feed(recorder, footage[45 * 15 :])
    assert [round(begin) for begin, _ in house.spans()] == [0, 37]


def test_a_disk_that_is_too_slow_costs_whole_groups_and_is_told(house: House) -> None:
    five_seconds = sum(len(packet.data) for packet in packets(5))
    recorder = house.recorder(max_queued_bytes=five_seconds)
    recorder.opened(stream_format())
    for packet in packets(10):
        recorder.packet(packet)  # and the disk has no turn
    recorder.run_once(0)
    house.feed(recorder, packets(20)[10 * 15 :])
    recorder.closed()
    recorder.run_once(0)
    assert house.told().count("RecordingStopped") == 1
    assert "RecordingResumed" in house.told()
    assert len(house.spans()) == 2
    (reason,) = [f.reason for f in house.facts if isinstance(f, RecordingStopped)]
    assert "too slow" in reason
    assert house.problems() == []


@pytest.mark.parametrize("codec", ["h264", "hevc", "vp9"])
def test_video_that_cannot_be_recorded_is_told_to_the_owner(
    house: House, codec: str
) -> None:
    stream = stream_format()
    video = VideoFormat(codec=codec, width=160, height=96, extradata=b"")
    house.record(packets(3), replace(stream, video=video))
    (reason,) = [f.reason for f in house.facts if isinstance(f, RecordingStopped)]
    assert "H.26" in reason  # what to set the camera to
    assert house.rows() == ()
    assert list(house.media_dir.rglob("*.mp4")) == []


def test_packets_without_a_format_or_before_a_key_frame_are_let_go(
    house: House,
) -> None:
    recorder = house.recorder()
    house.feed(recorder, packets(1))
    recorder.opened(stream_format())
    house.feed(recorder, packets(3)[5:])
    recorder.closed()
    recorder.run_once(0)
    assert house.spans() == [(1, 3)]


def test_an_error_nobody_foresaw_does_not_end_recording(house: House) -> None:
    recorder = house.recorder()
    nothing: Any = None
    broken = replace(packets(1)[0], wall=nothing)
    house.record([broken], recorder=recorder)
    assert house.told() == ["RecordingStopped"]
    house.seconds += 10
    house.record(packets(3), recorder=recorder)
    assert house.spans() == [(0, 3)]


def test_recordings_of_two_cameras_may_be_of_the_same_time(house: House) -> None:
    house.record(packets(2))
    yard = house.recorder(config=config().__class__(id="yard", name="Y", main_url="x"))
    house.record(packets(2), recorder=yard)
    assert house.problems() == []
    assert {row.camera for row in house.rows()} == {DOOR, "yard"}


def test_a_recording_is_private_to_the_engines_group(house: House) -> None:
    house.record(packets(2))
    path: Path = house.path(house.rows()[0])
    assert path.stat().st_mode & 0o007 == 0
