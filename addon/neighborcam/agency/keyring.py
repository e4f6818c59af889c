"""The keys of a desk in one encrypted file (scrypt, RFC 7914; ChaCha20-Poly1305).

A root's keyring belongs on a machine without a network. Officers and supervisors have
keyrings of their own; no key ever has to be copied from one to another.
"""

import os
from pathlib import Path
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from neighborcam.agency import files
from neighborcam.agency.errors import DeskUnreadable, NotNow, WrongPassphrase
from neighborcam.protocol.age_keys import HybridIdentity, parse_identity
from neighborcam.protocol.agencies import IssuedCertificate

NAME: Final = "keys"
_VERSION: Final = 1
_COST: Final = 2**17  # half a second and 128 MiB
_LEAST: Final = 10  # characters of a passphrase


class Keys(msgspec.Struct, kw_only=True):
    """What is in the file. ``own`` is an officer's or a supervisor's seed."""

    root: bytes | None = None
    own: bytes | None = None
    issued: IssuedCertificate | None = None
    seals: dict[str, str] = msgspec.field(default_factory=dict)

    def __repr__(self) -> str:
        """Hide the keys: this may be logged."""
        return "Keys()"


class _File(msgspec.Struct, frozen=True, kw_only=True):
    v: int
    salt: bytes
    cost: int
    nonce: bytes
    sealed: bytes


class Keyring:
    """Keys that were opened with a passphrase; `save` after each change."""

    def __init__(self, path: Path, passphrase: str, keys: Keys) -> None:
        self._path = path
        self._passphrase = passphrase
        self.keys = keys

    @classmethod
    def make(cls, folder: Path, passphrase: str) -> "Keyring":
        """Make an empty keyring. Raises `NotNow` when there is one."""
        path = folder / NAME
        if path.exists():
            raise NotNow(f"there are keys in {path} already")
        if len(passphrase) < _LEAST:
            raise NotNow(f"a passphrase has at least {_LEAST} characters")
        made = cls(path, passphrase, Keys())
        made.save()
        return made

    @classmethod
    def open(cls, folder: Path, passphrase: str) -> "Keyring":
        """Open a keyring. Raises `WrongPassphrase`, `DeskUnreadable`."""
        path = folder / NAME
        file = files.read_json(path, _File)
        if file.v != _VERSION:
            raise DeskUnreadable(f"{path} is of another version, or damaged")
        cipher = _cipher(passphrase, file.salt, min(file.cost, _COST))
        try:
            plain = cipher.decrypt(file.nonce, file.sealed, None)
        except (InvalidTag, ValueError):
            raise WrongPassphrase(
                "the passphrase is wrong, or the file of keys was changed"
            ) from None
        return cls(path, passphrase, msgspec.json.decode(plain, type=Keys))

    def save(self) -> None:
        """Write the keys, under a new salt."""
        salt, nonce = os.urandom(16), os.urandom(12)
        cipher = _cipher(self._passphrase, salt, _COST)
        sealed = cipher.encrypt(nonce, msgspec.json.encode(self.keys), None)
        file = _File(v=_VERSION, salt=salt, cost=_COST, nonce=nonce, sealed=sealed)
        files.write_json(self._path, file)

    @property
    def root(self) -> Ed25519PrivateKey:
        """The agency's root key. Raises `NotNow`."""
        if self.keys.root is None:
            raise NotNow("the root key is on another machine: run this there")
        return Ed25519PrivateKey.from_private_bytes(self.keys.root)

    @property
    def own(self) -> tuple[Ed25519PrivateKey, IssuedCertificate]:
        """The officer's or supervisor's key and certificate. Raises `NotNow`."""
        if self.keys.own is None:
            raise NotNow("make a key first: neighborcam agency key")
        if self.keys.issued is None:
            raise NotNow("the root has to certify your key: neighborcam agency certify")
        return Ed25519PrivateKey.from_private_bytes(self.keys.own), self.keys.issued

    def seal(self, request: str) -> HybridIdentity:
        """Return the key of a request. Raises `NotNow` once it was destroyed."""
        secret = self.keys.seals.get(request)
        identity = parse_identity(secret) if secret else None
        if not isinstance(identity, HybridIdentity):
            raise NotNow("the key of this request is not here, or was destroyed")
        return identity


def _cipher(passphrase: str, salt: bytes, cost: int) -> ChaCha20Poly1305:
    key = Scrypt(salt=salt, length=32, n=cost, r=8, p=1).derive(passphrase.encode())
    return ChaCha20Poly1305(key)
