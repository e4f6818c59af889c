"""The custody log of a case: what was done with evidence, each line on the last.

The first line holds the hash of the request, every other that of the line before, and
each the signature of who did it: none can be changed, left out, put between or moved to
another case. A line that a crash cut off is dropped.

A line is written before the thing is done, and only once: a step that a crash cut off
is repeated, and finds its line. Where two answers hold the same clip each has lines of
its own; then a crash may leave one twice.
"""

from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from neighborcam.agency import files
from neighborcam.agency.errors import DeskUnreadable
from neighborcam.protocol.agencies import IssuedCertificate
from neighborcam.protocol.canonical import MESSAGE_LIMIT, decode, encode
from neighborcam.protocol.errors import BadProof, InvalidMessage, ProtocolError
from neighborcam.protocol.identity import Message, Moment, PublicKey, Sha256, Signature
from neighborcam.protocol.signing import sign, verify

UNSIGNED: Final = bytes(64)
NAME: Final = "custody.log"

type Done = Literal[
    "signed",
    "countersigned",
    "submitted",
    "collected",
    "missed",
    "received",
    "opened",
    "copied",
    "saved",
    "exported",
    "asked",
    "revoked",
    "erased",
    "ended",
    "outcome",
    "deleted",
]


class Line(Message, frozen=True, kw_only=True, tag="custody"):
    """One thing that was done. ``about`` is a clip's SHA-256, an answer, a round."""

    v: Literal[1] = 1
    before: Sha256
    at: Moment
    request: str
    what: Done
    about: str = ""
    certificate: Sha256
    key: PublicKey
    sig: Signature = UNSIGNED


def digest(line: Line) -> str:
    """Return the hash by which the next line names this one."""
    return sha256(encode(line)).hexdigest()


def exactly[M: msgspec.Struct](
    data: bytes, kind: type[M], limit: int = MESSAGE_LIMIT
) -> M:
    """Return a message in the one form that we write. Raises `InvalidMessage`.

    Base64 has bits that say nothing: whoever changes them changes the file.
    """
    message = decode(data, kind, limit=limit)
    if encode(message) != data:
        raise InvalidMessage("the message is not in its only form")
    return message


def check_lines(data: bytes, first: str) -> tuple[Line, ...]:
    """Return the lines of the log of the request with the hash ``first``.

    Raises `BadProof`, naming the first wrong one.
    """
    before, found = first, []
    for number, text in enumerate(data.splitlines(), 1):
        try:
            line = exactly(text, Line)
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
    """The custody log in a case's folder. ``first`` is the request's SHA-256."""

    def __init__(self, path: Path, request: str, first: str) -> None:
        self._path = path
        self._request = request
        self._first = first

    def lines(self) -> tuple[Line, ...]:
        """Return all lines. Raises `DeskUnreadable` when one was changed."""
        if not self._path.exists():
            return ()
        data = files.read(self._path)
        whole = data[: data.rfind(b"\n") + 1]  # a crash may have cut the last one off
        try:
            return check_lines(whole, self._first)
        except BadProof as problem:
            raise DeskUnreadable(f"{self._path}: {problem}") from None

    def add(
        self,
        what: Done,
        about: str,
        now: datetime,
        own: tuple[Ed25519PrivateKey, IssuedCertificate],
        *,
        again: bool = False,
    ) -> None:
        """Write a line, on the disk when this returns; one that is there stands.

        ``again`` writes it although the same was done before.
        """
        lines, (key, issued) = self.lines(), own
        if not again and any(
            (each.what, each.about) == (what, about) for each in lines
        ):
            return
        line = Line(
            before=digest(lines[-1]) if lines else self._first,
            at=now.replace(microsecond=0),
            request=self._request,
            what=what,
            about=about,
            certificate=issued.sha256,
            key=issued.certificate.key,
        )
        signed = msgspec.structs.replace(line, sig=sign(key, "custody", encode(line)))
        files.write(self._path, _whole((*lines, signed)))

    def whole(self) -> bytes:
        """Return the log as it is exported."""
        return _whole(self.lines())


def _whole(lines: tuple[Line, ...]) -> bytes:
    return b"".join(encode(line) + b"\n" for line in lines)
