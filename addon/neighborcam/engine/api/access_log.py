"""What is logged of a request: never its query (signatures) and never a header."""

import logging
from typing import override

from aiohttp.abc import AbstractAccessLogger
from aiohttp.web import BaseRequest, StreamResponse


class AccessLogger(AbstractAccessLogger):
    """One line a request: method, path, status, size, seconds."""

    @override
    def log(self, request: BaseRequest, response: StreamResponse, time: float) -> None:
        # Containers ask twice a minute whether we are well.
        level = (
            logging.DEBUG if request.rel_url.raw_path == "/healthz" else logging.INFO
        )
        # The raw path is percent-encoded, so a path cannot forge a second line.
        self.logger.log(
            level,
            "%s %s %s %d bytes %.3f s",
            request.method,
            request.rel_url.raw_path,
            response.status,
            response.body_length,
            time,
        )


class WithoutDetails(logging.Filter):
    """Strips tracebacks from aiohttp's own messages: they quote malformed requests."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info:
            kind = record.exc_info[0]
            record.msg = "a connection failed: %s"
            record.args = (kind.__name__ if kind else "unknown",)
            record.exc_info = None
        return True
