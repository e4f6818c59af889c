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
SLOT_BYTES: Final = 4 * 1024  # of a reply from the agency
PAGE: Final = 1024  # capsules that a hub gives out at once: 16 MiB
MOST_BUNDLES: Final = 64  # of replies to a request, which every home reads: 2 MiB
_OVERHEAD_BYTES: Final = 1120 + 16
_LENGTH_BYTES: Final = 4
CONTENT_LIMIT: Final = CAPSULE_BYTES - _OVERHEAD_BYTES - _LENGTH_BYTES
_CAPSULE: Final = b"neighborcam.ncp/1/capsule\0"
_SLOT: Final = b"neighborcam.ncp/1/reply\0"


def seal_capsule(content: bytes, to: HybridRecipient, request: bytes) -> bytes:
    """Return a capsule of exactly 16 KiB; nothing at all is ``b""``.

    ``request`` is the request's id: a capsule cannot be moved to another one.
    """
    return _sealed(content, CAPSULE_BYTES, to, _CAPSULE + request)


def open_capsule(capsule: bytes, by: HybridIdentity, request: bytes) -> bytes:
    """Return what a capsule holds, ``b""`` for nothing. Raises `CannotOpen`."""
    return _opened(capsule, CAPSULE_BYTES, by, _CAPSULE + request)


def seal_slot(content: bytes, to: HybridRecipient, request: bytes) -> bytes:
    """Return a reply of exactly 4 KiB to the home that made the key ``to``."""
    return _sealed(content, SLOT_BYTES, to, _SLOT + request)


def open_slot(slot: bytes, by: HybridIdentity, request: bytes) -> bytes:
    """Return what a reply holds. Raises `CannotOpen` when it is not for this key."""
    return _opened(slot, SLOT_BYTES, by, _SLOT + request)


def _sealed(content: bytes, size: int, to: HybridRecipient, info: bytes) -> bytes:
    most = size - _OVERHEAD_BYTES - _LENGTH_BYTES
    if len(content) > most:
        raise InvalidMessage(f"this has {len(content)} bytes: at most {most} fit")
    padded = len(content).to_bytes(_LENGTH_BYTES) + content.ljust(most, b"\0")
    return HYBRID_SUITE.encrypt(padded, to.key, info=info)


def _opened(sealed: bytes, size: int, by: HybridIdentity, info: bytes) -> bytes:
    if len(sealed) != size:
        raise CannotOpen(f"this has not exactly {size // 1024} KiB")
    try:
        padded = HYBRID_SUITE.decrypt(sealed, by.key, info)
    except (InvalidTag, ValueError):
        raise CannotOpen("this is for another key or was changed") from None
    length = int.from_bytes(padded[:_LENGTH_BYTES])
    content = padded[_LENGTH_BYTES:]
    if length > len(content) or any(content[length:]):
        raise CannotOpen("this was not filled as the spec says")
    return content[:length]
