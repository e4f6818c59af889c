"""The server of the desk's page: on this machine alone, for one browser."""

import asyncio
import contextlib
import socket
from pathlib import Path
from typing import Final

from aiohttp import web

import neighborcam
from neighborcam import __version__
from neighborcam.agency.errors import InvalidInput, NotNow
from neighborcam.agency.page.access import Door, is_loopback
from neighborcam.agency.page.house import API_POLICY, PAGE_POLICY
from neighborcam.agency.page.plumbing import HOUSE, House, answer_unheard, guard
from neighborcam.agency.page.room import Room
from neighborcam.agency.page.routes import add_routes
from neighborcam.serving import connections

WEB_DIR: Final = Path(neighborcam.__file__).parent / "engine" / "web" / "dist"
LOOK_EVERY_S: Final = 5.0
HEADERS: Final = {
    **connections.HEADERS,
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_MAX_BODY: Final = 96 * 2**20  # a bundle that is to be verified


class DeskServer:
    """Serves a room; `start` and `stop` once each. ``port`` 0 takes a free one."""

    def __init__(
        self,
        room: Room,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        beyond_this_machine: bool = False,
        web_dir: Path = WEB_DIR,
    ) -> None:
        if not (is_loopback(host) or beyond_this_machine):
            raise InvalidInput(
                f"{host} lets other machines in: the desk's page is for this one. Name"
                " --beyond-this-machine too if that is what you want",
                "host",
            )
        self._room = room
        self._host, self._port = host, port
        self._web_dir = web_dir
        self._runner: web.AppRunner | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def link(self) -> str:
        """The link that lets one browser in, once; only while it runs."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}/#enter={self._door.token}"

    async def start(self) -> None:
        """Listen. Raises `NotNow` when the port is taken."""
        application = web.Application(middlewares=[guard], client_max_size=_MAX_BODY)
        add_routes(application.router)
        application.on_response_prepare.append(_add_headers)
        runner = connections.Runner(application, _answer_unheard, auto_decompress=False)
        sock = _bound(self._host, self._port)
        self._port = int(sock.getsockname()[1])
        self._door = Door(self._host, self._port)
        application[HOUSE] = House(
            room=self._room,
            door=self._door,
            web_dir=self._web_dir,
            version=__version__,
        )
        await runner.setup()
        await web.SockSite(runner, sock).start()
        self._runner = runner
        self._watch = asyncio.create_task(self._lock_when_idle())

    async def stop(self) -> None:
        """Stop listening, let what runs finish, and forget the keys."""
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        if self._runner is not None:
            await self._runner.cleanup()
        self._room.lock()

    async def _lock_when_idle(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            _ = self._room.is_locked  # looking locks what nobody used for a while


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as problem:
        raise NotNow(
            f"port {port} cannot be used ({problem.strerror}): choose another, --port"
        ) from None


async def _add_headers(
    http_request: web.BaseRequest, response: web.StreamResponse
) -> None:
    """Headers that every answer has: nothing of a desk stays in the browser."""
    is_page = not http_request.rel_url.path.startswith("/api/")
    headers = response.headers
    headers.update(HEADERS)
    headers["Content-Security-Policy"] = PAGE_POLICY if is_page else API_POLICY


def _answer_unheard(failure: Exception | None) -> web.Response:
    response = answer_unheard(failure)
    response.headers.update(HEADERS)
    response.headers["Content-Security-Policy"] = API_POLICY
    return response
