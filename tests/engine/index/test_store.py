import json
import os
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from neighborcam.engine.config import CameraConfig, CameraId
from neighborcam.engine.errors import (
    DataInUse,
    DataUnreadable,
    NotFound,
    StorageError,
)
from neighborcam.engine.facts import (
    Box,
    EpisodeId,
    EpisodeLabelled,
    Label,
    MotionEnded,
    MotionStarted,
    MotionUpdated,
    RecordingResumed,
    SceneChanged,
    SceneChangeKind,
    SegmentId,
)
from neighborcam.engine.index.rows import SegmentRow, TokenRow
from neighborcam.engine.index.schema import SCHEMA_VERSION
from neighborcam.engine.index.store import Index
from neighborcam.engine.index.ulid import is_ulid, new_ulid

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DOOR = CameraId("door")
FIRST = EpisodeId("01AAAAAAAAAAAAAAAAAAAAAAAA")
SECOND = EpisodeId("01BBBBBBBBBBBBBBBBBBBBBBBB")
BOX = Box(x=0.25, y=0.5, width=0.125, height=0.25)


def camera(id_: str = "door", *, has_password: bool = True) -> CameraConfig:
    return CameraConfig(
        id=id_,
        name="Door",
        main_url="rtsp://camera/",
        password="pässword" if has_password else None,
    )


def started(
    episode: EpisodeId = FIRST, at: datetime = NOON, score: float = 0.5
) -> MotionStarted:
    return MotionStarted(
        camera=DOOR, at=at, episode=episode, zone=None, box=BOX, score=score
    )


def ended(episode: EpisodeId = FIRST, at: datetime = NOON) -> MotionEnded:
    return MotionEnded(
        camera=DOOR, at=at, episode=episode, zone=None, box=BOX, score=0.9
    )


def segment(number: int, begin_s: float, end_s: float) -> SegmentRow:
    return SegmentRow(
        id=SegmentId(f"{number:026}"),
        camera=DOOR,
        path=f"door/{number}.mp4",
        started_at=NOON + timedelta(seconds=begin_s),
        ended_at=NOON + timedelta(seconds=end_s),
        size_bytes=1000,
        codec="h264",
        width=640,
        height=360,
        has_audio=False,
        closed=True,
        held=False,
        sha256=None,
    )


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_a_camera_comes_back_with_its_password_after_a_restart(tmp_path: Path) -> None:
    with Index.open(tmp_path) as index:
        index.put_camera(camera())
    with Index.open(tmp_path) as index:
        assert index.camera(DOOR) == camera()
        assert index.cameras() == (camera(),)


def test_no_file_but_the_key_helps_to_read_a_password(tmp_path: Path) -> None:
    with Index.open(tmp_path) as index:
        index.put_camera(camera())
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert "pässword".encode() not in path.read_bytes()
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


def test_a_key_that_others_may_read_is_closed_to_them(tmp_path: Path) -> None:
    with Index.open(tmp_path) as index:
        index.put_camera(camera())
    (tmp_path / "secret.key").chmod(0o644)
    with Index.open(tmp_path) as index:
        assert index.camera(DOOR).password == "pässword"
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600


def test_with_another_key_the_camera_is_there_without_its_password(
    tmp_path: Path,
) -> None:
    with Index.open(tmp_path) as index:
        index.put_camera(camera())
    (tmp_path / "secret.key").unlink()
    with Index.open(tmp_path) as index:
        assert index.camera(DOOR) == camera(has_password=False)


def test_a_damaged_key_is_not_replaced(tmp_path: Path) -> None:
    Index.open(tmp_path).close()
    (tmp_path / "secret.key").write_bytes(b"short")
    with pytest.raises(DataUnreadable, match="key file"):
        Index.open(tmp_path)
    assert (tmp_path / "secret.key").read_bytes() == b"short"


def test_a_password_moved_to_another_camera_stays_shut(tmp_path: Path) -> None:
    with Index.open(tmp_path) as index:
        index.put_camera(camera("door"))
        index.put_camera(camera("yard", has_password=False))
    with closing(sqlite3.connect(tmp_path / "index.db")) as database:
        database.execute(
            "UPDATE cameras SET password = (SELECT password FROM cameras"
            " WHERE id = 'door') WHERE id = 'yard'"
        )
        database.commit()
    with Index.open(tmp_path) as index:
        assert index.camera(CameraId("yard")).password is None


def test_cameras_survive_the_loss_of_the_database(tmp_path: Path) -> None:
    with Index.open(tmp_path) as index:
        index.put_camera(camera())
        index.put_camera(camera("gone"))
        index.delete_camera(CameraId("gone"))
    (tmp_path / "index.db").unlink()
    with Index.open(tmp_path) as index:
        assert index.cameras() == (camera(),)


def test_a_copy_of_the_cameras_that_cannot_be_written_leaves_both_as_they_were(
    tmp_path: Path,
) -> None:
    with Index.open(tmp_path) as index:
        index.put_camera(camera())
        (tmp_path / "cameras.json.new").mkdir()  # in the way of the draft
        with pytest.raises(StorageError):
            index.put_camera(camera("yard"))
        assert index.cameras() == (camera(),)
    assert len(json.loads((tmp_path / "cameras.json").read_bytes())) == 1


def test_a_garbled_copy_of_the_cameras_is_no_camera(tmp_path: Path) -> None:
    (tmp_path / "cameras.json").write_text("{{{")
    with Index.open(tmp_path) as index:
        assert index.cameras() == ()


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    with Index.open(tmp_path) as index:
        for ask in (
            lambda: index.camera(DOOR),
            lambda: index.delete_camera(DOOR),
            lambda: index.episode(FIRST),
            lambda: index.delete_episode(FIRST),
            lambda: index.hold(FIRST),
            lambda: index.release(FIRST),
            lambda: index.set_pictures(FIRST, thumbnail=True, preview=True),
            lambda: index.delete_token("x"),
        ):
            with pytest.raises(NotFound):
                ask()


def test_a_second_engine_is_told_who_has_the_folder(tmp_path: Path) -> None:
    with Index.open(tmp_path):
        answer = subprocess.run(
            [
                sys.executable,
                "-c",
                (
                    "import sys, pathlib\n"
                    "from neighborcam.engine.index.store import Index\n"
                    "from neighborcam.engine.errors import DataInUse\n"
                    "try: Index.open(pathlib.Path(sys.argv[1]))\n"
                    "except DataInUse as error: print(error)"
                ),
                str(tmp_path),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
    assert f"process {os.getpid()}" in answer.stdout
    Index.open(tmp_path).close()  # and now it is free


def test_the_folder_is_free_again_after_an_index_that_did_not_open(
    tmp_path: Path,
) -> None:
    (tmp_path / "index.db").write_bytes(b"no database at all" * 10)
    for _ in range(2):
        with pytest.raises(DataUnreadable, match=r"check .* --repair"):
            Index.open(tmp_path)


def test_an_index_of_a_newer_version_is_not_touched(tmp_path: Path) -> None:
    Index.open(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "index.db")) as database:
        database.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    before = (tmp_path / "index.db").read_bytes()
    with pytest.raises(DataUnreadable, match="newer"):
        Index.open(tmp_path)
    assert (tmp_path / "index.db").read_bytes() == before


@pytest.mark.parametrize("size", [0, 50, 5000])
def test_a_truncated_database_is_told_apart_from_an_empty_one(
    tmp_path: Path, size: int
) -> None:
    with Index.open(tmp_path) as index:
        index.put_camera(camera())
    os.truncate(tmp_path / "index.db", size)
    if size == 0:  # the power went before the first page
        Index.open(tmp_path).close()
        return
    with pytest.raises(DataUnreadable):
        Index.open(tmp_path)


def test_a_page_of_garbage_is_found_when_the_index_opens(tmp_path: Path) -> None:
    with Index.open(tmp_path) as index:
        index.put_camera(camera())
    with (tmp_path / "index.db").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 8192)
    with pytest.raises(DataUnreadable):
        Index.open(tmp_path)


def test_a_data_folder_that_is_a_file_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        Index.open(tmp_path / "data")
    (tmp_path / "media").write_text("")
    with pytest.raises(StorageError, match="cannot be used"):
        Index.open(tmp_path)


def test_an_episode_keeps_its_peak_and_ends(tmp_path: Path) -> None:
    with Index.open(tmp_path) as index:
        index.apply(started(score=0.5))
        low = MotionUpdated(
            camera=DOOR, at=at(1), episode=FIRST, zone=None, box=BOX, score=0.25
        )
        peak = msgspec.structs.replace(
            low, score=0.75, box=Box(x=0, y=0, width=1, height=1)
        )
        index.apply(low)
        index.apply(peak)
        index.apply(low)
        row = index.episode(FIRST)
        assert (row.peak_score, row.box.width, row.ended_at) == (0.75, 1, None)
        index.apply(ended(at=at(4)))
        row = index.episode(FIRST)
        assert (row.started_at, row.ended_at, row.peak_score) == (NOON, at(4), 0.9)


def test_facts_may_come_twice(tmp_path: Path) -> None:
    labelled = EpisodeLabelled(
        camera=DOOR, at=NOON, episode=FIRST, labels=(Label.VEHICLE, Label.PERSON)
    )
    scene = SceneChanged(camera=DOOR, at=NOON, kind=SceneChangeKind.INFRARED)
    with Index.open(tmp_path) as index:
        for fact in (started(), ended(), labelled, scene, started(), labelled, scene):
            index.apply(fact)
        index.apply(RecordingResumed(camera=DOOR, at=NOON))  # not stored
        assert index.episode(FIRST).labels == (Label.VEHICLE, Label.PERSON)
        assert index.episode(FIRST).ended_at == NOON
        assert index.scene_changes(DOOR, NOON, at(1)) == (scene,)
        assert index.scene_changes(DOOR, at(1), at(2)) == ()


def test_a_deleted_episode_does_not_come_back_with_a_late_fact(tmp_path: Path) -> None:
    with Index.open(tmp_path) as index:
        index.apply(started())
        index.delete_episode(FIRST)
        index.apply(ended())
        index.apply(
            EpisodeLabelled(camera=DOOR, at=NOON, episode=FIRST, labels=(Label.PERSON,))
        )
        assert index.episodes() == ()


def test_episodes_are_found_by_camera_time_and_label_newest_first(
    tmp_path: Path,
) -> None:
    with Index.open(tmp_path) as index:
        index.apply(started(FIRST))
        index.apply(ended(FIRST, at(10)))
        index.apply(started(SECOND, at(60)))
        index.apply(
            EpisodeLabelled(
                camera=DOOR, at=NOON, episode=SECOND, labels=(Label.ANIMAL,)
            )
        )
        ids = [row.id for row in index.episodes()]
        assert ids == [SECOND, FIRST]
        assert [row.id for row in index.episodes(limit=1)] == [SECOND]
        assert [row.id for row in index.episodes(before=SECOND)] == [FIRST]
        assert [row.id for row in index.episodes(label=Label.ANIMAL)] == [SECOND]
        assert [row.id for row in index.episodes(start=at(11))] == [SECOND]
        assert [row.id for row in index.episodes(start=at(9), end=at(20))] == [FIRST]
        assert [row.id for row in index.episodes(end=NOON)] == []
        assert index.episodes(camera=CameraId("yard")) == ()
        assert index.episode_cameras() == (DOOR,)


def test_an_engine_that_died_leaves_no_episode_open(tmp_path: Path) -> None:
    with Index.open(tmp_path) as index:
        index.apply(started())
        index.apply(
            MotionUpdated(
                camera=DOOR, at=at(3), episode=FIRST, zone=None, box=BOX, score=0.1
            )
        )
    with Index.open(tmp_path) as index:
        assert index.episode(FIRST).ended_at == at(3)


def test_pictures_and_holds_are_remembered(tmp_path: Path) -> None:
    with Index.open(tmp_path) as index:
        index.apply(started())
        index.set_pictures(FIRST, thumbnail=True, preview=False)
        index.hold(FIRST)
        row = index.episode(FIRST)
        assert (row.has_thumbnail, row.has_preview, row.held) == (True, False, True)
        index.release(FIRST)
        assert not index.episode(FIRST).held


def test_old_episodes_go_but_not_the_held_and_the_open(tmp_path: Path) -> None:
    third = EpisodeId("01CCCCCCCCCCCCCCCCCCCCCCCC")
    with Index.open(tmp_path) as index:
        for id_ in (FIRST, SECOND, third):
            index.apply(started(id_))
        index.apply(ended(FIRST, at(1)))
        index.apply(ended(SECOND, at(1)))
        index.hold(SECOND)
        assert index.delete_episodes_before(DOOR, at(100), 10) == (FIRST,)
        assert [row.id for row in index.episodes()] == [third, SECOND]


def test_coverage_closes_short_gaps_and_keeps_long_ones(tmp_path: Path) -> None:
    with Index.open(tmp_path) as index:
        for number, (begin, end) in enumerate([(0, 60), (61, 120), (125, 180)]):
            index.put_segment(segment(number, begin, end))
        spans = index.coverage(DOOR, at(30), at(150))
        assert [(span.started_at, span.ended_at) for span in spans] == [
            (at(30), at(120)),
            (at(125), at(150)),
        ]
        assert index.coverage(DOOR, at(121), at(124)) == ()
        assert [row.path for row in index.segments(DOOR, at(60), at(62))] == [
            "door/1.mp4"
        ]


def test_a_free_slot_lies_behind_what_is_recorded_and_before_what_follows(
    tmp_path: Path,
) -> None:
    with Index.open(tmp_path) as index:
        for number, (begin, end) in enumerate(
            [(0, 60), (60, 120), (121, 180), (300, 360)]
        ):
            index.put_segment(segment(number, begin, end))
        slot = index.free_slot(DOOR, at(30))
        assert (slot.start, slot.end) == (at(180), at(300))
        slot = index.free_slot(DOOR, at(400))
        assert (slot.start, slot.end) == (at(400), None)
        slot = index.free_slot(DOOR, at(-100))
        assert (slot.start, slot.end) == (at(-100), at(0))


def test_a_hold_covers_what_lies_around_the_episode(tmp_path: Path) -> None:
    with Index.open(tmp_path) as index:
        for number in range(6):
            index.put_segment(segment(number, number * 60 - 180, number * 60 - 120))
        index.apply(started())
        index.apply(ended(at=at(1)))
        assert len(index.oldest_segments(DOOR, 10)) == 6
        index.hold(FIRST)
        assert [row.path for row in index.oldest_segments(DOOR, 10)] == []
        index.put_segment(segment(9, -400, -300))
        assert [row.path for row in index.oldest_segments(DOOR, 10)] == ["door/9.mp4"]
        assert len(index.unhashed_segments()) == 6
        index.set_sha256(segment(1, 0, 0).id, "ab")
        assert len(index.unhashed_segments()) == 5


def test_storage_use_counts_by_camera_and_leaves_garbage_out(tmp_path: Path) -> None:
    with Index.open(tmp_path) as index:
        index.put_segment(segment(1, 0, 60))
        index.put_segment(segment(2, 60, 120))
        index.condemn([segment(1, 0, 60).id])
        (use,) = index.storage_use()
        assert (use.camera, use.size_bytes, use.oldest_at) == (DOOR, 1000, at(60))
        assert [row.path for row in index.condemned()] == ["door/1.mp4"]
        index.drop_garbage([segment(1, 0, 60).id, segment(2, 0, 0).id])
        assert index.condemned() == ()
        assert len(index.all_segments()) == 1


def test_a_segment_grows_and_closes(tmp_path: Path) -> None:
    with Index.open(tmp_path) as index:
        row = msgspec.structs.replace(segment(1, 0, 10), closed=False)
        index.put_segment(row, camera_pts=7)
        assert not index.all_segments()[0].closed
        index.put_segment(msgspec.structs.replace(segment(1, 0, 60), size_bytes=9))
        assert index.all_segments()[0].closed
        assert index.all_segments()[0].ended_at == at(60)


def test_tokens_and_settings_are_kept(tmp_path: Path) -> None:
    token = TokenRow(id="t", name="n", scope="admin", hash=b"\1\2", created_at=NOON)
    with Index.open(tmp_path) as index:
        index.put_token(token)
        assert index.tokens() == (token,)
        index.delete_token("t")
        assert index.tokens() == ()
        assert index.setting("a") is None
        index.put_setting("a", b"1")
        index.put_setting("a", b"2")
        assert index.setting("a") == b"2"


def test_many_threads_write_and_read_at_once(tmp_path: Path) -> None:
    with Index.open(tmp_path) as index, ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: index.put_setting(str(n), b"x"), range(100)))
        found = list(threads.map(lambda n: index.setting(str(n)), range(100)))
    assert found == [b"x"] * 100


def test_a_write_that_fails_changes_nothing_and_the_next_one_works(
    tmp_path: Path,
) -> None:
    def half(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO settings VALUES ('half', x'00')")
        raise LookupError("in between")

    with Index.open(tmp_path) as index:
        with pytest.raises(LookupError):
            index.write(half)
        with pytest.raises(StorageError):
            index.write(lambda connection: connection.execute("no SQL"))
        assert index.setting("half") is None
        index.put_setting("whole", b"")


def test_a_closed_index_says_so_and_may_be_closed_twice(tmp_path: Path) -> None:
    index = Index.open(tmp_path)
    index.close()
    with pytest.raises(StorageError, match="closed"):
        index.put_setting("a", b"")
    with pytest.raises(StorageError, match="closed"):
        index.setting("a")


def test_a_naive_time_is_refused(tmp_path: Path) -> None:
    with Index.open(tmp_path) as index, pytest.raises(TypeError):
        index.apply(started(at=NOON.replace(tzinfo=None)))


def test_ids_sort_by_time() -> None:
    ids = [new_ulid(at(seconds), lambda count: b"\xff" * count) for seconds in range(5)]
    assert ids == sorted(ids)
    assert all(map(is_ulid, ids))
    assert not is_ulid("../../../../etc/passwd/////")


def test_in_use_is_an_error_of_its_own(tmp_path: Path) -> None:
    with Index.open(tmp_path), pytest.raises(DataInUse):
        Index.open(tmp_path)
