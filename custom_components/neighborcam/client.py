"""Talks to one engine over HTTP and its WebSocket; knows nothing of Home Assistant.

Every method raises the tree of `errors`. Answers are bounded in size and validated: a
thing that merely sits at the engine's address must not be able to hurt Home Assistant.
"""

import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Container, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Final

from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ClientWebSocketResponse,
    ClientWSTimeout,
    WSMsgType,
)
from yarl import URL

from .const import SCHEMA
from .errors import (
    CodeRefused,
    EngineTooNew,
    EngineTooOld,
    EngineUnreachable,
    OddAnswer,
    TokenRefused,
    WishRefused,
)
from .models import (
    Alert,
    AlertPreview,
    Camera,
    CameraCount,
    CameraTest,
    Changes,
    Episode,
    FoundDevice,
    Hello,
    Info,
    OnvifProfile,
    PoliceRequest,
    Snapshot,
    Timeline,
    parse,
    parse_list,
)

type Message = Hello | Snapshot | Changes

ANSWER_LIMIT: Final = 8 * 1024 * 1024  # bytes; a day's timeline is far below
MESSAGE_LIMIT: Final = 4 * 1024 * 1024
# An engine pings every 20 seconds, so one that is silent for longer is gone.
SILENCE_S: Final = 60.0
HELLO_TIMEOUT_S: Final = 15.0
_TIMEOUT: Final = ClientTimeout(total=30, sock_connect=10)
_SLOW: Final = ClientTimeout(total=60, sock_connect=10)  # a camera is tried meanwhile
_MEDIA: Final = ClientTimeout(total=None, sock_connect=10, sock_read=60)
_FORBIDDEN: Final = frozenset({"unauthorised", "forbidden"})
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_UNAUTHORISED: Final = 401
_FAILED: Final = 400
_CLOSED_FOR_TOKEN: Final = frozenset({4401, 4403})


def check_schema(schema: int) -> None:
    """Raise `EngineTooNew` or `EngineTooOld` unless we speak ``schema``."""
    if schema > SCHEMA:
        raise EngineTooNew("the engine is newer than this integration")
    if schema < SCHEMA:
        raise EngineTooOld("the engine is older than this integration")


async def pair(session: ClientSession, url: URL, code: str, name: str) -> str:
    """Trade a pairing code for a token; ``name`` is what the engine's owner sees."""
    client = EngineClient(session, url, None)
    try:
        answer = await client.ask("POST", "/api/pair", {"code": code, "name": name})
    except WishRefused as refused:
        if refused.code in {"wrong_code", "invalid_input"}:
            raise CodeRefused(str(refused)) from None
        raise
    token = answer.get("token") if isinstance(answer, dict) else None
    if not isinstance(token, str):
        raise OddAnswer("the engine gave no token")
    return token


class EngineClient:
    """One engine at ``url``, with the token of this Home Assistant."""

    def __init__(self, session: ClientSession, url: URL, token: str | None) -> None:
        self.url = url
        self._session = session
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def info(self) -> Info:
        """Ask which engine this is; raises `EngineTooNew` or `EngineTooOld`."""
        info = parse(Info, await self.ask("GET", "/api/info"))
        check_schema(info.schema)
        return info

    async def episodes(self, **query: str) -> list[Episode]:
        """Return episodes, newest first; the query is that of ``GET /api/episodes``."""
        return parse_list(
            Episode, await self.ask("GET", "/api/episodes", None, query or None)
        )

    async def episode(self, episode: str) -> Episode:
        """Return one episode."""
        return parse(Episode, await self.ask("GET", api_path("episodes", episode)))

    async def counts(self, start: datetime, end: datetime) -> dict[str, int]:
        """Return how many episodes of each camera started in a span."""
        answer = await self.ask(
            "GET", "/api/episodes/counts", None, _span_query(start, end)
        )
        return {each.camera: each.count for each in parse_list(CameraCount, answer)}

    async def timeline(self, camera: str, start: datetime, end: datetime) -> Timeline:
        """Return what is recorded of a camera in a span of up to 31 days."""
        path = f"{api_path('cameras', camera)}/timeline"
        return parse(
            Timeline, await self.ask("GET", path, None, _span_query(start, end))
        )

    async def add_camera(self, wish: Mapping[str, Any]) -> Camera:
        """Add a camera to the engine."""
        return parse(Camera, await self.ask("POST", "/api/cameras", wish))

    async def change_camera(self, camera: str, patch: Mapping[str, Any]) -> Camera:
        """Change a camera by JSON merge patch."""
        return parse(
            Camera, await self.ask("PATCH", api_path("cameras", camera), patch)
        )

    async def remove_camera(self, camera: str) -> None:
        """Remove a camera; its recordings stay until retention takes them."""
        await self.ask("DELETE", api_path("cameras", camera))

    async def try_camera(self, wish: Mapping[str, Any]) -> CameraTest:
        """Let the engine connect once without saving; a failure is in the result."""
        return parse(
            CameraTest,
            await self.ask("POST", "/api/cameras/test", wish, timeout=_SLOW),
        )

    async def discover(self) -> list[FoundDevice]:
        """Look for ONVIF devices on the engine's network; takes a few seconds."""
        return parse_list(
            FoundDevice, await self.ask("POST", "/api/discover", timeout=_SLOW)
        )

    async def onvif_profiles(self, wish: Mapping[str, Any]) -> list[OnvifProfile]:
        """Ask an ONVIF device for its streams."""
        return parse_list(
            OnvifProfile,
            await self.ask("POST", "/api/onvif/profiles", wish, timeout=_SLOW),
        )

    async def snapshot(self, camera: str) -> bytes:
        """Return a camera's newest picture as JPEG."""
        return await self._picture(f"{api_path('cameras', camera)}/snapshot.jpg")

    async def thumbnail(self, episode: str) -> bytes:
        """Return an episode's best picture as JPEG."""
        return await self._picture(f"{api_path('episodes', episode)}/thumbnail.jpg")

    async def hold(self, episode: str) -> None:
        """Keep an episode's recording until it is released."""
        await self.ask("PUT", f"{api_path('episodes', episode)}/hold")

    async def release(self, episode: str) -> None:
        """Give an episode's recording back to retention."""
        await self.ask("DELETE", f"{api_path('episodes', episode)}/hold")

    async def sign(self, path: str, life: timedelta) -> str:
        """Return an absolute URL of a media path that works without a token."""
        wish = {"path": path, "ttl_s": int(life.total_seconds())}
        answer = await self.ask("POST", "/api/sign", wish)
        signed = answer.get("url") if isinstance(answer, dict) else None
        if not isinstance(signed, str) or not signed.startswith("/"):
            raise OddAnswer("the engine signed nothing")
        return str(self.url.join(URL(signed, encoded=True)))

    async def preview_alert(self, wish: Mapping[str, Any]) -> AlertPreview:
        """Ask what would be published; pictures are made, and nothing leaves."""
        answer = await self.ask("POST", "/api/alerts/preview", wish, timeout=_SLOW)
        return parse(AlertPreview, answer)

    async def publish_alert(self, wish: Mapping[str, Any]) -> Alert:
        """Publish an alert to the neighbourhood."""
        return parse(Alert, await self.ask("POST", "/api/alerts", wish, timeout=_SLOW))

    async def comment(self, alert: str, text: str) -> None:
        """Write a comment below an alert."""
        await self.ask("POST", f"{api_path('alerts', alert)}/comments", {"text": text})

    async def react(self, alert: str, kind: str) -> None:
        """Confirm, dispute or thank for an alert; once per household."""
        await self.ask("POST", f"{api_path('alerts', alert)}/reactions", {"kind": kind})

    async def flag(self, alert: str, wish: Mapping[str, Any]) -> None:
        """Have stewards look at an alert, or a comment below it."""
        await self.ask("POST", f"{api_path('alerts', alert)}/flags", wish)

    async def leave(self, *, anyway: bool) -> None:
        """Leave the hub; takes a while when the hub is slow."""
        wish = {"anyway": anyway}
        await self.ask("POST", "/api/sharing/leave", wish, timeout=_SLOW)

    async def trust(self, reason: str, *, anew: bool) -> None:
        """Believe the hub again, for the reason that was shown."""
        wish = {"reason": reason, "anew": anew}
        await self.ask("POST", "/api/sharing/trust", wish)

    async def requests(self) -> list[PoliceRequest]:
        """Return the police requests that the engine knows."""
        return parse_list(PoliceRequest, await self.ask("GET", "/api/requests"))

    async def answer(self, request: str, wish: Mapping[str, Any]) -> None:
        """Answer a police request; the engine checks what may be answered how."""
        await self.ask("POST", f"{api_path('requests', request)}/answer", wish)

    async def put_administrators(self, users: Sequence[str]) -> None:
        """Say which users of Home Assistant administer it."""
        await self.ask("PUT", "/api/administrators", {"users": list(users)})

    async def revoke(self) -> None:
        """Let the engine forget our token."""
        await self.ask("DELETE", "/api/tokens/self")

    @asynccontextmanager
    async def open(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        also: Container[int] = (),
    ) -> AsyncIterator[ClientResponse]:
        """Open media for passing it on; failures raise, any success is yielded.

        ``also`` are statuses that the caller takes though they are no success.
        """
        try:
            async with self._session.get(
                self.url.join(URL(path)).with_query(query),
                headers={**(headers or {}), **self._headers},
                timeout=_MEDIA,
                allow_redirects=False,
            ) as response:
                if response.status not in also:
                    await self._refuse(response)
                yield response
        except (ClientError, TimeoutError) as problem:
            raise _unreachable(problem) from None

    async def watch(self) -> AsyncGenerator[Message]:
        """Yield hello, a snapshot and changes until the connection ends.

        The end of the connection is `EngineUnreachable`. A gap in the numbers of the
        changes is mended by asking for another snapshot.
        """
        try:
            async with (
                self._session.ws_connect(
                    self.url / "api" / "ws",
                    headers=self._headers,
                    max_msg_size=MESSAGE_LIMIT,
                    timeout=ClientWSTimeout(ws_receive=SILENCE_S, ws_close=5),
                ) as socket,
                aclosing(self._messages(socket)) as messages,
            ):
                async for message in messages:
                    yield message
        except (ClientError, TimeoutError) as problem:
            if getattr(problem, "status", None) == _UNAUTHORISED:
                raise TokenRefused("the engine does not know this token") from None
            raise _unreachable(problem) from None

    async def _messages(
        self, socket: ClientWebSocketResponse
    ) -> AsyncGenerator[Message]:
        hello = parse(Hello, await _receive(socket, timeout=HELLO_TIMEOUT_S))
        check_schema(hello.schema)
        yield hello
        seq: int | None = None
        while True:
            data = await _receive(socket)
            match data.get("type"):
                case "snapshot":
                    snapshot = parse(Snapshot, data)
                    seq = snapshot.seq
                    yield snapshot
                case "changes" if seq is not None:
                    changes = parse(Changes, data)
                    if changes.seq != seq + 1:
                        seq = None  # what we know is stale
                        await socket.send_json({"type": "snapshot"})
                        continue
                    seq = changes.seq
                    yield changes

    async def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        *,
        timeout: ClientTimeout = _TIMEOUT,  # noqa: ASYNC109 - aiohttp's own type
    ) -> Any:
        """Return the decoded JSON of an answer, None for an empty one."""
        try:
            async with self._session.request(
                method,
                self.url.join(URL(path, encoded=True)).with_query(query),
                json=body,
                headers=self._headers,
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                await self._refuse(response)
                return _decode(await _read(response, ANSWER_LIMIT))
        except (ClientError, TimeoutError) as problem:
            raise _unreachable(problem) from None

    async def _picture(self, path: str) -> bytes:
        async with self.open(path) as response:
            return await _read(response, ANSWER_LIMIT)

    async def _refuse(self, response: ClientResponse) -> None:
        """Raise for an answer that is no success."""
        if response.status < _FAILED and response.status // 100 == 2:  # noqa: PLR2004 - 2xx
            return
        answer = _decode(await _read(response, 65_536))
        error = answer.get("error") if isinstance(answer, dict) else None
        if not isinstance(error, dict):
            raise OddAnswer("what answers there is no NeighborCam engine")
        code, text = str(error.get("code"))[:64], str(error.get("message"))[:500]
        if response.status == _UNAUTHORISED or code in _FORBIDDEN:
            raise TokenRefused(text)
        field = error.get("field")
        raise WishRefused(text, code=code, field=str(field)[:100] if field else None)


def api_path(kind: str, id_: str) -> str:
    """Return the path of one thing; an id may come from an automation or a link."""
    if not _ID.fullmatch(id_):
        raise WishRefused("there is no such thing", code="not_found")
    return f"/api/{kind}/{id_}"


def _span_query(start: datetime, end: datetime) -> dict[str, str]:
    return {"start": start.isoformat(), "end": end.isoformat()}


def _unreachable(problem: BaseException) -> EngineUnreachable:
    # The class only: aiohttp's texts hold the address.
    return EngineUnreachable(f"the engine does not answer ({type(problem).__name__})")


async def _read(response: ClientResponse, limit: int) -> bytes:
    read = bytearray()
    async for chunk in response.content.iter_chunked(65_536):
        read += chunk
        if len(read) > limit:
            raise OddAnswer("the engine's answer is too large")
    return bytes(read)


def _decode(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise OddAnswer("what answers there is no NeighborCam engine") from None


async def _receive(
    socket: ClientWebSocketResponse,
    timeout: float | None = None,  # noqa: ASYNC109 - aiohttp's own argument
) -> dict[str, Any]:
    message = await socket.receive(timeout=timeout)
    if message.type is WSMsgType.TEXT:
        data = _decode(message.data.encode())
        if isinstance(data, dict):
            return data
        raise OddAnswer("the engine sent something that is no message")
    if socket.close_code in _CLOSED_FOR_TOKEN:
        raise TokenRefused("the engine does not know this token")
    if message.type in {WSMsgType.BINARY, WSMsgType.ERROR}:
        raise OddAnswer("the engine sent something that is no message")
    raise EngineUnreachable("the engine closed the connection")
