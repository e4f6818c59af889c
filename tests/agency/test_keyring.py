"""Keys in one encrypted file: opened by the passphrase, or not at all."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from demo.agency import circle
from neighborcam.agency import keyring
from neighborcam.agency.ceremony import (
    KeyRequest,
    accept,
    certify,
    drop_pending,
    end_certificate,
    key_file,
    key_request,
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
    assert isinstance(ring.keys.root, bytes)
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
    with pytest.raises(NotNow, match="make a key"):
        key_request(officer)
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
    wrong = certify(root, msgspec.structs.replace(wish, role=Role.SUPERVISOR), START)
    with pytest.raises(NotNow, match="another key"):
        accept(other, wrong)
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


def certified(root: Keyring, folder: Path) -> Keyring:
    officer = Keyring.make(folder, PASSPHRASE)
    wish = make_own(officer, Role.OFFICER, "Badge 4711")
    accept(officer, certify(root, wish, START))
    return officer


def test_the_old_key_works_until_the_new_one_is_certified(tmp_path: Path) -> None:
    root = Keyring.make(tmp_path / "root", PASSPHRASE)
    make_root(root)
    officer = certified(root, tmp_path / "officer")
    old, first = officer.own
    wish = make_own(officer, Role.OFFICER, "Badge 4711")
    assert make_own(officer, Role.OFFICER, "Badge 4711") == wish
    with pytest.raises(NotNow, match="drop it first"):
        make_own(officer, Role.SUPERVISOR, "Badge 4711")
    again = Keyring.open(tmp_path / "officer", PASSPHRASE)
    assert again.own[1] == first
    accept(again, certify(root, wish, START))
    new, second = Keyring.open(tmp_path / "officer", PASSPHRASE).own
    assert second.certificate.key == wish.key == new.public_key().public_bytes_raw()
    assert again.keys.held == [first, second]
    with pytest.raises(NotNow, match="another key"):
        accept(again, first)
    assert old.public_key().public_bytes_raw() != wish.key


def test_a_key_that_waits_can_be_dropped_and_the_other_stays(tmp_path: Path) -> None:
    root = Keyring.make(tmp_path / "root", PASSPHRASE)
    make_root(root)
    officer = certified(root, tmp_path / "officer")
    make_own(officer, Role.SUPERVISOR, "Badge 4711")
    drop_pending(officer)
    with pytest.raises(NotNow, match="no key waits"):
        drop_pending(officer)
    assert officer.own_as(Role.OFFICER)
    with pytest.raises(NotNow, match="role supervisor"):
        officer.own_as(Role.SUPERVISOR)


def test_the_root_may_certify_the_same_key_for_longer(tmp_path: Path) -> None:
    root = Keyring.make(tmp_path / "root", PASSPHRASE)
    make_root(root)
    officer = certified(root, tmp_path / "officer")
    key, issued = officer.own
    wish = KeyRequest(role=Role.OFFICER, name="Badge 4711", key=issued.certificate.key)
    accept(officer, certify(root, wish, START))
    assert officer.own[0].private_bytes_raw() == key.private_bytes_raw()
    assert len(officer.keys.held) == 2


def test_a_certificate_of_another_role_than_was_wished_is_not_used(
    tmp_path: Path,
) -> None:
    root = Keyring.make(tmp_path / "root", PASSPHRASE)
    make_root(root)
    officer = Keyring.make(tmp_path / "officer", PASSPHRASE)
    wish = make_own(officer, Role.OFFICER, "Badge 4711")
    wrong = certify(root, msgspec.structs.replace(wish, role=Role.SUPERVISOR), START)
    with pytest.raises(NotNow, match="another role"):
        accept(officer, wrong)


def test_another_passphrase_opens_the_same_keys(tmp_path: Path) -> None:
    ring = Keyring.make(tmp_path, PASSPHRASE)
    public = make_root(ring)
    with pytest.raises(NotNow, match="10 characters"):
        ring.change_passphrase("short")
    ring.change_passphrase("battery horse staple")
    with pytest.raises(WrongPassphrase):
        Keyring.open(tmp_path, PASSPHRASE)
    again = Keyring.open(tmp_path, "battery horse staple")
    assert again.root.public_key().public_bytes_raw() == public
    again.save()
    assert Keyring.open(tmp_path, "battery horse staple").keys.root == ring.keys.root


def test_a_case_has_keys_that_can_be_destroyed(tmp_path: Path) -> None:
    ring, request = Keyring.make(tmp_path, PASSPHRASE), "0" * 32
    recipient = ring.new_case(request)
    assert str(ring.seal(request).recipient) == recipient
    (first,) = ring.notes_keys(request)
    ring.add_notes_key(request)
    assert ring.notes_keys(request)[0] == first
    ring.drop_old_notes_keys(request)
    ring.destroy_seal(request)
    again = Keyring.open(tmp_path, PASSPHRASE)
    assert first not in again.notes_keys(request)
    with pytest.raises(NotNow, match="destroyed"):
        again.seal(request)
    with pytest.raises(NotNow, match="no keys of this request"):
        again.notes_keys("1" * 32)
