import shutil
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neighborcam.engine.config import CameraId
from neighborcam.engine.facts import EpisodeId
from neighborcam.engine.index.rows import SegmentRow
from neighborcam.engine.recording import picture_files, removal
from neighborcam.engine.recording.janitor import Janitor, free_bytes
from neighborcam.engine.recording.retention import (
    CameraLimits,
    StorageLimits,
    StorageState,
    plan,
)
from tests.engine.index.test_store import (
    FIRST,
    NOON,
    SECOND,
    at,
    ended,
    segment,
    started,
)
from tests.engine.recording.footage import packets, stream_format
from tests.engine.recording.house import DOOR, House, config

YARD = CameraId("yard")
NO_LIMITS = StorageLimits(keep_bytes=None, min_free_bytes=0)
NO_OWN = CameraLimits(keep_days=None, keep_bytes=None)


def row(camera: CameraId, number: int) -> SegmentRow:
    made = segment(number, 60 * number, 60 * number + 60)
    return SegmentRow(
        **{
            **{name: getattr(made, name) for name in made.__struct_fields__},
            "camera": camera,
            "id": f"{camera}{number}",
        }
    )


ROWS = {camera: [row(camera, number) for number in range(5)] for camera in (DOOR, YARD)}


def removed(
    own: CameraLimits = NO_OWN,
    limits: StorageLimits = NO_LIMITS,
    *,
    now_s: float = 300,
    free: int = 0,
) -> list[str]:
    state = StorageState(
        now=at(now_s), used_bytes={DOOR: 5000, YARD: 5000}, free_bytes=free
    )
    return [each.id for each in plan(ROWS, {DOOR: own}, limits, state)]


def test_without_limits_everything_stays() -> None:
    assert removed() == []


def test_days_take_what_ended_before() -> None:
    day = CameraLimits(keep_days=1, keep_bytes=None)
    assert removed(day, now_s=86_400 + 121) == ["door0", "door1"]


def test_bytes_of_a_camera_take_its_oldest_only() -> None:
    assert removed(CameraLimits(keep_days=None, keep_bytes=3500)) == ["door0", "door1"]


def test_bytes_of_all_take_the_oldest_of_all() -> None:
    limits = StorageLimits(keep_bytes=7500, min_free_bytes=0)
    assert sorted(removed(limits=limits)) == ["door0", "door1", "yard0"]


def test_a_disk_that_gets_full_takes_until_enough_is_free() -> None:
    limits = StorageLimits(keep_bytes=None, min_free_bytes=2500)
    assert sorted(removed(limits=limits, free=500)) == ["door0", "yard0"]


def test_when_everything_else_is_held_the_plan_ends() -> None:
    limits = StorageLimits(keep_bytes=0, min_free_bytes=10**9)
    assert len(removed(limits=limits)) == 10


@given(
    keep=st.integers(0, 6000), total=st.integers(0, 12_000), free=st.integers(0, 3000)
)
def test_a_plan_fits_and_takes_no_more_than_it_must(
    keep: int, total: int, free: int
) -> None:
    own = CameraLimits(keep_days=None, keep_bytes=keep)
    limits = StorageLimits(keep_bytes=total, min_free_bytes=2000)
    gone = removed(own, limits, free=free)
    door = sum(name.startswith("door") for name in gone)
    assert 5000 - 1000 * door <= keep or door == 5
    assert 10_000 - 1000 * len(gone) <= total or len(gone) == 10
    assert free + 1000 * len(gone) >= 2000
    for camera in ("door", "yard"):  # always the oldest first
        count = sum(name.startswith(camera) for name in gone)
        assert {f"{camera}{number}" for number in range(count)} <= set(gone)


def janitor(house: House, now_s: float = 200, **options: Any) -> Janitor:
    return Janitor(
        house.index,
        house.folder,
        options.pop("limits", lambda: NO_LIMITS),
        lambda: at(now_s),
        **options,
    )


def test_the_janitor_removes_files_and_rows_but_never_what_is_held(
    house: House,
) -> None:
    house.record(packets(400))
    house.index.apply(started(FIRST, NOON))
    house.index.apply(ended(FIRST, at(5)))
    house.index.hold(FIRST)
    limits = StorageLimits(keep_bytes=1, min_free_bytes=0)
    assert janitor(house, limits=lambda: limits).run_once() == 4
    assert house.spans() == [(0, 180)]  # the episode and two minutes
    assert all(each.sha256 for each in house.rows())
    assert house.problems() == []
    house.index.release(FIRST)
    assert janitor(house, limits=lambda: limits).run_once() == 3
    assert house.spans() == []
    assert list(house.media_dir.rglob("*.mp4")) == []


def test_the_segment_that_is_being_written_stays(house: House) -> None:
    recorder = house.recorder()
    recorder.opened(stream_format())
    house.feed(recorder, packets(70))
    limits = StorageLimits(keep_bytes=1, min_free_bytes=0)
    assert janitor(house, limits=lambda: limits).run_once() == 1
    assert house.spans()[0][0] == 60


def test_a_camera_that_is_configured_no_more_is_kept_for_two_weeks(
    house: House,
) -> None:
    house.record(packets(70))
    janitor(house, 13 * 86_400).run_once()
    assert house.spans() == [(0, 70)]
    janitor(house, 15 * 86_400).run_once()
    assert house.spans() == []


def test_old_episodes_go_with_their_pictures(house: House) -> None:
    house.index.put_camera(config(keep_days=1))
    house.index.put_camera(config().__class__(id="yard", name="Y", main_url="x"))
    for episode in (FIRST, SECOND):
        house.index.apply(started(episode))
        house.index.apply(ended(episode))
        found = picture_files.paths(house.media_dir, DOOR, episode)
        found.thumbnail.parent.mkdir(parents=True, exist_ok=True)
        found.thumbnail.write_bytes(b"jpeg")
    house.index.hold(SECOND)
    janitor(house, 2 * 86_400).run_once()
    assert [each.id for each in house.index.episodes()] == [SECOND]
    assert not picture_files.paths(house.media_dir, DOOR, FIRST).thumbnail.exists()
    assert picture_files.paths(house.media_dir, DOOR, SECOND).thumbnail.exists()


def test_without_a_limit_of_days_episodes_stay(house: House) -> None:
    house.index.put_camera(config(keep_days=None))
    house.index.apply(started())
    house.index.apply(ended())
    janitor(house, 10**8).run_once()
    assert len(house.index.episodes()) == 1


def test_a_removal_that_breaks_in_the_middle_is_completed_by_the_next(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.record(packets(130))

    def refuse(_path: Path, *, missing_ok: bool = False) -> None:
        raise PermissionError(13, f"no {missing_ok}")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        with pytest.raises(PermissionError):
            removal.remove(house.index, house.media_dir, house.rows()[:2])
    assert house.spans() == [(120, 130)]  # gone for everybody who looks
    assert removal.finish(house.index, house.media_dir) == 2
    assert house.problems() == []


def test_the_thread_works_until_it_is_stopped_and_survives_errors(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    failures: list[Exception] = [OSError(5, "io"), ValueError("strange")]
    passed = threading.Event()

    def limits() -> StorageLimits:
        if failures:
            raise failures.pop()
        passed.set()
        return NO_LIMITS

    caretaker = janitor(house, limits=limits, every_s=0.001)
    caretaker.start()
    assert passed.wait(10)
    caretaker.stop()
    assert "cannot be removed" in caplog.text
    assert "Tidying up failed" in caplog.text


def test_free_bytes_are_the_disks(tmp_path: Path) -> None:
    assert 0 < free_bytes(tmp_path) <= shutil.disk_usage(tmp_path).total


def test_an_episode_is_forgotten_only_after_its_time(house: House) -> None:
    house.index.put_camera(config(keep_days=1))
    house.index.apply(started(EpisodeId("E"), NOON + timedelta(hours=1)))
    house.index.apply(ended(EpisodeId("E"), NOON + timedelta(hours=2)))
    janitor(house, 86_400).run_once()
    assert len(house.index.episodes()) == 1
