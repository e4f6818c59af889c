"""Connections that fail without telling who connected, or what was sent.

What is no HTTP aiohttp answers by itself, before any handler or middleware runs: it
logs the peer's address and a traceback that quotes the bytes, and names its versions.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any, Final, override

from aiohttp import web

HEADERS: Final[Mapping[str, str]] = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Server": "NeighborCam",  # without versions
}
FIRST_REQUEST_S: Final = 20.0  # from the connection to the end of its first headers
_TURNS: Final = 10
_LOG: Final = logging.getLogger(__name__)

type Answer = Callable[[Exception | None], web.Response]


class _WithoutDetails(logging.Filter):
    """Leaves of aiohttp's own messages the kind of failure alone."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        kind = record.exc_info[0] if record.exc_info else None
        record.msg = "a connection failed: %s"
        record.args = (kind.__name__ if kind else "unknown",)
        record.exc_info = record.exc_text = None
        return True


_HTTP_LOG: Final = logging.getLogger("neighborcam.serving.http")
_HTTP_LOG.addFilter(_WithoutDetails())


class Runner(web.AppRunner):
    """Runs an application on such connections.

    ``answer`` returns the whole answer to what never reached the application: to what
    is no HTTP it is given None, else the failure. ``options`` are aiohttp's; without
    ``access_log`` nothing is logged of a request.
    """

    __slots__ = ("_answer",)

    def __init__(
        self, application: web.Application, answer: Answer, **options: Any
    ) -> None:
        super().__init__(
            application, logger=_HTTP_LOG, **({"access_log": None} | options)
        )
        self._answer = answer

    @override
    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(
            made.request_handler,
            answer=self._answer,
            request_factory=made.request_factory,
            handler_cancellation=made.handler_cancellation,
            **made._kwargs,  # noqa: SLF001 - aiohttp hands on options in no other way
        )


async def stop_accepting(runner: web.AppRunner) -> None:
    """Let nobody in any more; whoever was let in is known when this returns.

    A server that is closed between `accept` and the transport forgets the connection,
    open: asyncio's transport asserts that its server has sockets.
    """
    loop = asyncio.get_running_loop()
    for site in runner.sites:
        server = site._server  # noqa: SLF001 - aiohttp shows its sockets to nobody
        for listening in getattr(server, "sockets", ()):
            loop.remove_reader(listening.fileno())
    for _ in range(_TURNS):
        await asyncio.sleep(0)


class _Server(web.Server):
    def __init__(self, handler: Any, *, answer: Answer, **options: Any) -> None:
        super().__init__(handler, **options)
        self.answer = answer

    @override
    def __call__(self) -> web.RequestHandler:
        return _Connection(self, self.answer, loop=self._loop, **self._kwargs)


class _Connection(web.RequestHandler):
    """A connection that must ask for something soon: holding one costs nothing.

    aiohttp gives a time to the second request of a connection, never to the first.
    """

    __slots__ = ("_answer", "_patience")

    def __init__(self, server: web.Server, answer: Answer, **options: Any) -> None:
        super().__init__(server, **options)
        self._answer = answer
        self._patience: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        loop = asyncio.get_running_loop()
        self._patience = loop.call_later(FIRST_REQUEST_S, self.force_close)

    @override
    async def _handle_request(self, *arguments: Any, **options: Any) -> Any:
        self._be_patient()
        return await super()._handle_request(*arguments, **options)

    @override
    def connection_lost(self, exc: BaseException | None) -> None:
        self._be_patient()
        super().connection_lost(exc)

    def _be_patient(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    @override
    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what never reached the application.

        Raises `ConnectionError` when an answer has begun: aiohttp hangs up then.
        """
        if status < web.HTTPInternalServerError.status_code:
            # Anybody can send noise: it fills no log.
            _LOG.debug("a connection sent no HTTP: %s", type(exc).__name__)
            response = self._answer(None)
        else:
            failure = exc if isinstance(exc, Exception) else RuntimeError()
            response = self._answer(failure)
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun")
        response.headers.update(HEADERS)
        response.headers["Cache-Control"] = "no-store"
        response.force_close()
        return response
