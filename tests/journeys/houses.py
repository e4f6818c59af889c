"""Homes of a journey: an engine as a process, a camera, and what it filmed."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from demo.town import PLACE
from tests.journeys.programs import EngineClient, program

CAMERA = "street"
AGO_S = 1500.0  # when it was filmed
LONG_ENOUGH = timedelta(seconds=8)
_READY = r"NeighborCam is ready: (\S+)"
_PATIENCE_S = 60.0


async def eventually[T](look: Callable[[], Awaitable[T]]) -> T:
    """Return what ``look`` finds, once it finds something."""
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            if found := await look():
                return found
            await asyncio.sleep(0.2)


@dataclass
class House:
    """One home. It has a client while its engine runs."""

    folder: Path
    session: aiohttp.ClientSession
    camera: str
    client: EngineClient = field(init=False)
    link: str = ""

    async def film(self) -> None:
        """Let the engine record its street some time ago, and stop."""
        async with self._engine(AGO_S) as ready:
            self.client = await EngineClient.paired(self.session, ready[1])
            wish = {
                "id": CAMERA,
                "name": "Street",
                "main_url": self.camera,
                "sharing": True,
            }
            await self.client.post("/api/cameras", wish)
            await eventually(self._has_filmed)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run its engine now."""
        async with self._engine() as ready:
            self.client.url, self.link = ready[1].partition("/#")[0], ready[1]
            yield

    def _engine(self, ago: float = 0.0) -> Any:
        words = ("engine", "--data", str(self.folder), "--port", "0", "--pair")
        log = self.folder.with_suffix(".log")
        return program(*words, until=_READY, log=log, ago=ago)

    async def _has_filmed(self) -> bool:
        now = datetime.now(UTC)
        span = f"start={_zulu(now - timedelta(hours=1))}&end={_zulu(now)}"
        path = f"/api/cameras/{CAMERA}/timeline?{span}"
        coverage = (await self.client.get(path))["coverage"]
        return any(
            datetime.fromisoformat(each["ended_at"])
            - datetime.fromisoformat(each["started_at"])
            >= LONG_ENOUGH
            for each in coverage
        )

    async def join(self, invite: str) -> None:
        """Join the hub, and say where the camera stands."""
        latitude, longitude = PLACE
        place = {"latitude": latitude, "longitude": longitude}
        await self.client.post("/api/sharing/join", {"invite": invite, **place})
        seen = {"viewpoints": [{"camera": CAMERA, "bearing": 90.0, **place}]}
        await self.client.ask("PUT", "/api/sharing/viewpoints", seen)

    async def requests(self) -> Any:
        """Return the requests that it shows."""
        return await self.client.get("/api/requests")

    async def review(self, request: str) -> Any:
        """Return what its owner sees."""
        return await self.client.get(f"/api/requests/{request}")

    async def approve(self, request: str) -> bytes:
        """Make a clip, look at it and approve it; return what was looked at."""
        (proposal,) = (await self.review(request))["proposals"]
        span, path = proposal["spans"][0], f"/api/requests/{request}"
        order = {"camera": proposal["camera"], **span}
        clip = await self.client.post(f"{path}/clips", order)
        seen = await self.client.ask("GET", f"{path}/clips/{clip['id']}")
        answer = {"answer": "approve", "confirm": True, "clips": [clip["id"]]}
        answer |= {"text": "It turned left."}
        await self.client.post(f"{path}/answer", answer)
        return seen

    async def receipts(self, request: str) -> set[str]:
        """Return what the agency said that it did with the one answer."""
        (answer,) = (await self.review(request))["answers"]
        return {each["what"] for each in answer["receipts"]}


def _zulu(at: datetime) -> str:
    return re.sub(r"\+00:00$", "Z", at.isoformat())
