"""What other implementations are tested with: places, invites, requests, answers."""

from datetime import datetime
from hashlib import sha256
from typing import Any

import h3
import pytest

from neighborcam.protocol import rounds
from neighborcam.protocol.age_keys import HybridIdentity, parse_identity
from neighborcam.protocol.agencies import agency_id
from neighborcam.protocol.answers import (
    Receipt,
    check_receipt,
    lock_of,
    read_answer,
)
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.capsules import open_capsule, open_slot
from neighborcam.protocol.cells import publish_cell, region_of
from neighborcam.protocol.errors import BadSignature
from neighborcam.protocol.invites import Invite, link_of, parse_link
from neighborcam.protocol.requests import SignedRequest, check_signatures
from neighborcam.protocol.sealed_clips import pad
from neighborcam.protocol.signing import verify
from tests.protocol import write_vectors
from tests.protocol.vectors import vectors

ANSWERS: dict[str, Any] = vectors("answers")
REQUESTS: dict[str, Any] = vectors("requests")


@pytest.mark.parametrize("case", vectors("places")["cases"])
def test_a_place_is_published_as_this_cell(case: dict[str, Any]) -> None:
    finest = case["finest_with_a_crowd"]

    def has_crowd(cell: str) -> bool:
        return bool(h3.get_resolution(cell) <= finest)

    cell = publish_cell(
        case["latitude"], case["longitude"], None if finest is None else has_crowd
    )
    assert cell == case["cell"]
    assert region_of(cell, 5) == case["region"]


def test_an_invite_is_this_link() -> None:
    case = vectors("accounts")
    invite = decode(case["invite"].encode(), Invite)
    assert link_of(invite) == case["link"]
    assert parse_link(case["link"]) == invite


def test_a_request_has_these_signatures() -> None:
    signed = decode(REQUESTS["signed_request"].encode(), SignedRequest)
    root = bytes.fromhex(REQUESTS["agency_key"])
    assert signed.request.agency == agency_id(root)
    assert sha256(encode(signed.request)).hexdigest() == REQUESTS["sha256"]
    check_signatures(signed, root, signed.request.published)
    with pytest.raises(BadSignature):
        check_signatures(signed, bytes(32), signed.request.published)


@pytest.mark.parametrize("span", REQUESTS["rounds"]["spans"])
def test_rounds_begin_and_end_then(span: dict[str, Any]) -> None:
    logged, expires = (
        datetime.fromisoformat(REQUESTS["rounds"][name])
        for name in ("logged", "expires")
    )
    told = rounds.span(logged, expires, span["number"], urgent=span["urgent"])
    assert [each.isoformat() for each in told] == [span["begins"], span["ends"]]


def opener(secret: str) -> HybridIdentity:
    identity = parse_identity(secret)
    assert isinstance(identity, HybridIdentity)
    return identity


def test_a_capsule_opens_to_this_answer() -> None:
    identity, request = opener(ANSWERS["seal_secret"]), ANSWERS["request"].encode()
    assert str(identity.recipient) == ANSWERS["seal_to"]
    content = open_capsule(bytes.fromhex(ANSWERS["capsule"]), identity, request)
    assert content == ANSWERS["answer"].encode()
    answer = read_answer(content)
    assert answer is not None
    (item,) = answer.items
    verify(item.manifest.key, "manifest", encode(item.manifest), item.sig)
    empty = open_capsule(bytes.fromhex(ANSWERS["empty_capsule"]), identity, request)
    assert read_answer(empty) is None
    assert len(ANSWERS["capsule"]) == len(ANSWERS["empty_capsule"])


def test_a_reply_opens_to_this_receipt() -> None:
    identity, request = opener(ANSWERS["reply_secret"]), ANSWERS["request"].encode()
    assert str(identity.recipient) == ANSWERS["reply_to"]
    content = open_slot(bytes.fromhex(ANSWERS["slot"]), identity, request)
    assert content == ANSWERS["receipt"].encode()
    check_receipt(decode(content, Receipt), bytes.fromhex(ANSWERS["officer_key"]))


def test_a_lock_is_the_hash_of_what_opens_it() -> None:
    assert lock_of(ANSWERS["lock"]["unlock"]) == ANSWERS["lock"]["lock"]


@pytest.mark.parametrize(
    "case", ANSWERS["padding"], ids=lambda case: case["media_type"]
)
def test_a_clip_is_padded_so(case: dict[str, Any]) -> None:
    padded = pad(bytes.fromhex(case["clip"]), case["media_type"], case["size"])
    assert sha256(padded).hexdigest() == case["padded_sha256"]


def test_the_files_are_what_is_written_today() -> None:
    """All but what is sealed, which differs each time."""
    sealed = {"answer", "capsule", "empty_capsule", "slot"}
    for name in ("places", "accounts", "requests", "answers"):
        made = getattr(write_vectors, name)()
        kept = vectors(name)
        assert made.keys() == kept.keys()
        for field in made.keys() - sealed:
            assert made[field] == kept[field], f"{name}: {field}"
