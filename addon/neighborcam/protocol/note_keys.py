"""Keys that sign notes: of logs, and of witnesses (C2SP signed-note, tlog-cosignature).

A key travels as ``name+id+base64(type, key)``, its vkey; in an invite, for example.
"""

import base64
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Final, override

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.mldsa import (
    MLDSA44PrivateKey,
    MLDSA44PublicKey,
)

from neighborcam.protocol.checkpoint_text import CheckpointText
from neighborcam.protocol.errors import BadSignature, InvalidMessage
from neighborcam.protocol.notes import (
    Note,
    NoteSignature,
    check_name,
    find,
    from_base64,
    key_id,
)

_TIMESTAMP_BYTES: Final = 8
_TIMESTAMP_LIMIT: Final = 253_402_300_800  # the year 10,000: no time has that
_LABEL: Final = b"subtree/v1\n\0"


@dataclass(frozen=True, kw_only=True)
class NoteKey(ABC):
    """A public key that may have signed a note."""

    KIND: ClassVar[int]

    name: str
    public_key: bytes

    @property
    def id(self) -> bytes:
        """Return the 4 bytes that stand before a signature of this key."""
        return key_id(self.name, self.KIND, self.public_key)

    @property
    def vkey(self) -> str:
        """Return the key as people exchange it."""
        encoded = base64.b64encode(bytes([self.KIND]) + self.public_key).decode()
        return f"{self.name}+{self.id.hex()}+{encoded}"

    def has_signed(self, note: Note) -> bool:
        """Whether the note has our signature. A wrong one raises `BadSignature`."""
        signature = find(note.signatures, self.name, self.id)
        if signature is None:
            return False
        try:
            self._check(note.text, signature.signature)
        except (InvalidSignature, ValueError):
            raise BadSignature(f"a signature of {self.name} is wrong") from None
        return True

    @abstractmethod
    def _check(self, text: str, signature: bytes) -> None:
        """Raise `InvalidSignature` or `ValueError` unless we signed ``text``."""


@dataclass(frozen=True, kw_only=True)
class LogKey(NoteKey):
    """Ed25519 over the text itself."""

    KIND = 0x01

    @override
    def _check(self, text: str, signature: bytes) -> None:
        key = Ed25519PublicKey.from_public_bytes(self.public_key)
        key.verify(signature, text.encode())


@dataclass(frozen=True, kw_only=True)
class WitnessKey(NoteKey):
    """Ed25519 over the text and the time at which the witness saw it."""

    KIND = 0x04

    def seen_at(self, note: Note) -> datetime:
        """Return when this witness signed. Raises `BadSignature` if it did not."""
        if not self.has_signed(note):
            raise BadSignature(f"{self.name} has not signed this")
        signature = find(note.signatures, self.name, self.id)
        assert signature is not None  # noqa: S101 - it has signed
        seconds, _ = _timestamped(signature.signature)
        return datetime.fromtimestamp(seconds, UTC)

    @override
    def _check(self, text: str, signature: bytes) -> None:
        seconds, rest = _timestamped(signature)
        key = Ed25519PublicKey.from_public_bytes(self.public_key)
        key.verify(rest, _cosigned(text, seconds))


@dataclass(frozen=True, kw_only=True)
class QuantumSafeWitnessKey(WitnessKey):
    """ML-DSA-44 over the checkpoint's head, its origin and the witness's name."""

    KIND = 0x06

    @override
    def _check(self, text: str, signature: bytes) -> None:
        seconds, rest = _timestamped(signature)
        key = MLDSA44PublicKey.from_public_bytes(self.public_key)
        key.verify(rest, _cosigned_head(self.name, text, seconds))


def parse_vkey(text: str) -> NoteKey:
    """Read a key as people exchange it. Raises `InvalidMessage`."""
    name, _, rest = text.partition("+")
    named_id, _, encoded = rest.partition("+")
    data = from_base64(encoded)
    kinds: dict[int, type[NoteKey]] = {
        each.KIND: each for each in (LogKey, WitnessKey, QuantumSafeWitnessKey)
    }
    kind = kinds.get(data[0]) if data else None
    if kind is None:
        raise InvalidMessage("this key signs in a way that we do not know")
    key = kind(name=check_name(name), public_key=data[1:])
    if key.id.hex() != named_id:
        raise InvalidMessage("this key's id does not fit it: was it typed in full?")
    return key


def sign_note(text: str, name: str, key: Ed25519PrivateKey) -> NoteSignature:
    """Sign a text as a log does."""
    public = LogKey(name=name, public_key=key.public_key().public_bytes_raw())
    return NoteSignature(name=name, key_id=public.id, signature=key.sign(text.encode()))


def cosign(
    text: str, name: str, key: Ed25519PrivateKey | MLDSA44PrivateKey, at: datetime
) -> NoteSignature:
    """Sign as a witness that the checkpoint ``text`` was the newest ``at`` a time."""
    seconds = int(at.timestamp())
    raw = key.public_key().public_bytes_raw()
    if isinstance(key, Ed25519PrivateKey):
        public: NoteKey = WitnessKey(name=name, public_key=raw)
        signature = key.sign(_cosigned(text, seconds))
    else:
        public = QuantumSafeWitnessKey(name=name, public_key=raw)
        signature = key.sign(_cosigned_head(name, text, seconds))
    stamped = seconds.to_bytes(_TIMESTAMP_BYTES) + signature
    return NoteSignature(name=name, key_id=public.id, signature=stamped)


def _timestamped(signature: bytes) -> tuple[int, bytes]:
    seconds = int.from_bytes(signature[:_TIMESTAMP_BYTES])
    if len(signature) <= _TIMESTAMP_BYTES or seconds >= _TIMESTAMP_LIMIT:
        raise ValueError("no time before the signature")
    return seconds, signature[_TIMESTAMP_BYTES:]


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _cosigned_head(name: str, text: str, seconds: int) -> bytes:
    head = CheckpointText.parse(text)
    return b"".join(
        (
            _LABEL,
            _short(name),
            seconds.to_bytes(8),
            _short(head.origin),
            (0).to_bytes(8),
            head.size.to_bytes(8),
            head.root,
        )
    )


def _short(text: str) -> bytes:
    data = text.encode()
    return len(data).to_bytes(1) + data
