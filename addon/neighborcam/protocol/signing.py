"""Ed25519 signatures with domain separation (RFC 8032; spec/signing.md).

A signature says which kind of message it is for. Bytes that were signed as one kind
are worth nothing as another, even when both have the same form.
"""

import re
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from neighborcam.protocol.errors import BadSignature

PREFIX: Final = b"neighborcam.ncp/1/"
_KIND: Final = re.compile(r"[a-z]+(-[a-z]+)*")


def sign(key: Ed25519PrivateKey, kind: str, body: bytes) -> bytes:
    """Sign ``body`` as a message of ``kind``; return 64 bytes."""
    return key.sign(_signed(kind, body))


def verify(public_key: bytes, kind: str, body: bytes, signature: bytes) -> None:
    """Raise `BadSignature` unless ``public_key`` (32 bytes) signed ``body``."""
    try:
        key = Ed25519PublicKey.from_public_bytes(public_key)
        key.verify(signature, _signed(kind, body))
    except (InvalidSignature, ValueError):
        raise BadSignature(f"the signature of this {kind} is wrong") from None


def _signed(kind: str, body: bytes) -> bytes:
    """Return what is signed: a prefix, the kind, a zero byte (none is in a kind)."""
    if not _KIND.fullmatch(kind):
        raise ValueError(f"{kind!r} is no kind of message")
    return PREFIX + kind.encode() + b"\0" + body
