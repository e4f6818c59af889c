"""Telling listeners of this process."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from neighborcam.hub.fanout.interface import QUEUE, Lagging, Told, told
from neighborcam.protocol.feed import Event

_END: Final = None


class Mailbox:
    """What one listener has not heard yet."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[Told | None] = asyncio.Queue(QUEUE)
        self._is_lagging = False

    def put(self, item: Told | None) -> None:
        """Add an event; a full box is marked and takes no more."""
        try:
            self._waiting.put_nowait(item)
        except asyncio.QueueFull:
            self._is_lagging = True

    def lose(self) -> None:
        """Mark that something was not heard; whoever waits is told at once."""
        self._is_lagging = True
        self.put(_END)

    async def __aiter__(self) -> AsyncIterator[Told]:
        while True:
            if self._is_lagging:
                raise Lagging
            item = await self._waiting.get()
            if self._is_lagging:
                raise Lagging
            if item is _END:
                return
            yield item


class LocalFanout:
    """Implements `Fanout` for one process."""

    def __init__(self) -> None:
        self._boxes: defaultdict[str, set[Mailbox]] = defaultdict(set)

    async def publish(self, region: str, cell: str, event: Event) -> None:
        """Tell an event."""
        self.deliver(region, told(cell, event))

    def deliver(self, region: str, item: Told) -> None:
        """Put what is encoded already into every box of the region."""
        for box in self._boxes.get(region, ()):
            box.put(item)

    def lose(self) -> None:
        """Tell all listeners that they may have missed something."""
        for boxes in self._boxes.values():
            for box in boxes:
                box.lose()

    def has_listeners(self, region: str) -> bool:
        """Tell whether anybody here listens to a region."""
        return bool(self._boxes.get(region))

    @asynccontextmanager
    async def listen(self, region: str) -> AsyncIterator[AsyncIterator[Told]]:
        """Hear what is published from now on."""
        box = Mailbox()
        self._boxes[region].add(box)
        try:
            yield aiter(box)
        finally:
            self._boxes[region].discard(box)
            if not self._boxes[region]:
                del self._boxes[region]

    async def close(self) -> None:
        """End all listeners."""
        for boxes in self._boxes.values():
            for box in boxes:
                box.put(_END)
