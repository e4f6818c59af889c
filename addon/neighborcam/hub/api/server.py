"""The hub's HTTP server: listens, and drains when it stops."""

import asyncio
from collections import Counter
from typing import Final

from aiohttp import web

from neighborcam.hub.api.connections import HEADERS, Runner
from neighborcam.hub.api.desk import DESK, Desk
from neighborcam.hub.api.house import API_POLICY, PAGE_POLICY
from neighborcam.hub.api.plumbing import REFUSALS, answer_errors
from neighborcam.hub.api.routes import add_routes

_DRAIN_S: Final = 10.0
_TURNS: Final = 10
_PAGES: Final = ("/", "/join")


class HubServer:
    """Serves a desk; `start` and `stop` once each."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._runner = Runner(
            _application(desk),
            handler_cancellation=True,
            shutdown_timeout=_DRAIN_S,
        )

    @property
    def port(self) -> int:
        """The port on which it listens."""
        return int(self._runner.addresses[0][1])

    async def start(self) -> None:
        """Listen. Raises `OSError` when the port is taken."""
        await self._runner.setup()
        settings = self._desk.settings
        await web.TCPSite(self._runner, settings.host, settings.port).start()

    async def stop(self) -> None:
        """Take no more requests, let those that run finish, end feeds with 1001."""
        await _stop_accepting(self._runner)
        for site in list(self._runner.sites):
            await site.stop()
        for task in self._desk.sockets:
            task.cancel()
        await asyncio.gather(*self._desk.sockets, return_exceptions=True)
        await self._runner.cleanup()
        # A client that hung up left its change running: it ends before the database.
        while self._desk.changes:
            await asyncio.wait(set(self._desk.changes))


async def _stop_accepting(runner: web.AppRunner) -> None:
    """Let nobody in any more; whoever was let in is known when this returns.

    As `engine/api/server.py` does, and for the same reason.
    """
    loop = asyncio.get_running_loop()
    for site in runner.sites:
        server = site._server  # noqa: SLF001 - aiohttp shows its sockets to nobody
        for listening in getattr(server, "sockets", ()):
            loop.remove_reader(listening.fileno())
    for _ in range(_TURNS):
        await asyncio.sleep(0)


def _application(desk: Desk) -> web.Application:
    application = web.Application(middlewares=[answer_errors])
    application[DESK] = desk
    application[REFUSALS] = Counter()
    add_routes(application.router)
    application.on_response_prepare.append(_add_headers)
    return application


async def _add_headers(
    http_request: web.BaseRequest, response: web.StreamResponse
) -> None:
    headers = response.headers
    is_page = http_request.rel_url.path in _PAGES
    headers.setdefault("Cache-Control", "no-store")
    headers.setdefault(
        "Content-Security-Policy", PAGE_POLICY if is_page else API_POLICY
    )
    headers.update(HEADERS)
