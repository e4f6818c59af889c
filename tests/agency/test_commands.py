"""The desk by its commands: real processes, from the first key to the attestation.

Only their clock is moved, as the hub's is.
"""

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import msgspec
import pytest

from demo.agency import circle
from demo.answering import give_clip, post_capsule, write_answer
from neighborcam.agency import keyring
from neighborcam.agency.keyring import Keyring
from neighborcam.agency.links import read_link
from neighborcam.protocol.canonical import encode
from tests.agency.station import CLIP, PASSPHRASE
from tests.web.desks import set_up
from tests.web.police import HERE, Police, policed_hub
from tests.web.running_hub import RunningHub

PROGRAM = """
import datetime, sys
from neighborcam.agency import keyring
from neighborcam.commands import desk_session
keyring._COST = 2**4
SHIFT = datetime.timedelta(seconds=float(sys.argv[1]))
class Moved(datetime.datetime):
    @classmethod
    def now(cls, zone=None):
        return datetime.datetime.now(zone) + SHIFT
desk_session.datetime = Moved
from neighborcam.cli import main
sys.exit(main(sys.argv[2:]))
"""
ESCAPES = "\x1b[2Jgone\n" + "0" * 32 + "  clips  [opened]  fake"


@dataclass
class Told:
    """What a command said."""

    status: int
    out: str
    err: str


class Desks:
    """Commands on desks in folders of their own."""

    def __init__(self, folder: Path, hub: RunningHub, police: Police) -> None:
        self.folder, self.hub, self.police = folder, hub, police
        self.passphrase = folder / "passphrase"
        self.passphrase.write_text(PASSPHRASE + "\n")
        self.log = hub.hub.desk.log.key.vkey

    def command(self, *words: str) -> list[str]:
        shift = -self.police.clock.shift.total_seconds()
        return [sys.executable, "-c", PROGRAM, str(shift), *words]

    def run(self, *words: str, given: str | None = None) -> Told:
        done = subprocess.run(
            self.command(*words),
            capture_output=True,
            text=True,
            check=False,
            input=given,
            cwd=self.folder,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Told(done.returncode, done.stdout.strip("\n"), done.stderr)

    def desk(self, name: str, *words: str, **more: Any) -> str:
        """Run an action that has to work; return what it printed."""
        told = self.run(*self.words(name, *words), **more)
        assert told.status == 0, told.err
        return told.out

    def fails(self, name: str, *words: str, **more: Any) -> str:
        """Run an action that has to fail in words; return them."""
        told = self.run(*self.words(name, *words), **more)
        assert (told.status, told.out) == (1, "")
        return told.err.splitlines()[-1].removeprefix("neighborcam: ")

    def words(self, name: str, *words: str) -> list[str]:
        options = ("--desk", name, "--passphrase-file", str(self.passphrase))
        return ["agency", *words, *options]

    def file(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text)
        return name

    def draft(self, **changes: Any) -> str:
        now = self.police.clock().replace(microsecond=0)
        made = {
            "case_ref": "2026-004711",
            "offence": "burglary",
            "necessity": "Two homes were broken into and no camera saw it.",
            "tried": ["scene"],
            "area": msgspec.to_builtins(circle(HERE[1], HERE[0])),
            "window_start": (now - timedelta(hours=3)).isoformat(),
            "window_end": (now - timedelta(hours=2)).isoformat(),
            "what": "A van that left in a hurry.",
            "contact": "Milltown Police, +31 20 555 0199",
        }
        return self.file("draft.json", json.dumps(made | changes))

    def ready(self) -> None:
        """Put both desks there, as the ceremony leaves them."""
        for name in ("officer", "supervisor"):
            set_up(self.folder / name, self.hub, getattr(self.police.agency, name))

    def ceremony(self) -> None:
        """Give an officer and a supervisor certified keys, as they carry them."""
        root = Keyring.make(self.folder / "root", PASSPHRASE)
        root.keys.root = self.police.agency.root.private_bytes_raw()
        root.save()
        for name in ("officer", "supervisor"):
            self.desk(name, "init", self.hub.url, self.log)
            wish = self.desk(name, "key", name, f"Badge of the {name}")
            asked = self.file("wish", wish)
            certificate = self.desk("root", "certify", asked, "--yes")
            said = self.desk(name, "accept", self.file("certificate", certificate))
            assert said.endswith("is yours, and in the public log")

    def logged(self) -> str:
        """Sign, countersign, submit and have a request approved; return its id."""
        link = self.desk("officer", "sign", self.draft())
        both = self.desk("supervisor", "countersign", link, "--yes")
        assert self.desk("officer", "submit", both) == "review"
        signed = read_link(both)
        self.hub.run(self.police.ann.approve(signed.sha256))
        return signed.request.id

    def answer(self, request: str, **more: Any) -> str:
        """Let the hub's home answer, and the round go by; return the answer's id."""

        async def give() -> str:
            home, now = self.hub.home, self.police.clock()
            items = (
                () if "kind" in more else (await give_clip(home, request, CLIP, now),)
            )
            answer, _ = write_answer(request, **{"items": items} | more)
            status = await self.police.client.status(request)
            entry = msgspec.convert(status["entry"], bytes)
            seal_to = json.loads(entry)["request"]["request"]["seal_to"]
            await post_capsule(home, request, seal_to, encode(answer))
            return answer.id

        given = self.hub.run(give())
        self.police.clock.shift -= timedelta(days=1, minutes=6)
        return given


@pytest.fixture
def desks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desks]:
    monkeypatch.setattr(keyring, "_COST", 2**4)
    with policed_hub(tmp_path / "hub") as (hub, police):
        yield Desks(tmp_path, hub, police)


def test_the_whole_story_by_commands(desks: Desks) -> None:
    desks.ceremony()
    assert desks.desk("officer", "check", desks.draft()) == "it may be asked"
    request = desks.logged()
    assert desks.desk("officer", "list").startswith(f"{request}  2026-004711  burglary")
    assert desks.desk("officer", "watch", request) == "open"
    answer = desks.answer(request, text="It turned left.", holds_originals=True)
    assert "collect" in desks.desk("officer", "remind")
    told = desks.desk("officer", "collect", request)
    assert told == "1 homes took part; 1 new answers"
    told = desks.desk("officer", "answers", request)
    assert f"{answer}  clips  [received]" in told
    assert "words: It turned left." in told
    assert "home keeps the originals: yes" in told
    one = (request, answer, "1")
    assert "as its manifest says" in desks.desk("officer", "open", *one)
    desks.desk("officer", "ask", request, answer, "Was it white?")
    assert "asked: Was it white?" in desks.desk("officer", "answers", request)
    said = desks.desk("officer", "export", *one, "bundle.zip")
    assert f"neighborcam verify --log '{desks.log}' bundle.zip" in said
    proven = desks.run("verify", "bundle.zip", "--log", desks.log)
    assert proven.out.splitlines()[-1].startswith("RIGHT")
    with zipfile.ZipFile(desks.folder / "bundle.zip") as archive:
        assert archive.read("clip.mp4") == CLIP
    desks.desk("officer", "save", *one, "clip.mp4")
    assert (desks.folder / "clip.mp4").read_bytes() == CLIP
    desks.desk("officer", "copied", *one)
    told = desks.desk("officer", "custody", request)
    done = [line.split()[2] for line in told.splitlines()]
    assert done[:3] == ["signed", "submitted", "collected"]
    assert done[-3:] == ["exported", "saved", "copied"]
    desks.desk("officer", "end", request, "resolved")
    desks.desk("officer", "outcome", request, "helped")
    assert "say `deleted`" in desks.fails("officer", "delete", request, "--yes")
    said = desks.desk("officer", "delete", request, "deleted", "--yes")
    assert said == "answers and keys are destroyed, and the hub has it in writing"
    assert desks.desk("officer", "watch", request) == "outcome-filed"
    assert desks.desk("officer", "remind") == ""


def test_what_homes_wrote_moves_nothing_on_the_terminal(desks: Desks) -> None:
    desks.ready()
    request = desks.logged()
    desks.answer(request, kind="tip", text=ESCAPES, contact="bob\x07@x\u202ecilbup")
    desks.desk("officer", "collect", request)
    told = desks.desk("officer", "answers", request)
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert "words: \\x1b[2Jgone\\n000" in told
    assert "contact: bob\\x07@x\\u202ecilbup" in told
    assert len(told.splitlines()) == 3


def test_nothing_is_signed_or_destroyed_without_a_yes(desks: Desks) -> None:
    desks.ready()
    link = desks.desk("officer", "sign", desks.draft())
    assert "Say --yes" in desks.fails("supervisor", "countersign", link, given="yes\n")
    told = desks.run(*desks.words("supervisor", "show", link))
    assert '"what": "A van that left in a hurry."' in told.out
    assert "signed by Badge 4711" in told.out
    changed = link[:-40] + ("A" if link[-40] != "A" else "B") + link[-39:]
    assert "link" in desks.fails("supervisor", "countersign", changed, "--yes")
    assert "key of role supervisor" in desks.fails(
        "officer", "countersign", link, "--yes"
    )
    request = read_link(link).request.id
    assert "Say --yes" in desks.fails("officer", "delete", request)
    assert desks.desk("officer", "watch", request) == "signed, and not at the hub"


def test_a_draft_that_is_wrong_is_named_by_its_field(desks: Desks) -> None:
    desks.ready()
    for field, value in (("days", 1e12), ("what", None)):
        assert field in desks.fails("officer", "check", desks.draft(**{field: value}))
    (desks.folder / "draft.json").write_text('{"case_ref": "x"}')
    told = desks.fails("officer", "sign", "draft.json")
    assert "missing required field `offence`" in told
    desks.desk("officer", "check", desks.draft())
    assert not Keyring.open(desks.folder / "officer", PASSPHRASE).keys.cases


def test_a_key_is_renewed_and_revoked_and_a_passphrase_changed(desks: Desks) -> None:
    desks.ceremony()
    wish = desks.desk("officer", "key", "officer", "Badge 2")
    assert desks.desk("officer", "key", "officer", "Badge 2") == wish
    assert "drop it first" in desks.fails("officer", "key", "officer", "Badge 3")
    assert desks.desk("officer", "check", desks.draft()) == "it may be asked"
    desks.desk("officer", "drop-key")
    wish = desks.desk("officer", "key", "officer", "Badge 3")
    made = desks.desk("root", "certify", desks.file("wish", wish), "--yes")
    said = desks.desk("officer", "accept", desks.file("certificate", made))
    sha256 = said.split()[1]
    gone = desks.desk("root", "revoke", sha256)
    said = desks.desk("supervisor", "publish", desks.file("gone", gone))
    assert said == "the certificate counts no more"
    link = desks.desk("officer", "sign", desks.draft())
    told = desks.fails("supervisor", "countersign", link, "--yes")
    assert "revoked" in told
    new = desks.file("new", "battery horse staple")
    desks.desk("officer", "passphrase", "--new-passphrase-file", new)
    assert "passphrase is wrong" in desks.fails("officer", "drop-key")
    desks.passphrase.write_bytes(b"\xff\xfe wrong")
    assert "not UTF-8" in desks.fails("officer", "drop-key")


def test_an_agency_applies_by_its_key_file(desks: Desks) -> None:
    desks.desk("fresh", "root")
    assert "already" in desks.fails("fresh", "root")
    record = {
        "name": "Lakeside Rescue",
        "domain": "rescue.example",
        "kind": "rescue",
        "contact": "+31 20 555 0100",
        "jurisdiction": msgspec.to_builtins(circle(HERE[1], HERE[0], 5000.0)),
    }
    path = desks.file("record.json", json.dumps(record))
    signed = desks.file("neighborcam-agency.json", desks.desk("fresh", "record", path))
    desks.desk("other", "init", desks.hub.url, desks.log)
    assert "applied as" in desks.desk("other", "apply", signed)
    del record["jurisdiction"]
    path = desks.file("record.json", json.dumps(record))
    assert "no jurisdiction" in desks.fails("fresh", "record", path)
    desks.ready()
    wish = desks.file("wish", desks.desk("officer", "key", "officer", "Badge 9"))
    told = desks.fails("officer", "certify", wish, "--yes")
    assert "another machine" in told


def test_a_folder_that_is_no_desk_is_named_and_not_made(desks: Desks) -> None:
    for words in (["remind"], ["collect", "0" * 32], ["answers", "x"], ["list"]):
        told = desks.run(*desks.words("nowhere", *words))
        assert told.status == (0 if words == ["list"] else 1)
        assert not (desks.folder / "nowhere").exists()
    told = desks.run("agency", "collect")
    assert "usage: neighborcam agency collect REQUEST" in told.err


def test_the_page_is_served_until_it_is_told_to_stop(desks: Desks) -> None:
    words = desks.command("agency", "--desk", "new", "--port", "0")
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, cwd=desks.folder
    ) as served:
        try:
            assert served.stdout is not None
            line = served.stdout.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+/", line)
            assert found is not None
            assert "#enter=" in line
            with urlopen(found[0], timeout=60) as answer:  # noqa: S310 - our own
                assert answer.status == 200
            assert "close its page" in desks.fails("new", "root")
            served.terminate()
            assert served.wait(20) == 0
        finally:
            served.kill()
    told = desks.run("agency", "--desk", "new", "--host", "0.0.0.0")
    assert "--beyond-this-machine" in told.err


def test_an_officer_warns_and_takes_it_back_by_commands(desks: Desks) -> None:
    desks.ready()
    made = {"category": "fire", "headline": "Smoke at the mill", "text": "Stay in."}
    asks = desks.file("asks", json.dumps(made | {"text": "Send us your videos."}))
    assert desks.desk("officer", "alert", "check", asks).splitlines() == [
        "place: choose a place",
        "text: an alert asks homes for nothing: make a request, with its limits",
    ]
    place = {"place": [HERE[1], HERE[0]]}
    draft = desks.file("alert.json", json.dumps(made | place))
    assert desks.desk("officer", "alert", "check", draft) == "it may be sent"
    alert = desks.desk("officer", "alert", "send", draft).partition(":")[0]
    (waits,) = desks.hub.run(desks.police.ann.get("/api/steward/agency-alerts"))
    desks.hub.run(desks.police.ann.approve_alert(waits["sha256"]))
    told = desks.desk("officer", "alert", "list")
    assert told == f"{alert}  alert  shown  Smoke at the mill"
    assert desks.desk("officer", "alert", "cancel", alert, "--yes") == "it is cancelled"
    assert "one of: check DRAFT.json" in desks.fails("officer", "alert", "shout")
