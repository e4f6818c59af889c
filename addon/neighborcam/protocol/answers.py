"""What a home says to an agency, and what comes back: all of it sealed.

Answers name no home. Their keys are made for one answer, and only the request's own
key opens them (spec/answers.md).
"""

from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Final, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from neighborcam.protocol.alerts import Redaction, Token
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.capsules import CAPSULE_BYTES
from neighborcam.protocol.errors import BadProof
from neighborcam.protocol.identity import (
    Id,
    Message,
    Moment,
    PublicKey,
    Sha256,
    Signature,
)
from neighborcam.protocol.signing import sign, verify

CHUNK_BYTES: Final = 2**20
MOST_CHUNKS: Final = 64
MOST_ORIGINALS: Final = 32  # recordings that a manifest can name
type Count = Annotated[int, msgspec.Meta(ge=0)]


class Edit(StrEnum):
    """What was done to a recording before it left."""

    TRIMMED = "trimmed"
    METADATA_REMOVED = "metadata-removed"
    AUDIO_REMOVED = "audio-removed"
    ENCODED_ANEW = "encoded-anew"
    REDACTED = "redacted"


class Original(Message, frozen=True, kw_only=True):
    """A file of the recording that a clip was taken from; it stays at home."""

    sha256: Sha256
    started: Moment
    ended: Moment


class Manifest(Message, frozen=True, kw_only=True, tag="manifest"):
    """What a clip is and how it was made; signed by a key made for it alone.

    Moments are the home's clock; ``clock_offset_ms`` is what the home knew of its
    error against ``clock_source``, None for nothing. ``sha256`` and ``bytes`` are of
    the clip alone, without the padding behind it.
    """

    v: Literal[1] = 1
    request: Id
    kind: Literal["clip", "still"]
    media_type: Literal["video/mp4", "image/jpeg"]
    sha256: Sha256
    bytes: Annotated[int, msgspec.Meta(ge=1)]
    originals: Annotated[tuple[Original, ...], msgspec.Meta(max_length=MOST_ORIGINALS)]
    edits: tuple[Edit, ...]
    redaction: tuple[Redaction, ...] = ()
    codec: Annotated[str, msgspec.Meta(max_length=20)]
    width: Count
    height: Count
    frames: Count
    started: Moment
    ended: Moment
    clock_source: Annotated[str, msgspec.Meta(max_length=40)]
    clock_offset_ms: int | None = None
    engine: Annotated[str, msgspec.Meta(max_length=40)]
    key: PublicKey


class Item(Message, frozen=True, kw_only=True):
    """A clip: its manifest, and where and how to open its sealed file.

    ``secret`` is the age identity of the file, made for it; ``chunks`` are the ids of
    its pieces of 1 MiB in order.
    """

    manifest: Manifest
    sig: Signature
    secret: Annotated[str, msgspec.Meta(max_length=100)]
    sealed_sha256: Sha256
    chunks: Annotated[tuple[Id, ...], msgspec.Meta(min_length=1, max_length=64)]


class Answer(Message, frozen=True, kw_only=True, tag="answer"):
    """What a home says. ``contact`` is only what its owner wrote there.

    ``letter`` answers a question of the agency about the answer ``about``; ``revoked``
    takes that answer back. ``reply_to`` is an age recipient made for this answer.
    """

    v: Literal[1] = 1
    id: Id
    request: Id
    kind: Literal["clips", "tip", "letter", "revoked"]
    about: Id | None = None
    text: Annotated[str, msgspec.Meta(max_length=1000)] = ""
    contact: Annotated[str, msgspec.Meta(max_length=200)] = ""
    items: Annotated[tuple[Item, ...], msgspec.Meta(max_length=4)] = ()
    holds_originals: bool = False
    reply_to: Annotated[str, msgspec.Meta(max_length=4000)]


class Receipt(Message, frozen=True, kw_only=True, tag="receipt"):
    """What the desk did with an answer, or asks; ``sig`` is the officer's."""

    v: Literal[1] = 1
    request: Id
    answer: Id
    what: Literal["received", "opened", "copied", "deleted", "question"]
    text: Annotated[str, msgspec.Meta(max_length=500)] = ""
    at: Moment
    certificate: Sha256
    sig: Signature = bytes(64)


class CapsulePost(Message, frozen=True, kw_only=True, tag="capsule"):
    """A capsule on its way to the hub: the same size whatever is in it."""

    v: Literal[1] = 1
    request: Id
    round: Count
    capsule: Annotated[
        bytes, msgspec.Meta(min_length=CAPSULE_BYTES, max_length=CAPSULE_BYTES)
    ]
    token: Token


class ChunkPost(Message, frozen=True, kw_only=True, tag="chunk"):
    """The line before the 1 MiB of a piece of a sealed file.

    Who knows what hashes to ``lock`` may delete it. The token is of purpose piece.
    """

    v: Literal[1] = 1
    id: Id
    lock: Sha256
    token: Token


class ChunkRemoval(Message, frozen=True, kw_only=True, tag="chunk-removal"):
    """Delete a piece before its time."""

    v: Literal[1] = 1
    id: Id
    unlock: Id


def lock_of(unlock: str) -> str:
    """Return the lock that an id opens."""
    return sha256(unlock.encode()).hexdigest()


def sign_manifest(manifest: Manifest, key: Ed25519PrivateKey) -> bytes:
    """Return the signature of a manifest by its own key."""
    return sign(key, "manifest", encode(manifest))


def check_manifest(manifest: Manifest, sig: bytes, clip: bytes) -> None:
    """Raise `BadSignature`, or `BadProof` when this is another clip."""
    verify(manifest.key, "manifest", encode(manifest), sig)
    if len(clip) != manifest.bytes or sha256(clip).hexdigest() != manifest.sha256:
        raise BadProof("the clip is not the one of its manifest")


def sign_receipt(receipt: Receipt, key: Ed25519PrivateKey) -> Receipt:
    """Return a receipt with the officer's signature."""
    return msgspec.structs.replace(receipt, sig=sign(key, "receipt", _plain(receipt)))


def check_receipt(receipt: Receipt, key: bytes) -> None:
    """Raise `BadSignature` unless the officer's key signed it."""
    verify(key, "receipt", _plain(receipt), receipt.sig)


def read_answer(content: bytes) -> Answer | None:
    """Return what a capsule held; None for nothing. Raises `InvalidMessage`."""
    return decode(content, Answer) if content else None


def _plain(receipt: Receipt) -> bytes:
    return encode(msgspec.structs.replace(receipt, sig=bytes(64)))
