"""The pass of the day, with which feeds are read. All members have the same."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from neighborcam.engine.sharing.hub_link import HubLink, Membership


class ReadingPass:
    """Fetches the pass once a day, however many ask for it."""

    def __init__(
        self, link: HubLink, member: Membership, clock: Callable[[], datetime]
    ) -> None:
        self._link = link
        self._member = member
        self._clock = clock
        self._asking = asyncio.Lock()
        self._pass: tuple[str, str] = ("", "")

    async def __call__(self) -> str:
        """Return it. Raises what the hub says."""
        async with self._asking:
            today = self._clock().date().isoformat()
            if self._pass[0] != today:
                self._pass = today, await self._link.reading_pass(self._member)
            return self._pass[1]

    def forget(self) -> None:
        """Fetch another: the hub did not take it."""
        self._pass = ("", "")
