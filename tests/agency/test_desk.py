"""A desk at a real hub: from the draft to the deletion, and the bundle for a court."""

import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from neighborcam.agency.errors import DeskUnreadable, HubAway, NotNow
from neighborcam.agency.hub_client import HubClient
from neighborcam.agency.verifying import check_bundle
from neighborcam.protocol.errors import CannotOpen, ProtocolError
from tests.agency.station import CLIP, Station
from tests.tools import need


async def test_a_request_goes_from_desk_to_desk_to_the_hub_and_back(
    station: Station,
) -> None:
    request = await station.ask()
    homes = [await station.policed.town.home() for _ in range(3)]
    answer = await station.answer(request, homes[0])
    for home in homes[1:]:
        await station.post(request, home, b"")
    assert await station.officer.collect(request) == (0, 0)  # the round runs
    station.round_over()
    assert await station.officer.collect(request) == (3, 1)
    assert await station.officer.collect(request) == (3, 0)
    path = await station.officer.open(request, answer.id, 0)
    assert path.read_bytes() == CLIP
    await station.officer.copied(request, answer.id, 0)
    await station.officer.question(request, answer.id, "Was the van white?")
    expected = ["received", "opened", "copied", "question"]
    assert await station.receipts(request) == [(answer.id, each) for each in expected]


async def test_the_end_leaves_nothing_but_words(station: Station) -> None:
    request = await station.ask()
    answer = await station.answer(request, await station.policed.town.home())
    station.round_over()
    await station.officer.collect(request)
    path = await station.officer.open(request, answer.id, 0)
    await station.officer.end(request, "resolved")
    await station.officer.file_outcome(request, "helped", "")
    await station.officer.delete(request)
    assert not path.exists()
    assert not list(path.parent.glob("*.age"))
    assert (answer.id, "deleted") in await station.receipts(request)
    status = await station.officer.status(request)
    assert (status.state, status.due) == ("outcome-filed", {})
    with pytest.raises(NotNow, match="deleted"):
        await station.officer.open(request, answer.id, 0)
    told = [each.what for each in station.officer.custody.of(request)]
    assert told[:2] == ["signed", "submitted"]
    assert told[-1] == "deleted"


async def test_a_revoked_clip_is_deleted_and_that_is_told(station: Station) -> None:
    request = await station.ask()
    home = await station.policed.town.home()
    answer = await station.answer(request, home)
    station.round_over()
    await station.officer.collect(request)
    path = await station.officer.open(request, answer.id, 0)
    await station.answer(request, home, number=1, kind="revoked", about=answer.id)
    station.round_over()
    await station.officer.collect(request)
    assert not path.exists()
    assert (answer.id, "deleted") in await station.receipts(request)


async def test_what_is_outside_of_the_limits_is_not_signed(station: Station) -> None:
    with pytest.raises(NotNow, match="retention_days: at most 90"):
        await station.officer.sign(station.request(retention_days=91))
    long = station.policed.town.clock().replace(microsecond=0) - timedelta(hours=6)
    with pytest.raises(NotNow, match="window_end: a window has at most 2 hours"):
        await station.officer.sign(station.request(window_start=long))


async def test_a_piece_with_another_bit_is_not_opened(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = await station.ask()
    answer = await station.answer(request, await station.policed.town.home())
    station.round_over()
    await station.officer.collect(request)
    get = HubClient.get

    async def flipped(self: HubClient, path: str) -> bytes:
        data = bytearray(await get(self, path))
        if path.startswith("/api/chunks/"):
            data[5000] ^= 1
        return bytes(data)

    monkeypatch.setattr(HubClient, "get", flipped)
    with pytest.raises(CannotOpen, match="changed"):
        await station.officer.open(request, answer.id, 0)
    monkeypatch.setattr(HubClient, "get", get)
    path = await station.officer.open(request, answer.id, 0)
    assert path.read_bytes() == CLIP


async def test_a_crash_between_steps_loses_and_doubles_nothing(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = await station.ask()
    answer = await station.answer(request, await station.policed.town.home())
    station.round_over()
    post = HubClient.post

    async def lost(self: HubClient, path: str, message: Any) -> bytes:
        data = await post(self, path, message)
        if path == "/api/replies":
            raise HubAway("the answer is lost")
        return data

    monkeypatch.setattr(HubClient, "post", lost)
    with pytest.raises(HubAway):
        await station.officer.collect(request)
    with pytest.raises(HubAway):
        await station.officer.open(request, answer.id, 0)
    monkeypatch.setattr(HubClient, "post", post)
    assert await station.officer.collect(request) == (1, 0)
    await station.officer.open(request, answer.id, 0)
    told = await station.receipts(request)
    assert told == [(answer.id, "received"), (answer.id, "opened")]


async def test_a_capsule_that_makes_no_sense_is_silence(station: Station) -> None:
    request = await station.ask()
    home = await station.policed.town.home()
    await station.post(request, home, b'{"type":"answer"}')
    await station.answer(request, home, kind="tip", text="A van.")
    station.round_over()
    assert await station.officer.collect(request) == (2, 1)


async def test_debian_s_age_opens_the_raw_file(
    station: Station, tmp_path: Path
) -> None:
    request = await station.ask()
    answer = await station.answer(request, await station.policed.town.home())
    pieces = [
        await station.policed.police.get(f"/api/chunks/{each}")
        for each in answer.items[0].chunks
    ]
    (tmp_path / "raw.age").write_bytes(b"".join(pieces))
    (tmp_path / "key").write_text(answer.items[0].secret)
    opened = debian_s_age(tmp_path)
    assert opened[: len(CLIP)] == CLIP
    assert len(b"".join(pieces)) % 2**20 == 0


def debian_s_age(folder: Path) -> bytes:
    need("age")
    asked = ["age", "--decrypt", "--identity", "key", "raw.age"]
    done = subprocess.run(asked, capture_output=True, check=True, cwd=folder)
    return done.stdout


# -- the bundle -----------------------------------------------------------------------


def script(path: Path, folder: Path) -> tuple[int, str]:
    """Run the bundle's own script, as somebody does who has nothing of ours."""
    need("openssl")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    done = subprocess.run(
        [sys.executable, "-I", "verify.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


async def exported(station: Station) -> Path:
    request = await station.ask()
    answer = await station.answer(request, await station.policed.town.home())
    station.round_over()
    await station.officer.collect(request)
    return await station.export(request, answer.id)


async def test_a_bundle_proves_itself_twice(station: Station, tmp_path: Path) -> None:
    path = await exported(station)
    assert [each.what for each in check_bundle(path)] == [
        "clip",
        "request",
        "log",
        "custody",
    ]
    status, told = script(path, tmp_path / "out")
    assert (status, told[:5]) == (0, "RIGHT"), told


def changed(path: Path, name: str, data: bytes | None) -> Path:
    """Return the bundle with one file changed, or without it."""
    out = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for each in old.namelist():
            if each != name:
                new.writestr(each, old.read(each))
            elif data is not None:
                new.writestr(each, data)
    return out


def content(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("clip.mp4", b"\x10\x11", b"\x10\x12"),
        ("manifest.json", b'"frames":80', b'"frames":81'),
        ("manifest.sig", b"0", b"1"),
        ("request-entry.json", b"bakery", b"temple"),
        ("request-entry.tlog-proof", b"index ", b"index 1"),
        ("policy.json", b"localhost", b"localhose"),
        ("custody.log", b"submitted", b"forgotten"),
    ],
)
async def test_what_was_changed_is_named_by_both(
    station: Station, tmp_path: Path, name: str, old: bytes, new: bytes
) -> None:
    path = await exported(station)
    data = content(path, name)
    assert old in data
    for number, tampered in enumerate((data.replace(old, new, 1), None)):
        other = changed(path, name, tampered)
        with pytest.raises(ProtocolError):
            check_bundle(other)
        status, told = script(other, tmp_path / f"out{number}")
        assert (status, told[:5]) == (1, "WRONG"), told


async def test_a_custody_line_that_is_left_out_is_noticed(station: Station) -> None:
    path = await exported(station)
    lines = content(path, "custody.log").splitlines(keepends=True)
    other = changed(path, "custody.log", b"".join([lines[0], *lines[2:]]))
    with pytest.raises(ProtocolError, match="custody log, line 2"):
        check_bundle(other)


async def test_a_custody_log_that_was_cut_off_by_a_crash_goes_on(
    station: Station,
) -> None:
    request = await station.ask()
    path = station.book.folder / "custody.log"
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"about":"')
    assert len(station.officer.custody.lines()) == 2
    await station.officer.end(request, "withdrawn")
    assert len(station.officer.custody.lines()) == 3
    path.write_bytes(whole.replace(b"signed", b"singed", 1))
    with pytest.raises(DeskUnreadable, match="line 1"):
        station.officer.custody.lines()
