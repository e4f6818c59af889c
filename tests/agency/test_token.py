"""Signing keys in a PKCS#11 token: Debian's SoftHSM, which knows Ed25519."""

import builtins
import copy
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from neighborcam.agency import keyring
from neighborcam.agency.ceremony import accept, certify, make_own, make_root
from neighborcam.agency.errors import NotNow, WrongPassphrase
from neighborcam.agency.keyring import NAME, Keyring, Secret, needs_pin
from neighborcam.agency.page.room import Room
from neighborcam.agency.token import OnToken, make_on_token
from neighborcam.cli import main
from neighborcam.protocol.agencies import Role, check_certificate
from neighborcam.protocol.signing import sign, verify
from tests.agency.station import PASSPHRASE, Station, opened_desk
from tests.hub.clock import START
from tests.tools import lacking, need

PIN = "123456"
PLACES = ("/usr/lib", "/usr/local/lib")


@dataclass(frozen=True)
class Hsm:
    """A token of SoftHSM; its library reads where tokens lie once a process."""

    module: str
    label: str = "desk"

    def key(self, pin: str = PIN) -> Callable[[], Secret]:
        return lambda: make_on_token(self.module, self.label, pin)


@pytest.fixture(scope="module")
def hsm(tmp_path_factory: pytest.TempPathFactory) -> Hsm:
    need("softhsm2-util", "softhsm2")
    found = (each for place in PLACES for each in Path(place).rglob("libsofthsm2.so"))
    module = next(found, None)
    if module is None:
        lacking("SoftHSM's library is not installed (apt install softhsm2)")
    folder = tmp_path_factory.mktemp("hsm")
    (folder / "tokens").mkdir()
    config = folder / "softhsm2.conf"
    config.write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(config)
    words = ["--init-token", "--free", "--label", "desk", "--pin", PIN]
    subprocess.run(
        ["softhsm2-util", *words, "--so-pin", "87654321"],
        check=True,
        capture_output=True,
    )
    return Hsm(str(module))


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "_COST", 2**4)


def opened(folder: Path, pin: str = PIN) -> Keyring:
    ring = Keyring.open(folder, PASSPHRASE)
    ring.ask_pin = lambda: pin
    return ring


def test_a_root_and_an_officer_sign_in_their_tokens(hsm: Hsm, tmp_path: Path) -> None:
    root = Keyring.make(tmp_path / "root", PASSPHRASE)
    public = make_root(root, hsm.key())
    officer = Keyring.make(tmp_path / "officer", PASSPHRASE)
    wish = make_own(officer, Role.OFFICER, "Badge 4711", hsm.key())
    issued = certify(opened(tmp_path / "root"), wish, START)
    assert check_certificate(issued, public).key == wish.key
    accept(opened(tmp_path / "officer"), issued)
    key, held = opened(tmp_path / "officer").own
    assert held == issued
    verify(wish.key, "request", b"body", sign(key, "request", b"body"))
    assert copy.copy(key) is copy.deepcopy(key) is key
    for leave in (key.private_bytes_raw, key.private_bytes):
        with pytest.raises(NotNow, match="does not leave"):
            leave()  # type: ignore[call-arg]


def test_a_pin_is_asked_for_and_a_wrong_one_is_said(hsm: Hsm, tmp_path: Path) -> None:
    ring = Keyring.make(tmp_path, PASSPHRASE)
    assert not needs_pin(tmp_path)
    make_root(ring, hsm.key())
    assert needs_pin(tmp_path)
    with pytest.raises(NotNow, match="its PIN is needed"):
        _ = Keyring.open(tmp_path, PASSPHRASE).root
    with pytest.raises(WrongPassphrase, match="PIN is wrong"):
        opened(tmp_path, "000000").root.sign(b"x")
    assert len(opened(tmp_path).root.sign(b"x")) == 64
    assert PIN.encode() not in (tmp_path / NAME).read_bytes()
    with pytest.raises(WrongPassphrase, match="PIN is wrong"):
        make_root(Keyring.make(tmp_path / "other", PASSPHRASE), hsm.key("000000"))


def test_a_token_that_is_not_there_is_named(
    hsm: Hsm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = Keyring.make(tmp_path, PASSPHRASE)
    make_root(ring, hsm.key())
    where = ring.keys.root
    assert isinstance(where, OnToken)
    assert make_on_token(hsm.module, "", PIN).token == "desk"  # the only one
    gone = {"token": "another"}, {"id": "00"}, {"module": "/nowhere.so"}
    told = "put it in", "has lost this key", "does not answer"
    for change, text in zip(gone, told, strict=True):
        fields = {"module": where.module, "token": "desk", "id": where.id}
        ring.keys.root = OnToken(**fields | change, public=where.public)
        ring.ask_pin = lambda: PIN
        with pytest.raises(NotNow, match=text):
            ring.root.sign(b"x")
    with pytest.raises(NotNow, match="--token"):
        make_on_token("", "desk", PIN)
    real = builtins.__import__

    def without(name: str, *more: Any) -> Any:
        if name == "pkcs11":
            raise ImportError(name)
        return real(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(NotNow, match=r"neighborcam\[token\]"):
        make_on_token(hsm.module, "desk", PIN)


def test_commands_make_a_key_in_a_token(
    hsm: Hsm, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in (("pass", PASSPHRASE), ("pin", PIN)):
        (tmp_path / name).write_text(f"{text}\n")
    given = ["--passphrase-file", str(tmp_path / "pass")]
    given += ["--pin-file", str(tmp_path / "pin"), "--desk", str(tmp_path / "desk")]
    words = ["agency", "key", "officer", "Badge 1", "--token", hsm.module]
    assert main([*words, *given]) == 0
    assert '"name":"Badge 1"' in capsys.readouterr().out
    ring = opened(tmp_path / "desk")
    assert ring.keys.pending is not None
    assert isinstance(ring.keys.pending.key, OnToken)


async def test_a_desk_whose_key_is_in_a_token_asks_collects_and_exports(
    hsm: Hsm, station: Station
) -> None:
    keys = station.officer.parts.ring.keys
    on_token = hsm.key()()
    assert isinstance(on_token, OnToken)
    agency = station.policed.agency
    made = agency.certified(Role.OFFICER, "Badge 7", public=on_token.public)
    await station.policed.police.certify(made)
    keys.own, keys.issued = on_token, made.issued
    keys.held.append(made.issued)
    station.officer.parts.ring.save()
    station.officer = opened_desk(station.policed, station.book.folder)
    station.officer.parts.ring.ask_pin = lambda: PIN
    request, answer = await station.answered()
    await station.export(request, answer.id)
    assert (answer.id, "copied") in await station.receipts(request)


def test_the_page_takes_the_pin_with_the_passphrase(hsm: Hsm, tmp_path: Path) -> None:
    make_root(Keyring.make(tmp_path, PASSPHRASE), hsm.key())
    room = Room(tmp_path, lambda: START)
    assert room.needs_pin
    room.unlock(PASSPHRASE, PIN)
    assert len(room.ring.root.sign(b"x")) == 64
    room.unlock(PASSPHRASE)
    with pytest.raises(NotNow, match="PIN"):
        _ = room.ring.root
