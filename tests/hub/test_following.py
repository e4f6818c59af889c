"""Events reach whoever listens, in order, though the fan-out loses them or him."""

import asyncio
import gc
import socket as sockets
from collections.abc import AsyncIterator, Callable

import pytest

from neighborcam.hub.api import push
from neighborcam.hub.events import region_key
from neighborcam.hub.fanout import local as local_fanout
from neighborcam.hub.fanout.interface import Told
from neighborcam.hub.fanout.local import LocalFanout
from neighborcam.hub.following import Following
from neighborcam.protocol.feed import Withdrawn
from neighborcam.protocol.standing import Standing
from tests.hub.clock import REGION
from tests.hub.conftest import Town
from tests.hub.test_feed import next_events, read


class Pauses:
    """Ends a pause whenever a test says so."""

    def __init__(self) -> None:
        self._may_end = asyncio.Event()

    async def __call__(self) -> None:
        await self._may_end.wait()
        self._may_end.clear()

    def end(self) -> None:
        self._may_end.set()


async def seqs(heard: AsyncIterator[Told], count: int) -> list[int]:
    async with asyncio.timeout(30):
        return [(await anext(heard)).seq for _ in range(count)]


async def post(town: Town, count: int) -> None:
    for number in range(count):
        author = await town.home()  # one alone may not post so often
        await author.post(headline=f"number {number}")


async def test_a_hint_out_of_order_twice_or_never_loses_nothing(town: Town) -> None:
    fanout, pauses = LocalFanout(), Pauses()
    following = Following(town.hub.desk.database, fanout, town.clock, pauses)

    async def hint(seq: int) -> None:
        about = Withdrawn(seq=seq, id="0" * 32, standing=Standing.HIDDEN)
        await fanout.publish(REGION, "", about)

    async with following.listen(REGION) as heard:
        await post(town, 3)
        await hint(3)
        await hint(2)
        await hint(3)
        assert await seqs(heard, 3) == [1, 2, 3]
        await post(town, 2)
        pauses.end()
        assert await seqs(heard, 2) == [4, 5]
        await post(town, 1)
        fanout.lose()
        assert await seqs(heard, 1) == [6]
    assert not following._tasks, "nobody listens: nothing is asked any more"
    await following.close()


async def test_a_database_that_fails_a_while_delays_and_loses_nothing(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses, failed = Pauses(), asyncio.Event()
    following = Following(town.hub.desk.database, LocalFanout(), town.clock, pauses)
    async with following.listen(REGION) as heard:

        def fail() -> None:
            failed.set()
            raise ZeroDivisionError

        monkeypatch.setattr(following._database, "read", fail)
        pauses.end()
        await asyncio.wait_for(failed.wait(), 30)
        monkeypatch.undo()
        await post(town, 1)
        pauses.end()
        assert await seqs(heard, 1) == [1]
    await following.close()


async def test_who_lags_goes_on_from_the_table_without_a_new_connection(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_fanout, "QUEUE", 1)
    home = await town.home()
    async with home.link.feed(REGION, None, await home.reading_pass()) as messages:
        await read(messages)
        await read(messages)
        fanout = town.hub.desk.following._fanout
        assert isinstance(fanout, LocalFanout)
        monkeypatch.setattr(fanout, "publish", _nothing)
        await post(town, 6)
        fanout.lose()  # all six come out of the table at once
        found: list[int] = []
        while len(found) < 6:
            found += [each.seq for each in await next_events(messages)]
        assert found == [1, 2, 3, 4, 5, 6]


async def _nothing(*_: object) -> None:
    pass


async def test_a_client_that_takes_nothing_is_let_go(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connection is there, but nobody reads: as a phone in a tunnel."""
    monkeypatch.setattr(push, "SEND_S", 0.05)
    monkeypatch.setattr(push, "GOODBYE_S", 0.05)
    home, desk = await town.home(), town.hub.desk
    day = await home.reading_pass()
    with sockets.socket() as client:
        client.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        client.settimeout(0)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(client, ("127.0.0.1", town.hub.server.port))
        lines = (
            f"GET /api/feed?region={REGION} HTTP/1.1",
            "Host: localhost",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
            "Sec-WebSocket-Version: 13",
            f"Authorization: Pass {day}",
        )
        await loop.sock_sendall(client, "\r\n".join((*lines, "", "")).encode())
        await _until(lambda: desk.following._local.has_listeners(region_key(REGION)))
        (serving,) = desk.sockets
        for seq in range(1, 100):
            item = Told(seq=seq, cell="", data=b"0" * 200_000)
            desk.following._local.deliver(region_key(REGION), item)
        async with asyncio.timeout(30):
            await asyncio.wait({serving})
        await _until(lambda: not desk.sockets)


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():
            await _turns(1)


async def test_a_hub_that_stops_asks_its_listeners_to_come_back(town: Town) -> None:
    home = await town.home()
    day = await home.reading_pass()
    url = f"{town.url}/api/feed?region={REGION}"
    headers = {"Authorization": f"Pass {day}"}
    async with town.session.ws_connect(url, headers=headers) as socket:
        await socket.receive()
        stopping = asyncio.create_task(town.hub.server.stop())
        while (await socket.receive()).type.name == "TEXT":
            pass
        assert socket.close_code == 1012
        await stopping
    assert not town.hub.desk.sockets
    assert not town.hub.desk.following._tasks


async def test_a_hub_that_stops_while_many_catch_up_leaves_nothing_open(
    nodes: tuple[Town, Town],
) -> None:
    """Each is cancelled twice: by the server, and by the end of its own request."""
    town, other = nodes
    await post(other, 3)
    home = await town.home()
    day = await home.reading_pass()
    url = f"http://localhost:{town.hub.server.port}/api/feed?region={REGION}"
    headers = {"Authorization": f"Pass {day}"}

    async def listen(steps: int) -> None:
        async with town.session.ws_connect(url, headers=headers):
            await _turns(steps)

    listeners = [asyncio.create_task(listen(steps)) for steps in range(12)]
    await _turns(40)
    await town.hub.server.stop()
    await asyncio.gather(*listeners, return_exceptions=True)
    assert not town.hub.desk.sockets
    assert town.hub.desk.database._open == 0
    gc.collect()  # what was forgotten would warn, which fails this test


async def _turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)
