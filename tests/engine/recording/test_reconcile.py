import os
from pathlib import Path

import msgspec
import pytest

from neighborcam.engine.errors import DataInUse, DataUnreadable, NotFound
from neighborcam.engine.facts import EpisodeId
from neighborcam.engine.index.rows import TokenRow
from neighborcam.engine.index.store import Index
from neighborcam.engine.recording.holding import hash_held
from neighborcam.engine.recording.invariants import find_problems, recover
from neighborcam.engine.recording.reconcile import check
from tests.engine.index.test_store import FIRST, ended, started
from tests.engine.recording.footage import packets, stream_format
from tests.engine.recording.house import DOOR, House, at, config


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a data folder with 130 s of recording, at rest."""
    folder = tmp_path / "data"
    with Index.open(folder) as index:
        index.put_camera(config(password="geheim"))
        index.put_token(
            TokenRow(id="t", name="n", scope="admin", hash=b"h", created_at=at(0))
        )
        index.apply(started(FIRST, at(10)))
        index.apply(ended(FIRST, at(20)))
        House(index).record(packets(130))
    return folder


def files(data: Path) -> list[Path]:
    return sorted((data / "media").glob("door/*/*.mp4"))


def spans(data: Path) -> list[tuple[float, float]]:
    with Index.open(data) as index:
        return House(index).spans()


def kinds(data: Path) -> list[str]:
    return sorted({problem.kind for problem in check(data, repair=False).found})


def test_what_is_sound_is_clean(data: Path) -> None:
    report = check(data, repair=False)
    assert report.is_clean
    assert report.lines() == ["Index and recordings agree."]


def test_a_lost_file_loses_its_row(data: Path) -> None:
    files(data)[1].unlink()
    assert kinds(data) == ["row without file"]
    assert check(data, repair=True).is_clean
    assert spans(data) == [(0, 60), (120, 130)]


def test_a_file_without_row_gets_one(data: Path) -> None:
    with Index.open(data) as index:
        row = index.all_segments()[1]
        index.condemn([row.id])
        index.drop_garbage([row.id])
    assert kinds(data) == ["file without row"]
    assert check(data, repair=True).is_clean
    assert spans(data) == [(0, 130)]


def test_a_removal_that_was_not_finished_is_finished(data: Path) -> None:
    with Index.open(data) as index:
        index.condemn([index.all_segments()[1].id])
    assert kinds(data) == ["unfinished removal"]
    assert check(data, repair=True).is_clean
    assert len(files(data)) == 2


@pytest.mark.parametrize("cut", [-100, 100])
def test_a_file_of_another_size_is_cut_to_what_is_whole(data: Path, cut: int) -> None:
    path = files(data)[2]
    os.truncate(path, path.stat().st_size + cut)
    assert kinds(data) == ["wrong size"]
    assert check(data, repair=True).is_clean
    assert spans(data) == [(0, 129 if cut < 0 else 130)]


def test_a_file_without_a_whole_fragment_is_set_aside_not_removed(data: Path) -> None:
    os.truncate(files(data)[2], 900)
    assert check(data, repair=True).is_clean
    assert len(list((data / "media").rglob("*.unreadable"))) == 1
    assert spans(data) == [(0, 120)]


def test_an_unknown_file_without_a_whole_fragment_is_set_aside(data: Path) -> None:
    files(data)[0].with_name("13-00-00.000_01ARZ3NDEKTSV4RRFFQ69G5FAV.mp4").touch()
    assert kinds(data) == ["unreadable file"]
    assert check(data, repair=True).is_clean


def test_other_peoples_files_are_left_alone(data: Path) -> None:
    mine = files(data)[0].with_name("holiday.mp4")
    mine.write_bytes(b"mine")
    assert check(data, repair=True).is_clean
    assert mine.read_bytes() == b"mine"


def test_overlapping_rows_are_cut(data: Path) -> None:
    with Index.open(data) as index:
        row = index.all_segments()[0]
        index.put_segment(msgspec.structs.replace(row, ended_at=at(70)))
    assert kinds(data) == ["overlap"]
    assert check(data, repair=True).is_clean


def test_a_held_recording_that_was_changed_is_found_and_cannot_be_mended(
    data: Path,
) -> None:
    with Index.open(data) as index:
        index.hold(FIRST)
        hash_held(index, index.media_dir)
        assert all(row.sha256 for row in index.all_segments())
    assert check(data, repair=False).is_clean
    content = bytearray(files(data)[0].read_bytes())
    content[-1] ^= 1
    files(data)[0].write_bytes(content)
    assert kinds(data) == ["wrong hash"]
    report = check(data, repair=True)
    assert not report.is_clean
    assert any(line.startswith("left: wrong hash") for line in report.lines())


@pytest.mark.parametrize("damage", ["middle", "cut", "header"])
def test_a_damaged_index_is_rebuilt_and_nothing_recorded_is_lost(
    data: Path, damage: str
) -> None:
    database = data / "index.db"
    content = database.read_bytes()
    match damage:
        case "middle":
            database.write_bytes(content[:8192] + b"\xff" * 8192 + content[16384:])
        case "cut":
            database.write_bytes(content[:6000])
        case _:
            database.write_bytes(b"\0" * 100 + content[100:])
    assert kinds(data) == ["damaged index"]
    report = check(data, repair=True)
    assert report.is_clean
    assert report.set_aside is not None
    assert Path(report.set_aside).is_file()
    assert "kept as" in report.lines()[-2]
    assert spans(data) == [(0, 130)]
    with Index.open(data) as index:
        assert index.camera(DOOR).password == "geheim"


def test_what_can_be_read_of_a_damaged_index_is_saved(data: Path) -> None:
    with Index.open(data) as index:
        page = index.write(
            lambda connection: connection.execute(
                "SELECT rootpage FROM sqlite_schema WHERE name = 'segments'"
            ).fetchone()[0]
        )
    with (data / "index.db").open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    assert check(data, repair=True).is_clean
    with Index.open(data) as index:
        assert index.episode(FIRST).ended_at == at(20)
        assert [each.hash for each in index.tokens()] == [b"h"]


def test_a_missing_index_is_made_again(data: Path) -> None:
    for path in data.glob("index.db*"):
        path.unlink()
    assert check(data, repair=True).is_clean
    assert spans(data) == [(0, 130)]


def test_no_data_is_not_found_and_nothing_is_made(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(NotFound):
            check(folder, repair=True)
    assert list(tmp_path.iterdir()) == []


def test_a_running_engine_is_not_checked(data: Path) -> None:
    with Index.open(data), pytest.raises(DataInUse):
        check(data, repair=False)


def test_a_newer_index_is_not_set_aside(data: Path) -> None:
    content = bytearray((data / "index.db").read_bytes())
    content[60:64] = (99).to_bytes(4)
    (data / "index.db").write_bytes(content)
    with pytest.raises(DataUnreadable, match="newer"):
        check(data, repair=True)
    assert list(data.glob("*.damaged*")) == []


def test_the_start_of_an_engine_mends_what_a_crash_left(house: House) -> None:
    recorder = house.recorder()
    recorder.opened(stream_format())
    house.feed(recorder, packets(70))
    rows = house.rows()
    with house.path(rows[1]).open("ab") as file:
        file.write(b"torn fragment")
    house.index.condemn([rows[0].id])
    mended = recover(house.index, house.media_dir)
    assert sorted(problem.kind for problem in mended) == [
        "open row",
        "unfinished removal",
    ]
    assert house.problems() == []
    assert house.spans() == [(60, 70)]
    assert recover(house.index, house.media_dir) == ()


def test_the_start_of_an_engine_adopts_the_first_fragment_of_a_crash(
    house: House,
) -> None:
    house.record(packets(3))
    (row,) = house.rows()
    house.index.condemn([row.id])
    house.index.drop_garbage([row.id])
    assert [problem.kind for problem in recover(house.index, house.media_dir)] == [
        "file without row"
    ]
    assert house.spans() == [(0, 3)]


def test_an_adopted_file_moves_behind_what_is_recorded_at_its_time(
    house: House,
) -> None:
    house.record(packets(5))
    (row,) = house.rows()
    copy = house.path(row).with_name("12-00-02.000_01ARZ3NDEKTSV4RRFFQ69G5FAV.mp4")
    copy.write_bytes(house.path(row).read_bytes())
    recover(house.index, house.media_dir)
    assert list(find_problems(house.index, house.media_dir)) == []
    assert house.spans() == [(0, 10)]


def test_a_hold_during_recording_is_hashed_later(house: House) -> None:
    house.index.apply(started(EpisodeId("E"), at(1)))
    recorder = house.recorder()
    recorder.opened(stream_format())
    house.feed(recorder, packets(3))
    house.index.hold(EpisodeId("E"))
    hash_held(house.index, house.media_dir)
    (row,) = house.rows()
    assert (row.held, row.sha256) == (True, None)
    recorder.closed()
    recorder.run_once(0)
    assert len(house.index.unhashed_segments()) == 1
