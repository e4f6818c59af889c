import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from neighborcam.protocol.errors import BadSignature
from neighborcam.protocol.signing import sign, verify
from tests.protocol.vectors import vectors

VECTORS = vectors("signing")
KEY = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(VECTORS["secret"]))
PUBLIC = KEY.public_key().public_bytes_raw()


def test_the_key_is_the_rfc_s() -> None:
    assert PUBLIC.hex() == VECTORS["public"]


@pytest.mark.parametrize("vector", VECTORS["signatures"])
def test_signatures_are_those_of_the_vectors(vector: dict[str, str]) -> None:
    body = vector["body"].encode()
    assert sign(KEY, vector["kind"], body).hex() == vector["signature"]
    verify(PUBLIC, vector["kind"], body, bytes.fromhex(vector["signature"]))


def test_openssl_verifies_what_we_sign(tmp_path: Path) -> None:
    pem = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "key").write_bytes(pem)
    (tmp_path / "signature").write_bytes(sign(KEY, "alert", b"{}"))
    (tmp_path / "signed").write_bytes(b"neighborcam.ncp/1/alert\0{}")
    asked = "openssl pkeyutl -verify -pubin -inkey key -rawin -in signed -sigfile"
    subprocess.run([*asked.split(), "signature"], cwd=tmp_path, check=True)


def test_what_was_signed_as_one_kind_is_nothing_as_another() -> None:
    signature = sign(KEY, "alert", b"{}")
    with pytest.raises(BadSignature):
        verify(PUBLIC, "comment", b"{}", signature)


@pytest.mark.parametrize(
    ("public", "body", "signature"),
    [
        (PUBLIC, b"{ }", sign(KEY, "alert", b"{}")),
        (PUBLIC, b"{}", bytes(64)),
        (PUBLIC, b"{}", b""),
        (PUBLIC[:-1], b"{}", sign(KEY, "alert", b"{}")),
        (bytes(32), b"{}", sign(KEY, "alert", b"{}")),
    ],
)
def test_a_forgery_is_refused(public: bytes, body: bytes, signature: bytes) -> None:
    with pytest.raises(BadSignature):
        verify(public, "alert", body, signature)


def test_a_kind_cannot_reach_into_the_body() -> None:
    with pytest.raises(ValueError, match="no kind"):
        sign(KEY, "alert\0", b"{}")
