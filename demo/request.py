"""`script/demo --request`: a police beside the town, and a story to play.

Its user is an officer, a supervisor and an owner, each in a page of their own. What
nobody wants to play goes by itself: a steward who looks, and other homes that take
their turns in every round and say nothing.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

import aiohttp
import msgspec

from demo.agency import MakeBelieveAgency, Officer
from demo.agency_client import MakeBelieveDomain
from demo.answering import post_capsule
from demo.hurried import hurry, hurry_homes
from demo.police import (
    NOTICE,
    PASSPHRASE,
    MovedClock,
    join_agency,
    serving,
    set_up_desk,
)
from demo.steward import Steward
from demo.town import PLACE, Town, town, utc_now
from demo.town_home import Home
from neighborcam.engine.app import Engine
from neighborcam.engine.config import CameraConfig, CameraId
from neighborcam.engine.errors import EngineError
from neighborcam.engine.requests import Viewpoint
from neighborcam.hub.app import Hub
from neighborcam.protocol import rounds
from neighborcam.protocol.register_state import Asked

ROUND_S: Final = 20.0
AGO: Final = timedelta(minutes=90)  # in the window that the desk proposes
FILM_S: Final = 18.0
_LOOKS_S: Final = 3.0  # how long a steward thinks
_CROWD: Final = 6  # other homes that take part


async def film(data: Path, cameras: Sequence[CameraConfig]) -> None:
    """Let a home have recorded what happened an hour and a half ago."""
    print("Filming what happened an hour and a half ago …", flush=True)
    async with Engine(data, port=0, clock=lambda: utc_now() - AGO) as engine:
        known = {each.config.id for each in engine.cameras.list()}
        for each in cameras:
            if each.id not in known:
                shared = msgspec.structs.replace(each, sharing=True)
                await engine.cameras.add(shared)
        await asyncio.sleep(FILM_S)


@dataclass(frozen=True, kw_only=True)
class PolicedTown:
    """A town, and the police that its hub let in."""

    town: Town
    agency: MakeBelieveAgency


@asynccontextmanager
async def policed_town(port: int) -> AsyncIterator[PolicedTown]:
    """Run the town with a police that joined its hub a week ago."""
    hurry(ROUND_S)
    hurry_homes(ROUND_S)
    clock, domain = MovedClock(-NOTICE), MakeBelieveDomain()
    agencies: list[MakeBelieveAgency] = []

    async def prepare(hub: Hub, session: aiohttp.ClientSession) -> None:
        agencies.append(await join_agency(hub, session, clock, domain))

    async with town(port, clock=clock, resolver=domain, prepare=prepare) as made:
        yield PolicedTown(town=made, agency=agencies[0])


@dataclass
class Neighbours:
    """The steward and the other homes: what happens by itself."""

    town: Town
    steward: Steward
    _taken: set[tuple[str, int]] = field(default_factory=set)

    async def live(self) -> None:
        """Go on until cancelled."""
        while True:
            with contextlib.suppress(EngineError):
                await self._decide()
                await self._take_turns()
            await asyncio.sleep(1.0)

    async def _decide(self) -> None:
        for review in await self.town.hub.desk.requests.queue():
            await asyncio.sleep(_LOOKS_S)
            await self.steward.approve(review.sha256)
            case = review.request.request.case_ref
            print(
                f"\n  A steward let request {case} pass: the public log has it, and"
                " every home can see it.",
                flush=True,
            )

    async def _take_turns(self) -> None:
        hub, now = self.town.hub, utc_now()
        async with hub.desk.database.read() as tx:
            register = await hub.desk.log.register(tx)
        for asked in register.open_requests(now):
            number = rounds.round_at(asked.logged, now, urgent=asked.request.urgent)
            turn = (asked.request.id, number)
            if turn not in self._taken:
                self._taken.add(turn)
                await self._post(asked, number)

    async def _post(self, asked: Asked, number: int) -> None:
        for home in self._crowd(number):
            request = asked.request
            await post_capsule(home, request.id, request.seal_to, b"", number)

    def _crowd(self, number: int) -> Sequence[Home]:
        """Return other homes for other rounds: a day's capsules are counted."""
        homes = self.town.homes
        first = number // 50 * _CROWD % len(homes)
        return homes[first : first + _CROWD]


@asynccontextmanager
async def story(policed: PolicedTown, engine: Engine, home: str) -> AsyncIterator[None]:
    """Serve the desks, and tell what can be played; ``home`` links to the owner."""
    hub = policed.town.hub
    engine.neighbourhood.requests.place(_viewpoints(engine))
    async with contextlib.AsyncExitStack() as stack:
        temporary = tempfile.TemporaryDirectory(prefix="neighborcam-desk-")
        folder = Path(stack.enter_context(temporary))
        links = [
            await stack.enter_async_context(_desk(folder / name, hub, officer))
            for name, officer in (
                ("officer", policed.agency.officer),
                ("supervisor", policed.agency.supervisor),
            )
        ]
        steward = await Steward.appointed(hub, "cem")
        stack.push_async_callback(steward.close)
        living = asyncio.create_task(Neighbours(policed.town, steward).live())
        pages = {"home": home, "hub": policed.town.page, "passphrase": PASSPHRASE}
        print(_TOLD.format(*links, **pages, round=round(ROUND_S)), flush=True)
        try:
            yield
        finally:
            living.cancel()
            await asyncio.gather(living, return_exceptions=True)


def _viewpoints(engine: Engine) -> list[Viewpoint]:
    """Let all cameras stand where it happened."""
    latitude, longitude = PLACE
    return [
        Viewpoint(
            camera=CameraId(each.config.id),
            latitude=latitude,
            longitude=longitude,
            bearing=90.0,
        )
        for each in engine.cameras.list()
    ]


@asynccontextmanager
async def _desk(folder: Path, hub: Hub, officer: Officer) -> AsyncIterator[str]:
    """Serve a desk; yield the link that lets one browser in."""
    await asyncio.to_thread(set_up_desk, folder, hub, officer)
    async with serving(folder, MovedClock(timedelta())) as desk:
        yield desk.link


_TOLD: Final = """
  Play an officer who asks, and an owner who need not answer. Four pages, a tab each:

    1  the officer's desk     {0}
    2  the supervisor's desk  {1}
    3  your home              {home}
    4  the neighbourhood      {hub}

  Both desks open with: {passphrase}

  Ask. At 1, New request: a case number, an offence, why it is necessary, what you are
  looking for, what was tried. Press "Circle in the middle"; the desk proposes the right
  hour. "Look at it and sign", and copy the link that is shown. At 2, Countersign: paste
  it, read, sign, copy the new link. At 1, Countersign: paste that, and submit it.
  A steward of the demo looks at it by herself. At 4, Public log has every word.

  Answer, or do not. At 3: Neighbours, Requests, "Look at it". Make the clip, look at
  exactly what would leave, add words, approve. Or decline, or do nothing: from outside
  it looks the same, for every home posts one sealed capsule in every round. A round
  takes {round} seconds here; in real life a day.

  Open. At 1, Cases: the case, "Collect now" once a round is over. It says how many
  homes took part, and never which. Open the clip. End the case, file the outcome,
  delete. At 3 the request shows what was done with your answer, and when.

  The links work once; Ctrl-C ends everything. Homes have capsules for 20 minutes.
"""
