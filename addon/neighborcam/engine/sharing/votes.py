"""This home's votes. Their tokens are fetched for every alert, wanted or not.

The hub knows which home fetched the token of which alert. If a home fetched those that
it hears of, or means to answer, that list would be a circle around it on the map, and
its mutes. So each home fetches all of its part of the world, at a moment drawn for it.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from neighborcam.engine.errors import (
    EngineError,
    HubMisbehaves,
    HubRefused,
)
from neighborcam.engine.index.letter_store import Parcel
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.sharing.wallet import Wallet, may_wait
from neighborcam.protocol.alerts import ReactionKind, Token, Vote
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.feed import Published

WITHIN_S: Final = 60.0  # of hearing of an alert
AGAIN_S: Final = (30.0, 300.0)  # after the hub was away
_LOG: Final = logging.getLogger(__name__)


class Votes:
    """Fetches the tokens of all alerts of some regions, and sends what was said.

    ``draw`` returns a number between two, for tests.
    """

    def __init__(
        self,
        wallet: Wallet,
        store: SharingStore,
        wake: Callable[[], None],
        clock: Callable[[], datetime],
        *,
        draw: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._wallet = wallet
        self._store = store
        self._wake = wake
        self._clock = clock
        self._draw = draw
        self._due: dict[str, tuple[float, Published]] = {}  # by the loop's time
        self._news = asyncio.Event()

    def expect(self, events: Iterable[Published]) -> None:
        """Fetch the tokens of these alerts at moments of this home's own.

        All versions of an alert have one, by the name of the first.
        """
        have = self._store.vote_tokens() | self._due.keys()
        for event in events:
            if event.alert.original not in have:
                self._put_off(event, 0.0, WITHIN_S)

    def say(self, alert: str, kind: ReactionKind) -> None:
        """Say something to an alert: now, or once its token is there.

        ``alert`` is the first version of it.

        It is never fetched for that: the hub would see who is about to speak.
        """
        self._store.say(alert, kind)
        self._send(alert, timedelta(0))

    async def run(self) -> None:
        """Fetch for ever. Raises `HubMisbehaves`."""
        for vote in self._store.owed():  # its token came, and then the engine stopped
            self._send_later(vote.alert)
        while True:
            self._news.clear()
            await self._fetch_due()
            try:
                async with asyncio.timeout(self._pause_s()):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def _fetch_due(self) -> None:
        now = asyncio.get_running_loop().time()
        for due_at, event in sorted(self._due.values(), key=lambda each: each[0]):
            if due_at > now:
                return
            del self._due[event.alert.original]
            if event.alert.expires > self._clock():
                await self._fetch(event)

    async def _fetch(self, event: Published) -> None:
        alert = event.alert.original
        try:
            await self._wallet.vote_token(alert, event.vote_key)
        except HubMisbehaves:
            raise
        except HubRefused as refused:
            if may_wait(refused):
                self._put_off(event, *AGAIN_S)
            else:
                self._give_up(alert, refused)
        except EngineError as problem:
            _LOG.debug("a vote's token waits: %s", type(problem).__name__)
            self._put_off(event, *AGAIN_S)
        else:
            self._send_later(alert)

    def _put_off(self, event: Published, least_s: float, most_s: float) -> None:
        now = asyncio.get_running_loop().time()
        self._due[event.alert.original] = now + self._draw(least_s, most_s), event
        self._news.set()

    def _pause_s(self) -> float | None:
        if not self._due:
            return None
        now = asyncio.get_running_loop().time()
        return max(0.0, min(due_at for due_at, _ in self._due.values()) - now)

    def _send_later(self, alert: str) -> None:
        # Not at once: the hub would see that this token's home had waited for it.
        self._send(alert, timedelta(seconds=self._draw(0.0, WITHIN_S)))

    def _send(self, alert: str, wait: timedelta) -> None:
        now = self._clock()
        for vote in self._store.owed(alert):
            if vote.token is None:
                continue
            token = msgspec.json.decode(vote.token, type=Token)
            message = Vote(alert=alert, kind=ReactionKind(vote.kind), token=token)
            parcel = Parcel(
                chain=f"vote {alert}",
                path="/api/votes",
                body=encode(message),
                kind="reaction",
                summary=vote.kind,
            )
            self._store.letters.queue([parcel], now, due_at=now + wait)
            self._store.said(alert)
            self._wake()

    def _give_up(self, alert: str, refused: HubRefused) -> None:
        for vote in self._store.owed(alert):
            self._store.letters.note(
                kind="reaction",
                summary=vote.kind,
                size=0,
                at=self._clock(),
                state="refused",
                answer=f"{refused.code}: {refused}",
            )
            self._store.said(alert)
