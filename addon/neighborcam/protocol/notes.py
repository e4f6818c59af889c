"""Signed notes: text with one or more signatures below it (C2SP signed-note).

Two kinds of keys sign here: a log signs its checkpoints (type 1), a witness signs
that it saw one at a time (types 4 and 6, C2SP tlog-cosignature). See spec/log.md.
"""

import base64
import binascii
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from neighborcam.protocol.errors import InvalidMessage

NOTE_LIMIT: Final = 256 * 1024  # bytes; 16 post-quantum signatures are 54 KB
SIGNATURES_LIMIT: Final = 64
KEY_ID_BYTES: Final = 4
_DASH: Final = "\u2014 "
_FIRST_PRINTABLE: Final = 0x20


@dataclass(frozen=True, kw_only=True)
class NoteSignature:
    """One line: who says to have signed, and the bytes after the key's id."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        """Return the line with its end."""
        encoded = base64.b64encode(self.key_id + self.signature).decode()
        return f"{_DASH}{self.name} {encoded}\n"


@dataclass(frozen=True, kw_only=True)
class Note:
    """Text that ends with a new line, and who signed it. Not verified yet."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def encode(self) -> bytes:
        """Return the note as it travels."""
        lines = "".join(each.line for each in self.signatures)
        return f"{self.text}\n{lines}".encode()


def parse_note(data: bytes) -> Note:
    """Read a note. Raises `InvalidMessage`; whoever signed is not checked here."""
    if len(data) > NOTE_LIMIT:
        raise InvalidMessage(f"the note is larger than {NOTE_LIMIT} bytes")
    text, separator, below = _plain(data).rpartition("\n\n")
    if not separator or not text or not below.endswith("\n"):
        raise InvalidMessage("the note has no text, or no signature below it")
    return Note(text=f"{text}\n", signatures=parse_signatures(below))


def parse_signatures(lines: str) -> tuple[NoteSignature, ...]:
    """Read lines of signatures. Raises `InvalidMessage`."""
    if not lines.endswith("\n"):
        raise InvalidMessage("the last signature has no end")
    split = lines.removesuffix("\n").split("\n")
    if len(split) > SIGNATURES_LIMIT:
        raise InvalidMessage(f"the note has more than {SIGNATURES_LIMIT} signatures")
    return tuple(_signature(line) for line in split)


def key_id(name: str, kind: int, public_key: bytes) -> bytes:
    """Return the 4 bytes by which a signature names its key."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public_key).digest()[
        :KEY_ID_BYTES
    ]


def check_name(name: str) -> str:
    """Return a key's name; raises `InvalidMessage` if no note could hold it."""
    odd = any(
        each == "+" or each.isspace() or unicodedata.category(each)[0] == "C"
        for each in name
    )
    if not name or odd:
        raise InvalidMessage("the name of a key is empty or has a space or a plus")
    return name


def from_base64(text: str) -> bytes:
    """Decode standard base64, in its only form. Raises `InvalidMessage`."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidMessage("this is no base64") from None
    if base64.b64encode(data).decode() != text:
        raise InvalidMessage("this base64 is not in its only form")
    return data


def decimal(text: str) -> int:
    """Read a number without sign, space or leading zero. Raises `InvalidMessage`."""
    if not text.isascii() or not text.isdigit() or len(text) > len(str(2**63)):
        raise InvalidMessage("this is no number")
    number = int(text)
    if str(number) != text or number >= 2**63:
        raise InvalidMessage("this number has leading zeros or is too large")
    return number


def _plain(data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise InvalidMessage("the note is not UTF-8") from None
    if any(ord(each) < _FIRST_PRINTABLE and each != "\n" for each in text):
        raise InvalidMessage("the note has control characters")
    return text


def _signature(line: str) -> NoteSignature:
    if not line.startswith(_DASH):
        raise InvalidMessage("a signature of the note does not begin with a dash")
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    data = from_base64(encoded)
    if len(data) <= KEY_ID_BYTES:
        raise InvalidMessage("a signature of the note is too short")
    return NoteSignature(
        name=check_name(name), key_id=data[:KEY_ID_BYTES], signature=data[KEY_ID_BYTES:]
    )


def find(
    signatures: Sequence[NoteSignature], name: str, wanted: bytes
) -> NoteSignature | None:
    """Return the first signature that names this key, or None."""
    for each in signatures:
        if (each.name, each.key_id) == (name, wanted):
            return each
    return None
