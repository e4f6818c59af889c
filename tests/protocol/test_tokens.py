from collections.abc import Iterator
from unittest.mock import MagicMock

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from neighborcam.protocol.errors import BadSignature, InvalidMessage
from neighborcam.protocol.tokens import blind, finalize, sign_blinded, verify
from tests.protocol.vectors import vectors

VECTOR = {
    name: int(value, 16)
    for name, value in vectors("tokens")["vector"].items()
    if name in {"p", "q", "n", "e", "d", "inv"}
}
HEX = vectors("tokens")["vector"]


def raw(name: str) -> bytes:
    return bytes.fromhex(HEX[name].removeprefix("0x"))


def published_key() -> rsa.RSAPrivateKey:
    p, q, d = VECTOR["p"], VECTOR["q"], VECTOR["d"]
    public = rsa.RSAPublicNumbers(VECTOR["e"], VECTOR["n"])
    return rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=rsa.rsa_crt_dmp1(d, p),
        dmq1=rsa.rsa_crt_dmq1(d, q),
        iqmp=rsa.rsa_crt_iqmp(p, q),
        public_numbers=public,
    ).private_key()


KEY = rsa.generate_private_key(65_537, 2048)
OTHER = rsa.generate_private_key(65_537, 2048)


def test_every_step_is_that_of_the_rfc() -> None:
    key = published_key()
    given: Iterator[bytes] = iter((raw("msg_prefix"), raw("salt")))
    factor = pow(VECTOR["inv"], -1, VECTOR["n"])
    blinded = blind(
        key.public_key(),
        raw("msg"),
        random=lambda _: next(given),
        factor=lambda _: factor,
    )
    assert blinded.prepared == raw("input_msg")
    assert blinded.request == raw("blinded_msg")
    assert blinded.inverse == VECTOR["inv"]
    signature = sign_blinded(key, blinded.request)
    assert signature == raw("blind_sig")
    assert finalize(key.public_key(), blinded, signature) == raw("sig")


def test_a_token_is_valid_and_the_hub_never_saw_it() -> None:
    blinded = blind(KEY.public_key(), b"nonce")
    token = finalize(KEY.public_key(), blinded, sign_blinded(KEY, blinded.request))
    verify(KEY.public_key(), blinded.prepared, token)
    assert token not in {blinded.request, sign_blinded(KEY, blinded.request)}


def test_the_same_nonce_is_blinded_differently_each_time() -> None:
    first, second = (blind(KEY.public_key(), b"nonce") for _ in range(2))
    assert first.request != second.request
    assert first.prepared != second.prepared


def test_a_token_of_another_key_or_message_is_refused() -> None:
    blinded = blind(KEY.public_key(), b"nonce")
    token = finalize(KEY.public_key(), blinded, sign_blinded(KEY, blinded.request))
    with pytest.raises(BadSignature):
        verify(OTHER.public_key(), blinded.prepared, token)
    with pytest.raises(BadSignature):
        verify(KEY.public_key(), blinded.prepared + b"x", token)
    with pytest.raises(BadSignature):
        verify(KEY.public_key(), blinded.prepared, token[:-1])


def test_a_hub_that_signs_with_another_key_is_caught() -> None:
    # One key per household would let it tell them apart.
    blinded = blind(KEY.public_key(), b"nonce")
    with pytest.raises(BadSignature):
        finalize(KEY.public_key(), blinded, bytes(256))
    with pytest.raises(BadSignature, match="size"):
        finalize(KEY.public_key(), blinded, bytes(255))


def many_blinded(key: rsa.RSAPublicKey) -> None:
    """Blind often: one number in three has the factor 3."""
    for _ in range(100):
        blind(key, b"nonce")


def test_a_key_with_a_small_factor_is_noticed() -> None:
    public = KEY.public_key().public_numbers()
    even = rsa.RSAPublicNumbers(public.e, 3 * public.n).public_key()
    with pytest.raises(InvalidMessage, match="cannot sign"):
        many_blinded(even)


def test_a_signature_that_came_out_wrong_never_leaves_the_hub() -> None:
    private = published_key().private_numbers()
    faulty = MagicMock(spec=rsa.RSAPrivateKey)
    faulty.private_numbers.return_value = rsa.RSAPrivateNumbers(
        p=private.p,
        q=private.q,
        d=private.d,
        dmp1=private.dmp1 + 2,  # a fault in one prime alone would give the other away
        dmq1=private.dmq1,
        iqmp=private.iqmp,
        public_numbers=private.public_numbers,
    )
    with pytest.raises(BadSignature, match="wrong"):
        sign_blinded(faulty, bytes(511) + b"\2")


def test_only_numbers_below_the_modulus_are_signed() -> None:
    modulus = KEY.public_key().public_numbers().n
    for request in (modulus.to_bytes(256), bytes(255), b"\xff" * 256):
        with pytest.raises(InvalidMessage):
            sign_blinded(KEY, request)


def test_keys_whose_bits_are_not_whole_bytes_work() -> None:
    odd = rsa.generate_private_key(65_537, 2049)
    blinded = blind(odd.public_key(), b"nonce")
    finalize(odd.public_key(), blinded, sign_blinded(odd, blinded.request))
