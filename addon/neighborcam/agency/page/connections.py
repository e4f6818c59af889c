"""Connections that fail without telling who connected, or what was sent.

What is no HTTP aiohttp answers by itself, before any handler or middleware runs: it
logs the peer's address and a traceback that quotes the bytes, and names its versions.
"""

import logging
from collections.abc import Mapping
from typing import Final, override

from aiohttp import web

from neighborcam.agency.page import errors
from neighborcam.agency.page.house import API_POLICY
from neighborcam.agency.page.plumbing import json_response, unexpected

HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Server": "NeighborCam",  # without versions
}
_BAD: Final = errors.BadRequest("this is no HTTP that the desk understands")


class WithoutDetails(logging.Filter):
    """Leaves of aiohttp's own messages the kind of failure alone."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        kind = record.exc_info[0] if record.exc_info else None
        record.msg = "a connection failed: %s"
        record.args = (kind.__name__ if kind else "unknown",)
        record.exc_info = record.exc_text = None
        return True


_HTTP_LOG: Final = logging.getLogger("neighborcam.agency.page.http")
_HTTP_LOG.addFilter(WithoutDetails())


class Runner(web.AppRunner):
    """Runs an application on connections that tell nothing, and unpack nothing."""

    __slots__ = ()

    def __init__(self, application: web.Application) -> None:
        super().__init__(
            application, access_log=None, logger=_HTTP_LOG, auto_decompress=False
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
    __slots__ = ()

    @override
    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what never reached the page as any other failure.

        Raises `ConnectionError` when an answer has begun: aiohttp hangs up then.
        """
        if status < web.HTTPInternalServerError.status_code:
            bad, answer = errors.answer_for(_BAD)
            response = json_response(answer, bad)
        else:
            failure = exc if isinstance(exc, Exception) else RuntimeError()
            response = json_response(unexpected(failure), 500)
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun")
        response.headers.update(HEADERS)
        response.headers["Content-Security-Policy"] = API_POLICY
        response.force_close()
        return response
