"""A clip as it leaves: padded, sealed for itself, and cut into pieces of one size.

Every piece has 1 MiB and a random name, so neither names nor sizes tell what belongs
together. Any `age` opens the file, any player plays it (spec/answers.md).
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from neighborcam.protocol.age import CHUNK_BYTES as AGE_CHUNK
from neighborcam.protocol.age import seal, unseal
from neighborcam.protocol.age_keys import ClassicIdentity, parse_identity
from neighborcam.protocol.answers import CHUNK_BYTES, MOST_CHUNKS
from neighborcam.protocol.errors import CannotOpen, InvalidMessage

_TAG_BYTES: Final = 16
_NONCE_BYTES: Final = 16
_BOX_BYTES: Final = 8
_MP4: Final = "video/mp4"


@dataclass(frozen=True, kw_only=True)
class SealedClip:
    """The pieces, in order, and what opens the file that they are."""

    secret: str  # an age identity; shown to nobody but the request's key
    sha256: str
    pieces: tuple[bytes, ...]

    def __repr__(self) -> str:
        """Hide the key: this may be logged."""
        return f"SealedClip(pieces={len(self.pieces)})"


def seal_clip(clip: bytes, media_type: str, seed: bytes) -> SealedClip:
    """Return a clip sealed to a key of its own, made of 32 random bytes.

    Raises `InvalidMessage` for more than 64 MiB.
    """
    identity = ClassicIdentity(seed)
    head = _head_bytes(identity)
    # Eight bytes more, so that there is always room for a box around the padding.
    pieces = -(-_sealed_bytes(len(clip) + _BOX_BYTES, head) // CHUNK_BYTES)
    if pieces > MOST_CHUNKS:
        raise InvalidMessage(f"a clip has at most {MOST_CHUNKS} MiB: trim it")
    room = _plain_bytes(pieces * CHUNK_BYTES, head)
    padded = pad(clip, media_type, room)
    target = io.BytesIO()
    seal(io.BytesIO(padded), target, [identity.recipient])
    sealed = target.getvalue()
    if len(sealed) != pieces * CHUNK_BYTES:
        raise InvalidMessage("the sealed file has an odd size")
    return SealedClip(
        secret=identity.secret(),
        sha256=sha256(sealed).hexdigest(),
        pieces=tuple(
            sealed[at : at + CHUNK_BYTES] for at in range(0, len(sealed), CHUNK_BYTES)
        ),
    )


def pad(clip: bytes, media_type: str, size: int) -> bytes:
    """Return the clip with padding behind it that every player skips.

    A box ``free`` for MP4 (ISO/IEC 14496-12, 8.1.2), zeros behind the end of a JPEG.
    """
    missing = size - len(clip)
    if missing < _BOX_BYTES:
        raise InvalidMessage("there is no room for the padding")
    if media_type != _MP4:
        return clip + bytes(missing)
    return clip + missing.to_bytes(4) + b"free" + bytes(missing - _BOX_BYTES)


def join(pieces: Sequence[bytes], expected: str) -> bytes:
    """Return the sealed file. Raises `CannotOpen` unless it is the expected one."""
    sealed = b"".join(pieces)
    if sha256(sealed).hexdigest() != expected:
        raise CannotOpen("a piece of the clip is missing or was changed")
    return sealed


def open_clip(sealed: bytes, secret: str, size: int) -> bytes:
    """Return the clip without its padding. Raises `CannotOpen`."""
    target = io.BytesIO()
    try:
        identity = parse_identity(secret)
    except InvalidMessage as problem:
        raise CannotOpen(str(problem)) from None
    unseal(io.BytesIO(sealed), target, [identity])
    return target.getvalue()[:size]


def _head_bytes(identity: ClassicIdentity) -> int:
    """Return the size of the head of a file for one key: always the same."""
    target = io.BytesIO()
    seal(io.BytesIO(b""), target, [identity.recipient])
    return len(target.getvalue()) - _NONCE_BYTES - _TAG_BYTES


def _sealed_bytes(plain: int, head: int) -> int:
    return head + _NONCE_BYTES + plain + _TAG_BYTES * max(1, -(-plain // AGE_CHUNK))


def _plain_bytes(sealed: int, head: int) -> int:
    """Return how much plain text makes a file of exactly ``sealed`` bytes."""
    payload = sealed - head - _NONCE_BYTES
    whole, rest = divmod(payload, AGE_CHUNK + _TAG_BYTES)
    return whole * AGE_CHUNK + max(0, rest - _TAG_BYTES)
