"""script/bench home-assistant: what the integration costs, and how fast it tells.

A real Home Assistant, an engine and RTSP cameras on this machine. Latency is counted
from the moment at which the picture that a person enters by has left the camera to the
moment at which a client of Home Assistant hears that its motion sensor is on. Start-up
and memory are those of the same Home Assistant with and without the entry, in turns.
"""

import argparse
import asyncio
import contextlib
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from demo.home_assistant import (
    HomeAssistantFailed,
    RunningHomeAssistant,
    add_engine,
    home_assistant,
    restarted,
)
from demo.home_assistant_client import HomeAssistantClient
from demo.render import render
from demo.rtsp_server import RtspServer
from demo.scenes import PASSER_BY
from neighborcam.engine.api.messages import Scope
from neighborcam.engine.app import Engine
from neighborcam.engine.config import CameraConfig
from tests.bench.table import Row, save, show

FPS: Final = 10
POLL_S: Final = 0.002
SETTLE_S: Final = 10.0


@dataclass(frozen=True, kw_only=True)
class Start:
    """One start of Home Assistant."""

    seconds: float
    rss_mb: float
    entities: int


def main() -> int:
    """Measure and print."""
    options = _options()
    logging.basicConfig(level=logging.WARNING, force=True)
    with tempfile.TemporaryDirectory(prefix="neighborcam-bench-") as folder:
        latency, starts = asyncio.run(_measure(Path(folder), options))
    rows = {"latency": [_latency_row(latency)], "starts": _start_rows(starts)}
    show(f"Person in the picture to sensor, {len(latency)} times", rows["latency"])
    title = f"Home Assistant's start and memory, {options.cameras} cameras"
    show(title, rows["starts"])
    save(options.json, rows)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench home-assistant")
    parser.add_argument("--entries", type=int, default=50, help="persons to enter")
    parser.add_argument("--watched", type=int, default=5, help="cameras they pass")
    parser.add_argument("--cameras", type=int, default=16, help="of the memory table")
    parser.add_argument("--starts", type=int, default=3, help="with, and without")
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


async def _measure(
    folder: Path, options: argparse.Namespace
) -> tuple[list[float], dict[str, list[Start]]]:
    clip = folder / "street.mp4"
    truth = await asyncio.to_thread(
        render, PASSER_BY, clip, size=(640, 360), fps=FPS, gop_s=1.0
    )
    names = [f"cam{number}" for number in range(options.cameras)]
    async with (
        RtspServer(dict.fromkeys(names, clip)) as server,
        Engine(folder / "engine", port=0) as engine,
    ):
        for name in names[: options.watched]:
            await engine.cameras.add(_camera(server, name))
        home = folder / "home-assistant"
        async with home_assistant(home, 0) as running:
            await add_engine(running, _link(engine), home)
            entry = round(truth.events[0].start_s * FPS), truth.frame_count
            latency = await _latency(running, server, options, *entry)
        for name in names[options.watched :]:
            await engine.cameras.add(_camera(server, name))
        starts = await _starts(home, running, options.starts)
    return latency, starts


def _camera(server: RtspServer, name: str) -> CameraConfig:
    return CameraConfig(id=name, name=name, main_url=server.url(name))


def _link(engine: Engine) -> str:
    host, port = engine.server.address
    return f"http://{host}:{port}/#pair={engine.server.pairing.issue(Scope.ADMIN).code}"


async def _latency(
    running: RunningHomeAssistant,
    server: RtspServer,
    options: argparse.Namespace,
    entry_frame: int,
    loop_frames: int,
) -> list[float]:
    """Return seconds from each entry into a picture to the sensor's change."""
    found: list[float] = []
    entered: dict[str, float] = {}

    async def watch(name: str) -> None:
        last = -1
        while True:
            pictures = int(server.status()[name]["pictures"])
            turn, frame = divmod(pictures, loop_frames)
            if frame > entry_frame and turn > max(last, 0):
                # The first turns teach the background.
                last, entered[name] = turn, time.monotonic()
            await asyncio.sleep(POLL_S)

    async with (
        _client(running) as client,
        client.commands() as commands,
        _running([watch(f"cam{n}") for n in range(options.watched)]),
    ):
        async for entity, state in commands.follow_states():
            name = entity.removeprefix("binary_sensor.").removesuffix("_motion")
            if state == "on" and name in entered and entity.endswith("_motion"):
                found.append(time.monotonic() - entered.pop(name))
                print(f"  {len(found)} of {options.entries}", end="\r", flush=True)
            if len(found) >= options.entries:
                break
    return found


@contextlib.asynccontextmanager
async def _running(work: Sequence[object]) -> AsyncIterator[None]:
    tasks = [asyncio.ensure_future(each) for each in work]  # type: ignore[call-overload]
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def _client(running: RunningHomeAssistant) -> AsyncIterator[HomeAssistantClient]:
    async with HomeAssistantClient.open(running.url) as client:
        await client.log_in(running.login)
        yield client


async def _starts(
    home: Path, running: RunningHomeAssistant, times: int
) -> dict[str, list[Start]]:
    """Start the same Home Assistant with and without the entry, in turns."""
    found: dict[str, list[Start]] = {"without": [], "with": []}
    for _ in range(times):
        for which, measured in found.items():
            async with restarted(home, running), _client(running) as client:
                await _until_running(client)
                await _enable(client, enabled=which == "with")
            measured.append(await _start(home, running))
    return found


async def _enable(client: HomeAssistantClient, *, enabled: bool) -> None:
    """Turn the entry on or off; it stays so over the next start."""
    async with client.commands() as commands:
        entries = await commands.call("config_entries/get", domain="neighborcam")
        for entry in entries:
            await commands.call(
                "config_entries/disable",
                entry_id=entry["entry_id"],
                disabled_by=None if enabled else "user",
            )


async def _start(home: Path, running: RunningHomeAssistant) -> Start:
    begun = time.monotonic()
    async with restarted(home, running) as process, _client(running) as client:
        await _until_running(client)
        seconds = time.monotonic() - begun
        await asyncio.sleep(SETTLE_S)
        rss = psutil.Process(process.pid).memory_info().rss
        entities = len(await client.states())
    return Start(seconds=seconds, rss_mb=rss / 1e6, entities=entities)


async def _until_running(client: HomeAssistantClient) -> None:
    while True:
        if await client.is_running():
            return
        await asyncio.sleep(0.05)


def _latency_row(latency: Sequence[float]) -> Row:
    ordered = sorted(latency)
    return {
        "median s": statistics.median(ordered),
        "p95 s": ordered[int(len(ordered) * 0.95)],
        "least s": ordered[0],
        "most s": ordered[-1],
    }


def _start_rows(starts: dict[str, list[Start]]) -> list[Row]:
    rows: list[Row] = [
        {
            "entry": which,
            "start s": statistics.median(each.seconds for each in measured),
            "RSS MB": statistics.median(each.rss_mb for each in measured),
            "entities": measured[-1].entities,
        }
        for which, measured in starts.items()
    ]
    without, with_entry = rows
    added: Row = {
        "entry": "with / without, with - without",
        "start s": float(with_entry["start s"]) / float(without["start s"]),
        "RSS MB": float(with_entry["RSS MB"]) / float(without["RSS MB"]),
        "entities": int(with_entry["entities"]) - int(without["entities"]),
    }
    return [*rows, added]


if __name__ == "__main__":
    try:
        sys.exit(main())
    except HomeAssistantFailed as problem:
        sys.exit(f"bench: Home Assistant: {problem}")
