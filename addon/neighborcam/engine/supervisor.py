"""What the engine says to Home Assistant's Supervisor when it runs as an app.

One message: where the engine listens and a token for it, so that Home Assistant finds
it by itself. The Supervisor is on this machine; it passes the message on to Home
Assistant and to nobody else.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

import aiohttp
import msgspec

SERVICE: Final = "neighborcam"
ADDRESS: Final = "http://supervisor"
_TIMEOUT: Final = aiohttp.ClientTimeout(total=20)
_LONGEST_S: Final = 300.0
_LOG: Final = logging.getLogger(__name__)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Where the engine is: what the integration needs to connect."""

    host: str
    port: int
    token: str

    def __repr__(self) -> str:
        """Hide the token: this may be logged."""
        return f"Found(host={self.host!r}, port={self.port!r})"


class Supervisor:
    """The Supervisor. ``token`` is the one that it gave to this app."""

    def __init__(
        self,
        token: str,
        address: str = ADDRESS,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._headers = {"Authorization": f"Bearer {token}"}
        self._address = address
        self._sleep = sleep

    async def run(self, found: Found) -> None:
        """Announce the engine; try until the Supervisor has taken it."""
        pause_s, said = 1.0, ""
        while problem := await self.run_once(found):
            if problem != said:
                _LOG.warning("Home Assistant is not told of the engine: %s", problem)
            said = problem
            await self._sleep(random.uniform(pause_s / 2, pause_s))  # noqa: S311
            pause_s = min(2 * pause_s, _LONGEST_S)
        _LOG.info("Home Assistant finds the engine under Devices & services")

    async def run_once(self, found: Found) -> str:
        """Announce the engine; return why it was not taken, nothing if it was."""
        body = {"service": SERVICE, "config": msgspec.to_builtins(found)}
        try:
            async with (
                aiohttp.ClientSession(timeout=_TIMEOUT) as session,
                session.post(
                    f"{self._address}/discovery", json=body, headers=self._headers
                ) as answer,
            ):
                if answer.status == HTTPStatus.OK:
                    return ""
                return f"the Supervisor answers {answer.status}"
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return f"the Supervisor does not answer ({type(error).__name__})"
