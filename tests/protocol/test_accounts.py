import base64
from datetime import timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from neighborcam.protocol.accounts import (
    AccountMessage,
    InviteWish,
    Join,
    Leave,
    PassWish,
    TokenWish,
    VoteWish,
    check_signed,
    signed,
)
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.errors import BadSignature, InvalidMessage, OutsideLimits
from neighborcam.protocol.invites import Invite, link_of, parse_link
from neighborcam.protocol.note_keys import LogKey, WitnessKey
from tests.protocol.messages import ID, KEY, NOW, OTHER_ID

PUBLIC = KEY.public_key().public_bytes_raw()
CODE = "0123456789ABCDEFGHJK"
LOG = LogKey(name="hub.example", public_key=PUBLIC)
WITNESS = WitnessKey(name="witness.example", public_key=PUBLIC)

MESSAGES: list[AccountMessage] = [
    Join(code=CODE, key=PUBLIC, at=NOW),
    TokenWish(
        household=ID,
        epoch="2026-11-23",
        purpose="post",
        blinded=(bytes(256),),
        at=NOW,
    ),
    VoteWish(household=ID, alert=OTHER_ID, blinded=bytes(256), at=NOW),
    PassWish(household=ID, at=NOW),
    InviteWish(household=ID, nonce=OTHER_ID, at=NOW),
    Leave(household=ID, at=NOW),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: type(m).__name__)
def test_only_the_key_at_about_the_time_is_believed(message: AccountMessage) -> None:
    good = signed(message, KEY)
    check_signed(good, PUBLIC, NOW)
    check_signed(good, PUBLIC, NOW + timedelta(minutes=5))
    with pytest.raises(OutsideLimits, match="clock"):
        check_signed(good, PUBLIC, NOW + timedelta(minutes=5, seconds=1))
    with pytest.raises(OutsideLimits, match="clock"):
        check_signed(good, PUBLIC, NOW - timedelta(minutes=5, seconds=1))
    stranger = Ed25519PrivateKey.generate()
    with pytest.raises(BadSignature):
        check_signed(signed(message, stranger), PUBLIC, NOW)
    changed = msgspec.structs.replace(good, at=NOW + timedelta(seconds=1))
    with pytest.raises(BadSignature):
        check_signed(changed, PUBLIC, NOW)


def test_a_signature_of_one_kind_is_nothing_for_another() -> None:
    asked = signed(PassWish(household=ID, at=NOW), KEY)
    with pytest.raises(BadSignature):
        check_signed(Leave(household=ID, at=NOW, sig=asked.sig), PUBLIC, NOW)


def invite(**changes: object) -> Invite:
    good = Invite(
        hub="https://hub.example",
        code=CODE,
        log=LOG.vkey,
        witnesses=(WITNESS.vkey,),
        quorum=1,
    )
    return msgspec.structs.replace(good, **changes)


def test_an_invite_survives_its_link() -> None:
    link = link_of(invite())
    assert link.startswith("https://hub.example/join#")
    assert parse_link(f"  {link}\n") == invite()
    assert parse_link(link).policy.log == LOG
    assert parse_link(link).policy.quorum == 1


def link(**changes: object) -> str:
    return link_of(invite(**changes))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("https://hub.example/join", "whole link"),
        ("https://hub.example/join#", "JSON"),
        ("https://hub.example/join#!!!", "whole link"),
        ("https://hub.example/join#ä", "whole link"),
        ("https://hub.example/join#" + "A" * 9000, "whole link"),
        (link()[:-5], "JSON"),
        (link().replace("hub.example/", "hub.evil/"), "another hub"),
        (link(hub="file:///etc/passwd"), "no hub"),
        (link(hub="https://"), "no hub"),
        (link(hub="https://hub.example?x"), "no hub"),
        (link(hub="https://a:b@hub.example"), "credentials"),
        (link(log=WITNESS.vkey), "not that of a log"),
        (link(log="nonsense"), "signs"),
        (link(witnesses=(LOG.vkey,)), "witness"),
        (link(quorum=2), "quorum"),
    ],
)
def test_a_link_that_is_no_invite_says_why(text: str, why: str) -> None:
    with pytest.raises(InvalidMessage, match=why):
        parse_link(text)


def test_the_fragment_is_canonical_or_nothing() -> None:
    data = encode(invite()).replace(b'"code"', b' "code"')
    text = base64.urlsafe_b64encode(data).decode().rstrip("=")
    with pytest.raises(InvalidMessage, match="canonical"):
        parse_link(f"https://hub.example/join#{text}")
