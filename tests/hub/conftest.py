"""A real hub on a real port, with time that stands still."""

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import text

from demo.town_home import Home, join
from neighborcam.hub.app import Hub
from neighborcam.hub.settings import HubSettings
from neighborcam.hub.store.database import Database
from tests.hub import services
from tests.hub.clock import Clock


@dataclass
class Town:
    """A hub and whoever joins it."""

    hub: Hub
    clock: Clock
    session: aiohttp.ClientSession
    homes: list[Home] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.hub.desk.settings.url

    async def home(self) -> Home:
        code = await self.hub.desk.households.invite_by_steward()
        home = await join(self.session, self.url, code, self.clock)
        self.homes.append(home)
        return home

    async def get(self, path: str, **headers: str) -> aiohttp.ClientResponse:
        return await self.session.get(f"{self.url}{path}", headers=headers)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def settings(tmp_path: Path) -> HubSettings:
    port = free_port()
    return HubSettings(
        data_dir=tmp_path / "hub", port=port, base_url=f"http://localhost:{port}"
    )


@pytest.fixture
async def town(
    settings: HubSettings, clock: Clock, session: aiohttp.ClientSession
) -> AsyncIterator[Town]:
    async with Hub(settings, clock=clock, per_minute=10_000) as hub:
        yield Town(hub, clock, session)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    with services.postgresql() as url:
        yield url


async def empty(url: str) -> None:
    """Drop what an earlier test left."""
    database = await Database.open(url)
    async with database.write() as tx:
        await tx.execute(text("drop schema public cascade"))
        await tx.execute(text("create schema public"))
    await database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
async def nodes(
    request: Any,
    settings: HubSettings,
    clock: Clock,
    session: aiohttp.ClientSession,
) -> AsyncIterator[tuple[Town, Town]]:
    """Two nodes of one hub, on one database; each hears only itself."""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql")
        await empty(url)
        settings = replace(settings, database=url)
    other = replace(settings, port=free_port())
    async with (
        Hub(settings, clock=clock, per_minute=10_000) as first,
        Hub(other, clock=clock, per_minute=10_000) as second,
    ):
        yield Town(first, clock, session), Town(second, clock, session)


type Join = Callable[[], Awaitable[Home]]
