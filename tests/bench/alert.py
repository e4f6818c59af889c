"""script/bench alert: from an engine's alert to the Home Assistant of another home.

From the call that writes the alert in engine A (policy, outbox, diary, hub, its
database) over the hub's feed and engine B to the moment at which a client of B's Home
Assistant hears of a new place on the map.
"""

import argparse
import asyncio
import logging
import statistics
import sys
import tempfile
import time
from pathlib import Path

from demo.home_assistant import add_engine, home_assistant
from demo.home_assistant_client import Commands, HomeAssistantClient
from demo.town import PLACE, Town, town
from neighborcam.engine.api.messages import Scope
from neighborcam.engine.app import Engine
from neighborcam.engine.clock import utc_now
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.neighbours import Category, Draft
from neighborcam.engine.sharing.neighbourhood import Neighbourhood
from neighborcam.protocol.invites import Invite, link_of
from tests.bench.table import Row, save, show
from tests.engine.sharing.homes import empty_house, no_recordings

PER_HOME = 3  # alerts that a household may write on a day


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="script/bench alert")
    parser.add_argument("--alerts", type=int, default=30)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, force=True)
    with tempfile.TemporaryDirectory(prefix="neighborcam-bench-") as folder:
        found = asyncio.run(_measure(Path(folder), options.alerts))
    row: Row = {
        "median, s": statistics.median(found),
        "p95, s": sorted(found)[int(len(found) * 0.95)],
        "least, s": min(found),
        "most, s": max(found),
    }
    show(f"Alert of one home to the Home Assistant of another, {len(found)}", [row])
    save(options.json, {"alert": [row]})
    return 0


async def _measure(folder: Path, count: int) -> list[float]:
    async with town(0, homes=12) as made, Engine(folder / "b", port=0) as engine:
        await engine.neighbourhood.join(await made.invite(), *PLACE)
        host, port = engine.server.address
        code = engine.server.pairing.issue(Scope.ADMIN).code
        home = folder / "home-assistant"
        async with home_assistant(home, 0) as running:
            await add_engine(running, f"http://{host}:{port}/#pair={code}", home)
            async with HomeAssistantClient.open(running.url) as client:
                await client.log_in(running.login)
                async with client.commands() as commands:
                    return await _alerts(made, folder, commands, count)


async def _alerts(
    made: Town, folder: Path, commands: Commands, count: int
) -> list[float]:
    news = commands.follow_states()
    found: list[float] = []
    for number in range(-(-count // PER_HOME)):
        store = SharingStore.open(_folder(folder, number))
        home = Neighbourhood(
            store,
            folder,
            lambda _what, _about: None,
            no_recordings,
            empty_house(folder),
            utc_now,
        )
        code = await made.hub.desk.households.invite_by_steward()
        await home.join(_link(made, code), *PLACE)
        await asyncio.sleep(2)  # it fetches its tokens
        for _ in range(min(PER_HOME, count - len(found))):
            headline = f"Measured {len(found)}"
            start = time.perf_counter()
            await home.publish(Draft(category=Category.POWER, headline=headline))
            async for entity, _state in news:
                if entity.startswith("geo_location.") and _is(entity, headline):
                    break
            found.append(time.perf_counter() - start)
            sys.stdout.write(f"  {len(found)} of {count}\r")
        await home.stop()
        store.close()
    return found


def _is(entity: str, headline: str) -> bool:
    return headline.lower().replace(" ", "_") in entity


def _folder(folder: Path, number: int) -> Path:
    made = folder / f"a{number}"
    made.mkdir()
    return made


def _link(made: Town, code: str) -> str:
    desk = made.hub.desk
    return link_of(Invite(hub=desk.settings.url, code=code, log=desk.log.key.vkey))


if __name__ == "__main__":
    raise SystemExit(main())
