"""A court bundle as files in memory, from a ZIP or a folder. Not believed yet."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

from neighborcam.agency import bundle as names
from neighborcam.protocol.errors import InvalidMessage
from neighborcam.protocol.notes import decimal

_MOST: Final = 80 * 2**20
# Others unpack without bounds, or raise what is of no module that need be here.
_PACKINGS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_MOST_FILES: Final = 2000
_KNOWN: Final = frozenset(
    {
        *names.CLIP.values(),
        names.MANIFEST,
        names.MANIFEST_SIG,
        names.POLICY,
        names.CERTIFICATES,
        names.CUSTODY,
        f"{names.REQUEST}{names.ENTRY}",
        f"{names.REQUEST}{names.PROOF}",
        *names.PAPERS,
    }
)
# What reading a damaged ZIP raises, beside BadZipFile.
_DAMAGE: Final = (
    OSError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    OverflowError,
    ValueError,
    MemoryError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
)


class OpenedBundle:
    """The files of a bundle. Raises `InvalidMessage` for what is none.

    Exactly what a bundle holds, and each once: nothing can lie beside what is proven.
    """

    def __init__(self, path: Path | BytesIO) -> None:
        if isinstance(path, Path) and path.is_dir():
            found = _folder(path)
        else:
            found = _archive(path)
        odd = next((each for each in found if not _is_known(each)), None)
        if odd is not None:
            raise InvalidMessage(f"{odd!r} is nothing that a bundle holds")
        self._files = found

    def __getitem__(self, name: str) -> bytes:
        try:
            return self._files[name]
        except KeyError:
            raise InvalidMessage(f"{name} is missing") from None

    def __contains__(self, name: str) -> bool:
        return name in self._files

    def log_indexes(self) -> Iterator[int]:
        """Yield the indexes of the log's entries, but the request's."""
        for name in self._files:
            if name.startswith(names.LOG) and name.endswith(names.ENTRY):
                yield _index(name)


def _archive(path: Path | BytesIO) -> dict[str, bytes]:
    name = path.name if isinstance(path, Path) else "this"
    try:
        with zipfile.ZipFile(path) as archive:
            listed = archive.infolist()
            if sum(each.file_size for each in listed) > _MOST:
                raise InvalidMessage(f"{name} is too large for a bundle")
            if len({each.filename for each in listed}) != len(listed):
                raise InvalidMessage(f"{name} holds the same name twice")
            return {each.filename: _unpacked(archive, each) for each in listed}
    except _DAMAGE:
        raise InvalidMessage(
            f"{name} is no bundle that opens: it is missing or damaged"
        ) from None


def _unpacked(archive: zipfile.ZipFile, listed: zipfile.ZipInfo) -> bytes:
    """Return a file of a ZIP: what a size lies about is not unpacked to its end."""
    if listed.compress_type not in _PACKINGS:
        raise InvalidMessage(f"{listed.filename!r} is packed as no bundle is")
    with archive.open(listed) as file:
        return file.read(listed.file_size)


def _folder(path: Path) -> dict[str, bytes]:
    found = [each for each in path.rglob("*") if each.is_file()][:_MOST_FILES]
    if sum(each.stat().st_size for each in found) > _MOST:
        raise InvalidMessage(f"{path.name} is too large for a bundle")
    return {each.relative_to(path).as_posix(): each.read_bytes() for each in found}


def _is_known(name: str) -> bool:
    if name in _KNOWN:
        return True
    try:
        return name.startswith(names.LOG) and _index(name) >= 0
    except InvalidMessage:
        return False


def _index(name: str) -> int:
    stem = name.removeprefix(names.LOG)
    for ending in (names.ENTRY, names.PROOF):
        if stem.endswith(ending):
            return decimal(stem.removesuffix(ending))
    raise InvalidMessage(f"{name!r} is nothing that a bundle holds")
