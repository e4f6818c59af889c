"""The PIN that an owner may ask of himself before an answer leaves (scrypt, RFC 7914).

Five wrong ones in a row, and it waits a quarter of an hour: also over a restart. It
survives that its home leaves a hub: else one would leave and join to get around it.
"""

import hmac
import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from neighborcam.engine.errors import WrongPin
from neighborcam.engine.index.sharing_store import PIN, SharingStore

TRIES: Final = 5
WAIT: Final = timedelta(minutes=15)
_COST: Final = 2**15  # a tenth of a second


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    salt: bytes
    hash: bytes
    wrong: int = 0
    until: datetime | None = None


class Pin:
    """The PIN of this home. Checking takes a while: call it in a thread."""

    def __init__(self, store: SharingStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        # Guesses come from many threads: each of them is one of the five.
        self._one_at_a_time = threading.RLock()

    @property
    def is_set(self) -> bool:
        """Whether there is one."""
        return self._kept() is not None

    def check(self, given: str | None) -> None:
        """Raise `WrongPin` unless it is right, or there is none."""
        with self._one_at_a_time:
            self._check(given)

    def _check(self, given: str | None) -> None:
        kept = self._kept()
        if kept is None:
            return
        now = self._clock().astimezone(UTC)
        if kept.until is not None and now < kept.until:
            raise WrongPin("pin: too many wrong ones; wait a quarter of an hour")
        if given is not None and hmac.compare_digest(
            _hash(given, kept.salt), kept.hash
        ):
            self._keep(msgspec.structs.replace(kept, wrong=0, until=None))
            return
        if given is None:
            raise WrongPin("pin: this home asks for its PIN")
        wrong = kept.wrong + 1
        until = now + WAIT if wrong >= TRIES else None
        wrong = 0 if wrong >= TRIES else wrong
        self._keep(msgspec.structs.replace(kept, wrong=wrong, until=until))
        raise WrongPin("pin: that is not the PIN of this home")

    def change(self, new: str | None, old: str | None) -> None:
        """Set, change or remove it. Raises `WrongPin` for a wrong old one."""
        with self._one_at_a_time:
            self._check(old)
            if new is None:
                self._store.put_fact(PIN, b"")
                return
            salt = os.urandom(16)
            self._keep(_Kept(salt=salt, hash=_hash(new, salt)))

    def _kept(self) -> _Kept | None:
        data = self._store.fact(PIN)
        return msgspec.json.decode(data, type=_Kept) if data else None

    def _keep(self, kept: _Kept) -> None:
        self._store.put_fact(PIN, msgspec.json.encode(kept))


def _hash(pin: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=_COST, r=8, p=1).derive(pin.encode())
