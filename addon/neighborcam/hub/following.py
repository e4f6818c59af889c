"""The events of a region for everybody who listens on this node, whole and in order.

What the fan-out brings is a hint and no more: nodes publish side by side, so hints come
out of order, twice or never. The truth is the table. Each node reads it once for each
hint, from the last event on that it passed on, and now and then without any hint.
"""

import asyncio
import logging
from asyncio import ensure_future
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from datetime import datetime
from typing import Final

from neighborcam.hub.errors import HubError
from neighborcam.hub.events import BATCH, events_after, newest_seq
from neighborcam.hub.fanout.interface import Fanout, Lagging, Told, told
from neighborcam.hub.fanout.local import LocalFanout
from neighborcam.hub.store.database import Database

POLL_S: Final = 5.0
_LOG: Final = logging.getLogger(__name__)


async def _after_a_while() -> None:
    await asyncio.sleep(POLL_S)


class Following:
    """Follows each region that somebody on this node listens to.

    ``pause`` ends when the table should be looked at without a hint.
    """

    def __init__(
        self,
        database: Database,
        fanout: Fanout,
        clock: Callable[[], datetime],
        pause: Callable[[], Awaitable[None]] = _after_a_while,
    ) -> None:
        self._database = database
        self._fanout = fanout
        self._clock = clock
        self._pause = pause
        self._local = LocalFanout()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._starting = asyncio.Lock()

    @asynccontextmanager
    async def listen(self, region: str) -> AsyncIterator[AsyncIterator[Told]]:
        """Hear what happens from now on, as `Fanout.listen` does, but in order.

        ``region`` is of resolution 5. Raises `StorageFailed`; the iterator `Lagging`.
        """
        try:
            async with self._local.listen(region) as heard:
                await self._follow(region)
                yield heard
        finally:
            if not self._local.has_listeners(region):
                await _end(self._tasks.pop(region, None))

    async def close(self) -> None:
        """Follow nothing any more; listeners end."""
        await self._local.close()
        tasks, self._tasks = list(self._tasks.values()), {}
        for task in tasks:
            await _end(task)

    async def _follow(self, region: str) -> None:
        async with self._starting:
            if region in self._tasks:
                return
            # Whoever listens already has a box: what is newer than this comes to it.
            async with self._database.read() as tx:
                cursor = await newest_seq(tx)
            stream = _Stream(
                self._database, self._fanout, region, cursor, self._clock, self._pause
            )
            self._tasks[region] = asyncio.create_task(stream.run(self._local))


class _Stream:
    """The events of one region from a cursor on."""

    def __init__(
        self,
        database: Database,
        fanout: Fanout,
        region: str,
        cursor: int,
        clock: Callable[[], datetime],
        pause: Callable[[], Awaitable[None]],
    ) -> None:
        self._database = database
        self._fanout = fanout
        self._region = region
        self._cursor = cursor
        self._clock = clock
        self._pause = pause

    async def run(self, local: LocalFanout) -> None:
        """Pass on what is new until the fan-out is closed, whatever fails."""
        while True:
            try:
                await self.run_once(local)
            except Lagging:
                continue  # hints were lost: the table has it all
            except HubError as problem:
                _LOG.warning("events of a region wait: %s", problem)
            except Exception as problem:  # noqa: BLE001 - the outermost place
                _LOG.error("events of a region wait: %s", type(problem).__name__)
            else:
                return
            await self._pause()

    async def run_once(self, local: LocalFanout) -> None:
        """Pass on what is new. Raises `Lagging`, `StorageFailed`."""
        async with (
            self._fanout.listen(self._region) as hints,
            aclosing(self._moments(hints)) as moments,
        ):
            async for _ in moments:
                await self._pass_on(local)

    async def _moments(self, hints: AsyncIterator[Told]) -> AsyncGenerator[None]:
        """Yield when the table should be looked at: now, at a hint, after a pause."""
        hint, pause = ensure_future(_next(hints)), ensure_future(self._pause())
        try:
            while True:
                yield
                await asyncio.wait({hint, pause}, return_when=asyncio.FIRST_COMPLETED)
                if hint.done() and not hint.result():
                    return
                if hint.done():
                    hint = ensure_future(_next(hints))
                if pause.done():
                    pause = ensure_future(self._pause())
        finally:
            for each in (hint, pause):
                each.cancel()
            await asyncio.gather(hint, pause, return_exceptions=True)

    async def _pass_on(self, local: LocalFanout) -> None:
        is_more = True
        while is_more:
            async with self._database.read() as tx:
                upto = await newest_seq(tx)
                events = await events_after(
                    tx, self._region, self._cursor, upto=upto, now=self._clock()
                )
            for event in events:
                alert = getattr(event, "alert", None)
                # Of one that is withdrawn nothing is told, not even its cell.
                cell = alert.cell if alert else ""
                local.deliver(self._region, told(cell, event))
            is_more = len(events) == BATCH
            self._cursor = events[-1].seq if is_more else upto


async def _next(hints: AsyncIterator[Told]) -> bool:
    """Wait for a hint; False when there will be none any more. Raises `Lagging`."""
    async for _ in hints:
        return True
    return False


async def _end(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
