import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from neighborcam.protocol.checkpoint_text import CheckpointText
from neighborcam.protocol.checkpoints import LogPolicy, accept, continues
from neighborcam.protocol.errors import (
    BadProof,
    BadSignature,
    InvalidMessage,
    NotWitnessed,
    ProtocolError,
)
from neighborcam.protocol.log_proof import LogProof, parse_log_proof
from neighborcam.protocol.merkle import (
    Leaves,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
)
from neighborcam.protocol.note_keys import (
    LogKey,
    QuantumSafeWitnessKey,
    WitnessKey,
    cosign,
    parse_vkey,
    sign_note,
)
from neighborcam.protocol.notes import (
    Note,
    NoteSignature,
    parse_note,
    parse_signatures,
)
from tests.protocol.vectors import vectors

VECTORS = vectors("notes")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ORIGIN = "street.example/log"
SECRET = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\1")
LOG = LogKey(name=ORIGIN, public_key=SECRET.public_key().public_bytes_raw())
WITNESSES = {
    f"w{n}.example": Ed25519PrivateKey.from_private_bytes(bytes(31) + bytes([n]))
    for n in (2, 3, 4)
}
SAFE = MLDSA44PrivateKey.from_seed_bytes(bytes(32))
TREE = Leaves([leaf_hash(bytes([n])) for n in range(9)])
POLICY = LogPolicy(
    log=LOG,
    witnesses=tuple(
        WitnessKey(name=name, public_key=key.public_key().public_bytes_raw())
        for name, key in WITNESSES.items()
    ),
    quorum=2,
)


def checkpoint(
    size: int = 9, *, by: int = 2, at: datetime = NOW, origin: str = ORIGIN
) -> bytes:
    text = str(CheckpointText(origin=origin, size=size, root=root(TREE, size)))
    signatures = [sign_note(text, ORIGIN, SECRET)]
    signatures += [cosign(text, n, k, at) for n, k in list(WITNESSES.items())[:by]]
    return Note(text=text, signatures=tuple(signatures)).encode()


def test_the_published_note_is_verified_with_its_key() -> None:
    key = parse_vkey(VECTORS["vkey"])
    note = parse_note(VECTORS["note"].encode())
    assert key.has_signed(note)
    assert key.vkey == VECTORS["vkey"]
    assert note.encode() == VECTORS["note"].encode()


def test_a_note_that_was_changed_is_refused() -> None:
    key = parse_vkey(VECTORS["vkey"])
    with pytest.raises(BadSignature):
        key.has_signed(parse_note(VECTORS["note"].replace("your", "my").encode()))


def test_a_signature_of_an_unknown_key_counts_for_nothing() -> None:
    note = parse_note(VECTORS["note"].encode())
    assert not LOG.has_signed(note)


@pytest.mark.parametrize(
    "key",
    [
        LOG,
        POLICY.witnesses[0],
        QuantumSafeWitnessKey(
            name="w.example", public_key=SAFE.public_key().public_bytes_raw()
        ),
    ],
    ids=["log", "witness", "quantum safe"],
)
def test_keys_travel_as_text(key: LogKey) -> None:
    assert parse_vkey(key.vkey) == key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+00000000+",
        VECTORS["vkey"].replace("c74f20a3", "c74f20a4"),
        VECTORS["vkey"].replace("Peter", "Paul"),
        "name+00000000+" + base64.b64encode(b"\x02" + bytes(32)).decode(),
        VECTORS["vkey"][:-4],
        "a b+00000000+AQ==",
    ],
)
def test_a_key_that_was_not_typed_in_full_is_refused(text: str) -> None:
    with pytest.raises(InvalidMessage):
        parse_vkey(text)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"\n\n\xe2\x80\x94 a AAAAAAA=\n",
        b"text\n\nno dash AAAAAAA=\n",
        b"text\n\n\xe2\x80\x94 a AAAAAAA=",
        b"text\n\n\xe2\x80\x94 a AAAA\n",
        b"text\n\n\xe2\x80\x94 a AAAAAAA\n",
        b"text\n\n\xe2\x80\x94 a AAAAAAB=\n",
        b"text\n\n\xe2\x80\x94 a+b AAAAAAA=\n",
        b"text\n\n\xe2\x80\x94  AAAAAAA=\n",
        b"te\txt\n\n\xe2\x80\x94 a AAAAAAA=\n",
        b"te\xff\n\n\xe2\x80\x94 a AAAAAAA=\n",
        b"text\n\n" + b"\xe2\x80\x94 a AAAAAAA=\n" * 65,
        b"x" * 300_000,
    ],
)
def test_a_note_of_another_form_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidMessage):
        parse_note(data)


def test_lines_of_signatures_need_their_end() -> None:
    with pytest.raises(InvalidMessage, match="end"):
        parse_signatures("\u2014 a AAAAAAA=")


@given(st.binary(max_size=300))
def test_no_bytes_make_parsing_fail_otherwise(data: bytes) -> None:
    for parse in (parse_note, parse_log_proof):
        try:
            parse(data)
        except InvalidMessage:
            continue


def test_a_checkpoint_with_its_quorum_is_accepted() -> None:
    accepted = accept(checkpoint(), POLICY, NOW)
    assert accepted.text.size == 9
    assert accepted.text.root == root(TREE, 9)
    assert accepted.seen_at == (NOW, NOW)


def test_a_witness_with_a_quantum_safe_key_counts() -> None:
    text = str(CheckpointText(origin=ORIGIN, size=9, root=root(TREE, 9)))
    safe = QuantumSafeWitnessKey(
        name="w.example", public_key=SAFE.public_key().public_bytes_raw()
    )
    signatures = sign_note(text, ORIGIN, SECRET), cosign(text, safe.name, SAFE, NOW)
    policy = LogPolicy(log=LOG, witnesses=(safe,), quorum=1)
    data = Note(text=text, signatures=signatures).encode()
    assert accept(data, policy, NOW).seen_at == (NOW,)
    renamed = QuantumSafeWitnessKey(name="x.example", public_key=safe.public_key)
    forged = (
        signatures[0],
        NoteSignature(
            name=renamed.name, key_id=renamed.id, signature=signatures[1].signature
        ),
    )
    with pytest.raises(BadSignature):  # the name is signed too
        accept(
            Note(text=text, signatures=forged).encode(),
            LogPolicy(log=LOG, witnesses=(renamed,), quorum=1),
            NOW,
        )


def test_too_few_witnesses_are_said_to_be_too_few() -> None:
    with pytest.raises(BadSignature, match="1 of 2 witnesses"):
        accept(checkpoint(by=1), POLICY, NOW)


def test_the_same_witness_twice_is_one() -> None:
    note = parse_note(checkpoint(by=1))
    doubled = Note(text=note.text, signatures=(*note.signatures, note.signatures[-1]))
    with pytest.raises(BadSignature, match="1 of 2"):
        accept(doubled.encode(), POLICY, NOW)


def test_a_checkpoint_without_the_log_s_own_signature_is_refused() -> None:
    note = parse_note(checkpoint(by=3))
    unsigned = Note(text=note.text, signatures=note.signatures[1:])
    with pytest.raises(BadSignature, match="log"):
        accept(unsigned.encode(), POLICY, NOW)


def test_a_checkpoint_of_another_log_is_refused() -> None:
    with pytest.raises(BadProof, match="another log"):
        accept(checkpoint(origin="other.example"), POLICY, NOW)


def test_a_witness_of_the_future_is_a_clock_to_check() -> None:
    with pytest.raises(NotWitnessed, match="clock"):
        accept(checkpoint(at=NOW + timedelta(minutes=6)), POLICY, NOW)


def test_a_quorum_of_more_witnesses_than_there_are_is_no_policy() -> None:
    with pytest.raises(ValueError, match="quorum"):
        LogPolicy(log=LOG, witnesses=POLICY.witnesses, quorum=4)
    with pytest.raises(ValueError, match="quorum"):
        LogPolicy(log=LOG, witnesses=POLICY.witnesses[:1] * 2, quorum=2)


def test_who_has_not_signed_has_not_seen_it_at_any_time() -> None:
    with pytest.raises(BadSignature, match="not signed"):
        POLICY.witnesses[2].seen_at(parse_note(checkpoint()))


@pytest.mark.parametrize("signature", [b"", bytes(8), b"\xff" * 72])
def test_a_witness_s_signature_needs_a_time(signature: bytes) -> None:
    key = POLICY.witnesses[0]
    line = NoteSignature(name=key.name, key_id=key.id, signature=signature)
    with pytest.raises(BadSignature):
        key.has_signed(Note(text="x\n", signatures=(line,)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n1\n",
        "a\n1\nAAAA\n",
        f"a\n01\n{base64.b64encode(bytes(32)).decode()}\n",
        f"a\n-1\n{base64.b64encode(bytes(32)).decode()}\n",
        f"a\n{2**63}\n{base64.b64encode(bytes(32)).decode()}\n",
        f"a\n{'9' * 6000}\n{base64.b64encode(bytes(32)).decode()}\n",
        f"\n1\n{base64.b64encode(bytes(32)).decode()}\n",
        f"a\n1\n{base64.b64encode(bytes(32)).decode()}\n\n",
        f"a\n1\n{base64.b64encode(bytes(32)).decode()}",
    ],
)
def test_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(InvalidMessage):
        CheckpointText.parse(text)


def test_extension_lines_are_kept() -> None:
    text = CheckpointText(origin="a", size=0, root=bytes(32), extensions=("x", "y"))
    assert CheckpointText.parse(str(text)) == text


def test_a_log_that_grows_keeps_its_past() -> None:
    old, new = (
        CheckpointText(origin=ORIGIN, size=n, root=root(TREE, n)) for n in (4, 9)
    )
    continues(old, new, consistency_proof(TREE, 4, 9))
    with pytest.raises(BadProof, match="shorter"):
        continues(new, old, [])
    rewritten = CheckpointText(origin=ORIGIN, size=9, root=bytes(32))
    with pytest.raises(BadProof, match="rewritten"):
        continues(old, rewritten, consistency_proof(TREE, 4, 9))
    elsewhere = CheckpointText(origin="other", size=9, root=root(TREE, 9))
    with pytest.raises(BadProof, match="another"):
        continues(old, elsewhere, consistency_proof(TREE, 4, 9))


def proof(index: int = 5) -> LogProof:
    return LogProof(
        index=index, hashes=inclusion_proof(TREE, index, 9), checkpoint=checkpoint()
    )


def test_a_proof_travels_as_text_and_proves_its_entry() -> None:
    travelled = parse_log_proof(proof().encode())
    assert travelled.check(b"\5", POLICY, NOW).text.size == 9
    assert travelled.encode() == proof().encode()


def test_a_proof_of_another_entry_or_place_is_refused() -> None:
    with pytest.raises(BadProof, match="not in the log"):
        proof().check(b"\6", POLICY, NOW)
    moved = LogProof(index=4, hashes=proof().hashes, checkpoint=checkpoint())
    with pytest.raises(BadProof):
        moved.check(b"\5", POLICY, NOW)


def test_extra_data_in_a_proof_is_left_out() -> None:
    data = proof().encode().replace(b"index", b"extra eA==\nindex", 1)
    assert parse_log_proof(data).index == 5


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"proof@v1", b"proof@v2"),
        (b"index 5", b"index 05"),
        (b"index 5", b"number 5"),
        (b"index 5\n", b""),
        (b"index 5\n", b"index 5\n" + b"A" * 43 + b"=\n" + b"AAAA\n"),
        (b"index 5\n", b"index 5\n" + (b"A" * 43 + b"=\n") * 64),
        (b"index 5\n", b"extra !\nindex 5\n"),
        (b"index 5\n", b"index 5\n\xff\n"),
    ],
)
def test_a_proof_of_another_form_is_refused(old: bytes, new: bytes) -> None:
    with pytest.raises(InvalidMessage):
        parse_log_proof(proof().encode().replace(old, new, 1))


def test_errors_have_one_root() -> None:
    assert issubclass(InvalidMessage, ProtocolError)
