"""The hub's HTTP server: listens, and drains when it stops."""

import asyncio
from collections import Counter
from typing import Final

from aiohttp import web

from neighborcam.hub.api.desk import DESK, Desk
from neighborcam.hub.api.house import API_POLICY, PAGE_POLICY
from neighborcam.hub.api.plumbing import REFUSALS, answer_errors, answer_unheard
from neighborcam.hub.api.routes import add_routes
from neighborcam.serving.connections import HEADERS, Runner, stop_accepting

_DRAIN_S: Final = 10.0
_PAGES: Final = ("/", "/join")


class HubServer:
    """Serves a desk; `start` and `stop` once each."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._runner = Runner(
            _application(desk),
            _answer_unheard,
            auto_decompress=False,  # a few kilobytes could become gigabytes
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
        await stop_accepting(self._runner)
        for site in list(self._runner.sites):
            await site.stop()
        for task in self._desk.sockets:
            task.cancel()
        await asyncio.gather(*self._desk.sockets, return_exceptions=True)
        await self._runner.cleanup()
        # A client that hung up left its change running: it ends before the database.
        while self._desk.changes:
            await asyncio.wait(set(self._desk.changes))


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


def _answer_unheard(failure: Exception | None) -> web.Response:
    response = answer_unheard(failure)
    response.headers["Content-Security-Policy"] = API_POLICY
    return response
