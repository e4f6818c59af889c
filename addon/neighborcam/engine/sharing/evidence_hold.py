"""Holds the original recordings of an answer, if its owner says so.

A second name for each file, in a folder that no retention cleans: it takes no room
until the recording itself goes, and cannot be forgotten by the index.
"""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from neighborcam.engine.errors import StorageError

FOLDER: Final = "held"


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

    def release(self, answer: str) -> None:
        """Let the files of an answer go."""
        shutil.rmtree(self._folder / answer, ignore_errors=True)


def _link(file: Path, held: Path) -> None:
    if held.exists():
        return
    try:
        os.link(file, held)
    except OSError:  # another disk, or one that has no second names
        shutil.copyfile(file, held)
