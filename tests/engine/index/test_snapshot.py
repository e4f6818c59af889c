"""Backups that are made while the engine writes."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from neighborcam.engine.config import CameraConfig
from neighborcam.engine.errors import NotFound
from neighborcam.engine.index import snapshot
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.index.store import Index
from neighborcam.engine.recording.reconcile import check

DOOR = CameraConfig(id="door", name="Door", main_url="rtsp://192.0.2.9/")
YARD = CameraConfig(id="yard", name="Yard", main_url="rtsp://192.0.2.10/")


def put_back(data: Path, backup: Path) -> None:
    """Restore a folder as the Supervisor does: remove it, copy the backup."""
    shutil.rmtree(data)
    shutil.copytree(backup, data)


def test_a_torn_copy_does_not_matter(tmp_path: Path) -> None:
    data, backup = tmp_path / "data", tmp_path / "backup"
    with Index.open(data) as index, closing(SharingStore.open(data)) as shared:
        index.put_camera(DOOR)
        shared.put_fact("hub", b"h")
        snapshot.take(data)
        index.put_camera(YARD)
        shutil.copytree(data, backup)
    for name in ("index.db", "sharing.sqlite3"):
        with (backup / name).open("r+b") as file:
            file.seek(2000)
            file.write(b"\xff" * 3000)
    put_back(data, backup)
    assert check(data, repair=False).is_clean
    with Index.open(data) as index, closing(SharingStore.open(data)) as shared:
        assert [each.id for each in index.cameras()] == ["door"]
        assert shared.fact("hub") == b"h"
        assert not (data / snapshot.FOLDER).exists()


def test_copies_that_a_crash_left_are_not_used(tmp_path: Path) -> None:
    with Index.open(tmp_path) as index:
        index.put_camera(DOOR)
        snapshot.take(tmp_path)
        index.put_camera(YARD)
    with Index.open(tmp_path) as index:
        assert len(index.cameras()) == 2
    assert not (tmp_path / snapshot.FOLDER).exists()


def test_half_made_copies_are_not_used(tmp_path: Path) -> None:
    data, backup = tmp_path / "data", tmp_path / "backup"
    with Index.open(data) as index:
        index.put_camera(DOOR)
        snapshot.take(data)
    shutil.copytree(data, backup)
    (backup / snapshot.FOLDER / "origin.json").unlink()
    with closing(sqlite3.connect(backup / snapshot.FOLDER / "index.db.copy")) as copy:
        copy.execute("DELETE FROM cameras")
        copy.commit()
    put_back(data, backup)
    with Index.open(data) as index:
        assert len(index.cameras()) == 1


def test_a_folder_that_was_copied_at_rest_needs_no_copies(tmp_path: Path) -> None:
    data, backup = tmp_path / "data", tmp_path / "backup"
    with Index.open(data) as index:
        index.put_camera(DOOR)
    shutil.copytree(data, backup)
    put_back(data, backup)
    with Index.open(data) as index:
        assert len(index.cameras()) == 1


def test_there_is_nothing_to_copy_without_an_index(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no NeighborCam data"):
        snapshot.take(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_copies_are_private(tmp_path: Path) -> None:
    with Index.open(tmp_path):
        snapshot.take(tmp_path)
        copies = list((tmp_path / snapshot.FOLDER).glob("*.copy"))
        assert copies
        assert {each.stat().st_mode & 0o077 for each in copies} == {0}
