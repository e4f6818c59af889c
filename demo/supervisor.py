"""A stand-in for Home Assistant's Supervisor: what an app can see of it.

It behaves as https://developers.home-assistant.io/docs/apps/communication and
…/presentation#ingress say: an app sends a discovery message with its own token;
browsers come by `/api/hassio_ingress/<token>/` with a session of a user, whose id the
app finds in a header that no browser can set.
"""

import argparse
import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp
from aiohttp import web
from multidict import CIMultiDict

INGRESS: Final = "/api/hassio_ingress"
SESSION: Final = "ingress_session"
USER: Final = "X-Remote-User-Id"
_USER_HEADERS: Final = frozenset(
    {USER.lower(), "x-remote-user-name", "x-remote-user-display-name"}
)
# What belongs to one connection is not passed on.
_HOP: Final = frozenset(
    {
        "content-length",
        "content-encoding",
        "transfer-encoding",
        "sec-websocket-extensions",
        "sec-websocket-protocol",
        "sec-websocket-version",
        "sec-websocket-key",
        "accept-encoding",
    }
)


@dataclass
class Supervisor:
    """The Supervisor of one app. ``app`` is where the app's ingress port listens."""

    app: str
    services: frozenset[str] = frozenset({"neighborcam"})
    token: str = field(default_factory=lambda: secrets.token_hex(28))
    ingress: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    discovered: dict[str, dict[str, Any]] = field(default_factory=dict)
    announced: int = 0  # messages that came, the same ones counted again
    fails: int = 0  # how many of the next messages are answered by an error
    sessions: dict[str, str] = field(default_factory=dict)
    url: str = ""
    source: tuple[str, int] | None = None  # address from which apps are asked

    def session(self, user: str) -> str:
        """Return a session of a user, as the frontend gets one."""
        session = secrets.token_hex(64)
        self.sessions[session] = user
        return session

    @property
    def page(self) -> str:
        """Where a browser with a session finds the app's page."""
        return f"{self.url}{INGRESS}/{self.ingress}/"

    # -- what tests ask of a stand-in that runs elsewhere ------------------------------

    async def tell(self, _http_request: web.Request) -> web.Response:
        """Return what was discovered."""
        return web.json_response(self.discovered)

    async def open_session(self, http_request: web.Request) -> web.Response:
        """Return a new session of a user, and where his browser finds the page."""
        session = self.session(http_request.match_info["user"])
        return web.json_response({"session": session, "page": self.page})

    # -- what apps ask -----------------------------------------------------------------

    async def discover(self, http_request: web.Request) -> web.Response:
        """Take a discovery message; the same one twice is one."""
        if http_request.headers.get("Authorization") != f"Bearer {self.token}":
            return _refuse(401, "")
        if self.fails:
            self.fails -= 1
            return _refuse(502, "System is not ready with state: setup")
        body = await http_request.json()
        if set(body) != {"service", "config"} or not isinstance(body["config"], dict):
            return _refuse(400, "extra keys not allowed")
        if body["service"] not in self.services:
            return _refuse(
                403,
                "Apps must list services they provide via discovery in their config!",
            )
        self.announced += 1
        self.discovered[body["service"]] = body["config"]
        return web.json_response(
            {"result": "ok", "data": {"uuid": secrets.token_hex(16)}}
        )

    # -- what browsers ask -------------------------------------------------------------

    async def pass_on(self, http_request: web.Request) -> web.StreamResponse:
        """Send a browser's request to the app, in the name of its user."""
        user = self.sessions.get(http_request.cookies.get(SESSION, ""))
        if user is None:
            return _refuse(401, "")
        if http_request.match_info["token"] != self.ingress:
            return _refuse(503, "")
        headers = _headers(http_request)
        headers[USER] = user
        headers["X-Ingress-Path"] = f"{INGRESS}/{self.ingress}"
        headers["X-Forwarded-Host"] = http_request.host
        target = f"{self.app}/{http_request.match_info['path']}"
        if http_request.query_string:
            target = f"{target}?{http_request.query_string}"
        connector = aiohttp.TCPConnector(local_addr=self.source)
        async with aiohttp.ClientSession(
            connector=connector, auto_decompress=False
        ) as session:
            try:
                if http_request.headers.get("Upgrade", "").lower() == "websocket":
                    return await _socket(http_request, session, target, headers)
                return await _plain(http_request, session, target, headers)
            except aiohttp.ClientConnectionError:
                return _refuse(502, "Bad Gateway")


async def _plain(
    http_request: web.Request,
    session: aiohttp.ClientSession,
    target: str,
    headers: CIMultiDict[str],
) -> web.StreamResponse:
    async with session.request(
        http_request.method,
        target,
        headers=headers,
        data=await http_request.read(),
        allow_redirects=False,
        skip_auto_headers={"Content-Type"},
    ) as answer:
        kept = CIMultiDict(
            (name, value)
            for name, value in answer.headers.items()
            if name.lower() not in {"transfer-encoding", "content-length"}
        )
        response = web.StreamResponse(status=answer.status, headers=kept)
        await response.prepare(http_request)
        async for data in answer.content.iter_any():
            await response.write(data)
        await response.write_eof()
        return response


async def _socket(
    http_request: web.Request,
    session: aiohttp.ClientSession,
    target: str,
    headers: CIMultiDict[str],
) -> web.StreamResponse:
    browser = web.WebSocketResponse(autoclose=False, autoping=False)
    await browser.prepare(http_request)
    async with session.ws_connect(
        target, headers=headers, autoclose=False, autoping=False
    ) as app:
        await asyncio.wait(
            {
                asyncio.create_task(_copy(browser, app)),
                asyncio.create_task(_copy(app, browser)),
            },
            return_when=asyncio.FIRST_COMPLETED,
        )
    return browser


async def _copy(source: Any, target: Any) -> None:
    """Pass messages on until one side closes, and close the other."""
    async for message in source:
        match message.type:
            case aiohttp.WSMsgType.TEXT:
                await target.send_str(message.data)
            case aiohttp.WSMsgType.BINARY:
                await target.send_bytes(message.data)
            case aiohttp.WSMsgType.PING:
                await target.ping(message.data)
            case aiohttp.WSMsgType.PONG:
                await target.pong(message.data)
            case _:
                break
    await target.close(code=source.close_code or 1000)


def _headers(http_request: web.Request) -> CIMultiDict[str]:
    return CIMultiDict(
        (name, value)
        for name, value in http_request.headers.items()
        if name.lower() not in _HOP | _USER_HEADERS
    )


def _refuse(status: int, text: str) -> web.Response:
    return web.json_response({"result": "error", "message": text}, status=status)


@asynccontextmanager
async def running(
    supervisor: Supervisor, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[Supervisor]:
    """Run it as long as the context lasts."""
    application = web.Application(client_max_size=2**24)
    application.router.add_post("/discovery", supervisor.discover)
    application.router.add_get("/stand-in/discovered", supervisor.tell)
    application.router.add_post("/stand-in/session/{user}", supervisor.open_session)
    application.router.add_route(
        "*", f"{INGRESS}/{{token}}/{{path:.*}}", supervisor.pass_on
    )
    runner = web.AppRunner(application, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        supervisor.url = f"http://{host}:{runner.addresses[0][1]}"
        yield supervisor
    finally:
        await runner.cleanup()


def main() -> None:
    """Run it by itself, with a token that is known before: in a container."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--app", required=True, help="the app's ingress port, as a URL")
    parser.add_argument("--token", required=True, help="what the app was given")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=80)
    options = parser.parse_args()

    async def serve() -> None:
        made = Supervisor(options.app, token=options.token)
        async with running(made, options.host, options.port):
            await asyncio.Event().wait()

    asyncio.run(serve())


if __name__ == "__main__":
    main()
