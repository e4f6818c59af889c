"""A home that is asked by the police of tests/hub, with a camera and recordings."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from neighborcam.engine.config import CameraConfig, CameraId
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.requests import (
    AnswerDraft,
    ClipOrder,
    Decision,
    RequestView,
    Span,
    Viewpoint,
)
from neighborcam.engine.sharing.answering import House
from neighborcam.engine.sharing.clip_maker import ClipMaker, Recorded
from neighborcam.engine.sharing.neighbourhood import Neighbourhood
from neighborcam.protocol.answers import Answer, read_answer
from neighborcam.protocol.capsules import open_capsule
from neighborcam.protocol.invites import Invite, link_of
from tests.engine.sharing.homes import no_recordings
from tests.engine.sharing.test_pictures import record, walk
from tests.hub.police import PLACE, Policed

CAMERA = CameraConfig(id="street", name="Street", main_url="rtsp://x/", sharing=True)
HALL = CameraConfig(id="hall", name="Hall", main_url="rtsp://y/", sharing=True)
VIEW = Viewpoint(
    camera=CameraId("street"), latitude=PLACE[1], longitude=PLACE[0], bearing=90.0
)
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What was exported."""

    started_at: datetime
    ended_at: datetime


@dataclass
class OneHome:
    """A home with a camera on the street and one in the hall, and recordings."""

    folder: Path
    policed: Policed
    told: list[tuple[str, Any]] = field(default_factory=list)
    cameras: tuple[CameraConfig, ...] = (CAMERA, HALL)
    store: SharingStore = field(init=False)
    sharing: Neighbourhood = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.original = record(self.folder / "original.mp4", walk(240))
        self.open()

    def open(self) -> None:
        self.store = SharingStore.open(self.folder)
        self.sharing = Neighbourhood(
            self.store,
            self.folder / "evidence",
            lambda what, about: self.told.append((what, about)),
            no_recordings,
            House(
                cameras=lambda: self.cameras,
                recorded=lambda _camera, start, end: (Span(start=start, end=end),),
                maker=ClipMaker(self.export, self.files, self.folder),
                data_dir=self.folder,
            ),
            self.policed.town.clock,
        )

    def export(
        self, _camera: str, start: datetime, _end: datetime, out: Path
    ) -> Exported:
        out.write_bytes(self.original.read_bytes())
        return Exported(started_at=start, ended_at=start + timedelta(seconds=30))

    def files(
        self, _camera: str, start: datetime, end: datetime
    ) -> tuple[Recorded, ...]:
        return (Recorded(path=self.original, started_at=start, ended_at=end),)

    @property
    def requests(self) -> Any:
        return self.sharing.requests

    async def look(self) -> None:
        """Read the log and take the turns that are due."""
        life = self.requests._life
        assert life is not None
        await life.run_once()

    async def take_turn(self) -> None:
        """Let the time come for what is planned, and take it."""
        turns = self.requests._life.turns
        while (due := turns.next_at()) is not None:
            self.policed.town.clock.at = max(self.policed.town.clock.at, due)
            await self.look()
            if turns.next_at() == due:
                return

    def order(self, request: str, **changes: Any) -> ClipOrder:
        window = self.requests._need(request).request
        order = ClipOrder(
            camera=CameraId("street"),
            start=window.window_start + timedelta(minutes=1),
            end=window.window_start + timedelta(minutes=1, seconds=8),
        )
        return msgspec.structs.replace(order, **changes)

    async def clip(self, request: str, **changes: Any) -> str:
        """Make a clip, and look at it."""
        made = await self.requests.make(request, self.order(request, **changes))
        self.requests.made(made.id)
        return str(made.id)

    async def approve(self, request: str, **more: Any) -> None:
        clips = (await self.clip(request),)
        draft = AnswerDraft(decision=Decision.APPROVE, clips=clips, **more)
        await self.requests.answer(request, draft)

    async def close(self) -> None:
        await self.sharing.stop()
        self.store.close()


type Move = Callable[[str], Awaitable[OneHome]]


@pytest.fixture
async def home(
    policed: Policed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Move]:
    """Homes whose loops rest: a test lets them look when it wants."""

    async def rest(*_: object) -> None:
        await asyncio.sleep(0)

    path = "neighborcam.engine.sharing.request_life.RequestLife.run"
    monkeypatch.setattr(path, rest)
    homes: list[OneHome] = []

    async def move(name: str) -> OneHome:
        made = OneHome(tmp_path / name, policed)
        homes.append(made)
        code = await policed.town.hub.desk.households.invite_by_steward()
        link = invite_link(policed, code)
        await made.sharing.join(link, PLACE[1], PLACE[0])
        made.requests.place((VIEW, Viewpoint(camera=CameraId("hall"), indoor=True)))
        return made

    yield move
    for each in homes:
        await each.close()


def invite_link(policed: Policed, code: str) -> str:
    log = policed.town.hub.desk.log.key.vkey
    return link_of(Invite(hub=policed.town.url, code=code, log=log))


def views(home: OneHome) -> list[RequestView]:
    return list(home.requests.shown())


async def collected(policed: Policed, request: str, number: int = 0) -> list[Answer]:
    """Return the answers of a round, and check that all capsules were of one size."""
    clock = policed.town.clock
    asked = await policed.police.status(request)
    over = datetime.fromisoformat(asked["logged"]) + (number + 1) * DAY
    clock.at = max(clock.at, over + timedelta(minutes=6))
    found = await policed.police.collect(request, number, clock())
    seal = policed.agency.seals[request]
    opened = [open_capsule(each, seal, request.encode()) for each in found]
    answers = [read_answer(each) for each in opened]
    return [each for each in answers if each is not None]
