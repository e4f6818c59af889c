"""script/bench requests: what agencies' requests cost a home, in bytes and CPU.

A real hub and a home on one machine, with a proxy between them that counts the bytes
of TCP, without TLS. CPU is that of both programs together, unless a row says home.
"""

import argparse
import asyncio
import contextlib
import logging
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from unittest import mock

import aiohttp

from demo.agency import MakeBelieveAgency
from demo.agency_client import AgencyClient, MakeBelieveDomain
from demo.ports import free_port
from demo.render import render_sizes
from demo.scenes import PASSER_BY
from demo.steward import Steward
from neighborcam.engine.requests import AnswerDraft, Decision
from neighborcam.engine.sharing.request_life import RequestLife
from neighborcam.hub.app import Hub
from neighborcam.hub.settings import HubSettings
from tests.bench.table import Row, save, show
from tests.engine.sharing.asked_home import VIEW, OneHome, invite_link
from tests.engine.sharing.shared_home import until
from tests.hub.clock import Clock
from tests.hub.conftest import Town
from tests.hub.police import PLACE, Policed

CLIP_S: Final = 30
POLLS: Final = 20
POLLS_A_DAY: Final = 86_400 / 45  # a minute at most, three quarters on average
MIB: Final = 2**20


@dataclass
class Counter:
    """A proxy to a hub that counts what goes up and what comes down."""

    hub: int
    up: int = 0
    down: int = 0
    rows: list[Row] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: Any) -> None:
        there, hub = await asyncio.open_connection("localhost", self.hub)
        ways = (self._pass(reader, hub, up=True), self._pass(there, writer, up=False))
        await asyncio.gather(*ways, return_exceptions=True)

    async def _pass(
        self, reader: asyncio.StreamReader, writer: Any, *, up: bool
    ) -> None:
        while data := await reader.read(65_536):
            if up:
                self.up += len(data)
            else:
                self.down += len(data)
            writer.write(data)
            await writer.drain()
        writer.close()

    async def measure(
        self, what: str, work: Callable[[], Awaitable[object]], *, times: int = 1
    ) -> None:
        """Do something some times, and add a row of what one time costs."""
        up, down, cpu = self.up, self.down, time.process_time()
        for _ in range(times):
            await work()
        self.rows.append(
            {
                "what": what,
                "up, bytes": round((self.up - up) / times),
                "down, bytes": round((self.down - down) / times),
                "CPU, s": (time.process_time() - cpu) / times,
            }
        )


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="script/bench requests")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, force=True)
    with tempfile.TemporaryDirectory(prefix="neighborcam-bench-") as folder:
        rows = asyncio.run(_measure(Path(folder)))
    show("What requests cost a home and its hub, each time", rows)
    day = _a_day({str(row["what"]): row for row in rows})
    show("A home's day", day)
    save(options.json, {"steps": rows, "day": day})
    return 0


def _a_day(rows: dict[str, Row]) -> list[Row]:
    """Return what a day costs without requests, and with one that is open."""

    def total(*parts: tuple[str, float]) -> Row:
        return {
            name: round(sum(float(rows[of][name]) * times for of, times in parts))
            if "bytes" in name
            else sum(float(rows[of][name]) * times for of, times in parts)
            for name in ("up, bytes", "down, bytes", "CPU, s")
        }

    quiet = [
        ("the tokens of a day", 1.0),
        ("a look at the log, nothing new", POLLS_A_DAY),
    ]
    asked = [
        ("a round's capsule", 1.0),
        ("a look at replies, none new", 24.0),
        ("a look at the log with a new request", 1.0),
    ]
    return [
        {"day": "no request is open", **total(*quiet)},
        {"day": "what one open request adds", **total(*asked)},
    ]


async def _measure(folder: Path) -> list[Row]:
    async with _town(folder) as (policed, counter):
        with mock.patch.object(RequestLife, "run", _rest):
            home = OneHome(folder / "home", policed)
            await _steps(home, counter)
            await home.close()
    return counter.rows


async def _rest(*_: object) -> None:
    await asyncio.sleep(0)


async def _steps(home: OneHome, counter: Counter) -> None:
    policed, clock = home.policed, home.policed.town.clock
    code = await policed.town.hub.desk.households.invite_by_steward()

    async def move() -> None:
        await home.sharing.join(invite_link(policed, code), PLACE[1], PLACE[0])
        await until(lambda: home.store.fact("filled") is not None)

    async def fill() -> None:
        await home.sharing._need_life()._wallet.fill()

    await counter.measure("joining, with the tokens of the first day", move)
    home.requests.place((VIEW,))
    clock.advance(days=1)
    await fill()  # the hub makes the keys of the day
    clock.advance(days=1)
    await policed.town.hub.desk.keys.of_today()
    await counter.measure("the tokens of a day", fill)
    await home.look()
    await counter.measure("a look at the log, nothing new", home.look, times=POLLS)
    request = await policed.ask()
    await counter.measure("a look at the log with a new request", home.look)
    life = home.requests._life
    asked = life.need(request)

    async def mail() -> None:
        await life._mail.read(asked, life.register)

    await counter.measure("a look at replies, none new", mail, times=POLLS)
    await _turn(home, counter, "a round's capsule")
    await _clip(home, counter, request)


async def _turn(home: OneHome, counter: Counter, what: str) -> None:
    (row,) = home.store.requests.rounds()
    home.policed.town.clock.at = row.due_at
    turns, life = home.requests._life.turns, home.requests._life
    here = {row.request: life.need(row.request)}
    await counter.measure(what, lambda: turns.run_once(here))


async def _clip(home: OneHome, counter: Counter, request: str) -> None:
    """Answer with half a minute of 720p, as it is and with what moves covered."""
    render_sizes(
        PASSER_BY,
        {home.original: (1280, 720)},
        fps=15,
        gop_s=1.0,
        duration_s=float(CLIP_S),
    )
    home.policed.town.clock.advance(days=1)
    await home.look()
    window = home.requests._need(request).request
    end = window.window_start + timedelta(minutes=1, seconds=CLIP_S)
    made: list[str] = []

    async def clip(*, moving: bool) -> None:
        made.append(await home.clip(request, end=end, moving=moving))

    await counter.measure(
        "home: 30 s of 720p with what moves covered", lambda: clip(moving=True)
    )
    await counter.measure("home: 30 s of 720p as recorded", lambda: clip(moving=False))
    data, _ = home.requests.made(made[-1])
    yes = AnswerDraft(decision=Decision.APPROVE, clips=(made[-1],))
    await counter.measure(
        "home: approving and sealing it", lambda: home.requests.answer(request, yes)
    )
    pieces = home.store.requests.waiting_pieces()
    home.policed.town.clock.at = max(due for _, due in pieces)
    uploads = home.requests._life.turns.uploads
    await counter.measure(
        f"sending it: {len(data) / MIB:.1f} MiB in {len(pieces)} pieces",
        lambda: uploads.run_once(is_asked=True),
    )
    await _turn(home, counter, "the round's capsule that has it")


@contextlib.asynccontextmanager
async def _town(folder: Path) -> AsyncIterator[tuple[Policed, Counter]]:
    """Run a hub behind the counter, with a police that has joined."""
    front, port, clock = free_port(), free_port(), Clock()
    counter = Counter(port)
    settings = HubSettings(
        data_dir=folder / "hub", port=port, base_url=f"http://localhost:{front}"
    )
    domain = MakeBelieveDomain()
    server = await asyncio.start_server(counter.serve, "localhost", front)
    async with (
        server,
        aiohttp.ClientSession() as session,
        Hub(settings, clock=clock, per_minute=10_000, resolver=domain) as hub,
    ):
        town = Town(hub, clock, session)
        ann = await Steward.appointed(hub, "ann")
        bob = await Steward.appointed(hub, "bob")
        agency = MakeBelieveAgency(now=clock(), place=PLACE)
        police = AgencyClient(agency, session, settings.url)
        policed = Policed(town, ann, bob, police, domain)
        await policed.join()
        yield policed, counter
        await ann.close()
        await bob.close()


if __name__ == "__main__":
    raise SystemExit(main())
