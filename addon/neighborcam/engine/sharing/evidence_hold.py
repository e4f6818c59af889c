"""Holds the original recordings of an answer, if its owner says so.

A second name for each file, in a folder that no retention cleans: it takes no room
until the recording itself goes, and cannot be forgotten by the index. The folder is
all there is: what is held outlives the answer, the request and the membership, until
its owner lets it go.
"""

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from neighborcam.engine.errors import NotFound, StorageError
from neighborcam.engine.requests import HoldView

FOLDER: Final = "held"
_NAME: Final = re.compile(r"[0-9a-f]{32}")  # an answer's id


class EvidenceHold:
    """Files held for answers, below the data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER

    def hold(self, answer: str, files: Sequence[Path]) -> None:
        """Hold files for an answer. Raises `StorageError`."""
        folder = self._folder / answer
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for number, file in enumerate(files):
                _link(file, folder / f"{number:03}-{file.name}")
        except OSError as problem:
            shutil.rmtree(folder, ignore_errors=True)
            raise StorageError(
                f"the recordings cannot be held: {problem.strerror}"
            ) from problem

    def held(self) -> tuple[HoldView, ...]:
        """Return what is held, the oldest first."""
        return tuple(sorted(self._views(), key=lambda each: each.since))

    def let_go(self, hold: str) -> None:
        """Release what its owner names. Raises `NotFound`, `StorageError`."""
        if not _NAME.fullmatch(hold) or not (self._folder / hold).is_dir():
            raise NotFound("nothing is held under this name")
        try:
            shutil.rmtree(self._folder / hold)
        except OSError as problem:
            raise StorageError(
                f"the recordings cannot be let go: {problem.strerror}"
            ) from problem

    def release(self, answer: str) -> None:
        """Let the files of an answer go, if any are held."""
        shutil.rmtree(self._folder / answer, ignore_errors=True)

    def _views(self) -> Iterator[HoldView]:
        try:
            folders = [each for each in self._folder.iterdir() if each.is_dir()]
        except FileNotFoundError:
            return
        for folder in folders:
            files = [each.stat() for each in folder.iterdir()]
            yield HoldView(
                id=folder.name,
                since=datetime.fromtimestamp(folder.stat().st_mtime, UTC),
                files=len(files),
                size_bytes=sum(each.st_size for each in files),
                frees_bytes=sum(each.st_size for each in files if each.st_nlink == 1),
            )


def _link(file: Path, held: Path) -> None:
    if held.exists():
        return
    try:
        os.link(file, held)
    except OSError:  # another disk, or one that has no second names
        shutil.copyfile(file, held)
