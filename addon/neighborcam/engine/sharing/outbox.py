"""Sends what was queued, in order, until the hub has taken or refused it.

A letter's bytes do not change between tries, so the hub takes it once however often
it comes. Only a token of a day that is over is replaced.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from neighborcam.engine.errors import EngineError, HubBusy, HubRefused, HubUnreachable
from neighborcam.engine.index.sharing_store import Letter, SharingStore
from neighborcam.engine.sharing.hub_link import HubLink
from neighborcam.engine.sharing.wallet import Wallet
from neighborcam.protocol.alerts import CommentPost, Flag, Post, Vote
from neighborcam.protocol.answers import ChunkRemoval
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.identity import Message

LONGEST: Final = timedelta(minutes=15)
_KINDS: Final[dict[str, type[Message]]] = {
    "/api/alerts": Post,
    "/api/comments": CommentPost,
    "/api/flags": Flag,
    "/api/votes": Vote,
    "/api/chunk-removals": ChunkRemoval,
}
_MEDIA: Final = "/media/"
_LOG: Final = logging.getLogger(__name__)


class Outbox:
    """The letters of this home."""

    def __init__(
        self,
        link: HubLink,
        wallet: Wallet,
        store: SharingStore,
        clock: Callable[[], datetime],
        *,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._link = link
        self._wallet = wallet
        self._store = store
        self._clock = clock
        self._jitter = jitter
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Look again: something was queued."""
        self._news.set()

    async def run(self) -> None:
        """Send for ever."""
        while True:
            self._news.clear()
            wait_s = await self.run_once()
            try:
                async with asyncio.timeout(wait_s):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def drain(self) -> None:
        """Send all that there is; waits for what is due later."""
        while True:
            wait_s = await self.run_once()
            if wait_s is None:
                return
            await asyncio.sleep(wait_s)

    async def run_once(self) -> float | None:
        """Send what is due; return in how many seconds there is more, None if never."""
        for letter in await asyncio.to_thread(self._store.letters):
            wait = letter.due_at - self._clock()
            if wait > timedelta(0):
                return wait.total_seconds()  # what follows must not overtake it
            if not await self._send(letter):
                return 0.05
        return None

    async def _send(self, letter: Letter) -> bool:
        """Try one letter; False when it has to be tried again."""
        try:
            await self._deliver(letter)
        except HubBusy as busy:
            self._later(letter, timedelta(seconds=busy.after_s))
        except HubUnreachable:
            self._later(letter, self._backoff(letter.tries))
        except HubRefused as refused:
            return await self._refused(letter, refused)
        else:
            self._store.settle(letter.id, "sent")
            return True
        return False

    async def _deliver(self, letter: Letter) -> None:
        if _MEDIA in letter.path:
            alert, name = letter.path.removeprefix("/api/alerts/").split(_MEDIA)
            await self._link.put_media(alert, name, letter.body)
        else:
            kind = _KINDS[letter.path]
            await self._link.send(letter.path, decode(letter.body, kind))

    async def _refused(self, letter: Letter, refused: HubRefused) -> bool:
        if refused.code == "wrong_token" and letter.purpose and not letter.tries:
            try:
                token = await self._wallet.take(letter.purpose)
            except EngineError as problem:
                _LOG.debug("no other token: %s", problem)
            else:
                message = decode(letter.body, _KINDS[letter.path])
                body = encode(msgspec.structs.replace(message, token=token))
                self._store.rewrite(letter.id, body)
                self._later(letter, timedelta(0))
                return False
        self._store.settle(letter.id, "refused", f"{refused.code}: {refused}")
        return True

    def _later(self, letter: Letter, wait: timedelta) -> None:
        self._store.postpone(letter.id, self._clock() + wait)

    def _backoff(self, tries: int) -> timedelta:
        longest_s = min(LONGEST.total_seconds(), 2.0 * 2 ** min(tries, 12))
        return timedelta(seconds=longest_s * (0.5 + self._jitter() / 2))
