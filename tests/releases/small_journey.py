"""A small journey in one process, whose data a release keeps: engine, hub and desk.

A rendered street, a make-believe police, a time of its own. One clip is approved,
collected, opened and destroyed again (a sealed clip is a mebibyte that nothing
compresses); a letter about it stays.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import h3
import msgspec

from demo.agency_client import MakeBelieveDomain
from demo.police import NOTICE, MovedClock, join_agency, set_up_desk
from demo.render import render
from demo.rtsp_server import RtspServer
from demo.scenes import PASSER_BY
from demo.steward import Steward
from demo.town import PLACE
from demo.town_home import join
from neighborcam.agency.casebook import Casebook
from neighborcam.agency.desk import Desk
from neighborcam.agency.hub_client import HubClient
from neighborcam.engine.app import Engine
from neighborcam.engine.config import CameraConfig, CameraId
from neighborcam.engine.requests import AnswerDraft, ClipOrder, Decision, Viewpoint
from neighborcam.hub.app import Hub
from neighborcam.hub.settings import HubSettings
from neighborcam.protocol import rounds
from neighborcam.protocol.age_keys import HybridIdentity
from neighborcam.protocol.alerts import Scope
from neighborcam.protocol.requests import SignedRequest, countersign

PORT = 58490  # where no hub of this machine is: the data names it
URL = f"http://localhost:{PORT}"
CAMERA = CameraId("street")
LETTER = "The van was white."
_START = datetime(2026, 11, 23, 9, tzinfo=UTC)
_FILMED = timedelta(hours=2, minutes=30)  # before; within the window that is asked for
_RECIPIENT = str(HybridIdentity(bytes(32)).recipient)  # of the stewards' envelopes
_DAY = timedelta(days=1)
_PATIENCE_S = 60.0


class StoryClock(MovedClock):
    """Time that begins at the same moment in every run, and goes on."""

    def __init__(self) -> None:
        super().__init__(-_FILMED)
        self._began = time.monotonic()

    def __call__(self) -> datetime:
        """Return the story's time."""
        return _START + timedelta(seconds=time.monotonic() - self._began) + self.by

    def reach(self, moment: datetime) -> None:
        """Let it be ``moment`` at least."""
        self.by += max(timedelta(0), moment - self())


def hub_settings(folder: Path) -> HubSettings:
    """Return the settings of the hub whose data are in ``folder``."""
    return HubSettings(
        data_dir=folder,
        port=PORT,
        base_url=URL,
        name="Milltown",
        contact="the stewards, at the school on Mondays",
    )


@dataclass
class Journey:
    """What was made so far."""

    folder: Path
    clock: StoryClock = field(default_factory=StoryClock)

    async def run(self) -> datetime:
        """Make the data; return the moment at which the story ends."""
        await self._film()
        self.clock.by = -NOTICE
        domain, settings = MakeBelieveDomain(), hub_settings(self.folder / "hub")
        async with (
            Hub(settings, clock=self.clock, per_minute=10_000, resolver=domain) as hub,
            aiohttp.ClientSession() as session,
            self._steward(hub) as steward,
        ):
            agency = await join_agency(hub, session, self.clock, domain, _RECIPIENT)
            ring = set_up_desk(self.folder / "desk", hub, agency.officer)
            book = Casebook(self.folder / "desk")
            desk = Desk(book, ring, HubClient(URL), self.clock)
            code = await hub.desk.households.invite_by_steward()
            neighbour = await join(session, URL, code, self.clock)
            await neighbour.post(cell=h3.latlng_to_cell(*PLACE, 8), scope=Scope.PUBLIC)
            asked = agency.request(self.clock())
            asked = msgspec.structs.replace(asked, seal_to=desk.new_seal(asked.id))
            signed = countersign(
                await desk.sign(asked), agency.supervisor.issued, agency.supervisor.key
            )
            await desk.submit(signed)
            await steward.approve(signed.sha256)
            invite = await neighbour.link.invite(neighbour.member, "0" * 32)
            await self._answer(desk, signed, invite)
            self.clock.by += 2 * _DAY  # what was fetched goes after a day
            await hub.retention.run_once()
            await hub.duties.run_once()
            return self.clock()

    async def _film(self) -> None:
        """Record somebody who passes by."""
        clip = self.folder / "street.mp4"
        await asyncio.to_thread(
            render, PASSER_BY, clip, size=(320, 180), fps=10, gop_s=1.0
        )
        async with (
            RtspServer({CAMERA: clip}) as server,
            Engine(self.folder / "engine", port=0, clock=self.clock) as engine,
        ):
            url = server.url(CAMERA)
            camera = CameraConfig(id=CAMERA, name="Street", main_url=url, sharing=True)
            await engine.cameras.add(camera)
            await until(lambda: any(each.ended_at for each in engine.index.episodes()))
            # Nobody is there any more, and nothing is asked of a port of others.
            gone = msgspec.structs.replace(
                camera, main_url="rtsp://192.0.2.10/street", enabled=False
            )
            await engine.cameras.update(gone)
        clip.unlink()

    @contextlib.asynccontextmanager
    async def _steward(self, hub: Hub) -> AsyncIterator[Steward]:
        """Appoint the third of the stewards that a hub should have."""
        steward = await Steward.appointed(hub, "cem", _RECIPIENT)
        yield steward
        await steward.close()

    async def _answer(self, desk: Desk, signed: SignedRequest, invite: str) -> None:
        async with Engine(self.folder / "engine", port=0, clock=self.clock) as engine:
            latitude, longitude = PLACE
            await engine.neighbourhood.join(invite, latitude, longitude)
            place = Viewpoint(camera=CAMERA, latitude=latitude, longitude=longitude)
            home = Home(engine, signed, self.clock)
            home.requests.place((place,))
            answer = await home.approve()
            await home.take_turn(0)
            await desk.collect(home.request)
            await desk.open(home.request, answer, 0)
            self.clock.by += timedelta(hours=2)  # mail is read each hour
            await home.sees_receipts(2)
            await home.requests.write(home.request, answer, LETTER, None)
            await home.take_turn(1)
            await desk.collect(home.request)
            await desk.erase(home.request, answer)


@dataclass
class Home:
    """A home that answers: its engine runs, and its time is moved."""

    engine: Engine
    signed: SignedRequest
    clock: StoryClock

    @property
    def request(self) -> str:
        return self.signed.request.id

    @property
    def requests(self) -> Any:
        return self.engine.neighbourhood.requests

    async def looks(self, seen: Callable[[], bool]) -> None:
        """Let it look at the hub until it has seen something."""

        def look() -> bool:
            self.requests._life.wake()
            return seen()

        await until(look)

    async def approve(self) -> str:
        """Approve a clip; return the answer's id."""
        await self.looks(lambda: bool(self.requests.shown()))
        review = await self.requests.review(self.request)
        span = review.proposals[0].spans[0]
        clip = await self.requests.make(
            self.request, ClipOrder(camera=CAMERA, start=span.start, end=span.end)
        )
        self.requests.made(clip.id)  # only what was looked at can be approved
        draft = AnswerDraft(
            decision=Decision.APPROVE, clips=(clip.id,), text="It turned left."
        )
        await self.requests.answer(self.request, draft)
        (answer,) = (await self.requests.review(self.request)).answers
        return str(answer.id)

    async def take_turn(self, number: int) -> None:
        """Let all that is due leave, and the round be over."""
        turns = self.requests._life.turns
        rows = self.requests._rows

        def left() -> bool:
            due = turns.next_at()
            if due is not None and any(row.number == number for row in rows.rounds()):
                self.clock.reach(due)
            waiting = [each.state for each in rows.answers(self.request)]
            return "waiting" not in waiting

        await self.looks(left)
        logged = self.requests._life.register.requests[self.request].logged
        self.clock.reach(logged + (number + 1) * _DAY + 2 * rounds.GRACE)

    async def sees_receipts(self, number: int) -> None:
        """Read the mail until so many receipts are there."""
        async with asyncio.timeout(_PATIENCE_S):
            while True:
                self.requests._life.wake()
                (answer,) = (await self.requests.review(self.request)).answers
                if len(answer.receipts) >= number:
                    return
                await asyncio.sleep(0.1)


async def until(seen: Callable[[], bool]) -> None:
    """Return once ``seen`` says so."""
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            if seen():
                return
            await asyncio.sleep(0.1)
