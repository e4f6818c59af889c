"""Keep data that this version wrote: ``python -m tests.releases.keep``.

script/release calls it. Later versions are tried on what lies below tests/releases.
"""

import asyncio
import getpass
import shutil
import socket
import sys
import tempfile
from pathlib import Path

import msgspec

from neighborcam import __version__
from tests.releases.kept import (
    DATA,
    PROGRAMS,
    RELEASES,
    TOLD,
    Told,
    count,
    move,
    pack,
    unpack,
)
from tests.releases.small_journey import Journey

MOST_BYTES = 800_000


def told_about_us(folder: Path) -> list[str]:
    """Return files that name this machine, who works on it, or where."""
    words = {str(folder), str(Path.home()), socket.gethostname(), getpass.getuser()}
    secret = [word.encode() for word in words if len(word) > 4]
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(word in path.read_bytes() for word in secret)
    ]


def kept(folder: Path) -> Told:
    """Make the archive of this version in ``folder``; return what is in it.

    Raises `ValueError` when it says too much, or is too large.
    """
    at = asyncio.run(Journey(folder).run())
    move(folder)
    if found := told_about_us(folder):
        raise ValueError(f"these name this machine: {', '.join(found)}")
    data = pack(folder)
    if len(data) > MOST_BYTES:
        raise ValueError(f"{len(data)} bytes are too many")
    (folder / DATA).write_bytes(data)
    unpack(folder / DATA, folder / "again")
    return asyncio.run(count(folder / "again", at))


def main() -> int:
    """Write the archive of this version, and what is in it."""
    target = RELEASES / __version__
    with tempfile.TemporaryDirectory(prefix="neighborcam-kept-") as name:
        told = kept(Path(name))
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(Path(name) / DATA, target / DATA)
    (target / TOLD).write_bytes(msgspec.json.format(msgspec.json.encode(told)) + b"\n")
    size = (target / DATA).stat().st_size
    sys.stdout.write(f"{', '.join(PROGRAMS)} of {__version__}: {size} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
