"""The life of agencies' requests at home: read, shown, answered or not, in rounds.

What can be shown is what stands in the public log, and nothing else. Rounds go on
whatever anybody decides, and without Home Assistant.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta
from typing import Final, Self

import h3

from neighborcam.engine.errors import (
    Conflict,
    EngineError,
    HubMisbehaves,
    NotFound,
)
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.sharing.hub_link import HubLink
from neighborcam.engine.sharing.log_follower import LogFollower
from neighborcam.engine.sharing.mail import Bundles, Mail
from neighborcam.engine.sharing.turns import Turns
from neighborcam.engine.sharing.vetoes import Vetoes
from neighborcam.engine.sharing.wallet import Wallet
from neighborcam.protocol.areas import middle
from neighborcam.protocol.register import Register
from neighborcam.protocol.register_state import Asked
from neighborcam.protocol.request_states import RequestState

POLL: Final = timedelta(minutes=1)
MAIL: Final = timedelta(hours=1)
SHOWN_FOR: Final = timedelta(days=30)  # after its end, answered or not
_REGION: Final = 5
_LEAST_S: Final = 0.05
_LOG: Final = logging.getLogger(__name__)


@contextlib.contextmanager
def _waiting(what: str) -> Iterator[None]:
    """Let one thing wait that the hub does not do now; the others go on."""
    try:
        yield
    except HubMisbehaves:
        raise
    except EngineError as problem:
        _LOG.debug("%s waits: %s", what, type(problem).__name__)


type Distrust = Callable[[HubMisbehaves], None]


class RequestLife:
    """Follows the log of one hub, and takes this home's turns."""

    def __init__(
        self,
        link: HubLink,
        wallet: Wallet,
        follower: LogFollower,
        store: SharingStore,
        regions: frozenset[str],
        clock: Callable[[], datetime],
        *,
        poll: timedelta = POLL,
        mail: timedelta = MAIL,
    ) -> None:
        self._follower = follower
        self._rows = store.requests
        self._regions = regions
        self._clock = clock
        self._poll, self._mail_every = poll, mail
        self._mail = Mail(link, store.requests)
        self._mail_at: datetime | None = None
        self._woken = asyncio.Event()
        self.turns = Turns(link, wallet, store, clock)
        self.vetoes = Vetoes(link, wallet, store, clock)
        self.takes_part = True
        self.changed: Callable[[], None] = lambda: None
        self.check_trust: Callable[[], None] = lambda: None

    @property
    def register(self) -> Register:
        """What the hub's log says."""
        return self._follower.register

    @property
    def witnesses(self) -> int:
        """How many witnesses signed the newest checkpoint."""
        return self._follower.witnesses

    def wake(self) -> None:
        """Look at the log now: it grew. Nothing that its owner does may call this."""
        self._woken.set()

    async def run(self, distrust: Distrust) -> None:
        """Go on for ever; end when the hub contradicts itself."""
        while True:
            self._woken.clear()
            try:
                await self.run_once()
            except HubMisbehaves as problem:
                distrust(problem)
                return
            except EngineError as problem:
                _LOG.debug("requests wait: %s", type(problem).__name__)
            try:
                async with asyncio.timeout(self._pause_s()):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def run_once(self) -> None:
        """Read the log, take the turns that are due, read the mail.

        Raises `HubMisbehaves`; a hub that is away only delays.
        """
        with _waiting("the log"):
            await self._follower.follow()
        self.changed()
        now = self._clock()
        here = {
            asked.request.id: asked
            for asked in self.register.open_requests(now)
            if self.is_here(asked)
        }
        if self._follower.is_read:
            await self._take_turns(here)
        mail = await self._fetch_mail(now)
        if self._follower.is_read:
            await self.vetoes.run_once(self.register.agencies)
        await self._open_mail(mail)  # last: how long it takes tells who answered
        self._forget_old(now)

    async def _take_turns(self, here: dict[str, Asked]) -> None:
        """Do what is due. Call it once the log was read: an empty one ends all."""
        self._end_answers(here.keys())
        if self.takes_part:
            for asked in here.values():
                self.turns.plan(asked)
            await self.turns.run_once(here)

    def _end_answers(self, still_open: Collection[str]) -> None:
        """Let nothing wait for a turn that will not come; the hub keeps no pieces.

        What a capsule was made for may have arrived: then its pieces stay.
        """
        for row in self._rows.answers():
            if row.state != "waiting" or row.request in still_open:
                continue
            if self._rows.may_have_left(row.id):
                self._rows.end_answer(row.id, "sent", self._clock())
            else:
                self.turns.withdraw(row.id, "ended")

    def is_here(self, asked: Asked) -> bool:
        """Tell whether a request is about this home's part of the world."""
        longitude, latitude = middle(asked.request.area)
        return h3.latlng_to_cell(latitude, longitude, _REGION) in self._regions

    def trusted(self) -> Self:
        """Return this life. Raises `HubMisbehaves` once the hub is not believed."""
        self.check_trust()
        return self

    def need(self, request: str) -> Asked:
        """Return a request of the log. Raises `NotFound`."""
        asked = self.register.requests.get(request)
        if asked is None:
            raise NotFound("there is no such request")
        return asked

    def need_open(self, request: str) -> Asked:
        """Return a request that can be answered. Raises `NotFound`, `Conflict`."""
        asked = self.need(request)
        if asked.state_at(self._clock()) is not RequestState.OPEN:
            raise Conflict("the request is over: nothing leaves any more")
        return asked

    def shown(self, now: datetime) -> list[Asked]:
        """Return what is shown: what is open, and what ended within 30 days.

        Whether this home answered makes no difference: the list would tell. Of a hub
        that is not believed nothing is.
        """
        try:
            self.check_trust()
        except HubMisbehaves:
            return []
        return [
            asked
            for asked in self.register.requests.values()
            if self.is_here(asked) and now - (asked.ended_at(now) or now) <= SHOWN_FOR
        ]

    async def _fetch_mail(self, now: datetime) -> list[tuple[Asked, Bundles]]:
        if self._mail_at is not None and now < self._mail_at:
            return []
        found = []
        self._mail_at = now + self._mail_every * random.uniform(0.8, 1.2)  # noqa: S311
        for asked in self.register.requests.values():
            if self.is_here(asked) and self._has_mail(asked, now):
                with _waiting("mail"):
                    found.append((asked, await self._mail.fetch(asked)))
        return found

    async def _open_mail(self, mail: list[tuple[Asked, Bundles]]) -> None:
        for asked, bundles in mail:
            if bundles:
                await asyncio.to_thread(self._mail.open, asked, bundles, self.register)

    def _has_mail(self, asked: Asked, now: datetime) -> bool:
        """Tell whether replies may come still: until clips have to be deleted."""
        ended = asked.ended_at(now)
        lasts = timedelta(days=asked.request.retention_days) + SHOWN_FOR
        return ended is None or now < ended + lasts

    def _forget_old(self, now: datetime) -> None:
        """Forget what this home did, once nothing can come of it any more."""
        known = self.register.requests
        for request in self._rows.requests() & known.keys():
            if not self._has_mail(known[request], now):
                self._rows.forget_request(request)

    def _pause_s(self) -> float:
        pause = self._poll.total_seconds() * random.uniform(0.5, 1.0)  # noqa: S311
        acts = self.takes_part and self._follower.is_read
        due = self.turns.next_at() if acts else None
        if due is not None:
            pause = min(pause, (due - self._clock()).total_seconds())
        return max(_LEAST_S, pause)
