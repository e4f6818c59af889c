"""Live video: MPEG-TS over HTTP for players, fMP4 over a WebSocket for pages."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

import msgspec
from aiohttp import WSCloseCode, web

from neighborcam.engine.api.desk import Call
from neighborcam.engine.api.messages import LiveQuery
from neighborcam.engine.api.plumbing import refuse_other_origins
from neighborcam.engine.api.ports import Container, LiveViewer, StreamName
from neighborcam.engine.api.push_messages import LiveStart

HEARTBEAT_S: Final = 20.0
SEND_TIMEOUT_S: Final = 20.0
MAX_CLIENT_MESSAGE: Final = 4096


async def mpegts(call: Call[LiveQuery, None]) -> web.StreamResponse:
    """Live MPEG-TS until the client or the camera goes."""
    viewer = _open(call, Container.MPEGTS)
    response = web.StreamResponse(headers={"Content-Type": "video/mp2t"})
    await _relay(call, viewer, _write_chunks(call, response, viewer))
    return response


async def fmp4(call: Call[LiveQuery, None]) -> web.StreamResponse:
    """WebSocket: ``{"mime": …}``, then binary fragmented MP4, init segment first."""
    refuse_other_origins(call.http_request)
    viewer = _open(call, Container.FMP4)
    socket = web.WebSocketResponse(
        heartbeat=HEARTBEAT_S, max_msg_size=MAX_CLIENT_MESSAGE
    )
    await _relay(call, viewer, _send_fragments(call, socket, viewer))
    return socket


def _open(call: Call[LiveQuery, None], container: Container) -> LiveViewer:
    stream = StreamName(call.query.stream)
    return call.ports.cameras.open_live(call.camera, stream, container)


async def _relay(
    call: Call[LiveQuery, None], viewer: LiveViewer, work: Coroutine[Any, Any, None]
) -> None:
    token = call.grant.token if call.grant else None
    try:
        await call.desk.connections.run(work, token=token)
    finally:
        viewer.close()


async def _write_chunks(
    call: Call[LiveQuery, None], response: web.StreamResponse, viewer: LiveViewer
) -> None:
    await response.prepare(call.http_request)  # before the first picture is there
    async for chunk in viewer:
        await response.write(chunk)
    await response.write_eof()


async def _send_fragments(
    call: Call[LiveQuery, None], socket: web.WebSocketResponse, viewer: LiveViewer
) -> None:
    await socket.prepare(call.http_request)
    sending = asyncio.create_task(_send_all(socket, viewer))
    try:
        # Reading is how we notice that the client left, and how its pongs arrive.
        async for _ignored in socket:
            pass
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await socket.close(code=WSCloseCode.GOING_AWAY)


async def _send_all(socket: web.WebSocketResponse, viewer: LiveViewer) -> None:
    started = False
    async for chunk in viewer:
        async with asyncio.timeout(SEND_TIMEOUT_S):
            if not started:
                await socket.send_str(_start(viewer))
                started = True
            await socket.send_bytes(chunk)
    await socket.close(code=WSCloseCode.GOING_AWAY, message=b"the camera ended")


def _start(viewer: LiveViewer) -> str:
    return msgspec.json.encode(LiveStart(mime=viewer.mime)).decode()
