"""Hashes of what is held, so that anybody can prove later that it did not change."""

import hashlib
from pathlib import Path

from neighborcam.engine.index.store import Index


def sha256_of(path: Path) -> str:
    """Return the hash of a file as hexadecimal. Raises `OSError`."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hash_held(index: Index, media_dir: Path) -> int:
    """Hash held segments without a hash; return how many. A lost file is skipped."""
    hashed = 0
    for row in index.unhashed_segments():
        path = media_dir / row.path
        if path.is_file():
            index.set_sha256(row.id, sha256_of(path))
            hashed += 1
    return hashed
