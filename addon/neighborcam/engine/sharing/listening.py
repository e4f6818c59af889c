"""Listens to one region of the hub for as long as this home shares."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol

from neighborcam.engine.errors import HubRefused, HubUnreachable
from neighborcam.engine.sharing.hub_link import HubLink
from neighborcam.engine.sharing.hub_state import State
from neighborcam.protocol.feed import Event, Events, FeedMessage, Hello

_SOONEST_S: Final = 0.5
_SPREAD_S: Final = 5.0  # all homes of a hub lose it in the same moment
_LONGEST_S: Final = 300.0
_NUMBERS: Final = range(2**53)  # that JSON and SQLite can hold

type Say = Callable[[str, State, str], None]  # region, state, reason


class Ear(Protocol):
    """Takes what is heard."""

    def take(
        self, region: str, events: Sequence[Event], cursor: int, *, is_backlog: bool
    ) -> None:
        """Take events in the order in which the hub told them.

        From ``cursor`` on the hub is asked the next time. ``is_backlog``: they were
        there before this home listened for the first time.
        """

    def rewind(self, region: str) -> None:
        """The hub lost its past: what it tells now counts, however it is numbered."""

    def settle(self, region: str) -> None:
        """The hub has told all again that it still knows."""


class Listening:
    """The feed of a region; `run` loops, `run_once` ends when the feed breaks.

    ``after`` is the number of the newest event that was taken before, None at first.
    ``is_rewound``: the hub lost its past, and this home stopped before it was told all.
    """

    def __init__(
        self,
        link: HubLink,
        region: str,
        after: int | None,
        reading_pass: Callable[[], Awaitable[str]],
        ear: Ear,
        say: Say,
        *,
        is_rewound: bool = False,
    ) -> None:
        self._link = link
        self._region = region
        self._after = after
        self._pass = reading_pass
        self._ear = ear
        self._say = say
        self._newest = 0  # of the hub, when the feed was opened
        self._is_backlog = after is None and not is_rewound
        self._is_rewound = is_rewound

    async def run(self) -> None:
        """Listen for ever, with longer and longer pauses while there is no hub."""
        tries = 0
        while True:
            before = self._after
            try:
                await self.run_once()
            except HubUnreachable as problem:
                self._say(self._region, "unreachable", str(problem))
            except HubRefused as problem:
                self._say(self._region, "refused", str(problem))
            tries = 0 if self._after != before else tries + 1
            latest_s = min(_LONGEST_S, _SPREAD_S * 2.0 ** min(tries, 8))
            await asyncio.sleep(random.uniform(_SOONEST_S, latest_s))  # noqa: S311

    async def run_once(self) -> None:
        """Listen until the feed breaks. Raises `HubUnreachable`, `HubRefused`."""
        async with self._link.feed(
            self._region, self._after, await self._pass()
        ) as messages:
            async for message in messages:
                if self._is_anew(message):
                    return

    def _is_anew(self, message: FeedMessage) -> bool:
        """Take a message; tell whether the hub lost its past, as after a restore."""
        match message:
            case Hello(seq=seq):
                self._newest = seq if seq in _NUMBERS else 0
                if self._after is not None and seq < self._after:
                    self._after, self._is_rewound = None, True
                    self._ear.rewind(self._region)
                    return True
            case Events():
                self._take(message)
        return False

    def _take(self, message: Events) -> None:
        events = [each for each in message.events if each.seq in _NUMBERS]
        seen = [each.seq for each in events]
        if message.live:  # nothing older is left to send, of this region or another
            seen.append(self._newest)
        if seen or self._after is not None:
            self._after = max(self._after or 0, *seen)
        self._ear.take(
            self._region, events, self._after or 0, is_backlog=self._is_backlog
        )
        if message.live:
            self._is_backlog = False
            self._say(self._region, "connected", "")
        if message.live and self._is_rewound:
            self._is_rewound = False
            self._ear.settle(self._region)
