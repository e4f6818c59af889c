"""``neighborcam check DATA [--repair]``: a whole data folder, while it rests."""

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from neighborcam.engine.errors import DataUnreadable, NotFound
from neighborcam.engine.index.lock import DataLock
from neighborcam.engine.index.opening import DATABASE_NAME, open_database
from neighborcam.engine.index.salvage import put_rows, read_rows
from neighborcam.engine.index.schema import SCHEMA_VERSION, version_on_disk
from neighborcam.engine.index.store import Index
from neighborcam.engine.recording.invariants import (
    Problem,
    ProblemKind,
    find_problems,
    mend,
)
from neighborcam.engine.recording.media_folder import MediaFolder

_ROUNDS: Final = 3  # mending one thing can show another


class CheckReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, what of it is left, and where a damaged index was put."""

    found: tuple[Problem, ...]
    left: tuple[Problem, ...]
    set_aside: str | None = None

    @property
    def is_clean(self) -> bool:
        """True if nothing is wrong (any more)."""
        return not self.left

    def lines(self) -> list[str]:
        """Return the report for a person."""
        left = set(self.left)
        lines = [
            f"{'left' if problem in left else 'mended'}: {problem.kind}: {problem.path}"
            for problem in (*self.found, *(left - set(self.found)))
        ]
        if self.set_aside is not None:
            lines.append(f"The damaged index is kept as {self.set_aside}.")
        if self.is_clean:
            return [*lines, "Index and recordings agree."]
        return [
            *lines,
            f"{len(self.left)} problems; --repair mends what can be mended.",
        ]


def _utc_now() -> datetime:
    return datetime.now(UTC)


def check(
    data_dir: Path,
    repair: bool,  # noqa: FBT001 - agreed signature
    clock: Callable[[], datetime] = _utc_now,
    media_dir: Path | None = None,
) -> CheckReport:
    """Prove the invariants of a data folder; with ``repair``, mend what can be mended.

    Raises `NotFound` if there is no data, `DataInUse` while an engine runs on it, and
    `DataUnreadable` if it is of a newer version; then nothing is changed.
    """
    database = data_dir / DATABASE_NAME
    if not data_dir.is_dir() or not any(data_dir.iterdir()):
        raise NotFound(f"There is no NeighborCam data in {data_dir}.")
    damaged = Problem(kind=ProblemKind.DAMAGED_INDEX, path=DATABASE_NAME)
    is_damaged = _is_damaged(data_dir)
    if is_damaged and not repair:
        return CheckReport(found=(damaged,), left=(damaged,))
    set_aside = _set_aside(database, clock()) if is_damaged else None
    with Index.open(data_dir, clock, media_dir) as index:
        if set_aside is not None:
            salvaged = read_rows(set_aside)
            index.write(lambda connection: put_rows(connection, salvaged))
        found = _problems(index)
        left = _mend(index, found) if repair else found
    return CheckReport(
        found=((damaged,) if is_damaged else ()) + tuple(found),
        left=tuple(left),
        set_aside=None if set_aside is None else str(set_aside),
    )


def _problems(index: Index) -> list[Problem]:
    """Return what is wrong; of a folder that is not the known one, only that."""
    with closing(MediaFolder(index)) as folder:
        if not folder.is_ready:
            return [Problem(kind=ProblemKind.ANOTHER_FOLDER, path=str(folder.path))]
        return list(find_problems(index, index.media_dir))


def _mend(index: Index, problems: list[Problem]) -> list[Problem]:
    for _ in range(_ROUNDS):
        if not any(problem.can_mend for problem in problems):
            break
        if any(problem.kind is ProblemKind.ANOTHER_FOLDER for problem in problems):
            MediaFolder(index).accept()
        else:
            mend(index, index.media_dir, problems)
        problems = _problems(index)
    return problems


def _is_damaged(data_dir: Path) -> bool:
    database = data_dir / DATABASE_NAME
    if not database.exists():
        return False
    lock = DataLock(data_dir)
    try:
        open_database(data_dir).close()
    except DataUnreadable:
        if _is_newer(database):
            raise
        return True
    finally:
        lock.release()
    return False


def _is_newer(database: Path) -> bool:
    try:
        return version_on_disk(database) > SCHEMA_VERSION
    except DataUnreadable:
        return False


def _set_aside(database: Path, now: datetime) -> Path:
    """Rename the damaged index with its journal; it may still be worth a look."""
    target = database.with_name(f"{database.name}.damaged-{now:%Y%m%dT%H%M%S}")
    for ending in ("", "-wal", "-shm"):
        part = database.with_name(database.name + ending)
        if part.exists():
            part.rename(target.with_name(target.name + ending))
    return target
