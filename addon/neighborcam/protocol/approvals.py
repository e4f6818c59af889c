"""What stewards sign with their passkeys, so that a hub alone cannot say it.

A passkey signs a challenge (WebAuthn level 3, section 6.3.3). Here the challenge is
the hash of what is approved, so anybody who knows the steward's key from the public
log can check the approval: no hub has to be believed (spec/agencies.md).
"""

import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Annotated, Final

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from neighborcam.protocol.errors import BadSignature
from neighborcam.protocol.identity import Message
from neighborcam.protocol.signing import PREFIX

_FLAGS_AT: Final = 32
_LEAST_BYTES: Final = 37
_PRESENT_AND_VERIFIED: Final = 0b101


class Approval(Message, frozen=True, kw_only=True):
    """One steward's passkey over what is approved."""

    steward: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    authenticator_data: Annotated[bytes, msgspec.Meta(max_length=512)]
    client_data: Annotated[bytes, msgspec.Meta(max_length=2048)]
    signature: Annotated[bytes, msgspec.Meta(max_length=1024)]


def challenge(kind: str, subject: bytes) -> bytes:
    """Return what a passkey has to sign to approve ``subject``; 32 bytes."""
    return sha256(PREFIX + kind.encode() + b"\0" + subject).digest()


def check_approval(
    approval: Approval, key: bytes, host: str, kind: str, subject: bytes
) -> None:
    """Raise `BadSignature` unless the passkey ``key`` approved ``subject``.

    ``key`` is a SubjectPublicKeyInfo, ``host`` the hub's, to which passkeys are bound.
    """
    _check_client_data(approval.client_data, challenge(kind, subject))
    data = approval.authenticator_data
    if len(data) < _LEAST_BYTES or data[:32] != sha256(host.encode()).digest():
        raise BadSignature("the passkey is of another hub")
    if data[_FLAGS_AT] & _PRESENT_AND_VERIFIED != _PRESENT_AND_VERIFIED:
        raise BadSignature("nobody touched the passkey")
    signed = data + sha256(approval.client_data).digest()
    _check_signature(key, approval.signature, signed)


def _check_client_data(data: bytes, wanted: bytes) -> None:
    try:
        parsed = json.loads(data)
        is_right = parsed["type"] == "webauthn.get" and parsed[
            "challenge"
        ] == urlsafe_b64encode(wanted).decode().rstrip("=")
    except (ValueError, KeyError, TypeError, RecursionError):
        is_right = False
    if not is_right:
        raise BadSignature("the passkey signed something else")


def _check_signature(der: bytes, signature: bytes, signed: bytes) -> None:
    try:
        key = load_der_public_key(der)
        if isinstance(key, EllipticCurvePublicKey):
            key.verify(signature, signed, ECDSA(SHA256()))
        elif isinstance(key, Ed25519PublicKey):
            key.verify(signature, signed)
        elif isinstance(key, RSAPublicKey):
            key.verify(signature, signed, PKCS1v15(), SHA256())
        else:
            raise BadSignature("the steward's key is of no kind that passkeys have")
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        raise BadSignature("the steward's passkey did not sign this") from None
