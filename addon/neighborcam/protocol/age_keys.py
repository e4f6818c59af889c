"""Whom a file is sealed to, and who opens it (age v1; spec/sealing.md).

Two kinds: X25519, which every age opens, and ML-KEM-768 with X25519, which also
withstands a quantum computer and needs age 1.3. Neither tells from a file for whom.
"""

import base64
import binascii
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import shake_256
from typing import Final, override

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import (
    MLKEM768PrivateKey,
    MLKEM768PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from neighborcam.protocol import bech32
from neighborcam.protocol.errors import CannotOpen, InvalidMessage

SEED_BYTES: Final = 32
FILE_KEY_BYTES: Final = 16
HYBRID_SUITE: Final = Suite(
    KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305
)
_MLKEM_PUBLIC_BYTES: Final = 1184
_MLKEM_SEED_BYTES: Final = 64
_ENCAPSULATED_BYTES: Final = 1120
_WRAPPED_BYTES: Final = FILE_KEY_BYTES + 16
_CLASSIC_INFO: Final = b"age-encryption.org/v1/X25519"
_HYBRID_INFO: Final = b"age-encryption.org/mlkem768x25519"


@dataclass(frozen=True, kw_only=True)
class Stanza:
    """One way to the file's key: what kind it is, its arguments and its body."""

    arguments: tuple[str, ...]
    body: bytes


class Recipient(ABC):
    """A public key that files are sealed to."""

    @abstractmethod
    def wrap(self, file_key: bytes) -> Stanza:
        """Return the stanza by which the key's holder finds ``file_key``."""

    @abstractmethod
    def __str__(self) -> str: ...


class Identity(ABC):
    """A private key that opens files. Its text never reaches a log: no ``__str__``."""

    @property
    @abstractmethod
    def recipient(self) -> Recipient:
        """The public key."""

    @abstractmethod
    def unwrap(self, stanza: Stanza) -> bytes | None:
        """Return the file's key, None when the stanza is for somebody else.

        Raises `CannotOpen` for a stanza of our kind that no age would write.
        """

    @abstractmethod
    def secret(self) -> str:
        """Return the key as a person keeps it."""


class ClassicRecipient(Recipient):
    """X25519: ``age1…``. Raises `InvalidMessage` for a key of small order."""

    def __init__(self, public_key: bytes) -> None:
        self._key = _x25519(public_key)
        self._raw = public_key

    @override
    def wrap(self, file_key: bytes) -> Stanza:
        ephemeral = X25519PrivateKey.generate()
        share = ephemeral.public_key().public_bytes_raw()
        shared = ephemeral.exchange(self._key)
        wrapping = derive(shared, share + self._raw, _CLASSIC_INFO)
        body = ChaCha20Poly1305(wrapping).encrypt(bytes(12), file_key, None)
        return Stanza(arguments=("X25519", to_base64(share)), body=body)

    @override
    def __str__(self) -> str:
        return bech32.encode("age", self._raw)


def _x25519(public_key: bytes) -> X25519PublicKey:
    key = X25519PublicKey.from_public_bytes(public_key)
    try:
        X25519PrivateKey.generate().exchange(key)
    except ValueError:
        raise InvalidMessage("nothing can be sealed to this key") from None
    return key


class HybridRecipient(Recipient):
    """ML-KEM-768 and X25519: ``age1pq1…``.

    Raises `InvalidMessage` if the latter is of small order: it parses, and nothing can
    be sealed to it.
    """

    def __init__(self, public_key: bytes) -> None:
        mlkem, x25519 = (
            public_key[:_MLKEM_PUBLIC_BYTES],
            public_key[_MLKEM_PUBLIC_BYTES:],
        )
        self._raw = public_key
        self._key = MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(mlkem),
            _x25519(x25519),
        )

    @property
    def key(self) -> MLKEM768X25519PublicKey:
        """The key as HPKE takes it."""
        return self._key

    @override
    def wrap(self, file_key: bytes) -> Stanza:
        sealed = HYBRID_SUITE.encrypt(file_key, self._key, info=_HYBRID_INFO)
        share, body = sealed[:_ENCAPSULATED_BYTES], sealed[_ENCAPSULATED_BYTES:]
        return Stanza(arguments=("mlkem768x25519", to_base64(share)), body=body)

    @override
    def __str__(self) -> str:
        return bech32.encode("age1pq", self._raw)


class ClassicIdentity(Identity):
    """X25519: ``AGE-SECRET-KEY-1…``."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._key = X25519PrivateKey.from_private_bytes(seed)

    @property
    @override
    def recipient(self) -> ClassicRecipient:
        return ClassicRecipient(self._key.public_key().public_bytes_raw())

    @override
    def unwrap(self, stanza: Stanza) -> bytes | None:
        share = _share(stanza, "X25519", SEED_BYTES)
        if share is None:
            return None
        try:
            shared = self._key.exchange(X25519PublicKey.from_public_bytes(share))
        except ValueError:  # a share of small order
            raise CannotOpen("the file was sealed in a way that is not safe") from None
        raw = self._key.public_key().public_bytes_raw()
        wrapping = derive(shared, share + raw, _CLASSIC_INFO)
        try:
            return ChaCha20Poly1305(wrapping).decrypt(bytes(12), stanza.body, None)
        except InvalidTag:
            return None

    @override
    def secret(self) -> str:
        return bech32.encode("age-secret-key-", self._seed).upper()


class HybridIdentity(Identity):
    """ML-KEM-768 and X25519: ``AGE-SECRET-KEY-PQ-1…``.

    Both keys come out of one seed by SHAKE256, as draft-ietf-hpke-pq says.
    """

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        expanded = shake_256(seed).digest(_MLKEM_SEED_BYTES + SEED_BYTES)
        self._mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED_BYTES])
        self._x25519 = X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED_BYTES:])

    @property
    @override
    def recipient(self) -> HybridRecipient:
        return HybridRecipient(
            self._mlkem.public_key().public_bytes_raw()
            + self._x25519.public_key().public_bytes_raw()
        )

    @property
    def key(self) -> MLKEM768X25519PrivateKey:
        """The key as HPKE takes it."""
        return MLKEM768X25519PrivateKey(self._mlkem, self._x25519)

    @override
    def unwrap(self, stanza: Stanza) -> bytes | None:
        share = _share(stanza, "mlkem768x25519", _ENCAPSULATED_BYTES)
        if share is None:
            return None
        try:
            return HYBRID_SUITE.decrypt(share + stanza.body, self.key, _HYBRID_INFO)
        except (InvalidTag, ValueError):
            return None

    @override
    def secret(self) -> str:
        return bech32.encode("age-secret-key-pq-", self._seed).upper()


def parse_recipient(text: str) -> Recipient:
    """Read a public key. Raises `InvalidMessage`."""
    prefix, data = bech32.decode(text)
    try:
        match prefix:
            case "age":
                return ClassicRecipient(data)
            case "age1pq":
                return HybridRecipient(data)
    except ValueError:
        raise InvalidMessage("this is no key of age: it has the wrong size") from None
    raise InvalidMessage("this is no key of age that we can seal to")


def parse_identity(text: str) -> Identity:
    """Read a private key. Raises `InvalidMessage`, which does not repeat it."""
    prefix, data = bech32.decode(text)
    kinds: dict[str, type[ClassicIdentity | HybridIdentity]] = {
        "age-secret-key-": ClassicIdentity,
        "age-secret-key-pq-": HybridIdentity,
    }
    if prefix not in kinds or len(data) != SEED_BYTES:
        raise InvalidMessage("this is no private key of age that we can use")
    return kinds[prefix](data)


def unwrap_any(stanzas: Sequence[Stanza], identities: Sequence[Identity]) -> bytes:
    """Return the file's key. Raises `CannotOpen` when it is for none of us."""
    for identity in identities:
        for stanza in stanzas:
            file_key = identity.unwrap(stanza)
            if file_key is not None:
                return file_key
    raise CannotOpen("the file is sealed to another key")


def to_base64(data: bytes) -> str:
    """Return base64 without padding, as age writes it."""
    return base64.b64encode(data).rstrip(b"=").decode()


def from_base64(text: str) -> bytes:
    """Decode base64 without padding, in its only form. Raises `CannotOpen`."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise CannotOpen("the head of the file is damaged") from None
    if to_base64(data) != text:
        raise CannotOpen("the head of the file is damaged")
    return data


def derive(secret: bytes, salt: bytes, info: bytes) -> bytes:
    """Return the 32 bytes that HKDF-SHA-256 makes of a secret."""
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(secret)


def _share(stanza: Stanza, kind: str, size: int) -> bytes | None:
    """Return the sender's share in a stanza of this kind, None for another kind."""
    if not stanza.arguments or stanza.arguments[0] != kind:
        return None
    if len(stanza.arguments) != 2:  # noqa: PLR2004 - kind and share
        raise CannotOpen("the head of the file is damaged")
    share = from_base64(stanza.arguments[1])
    # The body's size first: age warns of partitioning oracles otherwise.
    if len(share) != size or len(stanza.body) != _WRAPPED_BYTES:
        raise CannotOpen("the head of the file is damaged")
    return share
