import json
import struct
from datetime import datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neighborcam.protocol.canonical import MESSAGE_LIMIT, canonical, decode, encode
from neighborcam.protocol.errors import InvalidMessage
from tests.protocol.vectors import vectors

VECTORS = vectors("encoding")


class Greeting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Any message."""

    to: str
    times: int = 1


class Parcel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What JSON has no form of its own for."""

    content: bytes
    sent: datetime


def test_the_rfc_s_sample_comes_out_byte_for_byte() -> None:
    sample = VECTORS["canonical"][0]
    assert canonical(json.loads(sample["value"])) == bytes.fromhex(sample["hex"])


def test_names_are_ordered_by_utf_16_as_in_the_rfc() -> None:
    sample = VECTORS["canonical"][1]
    ordered = json.loads(canonical(json.loads(sample["value"])))
    assert list(ordered.values()) == sample["order"]


@pytest.mark.parametrize(("bits", "text"), VECTORS["numbers"])
def test_numbers_are_written_as_in_the_rfc(bits: str, text: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical(number).decode() == text


def test_a_message_comes_back_as_it_went() -> None:
    message = Greeting(to="Zoë 🙂", times=3)
    assert encode(message) == '{"times":3,"to":"Zoë 🙂"}'.encode()
    assert decode(encode(message), Greeting) == message


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b'{"to":"x", "times":1}', "canonical"),
        (b'{"to":"x","times":1}', "canonical"),  # the names are not in order
        (b'{"times":1.0,"to":"x"}', "canonical"),
        (b'{"times":1,"to":"\\u0078"}', "canonical"),
        (b'{"times":1,"times":1,"to":"x"}', "twice"),
        (b'{"times":NaN,"to":"x"}', "none"),
        (b'{"times":9007199254740993,"to":"x"}', "canonical form"),
        (b'{"to":"\\ud800"}', "canonical form"),
        (b'{"to":"x"}\n', "canonical"),
        (b'\xef\xbb\xbf{"to":"x"}', "JSON"),
        (b'{"to":"\xff"}', "JSON"),
        (b"", "JSON"),
        (b"[" * 50_000, "JSON"),
        (b"[" * 30_000 + b"]" * 30_000, "form|JSON"),
        (b"1" * 5_000, "form|JSON"),
        (b'{"times":"1","to":"x"}', "as the spec says"),
        (b'{"from":"y","to":"x"}', "as the spec says"),
        (b"{}", "as the spec says"),
        (b" " * (MESSAGE_LIMIT + 1), "larger"),
    ],
)
def test_any_other_form_is_refused_in_words(data: bytes, problem: str) -> None:
    with pytest.raises(InvalidMessage, match=problem):
        decode(data, Greeting)


@pytest.mark.parametrize(
    "data",
    [
        b'{"content":"AA==","sent":"2026-11-28T12:00:00+00:00"}',
        b'{"content":"AA==","sent":"2026-11-28T13:00:00+01:00"}',
        b'{"content":"AA==","sent":"2026-11-28T12:00:00.000Z"}',
        b'{"content":"AB==","sent":"2026-11-28T12:00:00Z"}',
    ],
)
def test_moments_and_bytes_have_one_form(data: bytes) -> None:
    decode(b'{"content":"AA==","sent":"2026-11-28T12:00:00Z"}', Parcel)
    with pytest.raises(InvalidMessage, match="canonical form"):
        decode(data, Parcel)


def test_what_may_be_left_out_is_never_left_out() -> None:
    with pytest.raises(InvalidMessage, match="canonical form"):
        decode(b'{"to":"x"}', Greeting)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    try:
        decode(data, Greeting)
    except InvalidMessage:
        return


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**53) + 1, 2**53 - 1)
        | st.floats(-(2.0**53) + 1, 2.0**53 - 1)
        | st.text(st.characters(exclude_categories=["Cs"])),
        lambda inner: st.lists(inner) | st.dictionaries(st.text("ab\u20ac"), inner),
        max_leaves=20,
    )
)
def test_the_canonical_form_of_the_canonical_form_is_itself(value: object) -> None:
    once = canonical(value)
    assert canonical(json.loads(once)) == once
