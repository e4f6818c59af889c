"""A desk is told of its hub by an invite, by the hub's own words, or by two words."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from neighborcam.agency.casebook import DeskSettings
from neighborcam.agency.errors import InvalidInput
from neighborcam.agency.hub_line import read_hub_line
from neighborcam.protocol.invites import Invite, link_of
from neighborcam.protocol.note_keys import LogKey, WitnessKey

HUB = "https://hub.example"


def public(seed: int) -> bytes:
    """Return a key that is the same each time: names of tests hold it."""
    key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    return key.public_key().public_bytes_raw()


LOG = LogKey(name="hub.example", public_key=public(1)).vkey
WITNESS = WitnessKey(name="other.example", public_key=public(2)).vkey
WHOLE = DeskSettings(hub=HUB, log=LOG, witnesses=(WITNESS,), quorum=1)


def test_an_invite_of_a_member_names_hub_log_and_witnesses() -> None:
    invite = Invite(hub=HUB, code="0" * 20, log=LOG, witnesses=(WITNESS,), quorum=1)
    assert read_hub_line(f" {link_of(invite)}\n") == WHOLE


def test_what_the_hub_says_of_itself_needs_its_address() -> None:
    said = {"name": "Mill Lane", "log": LOG, "witnesses": [WITNESS], "quorum": 1}
    assert read_hub_line(json.dumps(said), f" {HUB} ") == WHOLE
    with pytest.raises(InvalidInput, match="https://"):
        read_hub_line(json.dumps(said))


def test_two_words_are_address_and_key() -> None:
    assert read_hub_line(f"{HUB} {LOG}") == DeskSettings(hub=HUB, log=LOG)
    assert read_hub_line(LOG, HUB) == DeskSettings(hub=HUB, log=LOG)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "{",
        "{}",
        f"{HUB} {LOG[:-3]}",
        f"{HUB} {WITNESS}",
        f"ftp://hub.example {LOG}",
        f"{HUB}/join#eyJ9",
        json.dumps({"hub": HUB, "log": LOG, "quorum": 3}),
        json.dumps({"hub": HUB, "log": 1}),
    ],
)
def test_what_names_no_hub_is_refused_in_words(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_hub_line(text)
