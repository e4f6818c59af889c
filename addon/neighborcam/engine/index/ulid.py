"""ULIDs: 26 characters that sort by their time (48 bits of milliseconds, 80 random)."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH: Final = 26
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def new_ulid(at: datetime, random: Callable[[int], bytes] = os.urandom) -> str:
    """Make an id that sorts by ``at``; ``random(10)`` gives its other half."""
    milliseconds = (at - _EPOCH) // timedelta(milliseconds=1)
    number = milliseconds << 80 | int.from_bytes(random(10))
    return "".join(
        _ALPHABET[number >> 5 * place & 31] for place in reversed(range(_LENGTH))
    )


def is_ulid(text: str) -> bool:
    """Tell whether ``text`` can be an id: it goes into file names."""
    return len(text) == _LENGTH and all(letter in _ALPHABET for letter in text)
