"""Two programs never work in one desk's folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from neighborcam.agency import files
from neighborcam.agency.errors import DeskInUse, DeskUnreadable
from neighborcam.agency.lock import DeskLock


def agency(*words: str) -> subprocess.CompletedProcess[str]:
    asked = [sys.executable, "-m", "neighborcam.cli", "agency", *words]
    return subprocess.run(asked, capture_output=True, text=True, check=False)


def test_a_second_program_says_who_is_there_and_does_nothing(tmp_path: Path) -> None:
    (tmp_path / "pass").write_text("correct horse battery")
    given = ("--desk", str(tmp_path), "--passphrase-file", str(tmp_path / "pass"))
    with DeskLock(tmp_path):
        done = agency("root", *given)
        assert done.returncode == 1
        assert f"process {os.getpid()}" in done.stderr
        assert "close its page" in done.stderr
        assert not (tmp_path / "keys").exists()
    assert agency("root", *given).returncode == 0


def test_a_program_that_ended_leaves_the_folder_free(tmp_path: Path) -> None:
    with DeskLock(tmp_path), pytest.raises(DeskInUse):
        DeskLock(tmp_path)
    DeskLock(tmp_path).release()
    held = "from pathlib import Path; from neighborcam.agency.lock import DeskLock;"
    code = f"{held} DeskLock(Path({str(tmp_path)!r})); import os; os.abort()"
    subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    DeskLock(tmp_path).release()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DeskUnreadable, match="cannot be written"):
        DeskLock(tmp_path / "file")
    with pytest.raises(DeskUnreadable, match="file"):
        files.write(tmp_path / "file" / "x", b"")


def test_a_file_s_name_is_on_the_disk_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    files.write(tmp_path / "notes", b"x")
    assert synced == [".notes.part", tmp_path.name]
