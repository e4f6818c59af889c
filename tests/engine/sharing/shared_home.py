"""A home that shares through the hub of tests/hub, and what its clients are told."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.neighbours import Category, Draft
from neighborcam.engine.sharing.neighbourhood import Neighbourhood
from neighborcam.engine.sharing.shared_life import SharedLife
from neighborcam.engine.sharing.studio import Studio
from neighborcam.protocol.invites import Invite, link_of
from tests.engine.sharing.homes import empty_house
from tests.engine.sharing.test_pictures import record, walk
from tests.hub.conftest import Town

PLACE = (52.5172, 13.3751)  # in tests.hub.homes.CELL, not in its middle
DRAFT = Draft(category=Category.FIRE, headline="Smoke above the school")


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What was exported."""

    started_at: datetime


@dataclass
class House:
    """A home's sharing, and what its clients were told."""

    folder: Path
    town: Town
    told: list[tuple[str, Any]] = field(default_factory=list)
    frames: int = 40  # of what is recorded, eight a second
    store: SharingStore = field(init=False)
    sharing: Neighbourhood = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.open()

    def open(self) -> None:
        self.store = SharingStore.open(self.folder)
        self.sharing = Neighbourhood(
            self.store,
            self.folder / "evidence",
            lambda what, about: self.told.append((what, about)),
            Studio(self.export, self.folder),
            empty_house(self.folder),
            self.town.clock,
        )

    def export(
        self, _camera: str, start: datetime, _end: datetime, out: Path
    ) -> Exported:
        record(out, walk(self.frames))
        return Exported(started_at=start)

    async def close(self) -> None:
        await self.sharing.stop()
        self.store.close()

    async def restart(self) -> None:
        await self.close()
        self.open()
        await self.sharing.start()

    @property
    def life(self) -> SharedLife:
        """What runs while this home is a member."""
        life = self.sharing._life
        assert life is not None
        return life

    async def tokens(self) -> None:
        """Wait until the tokens of the day are there, and all else that is daily."""
        today = self.town.clock().date().isoformat().encode()
        await until(lambda: self.store.fact("filled") == today)

    def hub_state(self) -> str:
        view = self.sharing.view()
        return view.hub.state if view.hub else view.state

    def heard(self, what: str) -> list[Any]:
        return [about for kind, about in self.told if kind == what]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - what happens elsewhere
            await asyncio.sleep(0.01)


async def link_for(town: Town) -> str:
    """Return an invite that nobody's quota pays for."""
    code = await town.hub.desk.households.invite_by_steward()
    log = town.hub.desk.log.key.vkey
    return link_of(Invite(hub=town.url, code=code, log=log))


async def sent(house: House) -> None:
    await until(lambda: all(e.state == "sent" for e in house.sharing.diary()))


type Make = Callable[..., Awaitable[House]]
