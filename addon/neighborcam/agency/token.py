"""Signing keys in a PKCS#11 token: made there, used there, and never anywhere else.

For who has one: the extra ``neighborcam[token]`` brings the library, which is loaded
only when a key of this kind is used. Keys that open answers stay in the file of keys,
since tokens know no ML-KEM.
"""

import secrets
from collections.abc import Buffer, Iterator
from contextlib import contextmanager
from typing import Any, Final, NoReturn, Self, override

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from neighborcam.agency.errors import NotNow, WrongPassphrase
from neighborcam.protocol.identity import PublicKey

_CURVE: Final = bytes.fromhex("06032b6570")  # the object identifier of Ed25519
_KEY_BYTES: Final = 32


class OnToken(msgspec.Struct, frozen=True, kw_only=True):
    """Where a key is. ``module`` is the PKCS#11 library, ``id`` its CKA_ID."""

    module: str
    token: str  # its label
    id: str
    public: PublicKey


class TokenKey(Ed25519PrivateKey):
    """A key that signs in its token; everything else about it cannot be had."""

    def __init__(self, where: OnToken, pin: str) -> None:
        self._where = where
        self._pin = pin

    @override
    def sign(self, data: Buffer) -> bytes:
        """Return the token's signature. Raises `NotNow`, `WrongPassphrase`."""
        where = self._where
        with _opened(where.module, where.token, self._pin) as (pkcs11, session):
            key = session.get_key(
                object_class=pkcs11.ObjectClass.PRIVATE_KEY, id=bytes.fromhex(where.id)
            )
            return bytes(key.sign(bytes(data), mechanism=pkcs11.Mechanism.EDDSA))

    @override
    def public_key(self) -> Ed25519PublicKey:
        """Return the public half."""
        return Ed25519PublicKey.from_public_bytes(self._where.public)

    @override
    def private_bytes(self, *_: Any, **__: Any) -> bytes:
        """Raise: no key leaves its token."""
        _stays()

    @override
    def private_bytes_raw(self) -> bytes:
        """Raise: no key leaves its token."""
        _stays()

    @override
    def __copy__(self) -> Self:
        return self

    @override
    def __deepcopy__(self, memo: dict[Any, Any]) -> Self:
        return self


def make_on_token(module: str, token: str, pin: str) -> OnToken:
    """Make a key in a token. Raises `NotNow`, `WrongPassphrase`.

    ``token`` is its label, empty for the only one that is there.
    """
    label = token or _only_label(module)
    id_ = secrets.token_bytes(16)
    with _opened(module, label, pin) as (pkcs11, session):
        attribute, key_type = pkcs11.Attribute, pkcs11.KeyType
        curve = session.create_domain_parameters(
            key_type.EC_EDWARDS, {attribute.EC_PARAMS: _CURVE}, local=True
        )
        public, _ = curve.generate_keypair(
            mechanism=pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN,
            store=True,
            id=id_,
            label="NeighborCam",
        )
        point = bytes(public[attribute.EC_POINT])[-_KEY_BYTES:]
    return OnToken(module=module, token=label, id=id_.hex(), public=point)


def _only_label(module: str) -> str:
    library = _library(module)
    with _told(library):
        tokens = library.lib(module).get_tokens()
        found = [each.label for each in tokens if each.label]
    if len(found) != 1:
        named = ", ".join(found) or "none"
        raise NotNow(f"name one token with --token-label: there is {named}")
    return str(found[0])


@contextmanager
def _opened(module: str, token: str, pin: str) -> Iterator[tuple[Any, Any]]:
    library = _library(module)
    with _told(library):
        slot = library.lib(module).get_token(token_label=token)
        with slot.open(rw=True, user_pin=pin) as session:
            yield library, session


def _library(module: str) -> Any:
    try:
        import pkcs11  # noqa: PLC0415 - an extra: only who has a token needs it
    except ImportError:
        raise NotNow("keys in a token need the package `neighborcam[token]`") from None
    if not module:
        raise NotNow("name the library of the token: --token /usr/lib/….so")
    return pkcs11


@contextmanager
def _told(library: Any) -> Iterator[None]:
    """Say in words what a token says in codes."""
    errors = library.exceptions
    try:
        yield
    except (errors.PinIncorrect, errors.PinInvalid, errors.PinLenRange):
        raise WrongPassphrase("the token's PIN is wrong") from None
    except errors.PinLocked:
        raise WrongPassphrase(
            "the token's PIN was wrong too often: it is locked"
        ) from None
    except errors.NoSuchToken:
        raise NotNow("the token is not there: put it in") from None
    except errors.NoSuchKey:
        raise NotNow("the token has lost this key: make another one") from None
    except (errors.MechanismInvalid, errors.AttributeTypeInvalid):
        raise NotNow("this token cannot sign with Ed25519 (EdDSA)") from None
    except (errors.PKCS11Error, RuntimeError, OSError) as problem:
        kind = type(problem).__name__
        raise NotNow(f"the token does not answer: {kind}") from None


def _stays() -> NoReturn:
    raise NotNow("this key is in a token and does not leave it")
