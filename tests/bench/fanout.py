"""script/bench fanout: an alert to thousands of connected engines, beside plain NATS.

The same payload, the same number of TCP connections, the same clients: bytes are
counted until the last one has them all. The hub does what NATS does not: it checks the
alert, writes it down and makes a vote key first; that part is shown by itself.
"""

import argparse
import asyncio
import contextlib
import logging
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import aiohttp
import msgspec

from demo.ports import free_port
from demo.town import utc_now
from demo.town_home import CELL, Home, join
from neighborcam.hub.api import push
from neighborcam.hub.app import Hub
from neighborcam.hub.events import region_key
from neighborcam.hub.settings import HubSettings
from tests.bench.table import Row, save, show
from tests.hub import services

AT_ONCE: Final = 200  # connections that are made at a time
_HELLO: Final = b"live"  # the end of what a client gets before anything happens


class Listener(asyncio.Protocol):
    """Counts what comes; done once it has seen the mark as often as asked."""

    def __init__(self, greeting: bytes, mark: bytes) -> None:
        self._greeting = greeting
        self._mark = mark
        self._seen = b""
        self.ready = asyncio.get_running_loop().create_future()
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._greeting)

    def data_received(self, data: bytes) -> None:
        self._seen = self._seen[-64:] + data
        if not self.ready.done():
            if _HELLO in self._seen or b"PONG" in self._seen:
                self.ready.set_result(None)
                self._seen = b""
        elif self._mark in self._seen and not self.done.done():
            self.done.set_result(time.perf_counter())

    def again(self) -> None:
        """Wait for the next message."""
        self._seen = b""
        self.done = asyncio.get_running_loop().create_future()

    def connection_lost(self, exc: Exception | None) -> None:
        for future in (self.ready, self.done):
            if not future.done():
                future.set_exception(exc or ConnectionError("closed"))


def main() -> int:
    """Measure and print."""
    # A listener answers no ping, and the last comes after the first heartbeat.
    setattr(push, "HEARTBEAT_S", 3600.0)  # noqa: B010 - mypy holds it to be final
    parser = argparse.ArgumentParser(prog="script/bench fanout")
    parser.add_argument("--engines", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, force=True)
    rows = asyncio.run(_measure(options.engines, options.rounds))
    show(f"One alert to {options.engines} engines, median of {options.rounds}", rows)
    save(options.json, {"fanout": rows})
    return 0


async def _measure(engines: int, rounds: int) -> list[Row]:
    async with _hub() as (hub, homes):
        payload = await _payload(hub, homes[0])
        day = await homes[0].reading_pass()
        path = f"/api/feed?region={region_key(CELL)}"
        greeting = _upgrade(path, day)
        mark = b'"live":true'
        async with _listeners(hub.server.port, engines, greeting, mark) as heard:
            ours, whole = await _hub_rounds(hub, homes, heard, rounds)
    with services.nats() as url:
        port = int(url.rpartition(":")[2])
        greeting = b"CONNECT {}\r\nSUB region 1\r\nPING\r\n"
        async with _listeners(port, engines, greeting, payload[-32:]) as heard:
            plain = await _nats_rounds(port, payload, heard, rounds)
    return [
        _row("plain NATS", plain, plain),
        _row("hub, from the database's commit", ours, plain),
        _row("hub, from the engine's POST", whole, plain),
    ]


def _row(name: str, times: list[float], beside: list[float]) -> Row:
    middle = statistics.median(times)
    return {
        "way": name,
        "last has it, s": middle,
        "worst, s": max(times),
        "ratio": middle / statistics.median(beside),
    }


@contextlib.asynccontextmanager
async def _hub() -> AsyncIterator[tuple[Hub, list[Home]]]:
    with tempfile.TemporaryDirectory(prefix="neighborcam-bench-") as folder:
        port = free_port()
        settings = HubSettings(
            data_dir=Path(folder), port=port, base_url=f"http://localhost:{port}"
        )
        async with (
            Hub(settings, per_minute=10**9) as hub,
            aiohttp.ClientSession() as session,
        ):
            codes = [await hub.desk.households.invite_by_steward() for _ in range(12)]
            homes = [await join(session, settings.url, c, utc_now) for c in codes]
            yield hub, homes


async def _payload(hub: Hub, home: Home) -> bytes:
    alert = await home.post(text="x" * 400)
    return msgspec.json.encode(await hub.desk.alerts.get(alert.id))


def _upgrade(path: str, day: str) -> bytes:
    lines = (
        f"GET {path} HTTP/1.1",
        "Host: localhost",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version: 13",
        f"Authorization: Pass {day}",
    )
    return "\r\n".join((*lines, "", "")).encode()


@contextlib.asynccontextmanager
async def _listeners(
    port: int, count: int, greeting: bytes, mark: bytes
) -> AsyncIterator[list[Listener]]:
    loop = asyncio.get_running_loop()
    made: list[Listener] = []

    async def connect() -> None:
        _transport, listener = await loop.create_connection(
            lambda: Listener(greeting, mark), "127.0.0.1", port
        )
        await listener.ready
        made.append(listener)

    for start in range(0, count, AT_ONCE):
        number = min(AT_ONCE, count - start)
        await asyncio.gather(*(connect() for _ in range(number)))
    try:
        yield made
    finally:
        for each in made:
            each.transport.abort()
        await asyncio.sleep(1)


async def _hub_rounds(
    hub: Hub, homes: list[Home], heard: list[Listener], rounds: int
) -> tuple[list[float], list[float]]:
    """Return seconds from the commit, and from the POST, to the last listener."""
    from_commit, from_post = [], []
    tell = hub.desk.alerts.tell
    for number in range(rounds):
        committed = [0.0]

        async def told(*alerts: str, at: list[float] = committed) -> None:
            at[0] = time.perf_counter()
            await tell(*alerts)

        hub.desk.alerts.tell = told  # type: ignore[method-assign]
        for each in heard:
            each.again()
        home = homes[1 + number % (len(homes) - 1)]
        alert = home.alert(text="x" * 400)
        post = home.signed(alert, token=await home.token())
        start = time.perf_counter()
        await home.send(post)
        last = max(await asyncio.gather(*(each.done for each in heard)))
        from_post.append(last - start)
        from_commit.append(last - committed[0])
    return from_commit, from_post


async def _nats_rounds(
    port: int, payload: bytes, heard: list[Listener], rounds: int
) -> list[float]:
    _reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"CONNECT {}\r\n")
    times = []
    for _ in range(rounds):
        for each in heard:
            each.again()
        start = time.perf_counter()
        writer.write(b"PUB region %d\r\n%b\r\n" % (len(payload), payload))
        times.append(max(await asyncio.gather(*(e.done for e in heard))) - start)
    writer.close()
    return times


if __name__ == "__main__":
    raise SystemExit(main())
