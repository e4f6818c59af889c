"""The WebSocket /api/ws: hello, a snapshot, then every change as it happens."""

import asyncio
import logging
from typing import Any, Final

import msgspec
from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from neighborcam.engine.api import errors
from neighborcam.engine.api.access import Grant, includes
from neighborcam.engine.api.desk import Call, Desk
from neighborcam.engine.api.messages import SCHEMA, Scope, Storage
from neighborcam.engine.api.plumbing import bearer, fail, refuse_other_origins
from neighborcam.engine.api.push_messages import (
    Auth,
    Changes,
    ClientMessage,
    Complaint,
    Hello,
    Ping,
    Pong,
    ServerMessage,
    Snapshot,
    SnapshotWish,
)
from neighborcam.engine.api.recordings import measure
from neighborcam.engine.bus import (
    CameraConfigured,
    News,
    NewsLost,
    SettingsChanged,
    SharingChanged,
    StatisticsMeasured,
    StorageMeasured,
    Subscription,
)
from neighborcam.engine.errors import EngineError, StorageError

log = logging.getLogger(__name__)

HEARTBEAT_S: Final = 20.0
AUTH_TIMEOUT_S: Final = 10.0
SEND_TIMEOUT_S: Final = 20.0
MAX_MESSAGE: Final = 16_384
MAX_COMPLAINTS: Final = 20
CLOSE_UNAUTHORISED: Final = 4401
CLOSE_FORBIDDEN: Final = 4403

_decoder: Final = msgspec.json.Decoder(ClientMessage)


async def watch(call: Call[None, None]) -> web.StreamResponse:
    """WebSocket: state and changes; see the messages below."""
    refuse_other_origins(call.http_request)
    grant = bearer(call.http_request, call.desk)
    if grant is not None and not includes(grant.scope, Scope.VIEWER):
        raise errors.Forbidden("this needs a token with scope viewer")
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S, max_msg_size=MAX_MESSAGE)
    await socket.prepare(call.http_request)
    if grant is None:
        grant = await _authenticate(call, socket)
    if grant is not None:
        session = Session(call.desk, socket)
        await call.desk.connections.run(session.run(), token=grant.token)
    return socket


async def _authenticate(
    call: Call[None, None], socket: web.WebSocketResponse
) -> Grant | None:
    """Return the grant of the first message; None after closing the socket."""
    try:
        async with asyncio.timeout(AUTH_TIMEOUT_S):
            first = await socket.receive()
        message = _decode(first)
        if not isinstance(message, Auth):
            fail(call.http_request, call.desk, "the first message must be auth")
            return None
        grant = call.desk.grant(message.token)
        if grant is None:
            fail(call.http_request, call.desk, "the token is not valid: pair again")
        elif includes(grant.scope, Scope.VIEWER):
            return grant
        raise errors.Forbidden("this needs a token with scope viewer")
    except (EngineError, TimeoutError) as exc:
        if not socket.closed:
            await _refuse(socket, exc)
        return None


async def _refuse(
    socket: web.WebSocketResponse, exc: EngineError | TimeoutError
) -> None:
    error = exc if isinstance(exc, EngineError) else errors.Unauthorised("too late")
    _status, answer = errors.answer_for(error)
    forbidden = isinstance(error, errors.Forbidden)
    await _send(socket, Complaint(code=answer.error.code, message=answer.error.message))
    await socket.close(code=CLOSE_FORBIDDEN if forbidden else CLOSE_UNAUTHORISED)


class Session:
    """One authenticated client."""

    def __init__(self, desk: Desk, socket: web.WebSocketResponse) -> None:
        self._desk = desk
        self._socket = socket
        self._seq = 0
        # Snapshots and changes are numbered in the order in which they are sent.
        self._order = asyncio.Lock()

    async def run(self) -> None:
        """Serve the client until it or the engine goes."""
        with self._desk.bus.subscribe() as subscription:
            await self._greet()
            pushing = asyncio.create_task(self._push(subscription))
            try:
                await self._listen()
            finally:
                pushing.cancel()
                await asyncio.gather(pushing, return_exceptions=True)
                await self._socket.close(code=WSCloseCode.GOING_AWAY)

    async def _greet(self) -> None:
        name = self._desk.ports.settings.current().name
        hello = Hello(
            id=self._desk.instance,
            schema=SCHEMA,
            version=self._desk.version,
            name=name,
        )
        await _send(self._socket, hello)
        await self._send_snapshot()

    async def _push(self, subscription: Subscription) -> None:
        try:
            while True:
                try:
                    news = await subscription.take()
                except NewsLost:
                    await self._send_snapshot()
                    continue
                await self._send_changes(news)
        except Exception as problem:  # noqa: BLE001 - the outermost loop
            # The client does not read, or a disk fails. It must not wait for news that
            # nobody sends: it asks again. Closing also ends `_listen`.
            if not isinstance(problem, (ConnectionError, TimeoutError)):
                log.warning("a client is sent away: %s", type(problem).__name__)
            await self._socket.close(code=WSCloseCode.TRY_AGAIN_LATER)

    async def _send_snapshot(self) -> None:
        async with self._order:
            desk = self._desk
            latest = await asyncio.to_thread(desk.ports.index.latest_episodes)
            storage = await self._storage()
            snapshot = Snapshot(
                seq=self._seq,
                cameras=desk.views(),
                episodes=desk.open_episodes.list(),
                settings=desk.ports.settings.current(),
                last_episodes=tuple(latest),
                storage=storage,
                labels=desk.ports.labels(),
                sharing=desk.ports.neighbourhood.view(),
                alerts=desk.ports.neighbourhood.alerts(),
                requests=desk.ports.requests.shown(),
            )
            await _send(self._socket, snapshot)

    async def _storage(self) -> Storage | None:
        try:
            return await asyncio.to_thread(measure, self._desk.ports)
        except StorageError:
            return None

    async def _send_changes(self, news: tuple[News, ...]) -> None:
        async with self._order:
            self._seq += 1
            named = {n.camera for n in news if isinstance(n, CameraConfigured)}
            changed = any(isinstance(n, SettingsChanged) for n in news)
            counted = any(isinstance(n, StatisticsMeasured) for n in news)
            measured = any(isinstance(n, StorageMeasured) for n in news)
            shared = any(isinstance(n, SharingChanged) for n in news)
            desk = self._desk
            changes = Changes(
                seq=self._seq,
                changes=news,
                cameras=tuple(v for v in desk.views() if counted or v.id in named),
                settings=desk.ports.settings.current() if changed else None,
                storage=await self._storage() if measured else None,
                labels=desk.ports.labels() if changed else None,
                sharing=desk.ports.neighbourhood.view() if shared else None,
            )
            await _send(self._socket, changes)

    async def _listen(self) -> None:
        complaints = 0
        async for message in self._socket:
            try:
                await self._answer(_decode(message))
            except EngineError as exc:
                complaints += 1
                code = errors.answer_for(exc)[1].error.code
                await _send(self._socket, Complaint(code=code, message=str(exc)))
            if complaints >= MAX_COMPLAINTS:
                await self._socket.close(code=WSCloseCode.POLICY_VIOLATION)

    async def _answer(self, message: ClientMessage) -> None:
        match message:
            case Ping():
                await _send(self._socket, Pong())
            case SnapshotWish():
                await self._send_snapshot()
            case Auth():
                pass  # a client that always sends it does no harm


def _decode(message: WSMessage) -> Any:
    if message.type is not WSMsgType.TEXT:
        raise errors.BadRequest("messages are JSON in text frames")
    try:
        return _decoder.decode(message.data)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as exc:
        raise errors.invalid(exc) from None


async def _send(socket: web.WebSocketResponse, message: ServerMessage) -> None:
    async with asyncio.timeout(SEND_TIMEOUT_S):
        await socket.send_str(msgspec.json.encode(message).decode())
