"""A small town beside the demo: thirty homes that post, confirm, dispute, comment.

They speak to a real hub by the engine's own link. So whoever opens the hub's page
sees alerts on the map within a minute, and the demo's engine hears them.
"""

import asyncio
import contextlib
import random
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp
import h3

from demo.ports import free_port
from demo.steward import invited
from demo.town_home import Home, join
from neighborcam.engine.errors import EngineError
from neighborcam.hub.app import Hub
from neighborcam.hub.domains import Resolver
from neighborcam.hub.settings import HubSettings
from neighborcam.protocol.alerts import Alert, Category, ReactionKind, Scope
from neighborcam.protocol.feed import Published

HOMES: Final = 30
PLACE: Final = (52.37, 4.9)  # where the demo's Home Assistant is
EVERY_S: Final = 12.0
PORT: Final = 8490
_RINGS: Final = 2  # cells of about 0.7 km² around the place
_PER_MINUTE: Final = 100_000  # all homes share one address here

_STORIES: Final[tuple[dict[str, Any], ...]] = (
    {
        "category": Category.FIRE,
        "headline": "Smoke above the school",
        "text": "The fire brigade has just arrived. Windows shut, please.",
        "urgency": "immediate",
        "severity": "severe",
        "certainty": "observed",
    },
    {
        "category": Category.LOST_PET,
        "headline": "Grey cat with a red collar is missing",
        "text": "Shy, answers to Minka. Last seen behind the bakery.",
        "severity": "minor",
        "certainty": "observed",
    },
    {
        "category": Category.POWER,
        "headline": "Power is out in the whole quarter",
        "instruction": "Unplug what you do not need until it is back.",
        "severity": "moderate",
        "certainty": "observed",
    },
    {
        "category": Category.BREAK_IN,
        "headline": "Somebody forced the lock of the bicycle shed",
        "text": "Between two and four in the night. Three bicycles are gone.",
        "severity": "moderate",
        "certainty": "observed",
        "urgency": "past",
    },
    {
        "category": Category.KINDNESS,
        "headline": "Soup for everybody at the corner, tonight at six",
        "severity": "minor",
        "certainty": "likely",
    },
    {
        "category": Category.FLOOD,
        "headline": "The brook is over its bank at the lower bridge",
        "instruction": "Do not drive through.",
        "severity": "severe",
        "certainty": "observed",
    },
    {
        "category": Category.HAZARD,
        "headline": "A tree lies across the cycle path",
        "severity": "moderate",
        "certainty": "observed",
    },
    {
        "category": Category.NOISE,
        "headline": "Works on the tram line until Friday, nights too",
        "severity": "minor",
        "certainty": "likely",
    },
)
_WORDS: Final = (
    "I can see it from here.",
    "Thank you, we had wondered.",
    "It is getting better.",
    "The town's people are there now.",
)


@dataclass(frozen=True, kw_only=True)
class Town:
    """A running hub with its homes. ``page`` shows public alerts to anybody."""

    hub: Hub
    homes: Sequence[Home]

    @property
    def page(self) -> str:
        """The hub's page."""
        return f"{self.hub.desk.settings.url}/"

    async def invite(self) -> str:
        """Return an invite for one more home, as a link."""
        home = self.homes[0]
        return await home.link.invite(home.member, f"{random.getrandbits(128):032x}")

    async def steward_link(self) -> str:
        """Return a link that makes whoever opens it a steward."""
        return f"{self.page}#steward={await invited(self.hub)}"


def utc_now() -> datetime:
    """Return the host's time."""
    return datetime.now(UTC)


@contextlib.asynccontextmanager
async def town(
    port: int = PORT,
    *,
    homes: int = HOMES,
    seed: int = 1,
    clock: Callable[[], datetime] = utc_now,
    resolver: Resolver | None = None,
    prepare: Callable[[Hub, aiohttp.ClientSession], Awaitable[None]] | None = None,
) -> AsyncIterator[Town]:
    """Run a hub and its town until the context ends. `OSError` for a taken port.

    ``prepare`` is what happens at the hub before the first home joins.
    """
    dice = random.Random(seed)
    port = port or free_port()  # the hub's address is in every invite: never 0
    with tempfile.TemporaryDirectory(prefix="neighborcam-hub-") as folder:
        settings = HubSettings(
            data_dir=Path(folder),
            port=port,
            name="The demo's neighbourhood",
            base_url=f"http://localhost:{port}",
        )
        async with (
            Hub(
                settings, clock=clock, per_minute=_PER_MINUTE, resolver=resolver
            ) as hub,
            aiohttp.ClientSession() as session,
        ):
            if prepare is not None:
                await prepare(hub, session)
            joined = [await _join(session, hub) for _ in range(homes)]
            made = Town(hub=hub, homes=joined)
            told = await _begin(made, dice)
            living = asyncio.create_task(_live(made, dice, told))
            try:
                yield made
            finally:
                living.cancel()
                await asyncio.gather(living, return_exceptions=True)


async def _join(session: aiohttp.ClientSession, hub: Hub) -> Home:
    code = await hub.desk.households.invite_by_steward()
    return await join(session, hub.desk.settings.url, code, utc_now)


async def _begin(made: Town, dice: random.Random) -> list[Alert]:
    """Tell the stories once, so that nobody opens an empty page."""
    writers = dice.sample(list(made.homes), len(_STORIES))
    stories = dice.sample(_STORIES, len(_STORIES))
    told = [
        await writer.post(**story, **_where(dice))
        for writer, story in zip(writers, stories, strict=True)
    ]
    confirmed = told[0]
    for home in dice.sample(list(made.homes), 4):
        await _react(made, home, confirmed, ReactionKind.CONFIRM)
    return told


async def _live(made: Town, dice: random.Random, told: list[Alert]) -> None:
    """Let something happen every few seconds."""
    while True:
        await asyncio.sleep(EVERY_S * (0.5 + dice.random()))
        with contextlib.suppress(EngineError):
            await _happen(made, dice, told)


def _where(dice: random.Random) -> dict[str, Any]:
    cells = sorted(h3.grid_disk(h3.latlng_to_cell(*PLACE, 8), _RINGS))
    return {"cell": dice.choice(cells), "scope": Scope.PUBLIC}


async def _happen(made: Town, dice: random.Random, told: list[Alert]) -> None:
    home, alert = dice.choice(list(made.homes)), dice.choice(told)
    match dice.randrange(6):
        case 0:
            story = _for_an_hour(dice.choice(_STORIES))
            told.append(await home.post(**story, **_where(dice)))
        case 1:
            await home.comment(alert, dice.choice(_WORDS))
        case 2:
            await _react(made, home, alert, ReactionKind.NOT_SO)
        case _:
            await _react(made, home, alert, ReactionKind.CONFIRM)


def _for_an_hour(story: dict[str, Any]) -> dict[str, Any]:
    return {**story, "expires": utc_now().replace(microsecond=0) + timedelta(hours=1)}


async def _react(made: Town, home: Home, alert: Alert, kind: ReactionKind) -> None:
    event = await made.hub.desk.alerts.get(alert.id)
    if isinstance(event, Published):
        await home.vote(alert, kind, event.vote_key)


async def _run(port: int) -> None:
    async with town(port) as made:
        print(f"The town is ready: {made.page}", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_run(int(sys.argv[1]) if len(sys.argv) > 1 else PORT))
