"""Small files that are there whole or not at all, whatever happens meanwhile."""

import os
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Replace a file in one step, for its owner only; it is on the disk then.

    A full disk or a power cut leaves the old one, or the new one. Raises `OSError`.
    """
    draft = path.with_name(f"{path.name}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
