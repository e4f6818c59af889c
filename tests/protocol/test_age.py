import base64
import io
import subprocess
import zlib
from hashlib import sha256
from pathlib import Path

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neighborcam.protocol import bech32
from neighborcam.protocol.age import CHUNK_BYTES, seal, unseal
from neighborcam.protocol.age_keys import (
    ClassicIdentity,
    ClassicRecipient,
    HybridIdentity,
    HybridRecipient,
    Identity,
    parse_identity,
    parse_recipient,
)
from neighborcam.protocol.capsules import (
    CAPSULE_BYTES,
    CONTENT_LIMIT,
    open_capsule,
    seal_capsule,
)
from neighborcam.protocol.errors import CannotOpen, InvalidMessage
from tests.conftest import CHECKOUT
from tests.protocol.vectors import vectors
from tests.tools import lacking, need

VECTORS = vectors("age")
CLASSIC = ClassicIdentity(bytes(range(32)))
HYBRID = HybridIdentity(bytes(range(32)))
HYBRID_PUBLIC = bech32.decode(str(HYBRID.recipient))[1]
BOTH: list[Identity] = [CLASSIC, HYBRID]
SIZES = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES]


def sealed(content: bytes, *identities: Identity) -> bytes:
    target = io.BytesIO()
    seal(io.BytesIO(content), target, [each.recipient for each in identities])
    return target.getvalue()


def opened(data: bytes, *identities: Identity) -> bytes:
    target = io.BytesIO()
    unseal(io.BytesIO(data), target, identities)
    return target.getvalue()


@pytest.mark.parametrize("vector", VECTORS["keys"])
def test_keys_are_those_of_the_specification(vector: dict[str, str]) -> None:
    identity = parse_identity(vector["identity"])
    assert str(identity.recipient) == vector["recipient"]
    assert identity.secret() == vector["identity"]
    assert str(parse_recipient(vector["recipient"])) == vector["recipient"]


@pytest.mark.parametrize("vector", VECTORS["files"], ids=lambda each: each["name"])
def test_files_are_opened_or_refused_as_published(vector: dict[str, str]) -> None:
    data = base64.b64decode(vector["file"])
    if "compressed" in vector:
        data = zlib.decompress(data)
    target = io.BytesIO()
    identities = [parse_identity(each) for each in vector["identities"]]
    if vector["expect"] == "success":
        unseal(io.BytesIO(data), target, identities)
    else:
        with pytest.raises(CannotOpen):
            unseal(io.BytesIO(data), target, identities)
    if vector["expect"] == "success":
        assert sha256(target.getvalue()).hexdigest() == vector["payload"]
    elif vector["expect"] != "payload failure":
        assert target.getvalue() == b""


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("identity", BOTH, ids=["classic", "hybrid"])
def test_what_was_sealed_is_opened(identity: Identity, size: int) -> None:
    content = bytes(size)
    assert opened(sealed(content, identity), identity) == content


def test_a_file_for_two_is_opened_by_each() -> None:
    data = sealed(b"both", *BOTH)
    assert [opened(data, each) for each in BOTH] == [b"both", b"both"]


def test_the_same_content_is_sealed_differently_each_time() -> None:
    assert sealed(b"same", CLASSIC) != sealed(b"same", CLASSIC)


@pytest.mark.parametrize("size", SIZES)
def test_another_implementation_opens_it(size: int) -> None:
    content = b"\x5a" * size
    other = pyrage.x25519.Identity.from_str(CLASSIC.secret())
    assert pyrage.decrypt(sealed(content, CLASSIC), [other]) == content
    recipient = pyrage.x25519.Recipient.from_str(str(CLASSIC.recipient))
    assert opened(pyrage.encrypt(content, [recipient]), CLASSIC) == content


CONTENT = bytes(range(256)) * 1000


def program(command: list[str], given: bytes) -> bytes:
    done = subprocess.run(command, input=given, capture_output=True, check=True)
    return done.stdout


def test_debian_s_age_opens_it_and_we_open_debian_s(tmp_path: Path) -> None:
    need("age")
    key = tmp_path / "key.txt"
    key.write_text(CLASSIC.secret() + "\n")
    command = ["age", "--decrypt", "--identity", str(key)]
    assert program(command, sealed(CONTENT, CLASSIC)) == CONTENT
    theirs = program(["age", "--recipient", str(CLASSIC.recipient)], CONTENT)
    assert opened(theirs, CLASSIC) == CONTENT


@pytest.mark.parametrize("identity", BOTH, ids=["classic", "hybrid"])
def test_age_s_own_typescript_opens_it_and_we_open_theirs(identity: Identity) -> None:
    """Debian's age is too old for the hybrid; its author's other program is not."""
    if not (CHECKOUT / "addon/web/node_modules/age-encryption").is_dir():
        lacking("age-encryption is not installed: call script/build-web")
    with_node = str(CHECKOUT / "script/with-node")
    command = [with_node, "node", str(CHECKOUT / "tests/protocol/stock_age.mjs")]
    ours = [*command, "decrypt", identity.secret()]
    assert program(ours, sealed(CONTENT, identity)) == CONTENT
    theirs = program([*command, "encrypt", str(identity.recipient)], CONTENT)
    assert opened(theirs, identity) == CONTENT


def test_a_file_for_somebody_else_stays_closed() -> None:
    with pytest.raises(CannotOpen, match="another key"):
        opened(sealed(b"x", CLASSIC), ClassicIdentity(bytes(32)), HYBRID)


@given(st.integers(min_value=0), st.integers(1, 255))
def test_a_single_bit_that_changed_is_noticed(place: int, flip: int) -> None:
    data = bytearray(SEALED)
    data[place % len(data)] ^= flip
    with pytest.raises(CannotOpen):
        opened(bytes(data), CLASSIC)


SEALED = sealed(b"a clip", CLASSIC)


@given(st.integers(0, len(SEALED) - 1))
def test_a_file_that_was_cut_off_is_noticed(size: int) -> None:
    with pytest.raises(CannotOpen):
        opened(SEALED[:size], CLASSIC)


class Slow(io.RawIOBase):
    """A pipe that gives a few bytes at a time."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        """Return at most 1000 bytes."""
        return self._data.read(min(size, 1000) if size > 0 else size)


def test_a_pipe_that_gives_little_at_a_time_is_read_whole() -> None:
    target = io.BytesIO()
    seal(Slow(bytes(200_000)), target, [CLASSIC.recipient])  # type: ignore[arg-type]
    assert opened(target.getvalue(), CLASSIC) == bytes(200_000)


def test_a_file_sealed_to_nobody_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="somebody"):
        seal(io.BytesIO(), io.BytesIO(), [])


@pytest.mark.parametrize(
    ("kind", "public"),
    [
        (ClassicRecipient, bytes(32)),
        (HybridRecipient, HYBRID_PUBLIC[:-32] + bytes(32)),
    ],
)
def test_a_key_that_everybody_has_is_no_key(
    kind: type[ClassicRecipient | HybridRecipient], public: bytes
) -> None:
    with pytest.raises(InvalidMessage, match="nothing can be sealed"):
        kind(public)


def test_a_file_sealed_to_a_crowd_is_refused() -> None:
    stanza = b"-> grease\n\n"
    with pytest.raises(CannotOpen, match="too many"):
        opened(b"age-encryption.org/v1\n" + stanza * 65, CLASSIC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "age1",
        "age1qqqqqqqqqqq",
        VECTORS["keys"][1]["recipient"][:-1],
        VECTORS["keys"][1]["recipient"].capitalize(),
        VECTORS["keys"][1]["recipient"].replace("v", "b"),
        bech32.encode("age", bytes(31)),
        bech32.encode("age1pq", bytes(31)),
        bech32.encode("ssh", bytes(32)),
    ],
)
def test_a_public_key_with_a_typing_error_is_refused(text: str) -> None:
    with pytest.raises(InvalidMessage):
        parse_recipient(text)


@pytest.mark.parametrize(
    "text", [bech32.encode("age-secret-key-", bytes(31)), str(CLASSIC.recipient), "x"]
)
def test_a_private_key_that_is_none_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(InvalidMessage) as refused:
        parse_identity(text)
    assert text not in str(refused.value).split()


@given(st.binary(max_size=70))
def test_bech32_gives_back_what_it_got(data: bytes) -> None:
    assert bech32.decode(bech32.encode("age", data)) == ("age", data)
    assert bech32.decode(bech32.encode("age", data).upper()) == ("age", data)


def test_bech32_with_bits_left_over_is_refused() -> None:
    # BIP 173: the checksum of these five letters is right, the padding is not zero.
    whole = bech32.encode("age", b"\xff")
    assert bech32.decode(whole) == ("age", b"\xff")
    with pytest.raises(InvalidMessage, match="none of it"):
        bech32.decode(padded_with_ones())


def padded_with_ones() -> str:
    """Return a key with a right checksum whose last group has bits that are unused."""
    for text in ("age1ll" + tail for tail in _tails()):
        try:
            bech32.decode(text)
        except InvalidMessage as problem:
            if "none of it" in str(problem):
                return text
    raise AssertionError("no such key")


def _tails() -> list[str]:
    values = [31, 31]
    check = bech32._polymod([*bech32._expand("age"), *values, *[0] * 6]) ^ 1
    return ["".join(bech32._CHARSET[(check >> 5 * (5 - i)) & 31] for i in range(6))]


def test_a_private_key_has_no_text_by_accident() -> None:
    for identity in BOTH:
        assert identity.secret() not in f"{identity!r}{identity}"


@pytest.mark.parametrize("content", [b"", b"answer", bytes(CONTENT_LIMIT)])
def test_every_capsule_has_one_size_whatever_it_holds(content: bytes) -> None:
    capsule = seal_capsule(content, HYBRID.recipient, b"request 1")
    assert len(capsule) == CAPSULE_BYTES
    assert open_capsule(capsule, HYBRID, b"request 1") == content


def test_a_capsule_cannot_be_moved_to_another_request() -> None:
    capsule = seal_capsule(b"answer", HYBRID.recipient, b"request 1")
    with pytest.raises(CannotOpen):
        open_capsule(capsule, HYBRID, b"request 2")
    with pytest.raises(CannotOpen):
        open_capsule(capsule, HybridIdentity(bytes(32)), b"request 1")
    with pytest.raises(CannotOpen):
        open_capsule(capsule[:-1], HYBRID, b"request 1")


def test_an_answer_that_does_not_fit_is_refused() -> None:
    with pytest.raises(InvalidMessage):
        seal_capsule(bytes(CONTENT_LIMIT + 1), HYBRID.recipient, b"request 1")


@pytest.mark.parametrize("padded", [b"\xff" * 4, b"\0\0\0\1ab"])
def test_a_capsule_that_was_filled_otherwise_is_refused(padded: bytes) -> None:
    from neighborcam.protocol.age_keys import HYBRID_SUITE  # noqa: PLC0415 - to forge

    filled = padded.ljust(CONTENT_LIMIT + 4, b"\0")
    info = b"neighborcam.ncp/1/capsule\0request 1"
    capsule = HYBRID_SUITE.encrypt(filled, HYBRID.recipient.key, info=info)
    with pytest.raises(CannotOpen, match="filled"):
        open_capsule(capsule, HYBRID, b"request 1")
