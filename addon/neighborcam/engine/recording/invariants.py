"""Invariants between index and files: proved by `check`, kept by `recover`.

1. Every row has its file, and the file has the row's size.
2. Every recorded file has its row.
3. No two recordings of a camera overlap; none ends before it begins.
4. No row is open, and none is garbage, while no engine runs.
5. What is held and hashed has its hash.
"""

import os
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Final

import msgspec

from neighborcam.engine.index.rows import SegmentRow
from neighborcam.engine.index.store import Index
from neighborcam.engine.recording import removal
from neighborcam.engine.recording.holding import sha256_of
from neighborcam.engine.recording.layout import SUFFIX, Place, read_path
from neighborcam.engine.recording.mp4_walk import Layout, walk

UNREADABLE: Final = ".unreadable"  # appended to a file that holds no whole second
_DAY: Final = timedelta(days=1)


class ProblemKind(StrEnum):
    """Which invariant does not hold."""

    ROW_WITHOUT_FILE = "row without file"
    FILE_WITHOUT_ROW = "file without row"
    UNREADABLE_FILE = "unreadable file"
    WRONG_SIZE = "wrong size"
    OPEN_ROW = "open row"
    OVERLAP = "overlap"
    GARBAGE = "unfinished removal"
    WRONG_HASH = "wrong hash"
    DAMAGED_INDEX = "damaged index"
    ANOTHER_FOLDER = "not the folder in which was recorded"


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is not as it should be. ``path`` is below the media folder."""

    kind: ProblemKind
    path: str
    can_mend: bool = True


def recover(index: Index, media_dir: Path) -> tuple[Problem, ...]:
    """Mend what a crash can leave; cheap enough for every start of the engine.

    Looks at rows that are open or garbage and at the files of the last days only; at
    everything after a restored backup, whose rows are older than the files.
    Returns what it mended. Raises `StorageError` and `OSError`.
    """
    if index.was_restored:
        everything = list(find_problems(index, media_dir))
        mend(index, media_dir, everything)
        return tuple(everything)
    rows = index.all_segments()
    since = max((row.started_at for row in rows), default=None)
    day = "" if since is None else f"{since - _DAY:%Y-%m-%d}"
    found = [
        *_garbage(index),
        *(_problem(ProblemKind.OPEN_ROW, row.path) for row in rows if not row.closed),
        *_unknown_files(index, media_dir, {row.path for row in rows}, day),
    ]
    mend(index, media_dir, found)
    return tuple(found)


def find_problems(index: Index, media_dir: Path) -> Iterator[Problem]:
    """Yield everything that is wrong between index and files."""
    rows = index.all_segments()
    yield from _garbage(index)
    for row in rows:
        yield from _row_problems(row, media_dir)
    yield from _unknown_files(index, media_dir, {row.path for row in rows}, "")
    for row, following in pairwise(rows):
        if row.camera == following.camera and following.started_at < row.ended_at:
            yield _problem(ProblemKind.OVERLAP, row.path)


def mend(index: Index, media_dir: Path, problems: list[Problem]) -> None:
    """Mend what can be mended. Nothing that holds a whole second is removed."""
    rows = {row.path: row for row in index.all_segments()}
    for problem in problems:
        row = rows.get(problem.path)
        match problem.kind:
            case ProblemKind.ROW_WITHOUT_FILE if row is not None:
                removal.remove(index, media_dir, [row])
            case ProblemKind.OPEN_ROW | ProblemKind.WRONG_SIZE if row is not None:
                _fit_row(index, media_dir, row)
            case ProblemKind.FILE_WITHOUT_ROW:
                _adopt(index, media_dir, problem.path)
            case ProblemKind.UNREADABLE_FILE:
                path = media_dir / problem.path
                path.rename(path.with_name(path.name + UNREADABLE))
            case ProblemKind.GARBAGE:
                removal.finish(index, media_dir)
            case _:
                pass  # overlaps follow, hashes cannot be mended
    _cut_overlaps(index)


def _problem(kind: ProblemKind, path: str) -> Problem:
    return Problem(kind=kind, path=path, can_mend=kind is not ProblemKind.WRONG_HASH)


def _garbage(index: Index) -> Iterator[Problem]:
    for row in index.condemned():
        yield _problem(ProblemKind.GARBAGE, row.path)


def _row_problems(row: SegmentRow, media_dir: Path) -> Iterator[Problem]:
    path = media_dir / row.path
    if not path.is_file():
        yield _problem(ProblemKind.ROW_WITHOUT_FILE, row.path)
    elif not row.closed:
        yield _problem(ProblemKind.OPEN_ROW, row.path)
    elif path.stat().st_size != row.size_bytes:
        yield _problem(ProblemKind.WRONG_SIZE, row.path)
    elif row.held and row.sha256 is not None and sha256_of(path) != row.sha256:
        yield _problem(ProblemKind.WRONG_HASH, row.path)


def _unknown_files(
    index: Index, media_dir: Path, known: set[str], since_day: str
) -> Iterator[Problem]:
    """Yield recorded files without a row, in folders of ``since_day`` and later."""
    known = known | {row.path for row in index.condemned()}
    for path in sorted(media_dir.glob(f"*/[0-9]*/*{SUFFIX}")):
        name = path.relative_to(media_dir).as_posix()
        if name in known or path.parent.name < since_day or read_path(name) is None:
            continue
        readable = layout_of(path) is not None
        yield _problem(
            ProblemKind.FILE_WITHOUT_ROW if readable else ProblemKind.UNREADABLE_FILE,
            name,
        )


def layout_of(path: Path) -> Layout | None:
    """Return what is whole of a recorded file. Raises `OSError`."""
    with path.open("rb") as file:
        descriptor = file.fileno()
        return walk(
            lambda at, length: os.pread(descriptor, length, at),
            os.fstat(descriptor).st_size,
        )


def _fit_row(index: Index, media_dir: Path, row: SegmentRow) -> None:
    """Make file and row end with the last whole fragment, and the row closed."""
    path = media_dir / row.path
    layout = layout_of(path) if path.is_file() else None
    if layout is None:
        if path.is_file():
            path.rename(path.with_name(path.name + UNREADABLE))
        removal.remove(index, media_dir, [row])
        return
    _cut(path, layout.size_bytes)
    index.put_segment(
        msgspec.structs.replace(
            row,
            ended_at=row.started_at + timedelta(seconds=layout.duration_s),
            size_bytes=layout.size_bytes,
            closed=True,
        )
    )


def _adopt(index: Index, media_dir: Path, name: str) -> None:
    """Give a file its row back, moved behind what is recorded at its time already."""
    path, place = media_dir / name, read_path(name)
    layout = layout_of(path)
    if place is None or layout is None:
        return
    _cut(path, layout.size_bytes)
    started_at = index.free_slot(place.camera, place.started_at).start
    index.put_segment(
        _row(place, name, layout, moved=started_at - place.started_at),
        clock_ahead=started_at - place.started_at,
    )


def _row(place: Place, name: str, layout: Layout, moved: timedelta) -> SegmentRow:
    started_at = place.started_at + moved
    return SegmentRow(
        id=place.id,
        camera=place.camera,
        path=name,
        started_at=started_at,
        ended_at=started_at + timedelta(seconds=layout.duration_s),
        size_bytes=layout.size_bytes,
        codec=layout.codec,
        width=layout.width,
        height=layout.height,
        has_audio=layout.has_audio,
        closed=True,
        held=False,
        sha256=None,
    )


def _cut(path: Path, size: int) -> None:
    if path.stat().st_size == size:
        return
    with path.open("r+b") as file:
        file.truncate(size)
        os.fsync(file.fileno())


def _cut_overlaps(index: Index) -> None:
    for row, following in pairwise(index.all_segments()):
        if row.camera == following.camera and following.started_at < row.ended_at:
            index.put_segment(
                msgspec.structs.replace(row, ended_at=following.started_at)
            )
