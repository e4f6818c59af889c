"""A passkey in software: what a steward's telephone does, without the finger.

Only as much of WebAuthn as a hub asks for: ES256, no attestation, a counter.
"""

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any, Final

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from neighborcam.protocol.approvals import Approval, challenge

_PRESENT_VERIFIED: Final = 0b101
_HAS_CREDENTIAL: Final = 0b1000000


class Passkey:
    """One passkey for one hub, whose host and origin it is bound to."""

    def __init__(self, host: str, origin: str) -> None:
        self._host = host
        self._origin = origin
        self._id = secrets.token_bytes(16)
        self._key = generate_private_key(SECP256R1())
        self._uses = 0
        self.counts = True  # one that is synced between devices does not

    @property
    def public_der(self) -> bytes:
        """The public key, SubjectPublicKeyInfo."""
        return self._key.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )

    def register(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer to a hub's options for a new passkey, as a browser does in JSON."""
        numbers = self._key.public_key().public_numbers()
        cose = {
            1: 2,
            3: -7,
            -1: 1,
            -2: numbers.x.to_bytes(32),
            -3: numbers.y.to_bytes(32),
        }
        credential = (
            bytes(16) + len(self._id).to_bytes(2) + self._id + cbor2.dumps(cose)
        )
        data = self._data(_PRESENT_VERIFIED | _HAS_CREDENTIAL) + credential
        statement = {"fmt": "none", "attStmt": {}, "authData": data}
        return self._credential(
            clientDataJSON=self._client_data("webauthn.create", options["challenge"]),
            attestationObject=cbor2.dumps(statement),
        )

    def log_in(self, options: dict[str, Any]) -> dict[str, Any]:
        """Answer to a hub's options for proving the passkey."""
        client = self._client_data("webauthn.get", options["challenge"])
        data = self._data(_PRESENT_VERIFIED)
        return self._credential(
            clientDataJSON=client,
            authenticatorData=data,
            signature=self._sign(data, client),
        )

    def approve(self, steward: str, kind: str, subject: bytes) -> Approval:
        """Approve something, as `protocol.approvals` says."""
        client = self._client_data("webauthn.get", _to_base64(challenge(kind, subject)))
        data = self._data(_PRESENT_VERIFIED)
        return Approval(
            steward=steward,
            authenticator_data=data,
            client_data=client,
            signature=self._sign(data, client),
        )

    def _sign(self, data: bytes, client: bytes) -> bytes:
        return self._key.sign(data + sha256(client).digest(), ECDSA(SHA256()))

    def _data(self, flags: int) -> bytes:
        self._uses += self.counts
        host = sha256(self._host.encode()).digest()
        return host + bytes([flags]) + self._uses.to_bytes(4)

    def _client_data(self, kind: str, challenged: str) -> bytes:
        said = {"type": kind, "challenge": challenged, "origin": self._origin}
        return json.dumps(said).encode()

    def _credential(self, **response: bytes) -> dict[str, Any]:
        return {
            "id": _to_base64(self._id),
            "rawId": _to_base64(self._id),
            "type": "public-key",
            "response": {name: _to_base64(each) for name, each in response.items()},
            "clientExtensionResults": {},
        }


def _to_base64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def from_base64(text: str) -> bytes:
    """Return the bytes of unpadded base64 for URLs, as options have them."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
