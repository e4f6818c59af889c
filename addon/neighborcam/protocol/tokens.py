"""Tokens that the hub signs without seeing them (RFC 9474; spec/tokens.md).

A household shows its account to get a token, and the token alone to use it: the hub
cannot tell whose it is. RSABSSA-SHA384-PSS-Randomized, 2048 bits and more.
"""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha384
from math import gcd
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPrivateNumbers,
    RSAPublicKey,
)

from neighborcam.protocol.errors import BadSignature, InvalidMessage

SALT_BYTES: Final = 48
PREFIX_BYTES: Final = 32
_PSS: Final = padding.PSS(padding.MGF1(hashes.SHA384()), SALT_BYTES)
_HASH_BYTES: Final = 48
_MAC_END: Final = b"\xbc"


@dataclass(frozen=True, kw_only=True)
class Blinded:
    """What the hub gets to sign, and what only the household keeps."""

    prepared: bytes
    request: bytes  # goes to the hub
    inverse: int


def blind(
    key: RSAPublicKey,
    message: bytes,
    *,
    random: Callable[[int], bytes] = os.urandom,
    factor: Callable[[int], int] | None = None,
) -> Blinded:
    """Prepare ``message`` (a nonce) for the hub's signature; sections 4.1 and 4.2.

    ``random`` and ``factor`` (a number in [1, n), given n) are arguments for vectors.
    """
    modulus = key.public_numbers().n
    prepared = random(PREFIX_BYTES) + message
    encoded = _encode(prepared, modulus.bit_length() - 1, random(SALT_BYTES))
    number = int.from_bytes(encoded)
    if gcd(number, modulus) != 1:
        raise InvalidMessage("the hub's key cannot sign this")  # it has a small factor
    secret = (factor or _factor)(modulus)
    blinded = number * pow(secret, key.public_numbers().e, modulus) % modulus
    return Blinded(
        prepared=prepared,
        request=blinded.to_bytes(_size(modulus)),
        inverse=pow(secret, -1, modulus),
    )


def _powered(number: int, private: RSAPrivateNumbers) -> int:
    """Return ``number`` to the private exponent, by the two primes (RFC 8017, 5.1.2).

    A third of the time that the whole modulus takes.
    """
    first = pow(number, private.dmp1, private.p)
    second = pow(number, private.dmq1, private.q)
    return second + private.q * ((first - second) * private.iqmp % private.p)


def sign_blinded(key: RSAPrivateKey, request: bytes) -> bytes:
    """Sign what a household blinded; section 4.3. Raises `InvalidMessage`.

    Python's numbers do not take constant time. The request is blinded once more with
    a number of our own, so that the time tells nothing about the key.
    """
    private = key.private_numbers()
    modulus, exponent = private.public_numbers.n, private.public_numbers.e
    number = int.from_bytes(request)
    if len(request) != _size(modulus) or number >= modulus:
        raise InvalidMessage("this is nothing that the token's key could sign")
    secret = _factor(modulus)
    hidden = number * pow(secret, exponent, modulus) % modulus
    signed = _powered(hidden, private) * pow(secret, -1, modulus) % modulus
    if pow(signed, exponent, modulus) != number:
        # A fault in the machine here would give the key away.
        raise BadSignature("the signature of a token came out wrong")
    return signed.to_bytes(_size(modulus))


def finalize(key: RSAPublicKey, blinded: Blinded, signature: bytes) -> bytes:
    """Return the token's signature over ``blinded.prepared``; section 4.4.

    Raises `BadSignature` when the hub signed something else, or with another key.
    """
    modulus = key.public_numbers().n
    if len(signature) != _size(modulus):
        raise BadSignature("the hub's signature of a token has the wrong size")
    number = int.from_bytes(signature) * blinded.inverse % modulus
    token = number.to_bytes(_size(modulus))
    verify(key, blinded.prepared, token)
    return token


def verify(key: RSAPublicKey, prepared: bytes, token: bytes) -> None:
    """Raise `BadSignature` unless the hub signed ``prepared``."""
    try:
        key.verify(token, prepared, _PSS, hashes.SHA384())
    except InvalidSignature:
        raise BadSignature("this token is not of this hub and day") from None


def _encode(message: bytes, bits: int, salt: bytes) -> bytes:
    """EMSA-PSS-ENCODE with SHA-384 (RFC 8017, section 9.1.1)."""
    size = -(-bits // 8)
    digest = sha384(bytes(8) + sha384(message).digest() + salt).digest()
    database = (b"\x01" + salt).rjust(size - _HASH_BYTES - 1, b"\0")
    mask = _mask(digest, len(database))
    masked = bytearray(a ^ b for a, b in zip(database, mask, strict=True))
    masked[0] &= 0xFF >> (8 * size - bits)
    return bytes(masked) + digest + _MAC_END


def _mask(seed: bytes, size: int) -> bytes:
    """MGF1 with SHA-384 (RFC 8017, appendix B.2.1)."""
    rounds = range(-(-size // _HASH_BYTES))
    return b"".join(sha384(seed + n.to_bytes(4)).digest() for n in rounds)[:size]


def _factor(modulus: int) -> int:
    while gcd(number := secrets.randbelow(modulus - 1) + 1, modulus) != 1:
        pass  # one in 2^1023: it would be a factor of the key
    return number


def _size(modulus: int) -> int:
    return -(-modulus.bit_length() // 8)
