"""The custody log: what was done with evidence, line by line, each on the last.

Every line holds the hash of the one before and the officer's signature, so none can
be changed, left out or put between. A line that a crash cut off is dropped.
"""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from neighborcam.agency import files
from neighborcam.agency.errors import DeskUnreadable
from neighborcam.protocol.agencies import IssuedCertificate
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.errors import BadProof, ProtocolError
from neighborcam.protocol.identity import Message, Moment, Sha256, Signature
from neighborcam.protocol.signing import sign, verify

FIRST: Final = "0" * 64
UNSIGNED: Final = bytes(64)


class Line(Message, frozen=True, kw_only=True, tag="custody"):
    """One thing that was done."""

    v: int = 1
    before: Sha256
    at: Moment
    request: str
    what: str
    about: str = ""
    certificate: Sha256
    key: bytes
    sig: Signature = UNSIGNED


def digest(line: Line) -> str:
    """Return the hash by which the next line names this one."""
    return sha256(encode(line)).hexdigest()


def check_lines(data: bytes) -> tuple[Line, ...]:
    """Return the lines of a log. Raises `BadProof`, naming the first wrong one."""
    before, found = FIRST, []
    for number, text in enumerate(data.splitlines(), 1):
        try:
            line = decode(text, Line)
            if line.before != before:
                raise BadProof("a line before it is missing or was changed")
            unsigned = msgspec.structs.replace(line, sig=UNSIGNED)
            verify(line.key, "custody", encode(unsigned), line.sig)
        except ProtocolError as problem:
            raise BadProof(f"custody log, line {number}: {problem}") from None
        before = digest(line)
        found.append(line)
    return tuple(found)


class Custody:
    """The custody log of one desk."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def lines(self) -> tuple[Line, ...]:
        """Return all lines. Raises `DeskUnreadable` when one was changed."""
        if not self._path.exists():
            return ()
        data = files.read(self._path)
        whole = data[: data.rfind(b"\n") + 1]  # a crash may have cut the last one off
        try:
            return check_lines(whole)
        except BadProof as problem:
            raise DeskUnreadable(str(problem)) from None

    def add(
        self,
        request: str,
        what: str,
        about: str,
        now: datetime,
        own: tuple[Ed25519PrivateKey, IssuedCertificate],
    ) -> None:
        """Write a line; it is on the disk when this returns."""
        lines, (key, issued) = self.lines(), own
        line = Line(
            before=digest(lines[-1]) if lines else FIRST,
            at=now.replace(microsecond=0),
            request=request,
            what=what,
            about=about,
            certificate=issued.sha256,
            key=issued.certificate.key,
        )
        signed = msgspec.structs.replace(line, sig=sign(key, "custody", encode(line)))
        files.write(self._path, b"".join(_text((*lines, signed))))

    def of(self, request: str) -> tuple[Line, ...]:
        """Return the lines about a request."""
        return tuple(each for each in self.lines() if each.request == request)

    def whole(self) -> bytes:
        """Return the log as it is exported: its chain has to begin at the start."""
        return b"".join(_text(self.lines()))


def _text(lines: tuple[Line, ...]) -> Iterator[bytes]:
    return (encode(line) + b"\n" for line in lines)
