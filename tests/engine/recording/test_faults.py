"""Each durable step fails twice: not persisted, and persisted though it erred."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from neighborcam.engine.errors import StorageError
from neighborcam.engine.facts import RecordingStopped
from neighborcam.engine.index.store import Index
from neighborcam.engine.recording.disk import DurableFile
from neighborcam.engine.recording.reconcile import check
from tests.engine.recording.footage import packets, stream_format
from tests.engine.recording.house import DOOR, House, at

WRITER = """
import sys
from pathlib import Path
from neighborcam.engine.index.store import Index
from tests.engine.recording.footage import packets, stream_format
from tests.engine.recording.house import House
with Index.open(Path(sys.argv[1])) as index:
    house = House(index)
    recorder = house.recorder()
    recorder.opened(stream_format(audio=True))
    for number, packet in enumerate(packets(4000, audio=True), start=1):
        recorder.packet(packet)
        if number % 30 == 0:
            recorder.run_once(0)
            print(packet.dts / 90_000, flush=True)
"""


class Disk:
    """Opens real files; fails appends as told: before or after they became durable."""

    def __init__(self) -> None:
        self.error: int | None = None
        self.persists = False
        self.appends = 0

    def open(self, path: Path) -> "FailingFile":
        """Take the place of `DurableFile`."""
        return FailingFile(self, path)


class FailingFile(DurableFile):
    """A real file on a disk with moods."""

    def __init__(self, disk: Disk, path: Path) -> None:
        super().__init__(path)
        self._disk = disk

    def append(self, data: bytes) -> None:
        """Fail as the disk was told to."""
        self._disk.appends += 1
        error = self._disk.error
        if error is None:
            super().append(data)
            return
        if self._disk.persists:
            os.pwrite(self._descriptor, data, self._durable)
        raise OSError(error, os.strerror(error))


@pytest.mark.parametrize("persists", [False, True])
@pytest.mark.parametrize("fails_from_s", [0, 5])
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EPERM])
def test_a_failing_disk_stops_recording_and_resumes_without_a_trace(
    house: House, error: int, fails_from_s: int, *, persists: bool
) -> None:
    disk = Disk()
    recorder = house.recorder(open_file=disk.open)
    recorder.opened(stream_format())
    footage = packets(40)
    house.feed(recorder, footage[: fails_from_s * 15])
    disk.error, disk.persists = error, persists
    house.feed(recorder, footage[fails_from_s * 15 : 20 * 15])
    tried = disk.appends
    house.feed(recorder, footage[20 * 15 : 25 * 15])
    assert disk.appends == tried  # not again before its time
    disk.error = None
    house.seconds += 10
    house.feed(recorder, footage[25 * 15 :])
    recorder.closed()
    recorder.run_once(0)
    assert house.told().count("RecordingStopped") == 1
    assert house.told().count("RecordingResumed") == 1
    assert house.spans()[-1] == (25, 40)
    assert house.problems() == []
    kept = 0 if fails_from_s == 0 else fails_from_s * 15
    assert house.frames() == kept + 15 * 15
    (reason,) = [f.reason for f in house.facts if isinstance(f, RecordingStopped)]
    assert reason[0].isupper()
    assert reason.endswith(".")


@pytest.mark.parametrize("persists", [False, True])
@pytest.mark.parametrize("call", [1, 2, 3])
def test_an_index_that_fails_stops_recording_and_loses_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, call: int, *, persists: bool
) -> None:
    real, calls = house.index.put_segment, 0

    def put_segment(*args: Any, **named: Any) -> None:
        nonlocal calls
        calls += 1
        if calls != call or persists:
            real(*args, **named)
        if calls == call:
            raise StorageError("The index failed.")

    monkeypatch.setattr(house.index, "put_segment", put_segment)
    recorder = house.record(packets(12))
    house.seconds += 10
    house.record(packets(5, begin=at(20)), recorder=recorder)
    assert house.told().count("RecordingStopped") == 1
    assert house.problems() == []
    assert house.spans()[-1] == (20, 25)
    assert len(house.rows()) >= 2  # what was durable has its row


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("only root may mount a small disk here")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_disk_that_is_really_full_is_told_and_used_again(
    tmp_path: Path, small_disk: Path
) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(1_000_000))
    with Index.open(tmp_path / "data") as index:
        house = House(index)
        house.media_dir = small_disk
        recorder = house.recorder()
        recorder.opened(stream_format())
        footage = packets(60)
        house.feed(recorder, footage[: 40 * 15])
        assert house.told()[-1] == "RecordingStopped"
        assert any(
            "disk is full" in fact.reason
            for fact in house.facts
            if isinstance(fact, RecordingStopped)
        )
        ballast.unlink()
        house.seconds += 10
        house.feed(recorder, footage[40 * 15 :])
        recorder.closed()
        recorder.run_once(0)
        assert "RecordingResumed" in house.told()
        assert house.problems() == []
        assert house.spans()[-1] == (40, 60)


def test_kill_nine_costs_at_most_the_open_fragment(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for wanted in (3, 25, 70):
        reached = _record_and_kill(data, wanted)
        report = check(data, repair=True)
        assert report.is_clean, report.lines()
        with Index.open(data) as index:
            newest = index.all_segments()[-1]
            recorded = (newest.ended_at - newest.started_at).total_seconds()
            assert all(row.closed for row in index.all_segments())
        begun = max(0, reached // 60 * 60)
        assert recorded >= reached - begun - 1.1
    assert check(data, repair=False).is_clean
    with Index.open(data) as index:
        assert House(index).frames() > 90 * 15
        assert index.coverage(DOOR, at(0), at(10_000))


def _record_and_kill(data: Path, seconds: float) -> float:
    """Let a process record, kill it after ``seconds``; return how far it got."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(data)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    reached = 0.0
    with process:
        assert process.stdout is not None
        for line in process.stdout:
            reached = float(line)
            if reached > seconds:
                break
        process.send_signal(signal.SIGKILL)
    return reached
