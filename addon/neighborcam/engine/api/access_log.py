"""What is logged of a request: no query (signatures), no header, and no decision."""

import logging
from typing import Final, override

from aiohttp.abc import AbstractAccessLogger
from aiohttp.web import BaseRequest, StreamResponse

# What is asked there tells what its owner decided: which request of an agency was
# answered, which alert is theirs. Logs are attached to issues.
DECISIONS: Final = ("/api/requests/", "/api/agencies/", "/api/alerts/", "/api/sharing/")
ALERTS: Final = "/api/alerts"  # who writes one does so there


class AccessLogger(AbstractAccessLogger):
    """One line a request: method, path, status, size, seconds."""

    @override
    def log(self, request: BaseRequest, response: StreamResponse, time: float) -> None:
        # The raw path is percent-encoded, so a path cannot forge a second line.
        path = request.rel_url.raw_path
        if path.startswith(DECISIONS) or path == ALERTS:
            return
        # Containers ask twice a minute whether we are well.
        self.logger.log(
            logging.DEBUG if path == "/healthz" else logging.INFO,
            "%s %s %s %d bytes %.3f s",
            request.method,
            path,
            response.status,
            response.body_length,
            time,
        )
