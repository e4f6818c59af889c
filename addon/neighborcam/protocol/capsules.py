"""Capsules: what every home posts in every round, all of one size (spec/sealing.md).

Whether a capsule holds an answer or nothing, only the key of the request tells. The
hub and a reader of the network see 16 KiB either way.
"""

from typing import Final

from cryptography.exceptions import InvalidTag

from neighborcam.protocol.age_keys import (
    HYBRID_SUITE,
    HybridIdentity,
    HybridRecipient,
)
from neighborcam.protocol.errors import CannotOpen, InvalidMessage

CAPSULE_BYTES: Final = 16 * 1024
_OVERHEAD_BYTES: Final = 1120 + 16
_LENGTH_BYTES: Final = 4
CONTENT_LIMIT: Final = CAPSULE_BYTES - _OVERHEAD_BYTES - _LENGTH_BYTES
_INFO: Final = b"neighborcam.ncp/1/capsule\0"


def seal_capsule(content: bytes, to: HybridRecipient, request: bytes) -> bytes:
    """Return a capsule of exactly 16 KiB; nothing at all is ``b""``.

    ``request`` is the request's id: a capsule cannot be moved to another one.
    """
    if len(content) > CONTENT_LIMIT:
        raise InvalidMessage(f"an answer has at most {CONTENT_LIMIT} bytes")
    padded = len(content).to_bytes(_LENGTH_BYTES) + content.ljust(CONTENT_LIMIT, b"\0")
    return HYBRID_SUITE.encrypt(padded, to.key, info=_INFO + request)


def open_capsule(capsule: bytes, by: HybridIdentity, request: bytes) -> bytes:
    """Return what a capsule holds, ``b""`` for nothing. Raises `CannotOpen`."""
    if len(capsule) != CAPSULE_BYTES:
        raise CannotOpen("a capsule has exactly 16 KiB")
    try:
        padded = HYBRID_SUITE.decrypt(capsule, by.key, _INFO + request)
    except (InvalidTag, ValueError):
        raise CannotOpen("the capsule is for another key or was changed") from None
    length = int.from_bytes(padded[:_LENGTH_BYTES])
    content = padded[_LENGTH_BYTES:]
    if length > CONTENT_LIMIT or any(content[length:]):
        raise CannotOpen("the capsule was not filled as the spec says")
    return content[:length]
