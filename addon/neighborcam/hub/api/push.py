"""The feed of a region as a WebSocket: what was missed, then what happens."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

import msgspec
from aiohttp import WSMsgType, web

from neighborcam.hub.api.desk import Call, Desk
from neighborcam.hub.api.messages import AuthMessage, FeedQuery
from neighborcam.hub.errors import NoPass
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
_TOO_SLOW: Final = 1013
_AWAY: Final = 1001
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
        _serve(socket, call.desk, region, call.query.after), name="feed"
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
    socket: web.WebSocketResponse, desk: Desk, region: str, after: int | None
) -> None:
    """Send what there is, then what comes. Listening begins first: nothing is lost."""
    code = _AWAY
    try:
        async with desk.fanout.listen(region_key(region)) as heard:
            last = await _catch_up(socket, desk, region, after)
            await _follow(socket, heard, region, last)
    except (Lagging, TimeoutError):
        code = _TOO_SLOW
    finally:
        with contextlib.suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(1):
                await socket.close(code=code)


async def _catch_up(
    socket: web.WebSocketResponse, desk: Desk, region: str, after: int | None
) -> int:
    async with desk.database.read() as tx:
        upto = await newest_seq(tx)
    hello = Hello(hub=desk.settings.name, region=region, seq=upto)
    await _send(socket, msgspec.json.encode(hello))
    start, is_first = after, True
    while True:
        async with desk.database.read() as tx:
            events = await events_after(tx, region, start, upto=upto)
        is_last = len(events) < BATCH
        told = [each for each in events if is_in_region(each, region)]
        if told or is_last or is_first:
            items = b",".join(msgspec.json.encode(each) for each in told)
            await _send(socket, _frame(items, live=is_last))
        if is_last:
            return upto
        start, is_first = events[-1].seq, False


def is_in_region(event: Event, region: str) -> bool:
    """Tell whether an event is of a region; one that names no cell always is."""
    alert = getattr(event, "alert", None)
    return alert is None or is_in(alert.cell, region)


async def _follow(
    socket: web.WebSocketResponse, heard: AsyncIterator[Told], region: str, last: int
) -> None:
    async for item in heard:
        if item.seq > last and is_in(item.cell, region):
            await _send(socket, _frame(item.data, live=True))


def _frame(items: bytes, *, live: bool) -> bytes:
    """Return an ``events`` message around events that are encoded already."""
    end = b'],"live":true}' if live else b'],"live":false}'
    return b'{"type":"events","events":[' + items + end


async def _send(socket: web.WebSocketResponse, data: bytes) -> None:
    async with asyncio.timeout(SEND_S):
        await socket.send_str(data.decode())
