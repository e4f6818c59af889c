"""Keys in one encrypted file: opened by the passphrase, or not at all."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from demo.agency import circle
from neighborcam.agency import keyring
from neighborcam.agency.ceremony import (
    accept,
    certify,
    end_certificate,
    key_file,
    make_own,
    make_root,
)
from neighborcam.agency.errors import DeskUnreadable, NotNow, WrongPassphrase
from neighborcam.agency.keyring import NAME, Keyring
from neighborcam.protocol.agencies import (
    Role,
    check_agency,
    check_certificate,
    check_revocation,
)
from neighborcam.protocol.terms import check_terms
from tests.hub.clock import START

PASSPHRASE = "correct horse battery"
PLACE = (13.3751, 52.5172)


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "_COST", 2**4)


def test_keys_come_back_by_their_passphrase_alone(tmp_path: Path) -> None:
    ring = Keyring.make(tmp_path, PASSPHRASE)
    public = make_root(ring)
    again = Keyring.open(tmp_path, PASSPHRASE)
    assert again.root.public_key().public_bytes_raw() == public
    with pytest.raises(WrongPassphrase):
        Keyring.open(tmp_path, "wrong horse battery")
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600
    assert ring.keys.root is not None
    assert ring.keys.root not in (tmp_path / NAME).read_bytes()
    assert repr(ring.keys) == "Keys()"


@pytest.mark.parametrize("at", range(0, 400, 37))
def test_a_file_with_another_byte_opens_nothing(tmp_path: Path, at: int) -> None:
    make_root(Keyring.make(tmp_path, PASSPHRASE))
    path = tmp_path / NAME
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= 1
    path.write_bytes(data)
    with pytest.raises((WrongPassphrase, DeskUnreadable)):
        Keyring.open(tmp_path, PASSPHRASE)


def test_a_file_that_is_cut_off_says_so(tmp_path: Path) -> None:
    Keyring.make(tmp_path, PASSPHRASE)
    path = tmp_path / NAME
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DeskUnreadable, match="damaged"):
        Keyring.open(tmp_path, PASSPHRASE)


def test_keys_are_not_made_over_others_nor_with_a_short_passphrase(
    tmp_path: Path,
) -> None:
    with pytest.raises(NotNow, match="10 characters"):
        Keyring.make(tmp_path, "short")
    Keyring.make(tmp_path, PASSPHRASE)
    with pytest.raises(NotNow, match="already"):
        Keyring.make(tmp_path, PASSPHRASE)


def test_a_root_certifies_what_an_officer_carries_to_it(tmp_path: Path) -> None:
    root = Keyring.make(tmp_path / "root", PASSPHRASE)
    public = make_root(root)
    with pytest.raises(NotNow, match="already"):
        make_root(root)
    officer = Keyring.make(tmp_path / "officer", PASSPHRASE)
    with pytest.raises(NotNow, match="make a key"):
        _ = officer.own
    wish = make_own(officer, Role.OFFICER, "Badge 4711")
    with pytest.raises(NotNow, match="certify"):
        _ = officer.own
    issued = certify(root, wish, START)
    accept(officer, issued)
    key, held = Keyring.open(tmp_path / "officer", PASSPHRASE).own
    assert held == issued
    assert key.public_key().public_bytes_raw() == wish.key
    assert check_certificate(issued, public).role is Role.OFFICER
    other = Keyring.make(tmp_path / "other", PASSPHRASE)
    make_own(other, Role.OFFICER, "Badge 1")
    with pytest.raises(NotNow, match="another key"):
        accept(other, issued)
    check_revocation(end_certificate(root, issued.sha256, START), public)
    with pytest.raises(NotNow, match="another machine"):
        certify(officer, wish, START)


def test_a_key_file_says_who_and_by_which_terms(tmp_path: Path) -> None:
    root = Keyring.make(tmp_path, PASSPHRASE)
    make_root(root)
    said: dict[str, Any] = {
        "name": "Milltown Police",
        "domain": "police.example",
        "kind": "police",
        "contact": "+31 20 555 0199",
        "jurisdiction": circle(*PLACE, 5000.0),
        "now": START,
    }
    signed = key_file(root, **said)
    assert check_agency(signed).name == "Milltown Police"
    check_terms(signed.agency.terms)
    with pytest.raises(NotNow, match="domain"):
        key_file(root, **said | {"domain": "no domain"})
    with pytest.raises(NotNow, match="kind"):
        key_file(root, **said | {"kind": "bounty hunter"})
    assert msgspec.json.encode(signed)
