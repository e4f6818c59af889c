"""Camera passwords at rest: AES-256-GCM with a key beside the index.

The key is a file that only the engine's user may read. It keeps passwords out of
backups of the index, logs and curious eyes; against somebody who has the whole
data folder it is no protection, and does not pretend to be.
"""

import logging
import os
import stat
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from neighborcam.engine.errors import DataUnreadable
from neighborcam.engine.index.whole_file import write_whole

_LOG: Final = logging.getLogger(__name__)
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_PRIVATE: Final = stat.S_IRUSR | stat.S_IWUSR


class SecretLost(Exception):
    """The key is another one than that which encrypted this."""


class Secrets:
    """Encrypts and decrypts with one key."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read the key, or make one (mode 0600).

        Others' read permission is taken away with a warning. A key of the wrong
        length raises `DataUnreadable`: replacing it would lose every password.
        """
        key = _read(path) if path.exists() else _create(path)
        if len(key) != _KEY_BYTES:
            raise DataUnreadable(
                f"The key file {path} is damaged. Restore it from a backup, or delete "
                "it and enter the cameras' passwords again."
            )
        return cls(key)

    def encrypt(self, text: str, *, owner: str) -> bytes:
        """Encrypt for ``owner``, the only id that it can be decrypted for."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text.encode(), owner.encode())

    def decrypt(self, sealed: bytes, *, owner: str) -> str:
        """Return the text; raise `SecretLost` if key, owner or bytes do not fit."""
        nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, body, owner.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise SecretLost from error


def _create(path: Path) -> bytes:
    key = AESGCM.generate_key(bit_length=8 * _KEY_BYTES)
    write_whole(path, key)
    return key


def _read(path: Path) -> bytes:
    if stat.S_IMODE(path.stat().st_mode) & ~_PRIVATE:
        _LOG.warning("Others could read the key file %s; now only its owner can", path)
        path.chmod(_PRIVATE)
    return path.read_bytes()
