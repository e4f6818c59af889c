"""Listens to one region of the hub for as long as this home shares."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Final

from neighborcam.engine.errors import HubRefused, HubUnreachable
from neighborcam.engine.sharing.hub_link import HubLink
from neighborcam.protocol.feed import Event, Events, FeedMessage, Hello

_LONGEST_S: Final = 300.0
_LOG: Final = logging.getLogger(__name__)

type Told = Callable[[tuple[Event, ...]], None]
type State = Callable[[str, str], None]  # state, reason


class Listening:
    """The feed of a region; `run` loops, `run_once` ends when the feed breaks."""

    def __init__(
        self,
        link: HubLink,
        region: str,
        reading_pass: Callable[[], Awaitable[str]],
        tell: Told,
        say: State,
    ) -> None:
        self._link = link
        self._region = region
        self._pass = reading_pass
        self._tell = tell
        self._say = say
        self._after: int | None = None

    async def run(self) -> None:
        """Listen for ever, with longer and longer pauses while there is no hub."""
        tries = 0
        while True:
            before = self._after
            try:
                await self.run_once()
            except HubUnreachable as problem:
                self._say("unreachable", str(problem))
            except HubRefused as problem:
                self._say("refused", str(problem))
            tries = 0 if self._after != before else tries + 1
            pause = min(_LONGEST_S, 2.0 ** min(tries, 8))
            await asyncio.sleep(pause * (0.5 + random.random() / 2))  # noqa: S311

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
                self._say("connected", "")
                if self._after is not None and seq < self._after:
                    self._after = None
                    return True
            case Events(events=events):
                self._tell(events)
                if events:
                    self._after = max(event.seq for event in events)
        return False
