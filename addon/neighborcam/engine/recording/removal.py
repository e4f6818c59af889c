"""Removing recordings so that a crash in between leaves nothing half known.

The row is marked garbage, the file unlinked, its folder synced, the row dropped.
Whatever step is the last, doing it all again completes it.
"""

import contextlib
from collections.abc import Iterable
from pathlib import Path

from neighborcam.engine.facts import SegmentId
from neighborcam.engine.index.rows import SegmentRow
from neighborcam.engine.index.store import Index
from neighborcam.engine.recording.disk import sync_folder


def remove(index: Index, media_dir: Path, rows: Iterable[SegmentRow]) -> None:
    """Remove recordings for good. Raises `OSError` and `StorageError`."""
    index.condemn([row.id for row in rows])
    finish(index, media_dir)


def finish(index: Index, media_dir: Path) -> int:
    """Complete removals that began earlier; return how many there were."""
    rows = index.condemned()
    gone: list[SegmentId] = []
    folders: set[Path] = set()
    for row in rows:
        path = media_dir / row.path
        path.unlink(missing_ok=True)
        folders.add(path.parent)
        gone.append(row.id)
    for folder in folders:
        if folder.is_dir():
            sync_folder(folder)
            with contextlib.suppress(OSError):  # not empty: other recordings
                folder.rmdir()
    index.drop_garbage(gone)
    return len(gone)
