"""Recordings on a disk that comes and goes, or that somebody else uses."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from neighborcam.engine.errors import DataInUse, StorageError
from neighborcam.engine.facts import RecordingResumed, RecordingStopped
from neighborcam.engine.index import snapshot
from neighborcam.engine.index.store import Index
from neighborcam.engine.recording.invariants import ProblemKind, recover
from neighborcam.engine.recording.janitor import Janitor
from neighborcam.engine.recording.media_folder import MARKER, MediaFolder
from neighborcam.engine.recording.reconcile import check
from neighborcam.engine.recording.retention import StorageLimits
from tests.engine.recording.footage import packets
from tests.engine.recording.house import House, at


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    return tmp_path / "disk"


@pytest.fixture
def index(tmp_path: Path, disk: Path) -> Iterator[Index]:
    with Index.open(tmp_path / "data", media_dir=disk) as opened:
        yield opened


@pytest.fixture
def folder(index: Index) -> Iterator[MediaFolder]:
    with closing(MediaFolder(index)) as made:
        yield made


def unplug(disk: Path) -> Path:
    """Leave an empty mount point behind; return where the disk is."""
    shelf = disk.with_name("shelf")
    disk.rename(shelf)
    disk.mkdir()
    return shelf


def test_a_new_folder_is_made_and_marked(folder: MediaFolder, disk: Path) -> None:
    folder.demand()
    folder.demand()
    assert [each.name for each in disk.iterdir()] == [MARKER]


def test_a_folder_whose_parent_is_missing_says_what_to_do(
    tmp_path: Path, index: Index
) -> None:
    index.media_dir = tmp_path / "media" / "neighborcam"
    with pytest.raises(StorageError, match=r"cannot be written .*Create it"):
        MediaFolder(index).demand()


def test_an_empty_mount_point_takes_no_recording(
    index: Index, folder: MediaFolder, disk: Path
) -> None:
    house = House(index)
    recorder = house.recorder(open_file=folder.open_file)
    house.record(packets(10), recorder=recorder)
    before = house.rows()
    shelf = unplug(disk)
    house.record(packets(10, epoch=1), recorder=recorder)
    (stopped,) = (each for each in house.facts if isinstance(each, RecordingStopped))
    assert "Is its disk connected?" in stopped.reason
    assert list(disk.iterdir()) == []
    assert house.rows() == before
    disk.rmdir()
    shelf.rename(disk)
    house.seconds += 60
    house.record(packets(10, epoch=2), recorder=recorder)
    assert any(isinstance(each, RecordingResumed) for each in house.facts)


def test_retention_forgets_nothing_that_is_only_away(
    index: Index, folder: MediaFolder, disk: Path
) -> None:
    house = House(index)
    house.record(packets(10), recorder=house.recorder(open_file=folder.open_file))
    unplug(disk)
    limits = StorageLimits(keep_bytes=1, min_free_bytes=0)
    janitor = Janitor(index, folder, lambda: limits, lambda: at(200))
    with pytest.raises(StorageError, match="connected"):
        janitor.run_once()
    assert len(house.rows()) == 1


def test_the_folder_of_another_index_is_left_alone(
    folder: MediaFolder, disk: Path
) -> None:
    folder.demand()
    (disk / MARKER).write_bytes(b"somebody else's")
    with pytest.raises(StorageError, match="belongs to another NeighborCam"):
        folder.demand()
    assert not folder.is_ready
    folder.accept()
    assert folder.is_ready


def test_two_engines_cannot_record_into_one_folder(
    folder: MediaFolder, tmp_path: Path, disk: Path
) -> None:
    folder.demand()
    with (
        Index.open(tmp_path / "second", media_dir=disk) as second,
        closing(MediaFolder(second)) as other,
        pytest.raises(DataInUse, match="records into"),
    ):
        other.demand()


def test_a_new_index_takes_over_what_an_old_one_left(
    folder: MediaFolder, tmp_path: Path, disk: Path
) -> None:
    folder.demand()
    folder.close()
    with (
        Index.open(tmp_path / "second", media_dir=disk) as second,
        closing(MediaFolder(second)) as other,
    ):
        assert other.is_ready


def test_an_emptied_folder_without_recordings_is_marked_again(
    folder: MediaFolder, disk: Path
) -> None:
    folder.demand()
    shutil.rmtree(disk)
    disk.mkdir()
    assert folder.is_ready


def test_check_tells_another_folder_and_repair_begins_anew_there(
    tmp_path: Path, disk: Path
) -> None:
    data = tmp_path / "data"
    with Index.open(data, media_dir=disk) as index:
        house = House(index)
        with closing(MediaFolder(index)) as folder:
            house.record(
                packets(10), recorder=house.recorder(open_file=folder.open_file)
            )
    unplug(disk)
    report = check(data, repair=False, media_dir=disk)
    assert [each.kind for each in report.left] == [ProblemKind.ANOTHER_FOLDER]
    assert check(data, repair=True, media_dir=disk).is_clean
    with Index.open(data, media_dir=disk) as index:
        assert index.all_segments() == ()
        assert MediaFolder(index).is_ready


def test_a_restored_index_gets_what_was_recorded_since_and_drops_what_went(
    tmp_path: Path, disk: Path
) -> None:
    data, backup = tmp_path / "data", tmp_path / "backup"
    with Index.open(data, media_dir=disk) as index:
        house = House(index)
        house.record(packets(10))
        snapshot.take(data)
        shutil.copytree(data, backup)
        house.record(packets(10, begin=at(100), epoch=1))
        (old, new) = house.rows()
        house.path(old).unlink()
    shutil.rmtree(data)
    shutil.copytree(backup, data)
    with Index.open(data, media_dir=disk) as index:
        recover(index, disk)
        assert [each.path for each in index.all_segments()] == [new.path]
    assert check(data, repair=False, media_dir=disk).is_clean
