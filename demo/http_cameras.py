"""A fake camera over HTTP: MJPEG, snapshots, MPEG-TS and HLS, with faults.

| path | what |
|---|---|
| `/snapshot.jpg` | the newest picture |
| `/stream.mjpg` | pictures as multipart/x-mixed-replace |
| `/stream.ts` | MPEG-TS without end, looped |
| `/live.m3u8` | HLS playlist with a sliding window of segments |
"""

import asyncio
import contextlib
import functools
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Self
from urllib.parse import quote

from aiohttp import web

from demo.http_auth import Gate, Scheme
from demo.http_media import HttpMedia, load_media
from demo.threaded import call_in, running

type Fault = Literal["ok", "missing", "unauth", "error", "stall", "truncated", "html"]
type Channel = Literal["snapshot.jpg", "stream.mjpg", "stream.ts", "live.m3u8"]

_BOUNDARY = "frame"
_WINDOW = 3
"""Segments in the playlist at a time."""


class HttpCamera:
    """One file, served in the ways HTTP cameras do, while the context is open.

    `fault` works from any thread: `missing` 404, `unauth` 401, `error` 500, `stall`
    sends headers and then nothing, `truncated` ends in the middle of a picture or
    packet, `html` answers with a web page, as routers do.
    """

    def __init__(
        self,
        clip: Path,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        username: str | None = None,
        password: str = "",
        auth: Scheme = "basic",
    ) -> None:
        self.host = host
        self.port = port
        self.gate = (
            Gate(username=username, password=password, scheme=auth)
            if username is not None
            else None
        )
        self._media: HttpMedia = load_media(clip)
        self._fault: Fault = "ok"
        self._loop: asyncio.AbstractEventLoop | None = None
        self._began = 0.0
        self._open = contextlib.AsyncExitStack()

    def url(self, channel: Channel, *, with_credentials: bool = False) -> str:
        """Return the address of one of the ways to watch."""
        user = ""
        if with_credentials and self.gate is not None:
            user = f"{quote(self.gate.username, '')}:{quote(self.gate.password, '')}@"
        return f"http://{user}{self.host}:{self.port}/{channel}"

    def fault(self, mode: Fault) -> None:
        """Misbehave, or behave again (`ok`)."""
        call_in(self._loop, functools.partial(setattr, self, "_fault", mode))

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        application = web.Application(middlewares=[self._check])
        application.add_routes(
            [
                web.get("/snapshot.jpg", self._snapshot),
                web.get("/stream.mjpg", self._mjpeg),
                web.get("/stream.ts", self._mpegts),
                web.get("/live.m3u8", self._playlist),
                web.get("/segment{number}.ts", self._segment),
            ]
        )
        async with contextlib.AsyncExitStack() as stack:
            runner = web.AppRunner(
                application, shutdown_timeout=0.1, handler_cancellation=True
            )
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, self.host, self.port).start()
            self.port = runner.addresses[0][1]
            self._open = stack.pop_all()
        return self

    async def __aexit__(self, *problem: object) -> None:
        await self._open.aclose()
        self._loop = None

    @web.middleware
    async def _check(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        given = request.headers.get("Authorization", "")
        gate = self.gate
        unknown = gate is not None and not gate.admits(request.method, given)
        if unknown or self._fault == "unauth":
            challenge = gate.challenge() if gate else 'Basic realm="cam"'
            return web.Response(status=401, headers={"WWW-Authenticate": challenge})
        if self._fault in {"missing", "error"}:
            return web.Response(status=404 if self._fault == "missing" else 500)
        if self._fault == "html":
            page = "<html><body>Welcome to your router</body></html>"
            return web.Response(text=page, content_type="text/html")
        return await handler(request)

    def _now_s(self) -> float:
        return asyncio.get_running_loop().time() - self._began

    def _picture(self) -> bytes:
        pictures = self._media.pictures
        return pictures[int(self._now_s() * self._media.fps) % len(pictures)]

    async def _snapshot(self, request: web.Request) -> web.StreamResponse:
        picture = self._picture()
        if self._fault in {"stall", "truncated"}:
            headers = {"Content-Length": str(len(picture))}
            return await self._spoilt(request, "image/jpeg", picture, headers)
        return web.Response(body=picture, content_type="image/jpeg")

    async def _spoilt(
        self, request: web.Request, kind: str, body: bytes, headers: dict[str, str]
    ) -> web.StreamResponse:
        """Send half of an answer, then hang or hang up."""
        response = web.StreamResponse(headers={"Content-Type": kind, **headers})
        await response.prepare(request)
        if self._fault == "stall":
            await asyncio.sleep(3600)
        await response.write(body[: len(body) // 2])
        if request.transport is not None:
            request.transport.close()
        return response

    async def _mjpeg(self, request: web.Request) -> web.StreamResponse:
        kind = f"multipart/x-mixed-replace; boundary={_BOUNDARY}"
        return await self._stream(request, kind, self._parts())

    async def _parts(self) -> AsyncIterator[bytes]:
        for _ in itertools.count():
            picture = self._picture()
            head = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\n"
            size = f"Content-Length: {len(picture)}\r\n\r\n"
            yield (head + size).encode() + picture + b"\r\n"
            await asyncio.sleep(1 / self._media.fps)

    async def _mpegts(self, request: web.Request) -> web.StreamResponse:
        return await self._stream(request, "video/mp2t", self._packets())

    async def _packets(self) -> AsyncIterator[bytes]:
        for number in itertools.count():
            segment = self._media.segment(number)
            # In pieces, as they would be encoded; a player must put them together.
            pieces = max(1, round(self._media.segment_s * self._media.fps))
            size = len(segment) // pieces + 1
            for at in range(0, len(segment), size):
                yield segment[at : at + size]
                await asyncio.sleep(self._media.segment_s / pieces)

    async def _stream(
        self, request: web.Request, kind: str, chunks: AsyncIterator[bytes]
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": kind})
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            async for chunk in chunks:
                if self._fault == "stall":
                    await asyncio.sleep(0.05)
                    continue
                if self._fault != "ok":
                    await response.write(chunk[: len(chunk) // 2])
                    break
                await response.write(chunk)
        if self._fault != "ok" and request.transport is not None:
            request.transport.close()
        return response

    async def _playlist(self, request: web.Request) -> web.StreamResponse:
        newest = int(self._now_s() / self._media.segment_s) + _WINDOW - 1
        first = newest - _WINDOW + 1
        lines = [
            "#EXTM3U",
            "#EXT-X-VERSION:3",
            f"#EXT-X-TARGETDURATION:{int(self._media.segment_s + 0.999)}",
            f"#EXT-X-MEDIA-SEQUENCE:{first}",
        ]
        for number in range(first, newest + 1):
            lines += [f"#EXTINF:{self._media.segment_s:.3f},", f"segment{number}.ts"]
        text = "\n".join(lines) + "\n"
        kind = "application/vnd.apple.mpegurl"
        if self._fault in {"stall", "truncated"}:
            headers = {"Content-Length": str(len(text))}
            return await self._spoilt(request, kind, text.encode(), headers)
        return web.Response(text=text, content_type=kind)

    async def _segment(self, request: web.Request) -> web.StreamResponse:
        number = request.match_info["number"]
        if not number.isdigit():
            return web.Response(status=404)
        body = self._media.segment(int(number))
        if self._fault in {"stall", "truncated"}:
            headers = {"Content-Length": str(len(body))}
            return await self._spoilt(request, "video/mp2t", body, headers)
        return web.Response(body=body, content_type="video/mp2t")


@contextmanager
def running_http_camera(
    clip: Path,
    *,
    username: str | None = None,
    password: str = "",
    auth: Scheme = "basic",
) -> Iterator[HttpCamera]:
    """Serve a file from a thread of its own; `fault` and `url` work from here."""
    camera = HttpCamera(clip, username=username, password=password, auth=auth)
    with running(camera):
        yield camera
