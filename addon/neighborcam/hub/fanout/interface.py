"""What both ways of telling promise; tests/hub/fanout holds them to it."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec

from neighborcam.protocol.feed import Event

QUEUE: Final = 256  # events that a listener may be behind


class Lagging(Exception):
    """A listener may have missed something: it should read the table."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """An event on its way. ``data`` is encoded once, for all listeners."""

    seq: int
    cell: str
    data: bytes


class Fanout(Protocol):
    """Tells all listeners of a region, on this node and on others."""

    async def publish(self, region: str, cell: str, event: Event) -> None:
        """Tell an event; never raises for a listener or a lost connection."""

    def listen(self, region: str) -> AbstractAsyncContextManager[AsyncIterator[Told]]:
        """Hear what is published from now on, each event at most once.

        The iterator raises `Lagging` when the listener was too slow, or the fan-out
        lost its connection; it ends when the fan-out is closed.
        """

    async def close(self) -> None:
        """Let go of connections; listeners end."""


def told(cell: str, event: Event) -> Told:
    """Encode an event."""
    return Told(seq=event.seq, cell=cell, data=msgspec.json.encode(event))
