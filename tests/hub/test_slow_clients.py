"""Clients that are slow, hang or say nothing: served if they go on, else let go."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from neighborcam.hub.api import bodies
from neighborcam.hub.api.bodies import WINDOW_BYTES, WINDOW_S, read_paced
from neighborcam.hub.api.errors import TooSlow
from neighborcam.hub.errors import TooLarge
from neighborcam.serving import connections
from tests.hub.conftest import Town

HEAD = b"POST /api/alerts HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"


class Line:
    """A line whose seconds pass as it brings pieces."""

    def __init__(self, pieces: int, size: int, every_s: float) -> None:
        self.at = 0.0
        self._pieces, self._size, self._every_s = pieces, size, every_s

    def now(self) -> float:
        return self.at

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(self._pieces):
            self.at += self._every_s
            yield bytes(self._size)


async def test_a_thin_line_that_goes_on_brings_all_of_it() -> None:
    """A mebibyte in a quarter of an hour, as from a boat."""
    line = Line(pieces=1024, size=1024, every_s=0.9)
    assert len(await read_paced(aiter(line), 2**20, line.now)) == 2**20
    assert line.at > 15 * WINDOW_S


async def test_a_trickle_ends_after_a_minute_not_after_hours() -> None:
    line = Line(pieces=10**6, size=(WINDOW_BYTES - 1) // 60, every_s=1)
    with pytest.raises(TooSlow):
        await read_paced(aiter(line), 2**30, line.now)
    assert line.at == WINDOW_S


async def test_a_line_that_becomes_a_trickle_ends_a_minute_later() -> None:
    fast, slow = Line(1, WINDOW_BYTES, WINDOW_S), Line(10**6, 1, 1)

    async def both() -> AsyncIterator[bytes]:
        async for piece in fast:
            yield piece
        async for piece in slow:
            yield piece

    with pytest.raises(TooSlow):
        await read_paced(both(), 2**30, lambda: fast.at + slow.at)
    assert slow.at == WINDOW_S


async def test_a_body_ends_at_its_largest_size_however_fast_it_comes() -> None:
    line = Line(pieces=10**6, size=WINDOW_BYTES, every_s=0)
    with pytest.raises(TooLarge):
        await read_paced(aiter(line), 2**20, line.now)


async def test_clients_that_hang_in_a_body_are_let_go_and_others_are_served(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "SILENCE_S", 0.2)
    port = town.hub.server.port
    hanging = [await asyncio.open_connection("127.0.0.1", port) for _ in range(20)]
    for _reader, writer in hanging:
        writer.write(HEAD)
    home = await town.home()
    await home.post()  # nobody else waits for them
    for reader, writer in hanging:
        async with asyncio.timeout(10):
            assert b"408" in await reader.readline()
        writer.close()


@pytest.mark.parametrize("said", [b"", HEAD[:20]], ids=["nothing", "half a header"])
async def test_a_connection_that_asks_for_nothing_is_let_go(
    town: Town, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(connections, "FIRST_REQUEST_S", 0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", town.hub.server.port)
    writer.write(said)
    async with asyncio.timeout(10):
        assert await reader.read() == b""
    writer.close()


async def test_a_connection_that_asked_in_time_may_stay(town: Town) -> None:
    """A feed and an upload last longer than the first request may take to come."""
    home = await town.home()
    async with home.link.feed("851f1d4bfffffff", None, await home.reading_pass()):
        server = town.hub.server._runner.server
        assert server is not None
        patience = [getattr(each, "_patience", 0) for each in server.connections]
        assert patience
        assert set(patience) == {None}
