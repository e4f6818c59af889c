"""The whole story of one request: two homes, a hub, two desks, and time that is moved.

Real HTTP, real H.264, real files, Debian's `age` and `openssl`, rounds of their real
length; only the clock is ours. test_request_processes.py has the same of programs.
"""

import subprocess
import sys
import zipfile
from pathlib import Path

import msgspec
import pytest

from neighborcam.agency import keyring
from neighborcam.agency.desk import Desk
from neighborcam.agency.verifying import Pin, check_bundle
from neighborcam.engine.requests import AnswerDraft, Decision
from neighborcam.protocol.requests import Request
from tests.agency.station import desk
from tests.engine.sharing.asked_home import Move, OneHome, home
from tests.hub.conftest import clock, session, settings
from tests.hub.police import Policed, policed
from tests.tools import need

__all__ = ["clock", "home", "policed", "session", "settings"]

pytestmark = pytest.mark.timeout(120)


def sealed_by(officer: Desk, request: Request) -> Request:
    return msgspec.structs.replace(request, seal_to=officer.new_seal(request.id))


async def turns(*homes: OneHome) -> None:
    for each in homes:
        await each.look()
        await each.take_turn()


def script(folder: Path) -> subprocess.CompletedProcess[str]:
    need("openssl")
    command = [sys.executable, "-I", "verify.py"]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False
    )


def opened_by_age(folder: Path, sealed: bytes, secret: str) -> bytes:
    need("age")
    (folder / "raw.age").write_bytes(sealed)
    (folder / "key").write_text(secret)
    asked = ["age", "--decrypt", "--identity", "key", "raw.age"]
    done = subprocess.run(asked, cwd=folder, capture_output=True, check=True)
    return done.stdout


async def test_from_the_draft_to_the_deletion(
    policed: Policed, home: Move, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "_COST", 2**4)
    await policed.join()
    officer, book = desk(policed, tmp_path / "officer", policed.agency.officer)
    supervisor, _ = desk(policed, tmp_path / "super", policed.agency.supervisor)
    yes, silent = await home("yes"), await home("silent")

    # Signed, countersigned, reviewed, logged.
    draft = sealed_by(officer, policed.agency.request(policed.town.clock()))
    signed = await supervisor.countersign(await officer.sign(draft))
    await officer.submit(signed)
    for each in (yes, silent):
        await each.look()
        assert each.requests.shown() == ()
    await policed.ann.approve(signed.sha256)
    request = signed.request.id

    # Matched at home; approved in one, ignored in the other.
    for each in (yes, silent):
        await each.look()
        (view,) = each.requests.shown()
        assert (view.id, view.matching_cameras) == (request, 1)
    clip = await yes.clip(request)
    seen, _ = yes.requests.made(clip)
    approval = AnswerDraft(
        decision=Decision.APPROVE, clips=(clip,), text="It turned left."
    )
    await yes.requests.answer(request, approval)
    await turns(yes, silent)

    # Collected: two homes took part, one answered; nobody learns which.
    policed.town.clock.at = (
        policed.town.clock.at.replace(hour=23)
        + (signed.request.expires - signed.request.published) / 4
    )
    collected = await officer.collect(request)
    assert (collected.homes, collected.fresh) == (2, 1)
    (kept,) = officer.answers(request)
    opened = await officer.open(request, kept.id, 0)
    assert opened.clip == seen

    # Opened by Debian's age from the raw file; proven offline, twice.
    item = kept.answer.items[0]
    sealed = book.sealed_path(request, kept.id, 0).read_bytes()
    assert opened_by_age(tmp_path, sealed, item.secret)[: len(seen)] == seen
    out = tmp_path / "bundle.zip"
    out.write_bytes(await officer.export(request, kept.id, 0))
    verdict = check_bundle(out, Pin(log=book.settings.log))
    assert verdict.is_pinned
    with zipfile.ZipFile(out) as archive:
        archive.extractall(tmp_path / "court")
    done = script(tmp_path / "court")
    assert done.returncode == 0, done.stderr

    # Receipts come back; the deletion is attested, and told.
    await officer.end(request, "resolved")
    await officer.file_outcome(request, "helped", "")
    await officer.delete(request, "deleted")
    policed.town.clock.advance(hours=2)
    for each in (yes, silent):
        await each.look()
    (view,) = yes.requests.shown()
    assert view.state == "resolved"  # still, though its outcome was filed
    (told,) = (await yes.requests.review(request)).answers
    assert {each.what for each in told.receipts} == {
        "received",
        "opened",
        "copied",
        "deleted",
    }
    review = await silent.requests.review(request)
    assert (review.answers, review.outcome, review.deletion) == (
        (),
        "helped",
        "deleted",
    )
    assert not list(book.of(request).glob("*.age"))
