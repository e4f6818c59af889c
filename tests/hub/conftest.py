"""A real hub on a real port, with time that stands still."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from demo.ports import free_port
from demo.town_home import Home, join
from neighborcam.hub.app import Hub
from neighborcam.hub.settings import HubSettings
from tests.hub import services
from tests.hub.clock import Clock
from tests.hub.services import empty


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


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A PostgreSQL; whoever uses it empties it first."""
    with services.postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def nats() -> Iterator[str]:
    """A NATS server."""
    with services.nats() as url:
        yield url


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """An S3 server without a bucket."""
    with services.s3() as endpoint:
        yield endpoint


@pytest.fixture
def s3(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An address for pictures, with all that the environment says about it."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": s3_endpoint,
        "AWS_ALLOW_HTTP": "true",
    }.items():
        monkeypatch.setenv(name, value)
    return "s3://hub/pictures"


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
