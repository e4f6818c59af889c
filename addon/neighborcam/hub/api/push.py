"""The feed of a region as a WebSocket: what was missed, then what happens."""

import asyncio
import contextlib
from typing import Final

import msgspec
from aiohttp import WSMsgType, web

from neighborcam.hub.api.desk import Call, Desk
from neighborcam.hub.api.messages import AuthMessage, FeedQuery
from neighborcam.hub.errors import HubError, NoPass
from neighborcam.hub.events import (
    BATCH,
    events_after,
    is_in,
    newest_seq,
    region_key,
)
from neighborcam.hub.fanout.interface import Lagging, Told
from neighborcam.protocol.cells import check_region
from neighborcam.protocol.feed import Event, Hello

AUTH_S: Final = 10.0
HEARTBEAT_S: Final = 30.0
SEND_S: Final = 30.0
GOODBYE_S: Final = 1.0
_LATER: Final = 1013
_RESTART: Final = 1012  # RFC 6455, 7.4.2: come back after a random time
_NO_PASS: Final = 4401


async def feed(call: Call[FeedQuery, None]) -> web.StreamResponse:
    """WebSocket: alerts of a region as they stand, from ``after`` on."""
    region = check_region(call.query.region)
    is_member = await call.is_member()
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=4096)
    await socket.prepare(call.http_request)
    if not is_member and not await _has_shown_pass(socket, call.desk):
        await socket.close(code=_NO_PASS, message=b"the pass of the day is needed")
        return socket
    task = asyncio.create_task(
        _serve(call.http_request, socket, call.desk, region, call.query.after),
        name="feed",
    )
    call.desk.sockets.add(task)
    try:
        async for _message in socket:
            pass  # a client has nothing to say; reading notices that it went
    finally:
        call.desk.sockets.discard(task)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectionError):
            await task
    return socket


async def _has_shown_pass(socket: web.WebSocketResponse, desk: Desk) -> bool:
    try:
        message = await socket.receive(timeout=AUTH_S)
    except TimeoutError:
        return False
    if message.type is not WSMsgType.TEXT:
        return False
    try:
        auth = msgspec.json.decode(message.data, type=AuthMessage)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return False
    with contextlib.suppress(NoPass):
        return await desk.keys.is_pass(auth.reading_pass)
    return False


async def _serve(
    http_request: web.Request,
    socket: web.WebSocketResponse,
    desk: Desk,
    region: str,
    after: int | None,
) -> None:
    """Send what there is, then what comes, until one side ends it."""
    code = _RESTART
    try:
        await _Feed(socket, desk, region, after).run()
    except (TimeoutError, HubError):
        code = _LATER
    finally:
        await _close(http_request, socket, code)


async def _close(
    http_request: web.Request, socket: web.WebSocketResponse, code: int
) -> None:
    """Say goodbye; who does not take even that is cut off.

    A transport that is only closed would wait for its buffer to be read, for ever.
    """
    transport = http_request.transport
    try:
        async with asyncio.timeout(GOODBYE_S):
            await socket.close(code=code)
    except (ConnectionError, TimeoutError):
        pass
    finally:
        # aiohttp is cancelled here when a drain was before, though nobody cancels us.
        if transport is not None and transport.get_write_buffer_size():
            transport.abort()


class _Feed:
    """What one client was sent of a region."""

    def __init__(
        self, socket: web.WebSocketResponse, desk: Desk, region: str, after: int | None
    ) -> None:
        self._socket = socket
        self._desk = desk
        self._region = region
        self._last = after

    async def run(self) -> None:
        """Send. Who lags behind this node's memory goes on from the table.

        Raises `TimeoutError` for a client that takes nothing, `StorageFailed`.
        """
        async with self._desk.database.read() as tx:
            newest = await newest_seq(tx)
        hello = Hello(hub=self._desk.settings.name, region=self._region, seq=newest)
        await _send(self._socket, msgspec.json.encode(hello))
        is_over = False
        while not is_over:
            with contextlib.suppress(Lagging):
                await self._run_once()
                is_over = True

    async def _run_once(self) -> None:
        """Listening begins first: nothing is lost between."""
        async with self._desk.following.listen(region_key(self._region)) as heard:
            await self._catch_up()
            async for item in heard:
                await self._pass_on(item)

    async def _catch_up(self) -> None:
        async with self._desk.database.read() as tx:
            upto = await newest_seq(tx)
        start, is_first, is_last = self._last, True, False
        while not is_last:
            async with self._desk.database.read() as tx:
                events = await events_after(
                    tx, self._region, start, upto=upto, now=self._desk.clock()
                )
            is_last = len(events) < BATCH
            told = [each for each in events if is_in_region(each, self._region)]
            if told or is_last or is_first:
                items = b",".join(msgspec.json.encode(each) for each in told)
                await _send(self._socket, _frame(items, live=is_last))
            is_first = False
            if events:
                start = self._last = events[-1].seq
        self._last = upto

    async def _pass_on(self, item: Told) -> None:
        if item.seq <= (self._last or 0):
            return
        if not item.cell or is_in(item.cell, self._region):
            await _send(self._socket, _frame(item.data, live=True))
        self._last = item.seq


def is_in_region(event: Event, region: str) -> bool:
    """Tell whether an event is of a region; one that names no cell always is."""
    alert = getattr(event, "alert", None)
    return alert is None or is_in(alert.cell, region)


def _frame(items: bytes, *, live: bool) -> bytes:
    """Return an ``events`` message around events that are encoded already."""
    end = b'],"live":true}' if live else b'],"live":false}'
    return b'{"type":"events","events":[' + items + end


async def _send(socket: web.WebSocketResponse, data: bytes) -> None:
    async with asyncio.timeout(SEND_S):
        await socket.send_str(data.decode())
