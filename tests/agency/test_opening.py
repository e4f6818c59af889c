"""Clips are opened: noted first, checked whole, and never left lying open."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from neighborcam.agency import files
from neighborcam.agency.casebook import Notes
from neighborcam.agency.custody import Custody
from neighborcam.agency.errors import DeskUnreadable, NotNow
from neighborcam.agency.hub_client import HubClient
from neighborcam.protocol.answers import Answer
from neighborcam.protocol.errors import CannotOpen
from tests.agency.station import CLIP, PASSPHRASE, Station

get = HubClient.get


class PowerCut(BaseException):
    """The machine stops here."""


def no_clip_lies_open(station: Station) -> bool:
    found = [path for path in station.book.folder.rglob("*") if path.is_file()]
    return not any(CLIP[:400] in path.read_bytes() for path in found)


async def flipped(self: HubClient, path: str) -> bytes:
    data = bytearray(await get(self, path))
    if path.startswith("/api/chunks/"):
        data[5000] ^= 1
    return bytes(data)


async def test_a_piece_with_another_bit_is_not_opened(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, answer = await station.answered()
    monkeypatch.setattr(HubClient, "get", flipped)
    with pytest.raises(CannotOpen, match="changed"):
        await station.officer.open(request, answer.id, 0)
    assert "opened" not in station.done(request)
    monkeypatch.setattr(HubClient, "get", get)
    assert (await station.officer.open(request, answer.id, 0)).clip == CLIP


async def test_a_damaged_file_is_fetched_again_while_the_hub_has_it(
    station: Station,
) -> None:
    request, answer = await station.answered()
    await station.officer.open(request, answer.id, 0)
    path = station.book.sealed_path(request, answer.id, 0)
    whole = path.read_bytes()
    path.write_bytes(whole[:77] + bytes([whole[77] ^ 1]) + whole[78:])
    assert (await station.officer.open(request, answer.id, 0)).clip == CLIP
    assert path.read_bytes() == whole


async def test_what_is_here_is_not_fetched_again(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, answer = await station.answered()
    await station.officer.open(request, answer.id, 0)
    monkeypatch.setattr(HubClient, "get", flipped)
    assert (await station.officer.open(request, answer.id, 0)).clip == CLIP


async def test_an_opened_clip_is_plain_only_where_a_person_puts_it(
    station: Station, tmp_path: Path
) -> None:
    request, answer = await station.answered()
    out = tmp_path / "clip.mp4"
    await station.officer.save(request, answer.id, 0, out)
    assert out.read_bytes() == CLIP
    assert out.stat().st_mode & 0o777 == 0o600
    assert no_clip_lies_open(station)
    told = ["received", "opened", "copied"]
    assert await station.receipts(request) == [(answer.id, each) for each in told]
    assert station.done(request)[-2:] == ["opened", "saved"]
    await station.officer.save(request, answer.id, 0, tmp_path / "another.mp4")
    assert station.done(request)[-2:] == ["saved", "saved"], "each copy is noted"
    assert len(await station.receipts(request)) == 3


async def test_a_clip_is_opened_before_it_is_called_evidence(station: Station) -> None:
    request, answer = await station.answered()
    with pytest.raises(NotNow, match="open the clip first"):
        await station.officer.copied(request, answer.id, 0)
    with pytest.raises(NotNow, match="no such clip"):
        await station.officer.open(request, answer.id, 1)
    with pytest.raises(NotNow, match="collect first"):
        await station.officer.open(request, "0" * 32, 0)


CUTS: list[tuple[Any, str]] = [
    (files, "write"),
    (Custody, "add"),
    (Notes, "put"),
    (HubClient, "post"),
    (HubClient, "get"),
]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("place", CUTS, ids=lambda place: place[1])
async def test_an_opening_that_was_cut_off_anywhere_is_noted_and_told_once(
    station: Station,
    monkeypatch: pytest.MonkeyPatch,
    place: tuple[Any, str],
    after: bool,  # noqa: FBT001 - a column of the table
) -> None:
    request, answer = await station.answered()
    cuts = 0
    while await cut_off(
        station, monkeypatch, place, cuts, (request, answer), after=after
    ):
        assert no_clip_lies_open(station)
        cuts += 1
    assert cuts > 0
    assert (await station.again().open(request, answer.id, 0)).clip == CLIP
    told = [(answer.id, "received"), (answer.id, "opened")]
    assert await station.receipts(request) == told
    assert station.done(request).count("opened") == 1


async def cut_off(
    station: Station,
    monkeypatch: pytest.MonkeyPatch,
    place: tuple[Any, str],
    number: int,
    what: tuple[str, Answer],
    *,
    after: bool,
) -> bool:
    """Open a clip, and stop at a call of ``place``; tell whether it came so far."""
    kind, name = place
    real, seen = getattr(kind, name), 0

    def cut(*given: Any, **more: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen <= number:
            return real(*given, **more)
        if after:
            done = real(*given, **more)
            if hasattr(done, "close"):
                done.close()
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(kind, name, cut)
        try:
            await station.again().open(what[0], what[1].id, 0)
        except PowerCut:
            return True
    return False


OPENER = """
import asyncio, os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from neighborcam.agency import keyring
keyring._COST = 2**4
from neighborcam.agency.casebook import Casebook, Notes
from neighborcam.agency.custody import Custody
from neighborcam.agency.desk import Desk
from neighborcam.agency.hub_client import HubClient
from neighborcam.agency.keyring import Keyring
folder, request, answer, place, passphrase, now = sys.argv[1:]
kind, name = {"custody": (Custody, "add"), "notes": (Notes, "put")}[place]
real = getattr(kind, name)
def stop(*given, **more):
    real(*given, **more)
    print("stopped", flush=True)
    signal.pause()
setattr(kind, name, stop)
book = Casebook(Path(folder))
clock = lambda: datetime.fromisoformat(now)
ring, client = Keyring.open(book.folder, passphrase), HubClient(book.settings.hub)
desk = Desk(book, ring, client, clock)
asyncio.run(desk.open(request, answer, 0))
"""


@pytest.mark.parametrize("place", ["custody", "notes"])
async def test_a_desk_that_is_killed_while_it_opens_loses_no_line(
    station: Station, place: str
) -> None:
    request, answer = await station.answered()
    now = station.policed.town.clock().isoformat()
    folder = str(station.book.folder)
    given = (folder, request, answer.id, place, PASSPHRASE, now)
    opener = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OPENER, *given, stdout=subprocess.PIPE
    )
    assert opener.stdout is not None
    assert await opener.stdout.readline() == b"stopped\n"
    os.kill(opener.pid, signal.SIGKILL)
    await opener.wait()
    assert station.done(request).count("opened") == 1
    assert no_clip_lies_open(station)
    assert (await station.again().open(request, answer.id, 0)).clip == CLIP
    assert station.done(request).count("opened") == 1
    told = [(answer.id, "received"), (answer.id, "opened")]
    assert await station.receipts(request) == told


async def test_a_custody_log_that_was_cut_off_by_a_crash_goes_on(
    station: Station,
) -> None:
    request = await station.ask()
    path = station.book.of(request) / "custody.log"
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"about":"')
    assert len(station.officer.custody(request)) == 2
    await station.officer.end(request, "withdrawn")
    assert station.done(request) == ["signed", "submitted", "ended"]
    path.write_bytes(whole.replace(b"signed", b"singed", 1))
    with pytest.raises(DeskUnreadable, match="line 1"):
        station.officer.custody(request)
