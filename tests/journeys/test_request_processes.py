"""The whole way of one request, each program a process of its own.

Two engines with a camera each, a hub, the desks of a police, Home Assistant, Debian's
`age`. One home approves, the other ignores. Only how long a round lasts is another.
"""

import asyncio
import contextlib
import sys
import zipfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from demo.home_assistant import RunningHomeAssistant, home_assistant
from demo.home_assistant_client import HomeAssistantClient
from demo.ports import free_port
from demo.render import render
from demo.rtsp_server import RtspServer
from demo.scenes import PASSER_BY
from demo.steward import Steward
from neighborcam.agency.casebook import Casebook, Notes
from neighborcam.agency.keyring import Keyring
from neighborcam.agency.links import read_link
from tests.journeys.houses import House, eventually
from tests.journeys.programs import program
from tests.journeys.station import WEEK_S, Station
from tests.journeys.traces import tells_nobody_apart, tells_nothing
from tests.tools import need

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]


@dataclass
class Town:
    """All programs that run, and who is there."""

    folder: Path
    station: Station
    steward: Steward
    yes: House
    silent: House
    assistant: HomeAssistantClient


@contextlib.asynccontextmanager
async def hub(
    folder: Path, port: int, station: Station, ago: float = 0.0
) -> AsyncIterator[str]:
    """Run the hub; yield what makes its first steward, if there is none."""
    words = ("hub", "--data", str(folder / "hub"), "--port", str(port))
    until = r"The hub is ready: \S+\n" + (r"Become .*: (\S+)" if ago else "()")
    log, domain = folder / "hub.log", station.key_file
    async with program(*words, until=until, log=log, ago=ago, domain=domain) as ready:
        yield ready[1]


async def join_agency(folder: Path, port: int, station: Station) -> Any:
    """A week ago: stewards were appointed, and let a police in."""
    url = f"http://localhost:{port}"
    await station.found()
    async with hub(folder, port, station, WEEK_S) as link, aiohttp.ClientSession() as s:
        ann = await Steward.by_link(link, "ann")
        told = await ann.ask("/api/steward/stewards", {"name": "bob"})
        bob = await Steward.by_link(told["link"], "bob")
        async with s.get(f"{url}/api/hub") as answer:
            log = (await answer.json())["log"]
        await station.apply(url, log, (ann, bob))
    return ann, bob


async def films(folder: Path, session: aiohttp.ClientSession, camera: str) -> Any:
    """Let two homes film their street."""
    homes = [House(folder / name, session, camera) for name in ("yes", "silent")]
    await asyncio.gather(*(each.film() for each in homes))
    return homes


@contextlib.asynccontextmanager
async def town(folder: Path) -> AsyncIterator[Town]:
    """Start everything that the journey needs."""
    clip, port = folder / "street.mp4", free_port()
    await asyncio.to_thread(render, PASSER_BY, clip, size=(320, 180), fps=10, gop_s=1.0)
    station = Station(folder)
    async with contextlib.AsyncExitStack() as stack:
        enter = stack.enter_async_context
        session = await enter(aiohttp.ClientSession())
        server = await enter(RtspServer({"street": clip}))
        assistant, stewards, homes = await asyncio.gather(
            enter(home_assistant(folder / "ha", 0)),
            join_agency(folder, port, station),
            films(folder, session, server.url("street")),
        )
        for each in stewards:
            stack.push_async_callback(each.close)
        await enter(hub(folder, port, station))
        certified = asyncio.create_task(station.certify())
        for each in homes:
            await enter(each.running())
            await each.join((await stewards[0].ask("/api/steward/invites"))["link"])
        await certified
        client = await enter(paired(assistant, homes))
        yes, silent = homes
        yield Town(folder, station, stewards[0], yes, silent, client)


@contextlib.asynccontextmanager
async def paired(
    running: RunningHomeAssistant, homes: list[House]
) -> AsyncIterator[HomeAssistantClient]:
    """Let one Home Assistant have both engines: it sees them side by side."""
    async with HomeAssistantClient.open(running.url) as client:
        await client.log_in(running.login)
        for each in homes:
            await client.add_engine(each.link)
        yield client


async def test_a_request_from_the_draft_to_the_deletion(tmp_path: Path) -> None:
    need("age")
    async with town(tmp_path) as here:
        request = await asked(here)
        seen = await answered(here, request)
        answer = await collected(here, request)
        await opened(here, request, answer, seen)
        await proven(here, request, answer, seen)
        await accounted_for(here, request)
        await tells_nothing(here.assistant, answer)
    tells_nobody_apart(tmp_path / "hub" / "hub.sqlite")


async def asked(here: Town) -> str:
    """Signed, countersigned, reviewed, logged; and shown by both, not before."""
    officer, homes = here.station.officer, (here.yes, here.silent)
    link = await here.station.sign()
    assert await officer("submit", link) == "review"
    signed = read_link(link)
    (review,) = await here.steward.get("/api/steward/requests")
    assert review["sha256"] == signed.sha256
    assert [await each.requests() for each in homes] == [[], []]
    assert await shown(here) == [("0", None)] * 2
    assert await here.steward.approve(signed.sha256)
    for each in homes:
        (view,) = await eventually(each.requests)
        assert (view["id"], view["matching_cameras"]) == (signed.request.id, 1)
        assert view["what"] == signed.request.what
    await eventually(lambda: both_show(here, ("1", "received")))
    assert await officer("watch", signed.request.id) == "open"
    return signed.request.id


async def shown(here: Town) -> list[tuple[str, Any]]:
    """Return what Home Assistant shows of requests for each home: number, event."""
    states = await here.assistant.states()
    return [
        (
            states[f"sensor.home_open_police_requests{home}"]["state"],
            states[f"event.home_police_request{home}"]["attributes"]["event_type"],
        )
        for home in ("", "_2")
    ]


async def both_show(here: Town, what: tuple[str, str]) -> bool:
    return await shown(here) == [what] * 2


async def answered(here: Town, request: str) -> bytes:
    """Approved in one home and ignored in the other; both took their turn."""
    seen = await here.yes.approve(request)
    assert seen[4:8] == b"ftyp"

    async def has_left() -> bool:
        (answer,) = (await here.yes.review(request))["answers"]
        return bool(answer["state"] == "sent")

    await eventually(has_left)
    assert await both_show(here, ("1", "received"))
    return seen


async def collected(here: Town, request: str) -> str:
    """Two homes took part and one answered; nobody can tell which."""
    officer = here.station.officer

    async def has_come() -> bool:
        told = await officer("collect", request)
        assert told.startswith(("0 homes", "1 homes", "2 homes"))
        return "2 homes took part; 1 new answers" in told

    await eventually(has_come)
    told = await officer("answers", request)
    assert "words: It turned left." in told
    assert len(told.splitlines()) == 2
    return told.split()[0]


async def opened(here: Town, request: str, answer: str, seen: bytes) -> None:
    """The desk opens it, and so does Debian's age: from the hub's own files."""
    assert "as its manifest says" in await here.station.officer(
        "open", request, answer, "1"
    )
    folder = here.station.officer.folder
    ring = Keyring.open(folder, here.station.officer.passphrase.read_text().strip())
    notes = Notes(Casebook(folder), ring)
    (item,) = notes.get(request).answers[answer].answer.items
    raw = here.folder / "raw.age"
    raw.write_bytes(pieces(here.folder, item.chunks))
    key = here.folder / "key"
    key.write_text(item.secret)
    done = await said("age", "--decrypt", "--identity", str(key), str(raw))
    assert done[: len(seen)] == seen  # behind it a box of the MP4 that is nothing


def pieces(folder: Path, names: Sequence[str]) -> bytes:
    """Return a sealed clip as it lies at the hub, which nobody can read there."""
    found = {each.name: each for each in (folder / "hub" / "blobs").rglob("*")}
    return b"".join(found[name].read_bytes() for name in names)


async def proven(here: Town, request: str, answer: str, seen: bytes) -> None:
    """A bundle is right for `neighborcam verify` and for its own plain script."""
    need("openssl")
    bundle, court = here.folder / "bundle.zip", here.folder / "court"
    told = await here.station.officer("export", request, answer, "1", str(bundle))
    log = told.partition("--log '")[2].partition("'")[0]
    run = (sys.executable, "-m", "neighborcam.cli", "verify", str(bundle))
    assert b"RIGHT: " in await said(*run, "--log", log)
    with zipfile.ZipFile(bundle) as archive:
        assert archive.read("clip.mp4") == seen
        archive.extractall(court)
    script = (sys.executable, "-I", str(court / "verify.py"), str(court))
    assert b"RIGHT: " in await said(*script, "--log", log)


async def said(*words: str) -> bytes:
    """Run a program that has to work; return what it printed."""
    process = await asyncio.create_subprocess_exec(
        *words, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, words
    return out


async def accounted_for(here: Town, request: str) -> None:
    """Receipts are the owner's timeline; ended, filed and attested, for all to see."""
    officer = here.station.officer
    answer = (await officer("answers", request)).split()[0]
    await officer("copied", request, answer, "1")
    await officer("end", request, "resolved")
    await officer("outcome", request, "helped")
    await officer("delete", request, "deleted")
    told = {"received", "opened", "copied", "deleted"}

    async def all_told() -> bool:
        return await here.yes.receipts(request) == told

    await eventually(all_told)
    for each in (here.yes, here.silent):
        review = await each.review(request)
        assert (review["outcome"], review["deletion"]) == ("helped", "deleted")
    assert (await here.silent.review(request))["answers"] == []
    assert await officer("watch", request) == "outcome-filed"
    assert await officer("remind") == ""
    assert not list(officer.folder.glob("**/*.age"))
    await eventually(lambda: both_show(here, ("0", "changed")))
