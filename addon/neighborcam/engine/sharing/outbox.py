"""Sends what was queued until the hub has taken or refused it.

What belongs together goes in order; one letter that the hub cannot digest holds up
nothing else. Pictures and clips have a lane of their own: they take long.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from neighborcam.engine.errors import (
    Conflict,
    HubBusy,
    HubRefused,
    HubUnreachable,
)
from neighborcam.engine.index.letter_store import TAKEN_BACK, UPDATE, Lane, Letter
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.sharing.hub_link import HubLink
from neighborcam.engine.sharing.letters import (
    ALERTS,
    epoch_of,
    oldest_epoch,
    paid_with,
    widened,
)
from neighborcam.engine.sharing.wallet import WRONG_TOKEN, Wallet
from neighborcam.protocol.alerts import MsgType, Post
from neighborcam.protocol.canonical import decode

LANES: Final[tuple[Lane, ...]] = ("message", "media")
LONGEST: Final = timedelta(minutes=15)
LATER: Final = timedelta(hours=1)  # without a token: others come after midnight (UTC)
_NOT_FOUND: Final = "not_found"
_CELL: Final = "cell"
_MEDIA: Final = "/media/"
_LOG: Final = logging.getLogger(__name__)


class Outbox:
    """The letters of this home. ``widen`` hears of cells that the hub does not take."""

    def __init__(
        self,
        link: HubLink,
        wallet: Wallet,
        store: SharingStore,
        clock: Callable[[], datetime],
        *,
        widen: Callable[[str], None] = lambda _cell: None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._link = link
        self._wallet = wallet
        self._store = store
        self._letters = store.letters
        self._clock = clock
        self._widen = widen
        self._jitter = jitter
        self._news = {lane: asyncio.Event() for lane in LANES}
        self._sending = {lane: asyncio.Lock() for lane in LANES}
        self._flying: dict[Lane, int] = {}  # what is on its way this moment

    def wake(self) -> None:
        """Look again: something was queued."""
        for news in self._news.values():
            news.set()

    def take_back(self, chain: str) -> str | None:
        """Send nothing more of an alert. Return the chain for what takes it back.

        None when nothing of it can have arrived: then there is nothing to take back.
        """
        flying = self._flying.values()
        rows = self._letters.drop(chain, TAKEN_BACK, but=flying)
        sent = [each for each in rows if each.lane == "message"]
        if any(each.id in flying for each in sent):
            return chain  # behind it: a cancel that overtakes it would find nothing
        if any(each.kind != UPDATE and not each.tries for each in sent):
            return None  # the first version waits, and so does all that follows it
        return f"cancel {chain}"

    async def run(self, lane: Lane) -> None:
        """Send for ever. Raises `HubMisbehaves`, `StorageError`."""
        while True:
            self._news[lane].clear()
            wait_s = await self.run_once(lane)
            try:
                async with asyncio.timeout(wait_s):
                    await self._news[lane].wait()
            except TimeoutError:
                continue

    async def drain(self) -> None:
        """Send all messages that there are; waits for what is due later."""
        while True:
            wait_s = await self.run_once("message")
            if wait_s is None:
                return
            await asyncio.sleep(wait_s)

    async def run_once(self, lane: Lane) -> float | None:
        """Send what is due; return in how many seconds there is more, None if never."""
        async with self._sending[lane]:
            return await self._send_all(lane)

    async def _send_all(self, lane: Lane) -> float | None:
        while (found := await asyncio.to_thread(self._letters.next, lane)) is not None:
            id_, due_at = found
            wait = due_at - self._clock()
            if wait > timedelta(0):
                return wait.total_seconds()
            letter = await asyncio.to_thread(self._letters.letter, id_)
            if letter is not None and self._letters.begin(id_):
                # Else it was taken back while it was read.
                await self._on_its_way(lane, letter)
        return None

    async def _on_its_way(self, lane: Lane, letter: Letter) -> None:
        self._flying[lane] = letter.id
        try:
            await self._send(letter)
        finally:
            self._flying.pop(lane, None)

    async def _send(self, letter: Letter) -> None:
        try:
            await self._try(letter)
        except HubBusy as busy:
            self._later(letter, timedelta(seconds=busy.after_s))
        except HubUnreachable:
            self._later(letter, self._backoff(letter.tries))
        except (Conflict, HubRefused) as problem:  # no token is left, or given now
            _LOG.debug("a letter waits: %s", type(problem).__name__)
            self._later(letter, LATER)
        self.wake()  # what was behind it may be due now, in the other lane too

    async def _try(self, letter: Letter) -> None:
        """Send it, or mend it so that the next try can be taken."""
        epoch = epoch_of(letter)
        if epoch is not None and epoch < oldest_epoch(self._clock()):
            letter = await self._renewed(letter)
        try:
            await self._deliver(letter)
        except HubBusy:
            raise
        except HubRefused as refused:
            if not await self._mended(letter, refused):
                self._give_up(letter, refused)

    async def _deliver(self, letter: Letter) -> None:
        if letter.path == ALERTS:
            standing = await self._link.publish(letter.body)
            alert = decode(letter.body, Post).alert.id
            self._letters.settle_alert(letter.id, alert, standing, self._clock())
            return
        if _MEDIA in letter.path:
            await self._link.put(letter.path, letter.body)
        else:
            await self._link.post(letter.path, letter.body)
        self._letters.settle(letter.id, "sent")

    async def _renewed(self, letter: Letter) -> Letter:
        """Return the letter with a token of today: its own is of a day that is over."""
        token = await self._wallet.take(letter.purpose or "")
        body = paid_with(letter, token)
        self._letters.rewrite(letter.id, body)
        return replace(letter, body=body)

    async def _mended(self, letter: Letter, refused: HubRefused) -> bool:
        """Write a letter anew if that can help; tell whether it did."""
        if refused.code == WRONG_TOKEN:
            epoch = epoch_of(letter)
            if epoch is not None and epoch < self._clock().date().isoformat():
                await self._renewed(letter)
                return True
        if refused.field == _CELL and letter.path == ALERTS:
            return self._widened(letter)
        return False

    def _widened(self, letter: Letter) -> bool:
        alert = decode(letter.body, Post).alert
        own = self._letters.own(alert.id)
        wider = widened(letter, own) if own is not None else None
        if wider is None:
            return False
        body, changed = wider
        self._widen(alert.cell)
        self._letters.rewrite(letter.id, body, own=changed)
        return True

    def _give_up(self, letter: Letter, refused: HubRefused) -> None:
        said = f"{refused.code}: {refused}"
        if letter.path != ALERTS:
            self._letters.settle(letter.id, "refused", said)
            return
        alert = decode(letter.body, Post).alert
        if alert.msg_type is MsgType.CANCEL and refused.code == _NOT_FOUND:
            # It was never published, or is over: there is nothing to take back.
            self._letters.settle(letter.id, "sent", "the hub has no such alert")
            return
        self._letters.settle(letter.id, "refused", said)
        self._letters.disown(alert.id)
        if alert.msg_type is MsgType.ALERT:
            self._letters.drop(letter.chain, "not sent: its alert was refused")

    def _later(self, letter: Letter, wait: timedelta) -> None:
        self._letters.postpone(letter, self._clock() + wait)

    def _backoff(self, tries: int) -> timedelta:
        longest_s = min(LONGEST.total_seconds(), 2.0 * 2 ** min(tries, 12))
        return timedelta(seconds=longest_s * (0.5 + self._jitter() / 2))
