"""Facts from all threads: kept in the index first, told to clients afterwards.

A client that hears of an episode may ask for it at once, so the row must be there.
A disk that fails costs the row, never the news.
"""

import asyncio
import logging
from typing import Final, Protocol

from neighborcam.engine.bus import Bus
from neighborcam.engine.errors import EngineError
from neighborcam.engine.facts import EngineFact

_LOG: Final = logging.getLogger(__name__)


class FactRows(Protocol):
    """Where facts are kept: `index.store.Index`."""

    def apply(self, fact: EngineFact) -> None:
        """Store a fact; raises `EngineError` when the disk fails."""


class Intake:
    """Takes facts from any thread; one task keeps and tells them in order."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, rows: FactRows, bus: Bus
    ) -> None:
        self._loop = loop
        self._rows = rows
        self._bus = bus
        self._waiting: asyncio.Queue[EngineFact | None] = asyncio.Queue()
        self._failing = False

    def take(self, fact: EngineFact) -> None:
        """Hand over a fact; returns at once, from any thread."""
        try:
            self._loop.call_soon_threadsafe(self._waiting.put_nowait, fact)
        except RuntimeError:
            if not self._loop.is_closed():
                raise

    async def run(self) -> None:
        """Keep and tell until `finish`."""
        while (fact := await self._waiting.get()) is not None:
            await self._keep(fact)
            self._bus.publish(fact)

    def finish(self) -> None:
        """End `run` after what was taken so far; on the loop."""
        self._waiting.put_nowait(None)

    async def _keep(self, fact: EngineFact) -> None:
        try:
            await asyncio.to_thread(self._rows.apply, fact)
        except EngineError as error:
            if not self._failing:  # once, not for every fact of a full disk
                _LOG.error("episodes cannot be stored: %s", error)
            self._failing = True
        else:
            self._failing = False
