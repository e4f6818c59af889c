"""Connections that fail without telling who connected, or what was sent.

What is no HTTP aiohttp answers by itself, before any handler or middleware runs: it
logs the peer's address and a traceback that quotes the bytes, and names its versions.
"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Final, override

from aiohttp import web

from neighborcam.hub.api import errors
from neighborcam.hub.api.house import API_POLICY
from neighborcam.hub.api.plumbing import json_response, record

HEADERS: Final[Mapping[str, str]] = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Server": "NeighborCam",  # without versions
}
FIRST_REQUEST_S: Final = 20.0  # from the connection to the end of its first headers
_BAD: Final = errors.BadRequest("this is no HTTP that the hub understands")
_LOG: Final = logging.getLogger(__name__)


class WithoutDetails(logging.Filter):
    """Leaves of aiohttp's own messages the kind of failure alone."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        kind = record.exc_info[0] if record.exc_info else None
        record.msg = "a connection failed: %s"
        record.args = (kind.__name__ if kind else "unknown",)
        record.exc_info = record.exc_text = None
        return True


_HTTP_LOG: Final = logging.getLogger("neighborcam.hub.api.http")
_HTTP_LOG.addFilter(WithoutDetails())


class Runner(web.AppRunner):
    """Runs an application on connections that tell nothing, and decode nothing.

    No body is unpacked: a few kilobytes could become gigabytes of it, so a
    ``Content-Encoding`` is refused (`plumbing.answer_errors`).
    """

    __slots__ = ()

    def __init__(self, application: web.Application, **options: Any) -> None:
        super().__init__(
            application,
            access_log=None,  # who connects is nobody's business
            logger=_HTTP_LOG,
            auto_decompress=False,
            **options,
        )

    @override
    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(
            made.request_handler,
            request_factory=made.request_factory,
            handler_cancellation=made.handler_cancellation,
            **made._kwargs,  # noqa: SLF001 - aiohttp hands on options in no other way
        )


class _Server(web.Server):
    @override
    def __call__(self) -> web.RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)


class _Connection(web.RequestHandler):
    """A connection that must ask for something soon: holding one costs nothing.

    aiohttp gives a time to the second request of a connection, never to the first.
    """

    __slots__ = ("_patience",)

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        loop = asyncio.get_running_loop()
        self._patience: asyncio.TimerHandle | None = loop.call_later(
            FIRST_REQUEST_S, self.force_close
        )

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
        """Answer what never reached the application as any other failure.

        Raises `ConnectionError` when an answer has begun: aiohttp hangs up then.
        """
        if status < web.HTTPInternalServerError.status_code:
            # Anybody can send noise: it fills no log.
            _LOG.debug("a connection sent no HTTP: %s", type(exc).__name__)
            bad, answer = errors.answer_for(_BAD)
            response = json_response(answer, bad)
        else:
            failure = exc if isinstance(exc, Exception) else RuntimeError()
            response = json_response(errors.unexpected(record(failure)), 500)
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun")
        response.headers.update(HEADERS)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Security-Policy"] = API_POLICY
        response.force_close()
        return response
