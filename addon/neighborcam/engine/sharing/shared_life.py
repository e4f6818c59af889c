"""Sharing while it is on: one hub, one household, wired. Read it from top to bottom."""

import asyncio
import contextlib
import logging
import random
import secrets
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from neighborcam.engine.errors import Conflict, EngineError, HubMisbehaves
from neighborcam.engine.index.letter_store import Lane
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.neighbours import (
    AlertView,
    Change,
    CommentView,
    Draft,
    HubView,
    Preferences,
    Reaction,
    SharingView,
    StatementView,
)
from neighborcam.engine.requests import RequestView
from neighborcam.engine.sharing.filters import Place, regions_within
from neighborcam.engine.sharing.hearing import Hearing
from neighborcam.engine.sharing.hub_http import hub_session
from neighborcam.engine.sharing.hub_link import HubLink, Membership
from neighborcam.engine.sharing.hub_state import HubState, State
from neighborcam.engine.sharing.joining import Kept
from neighborcam.engine.sharing.leaving import leave
from neighborcam.engine.sharing.log_follower import LogFollower
from neighborcam.engine.sharing.log_keeper import LogKeeper
from neighborcam.engine.sharing.logged_alerts import LoggedAlerts
from neighborcam.engine.sharing.naming import Naming
from neighborcam.engine.sharing.outbox import Outbox
from neighborcam.engine.sharing.own_alerts import OwnAlerts
from neighborcam.engine.sharing.pictures import Made
from neighborcam.engine.sharing.reading_pass import ReadingPass
from neighborcam.engine.sharing.request_life import RequestLife
from neighborcam.engine.sharing.speaking import Speaking
from neighborcam.engine.sharing.supervised import Supervised
from neighborcam.engine.sharing.trust import Trust
from neighborcam.engine.sharing.views import comment_view, to_wire
from neighborcam.engine.sharing.votes import Votes
from neighborcam.engine.sharing.wallet import Wallet
from neighborcam.protocol.alerts import ReactionKind
from neighborcam.protocol.canonical import decode
from neighborcam.protocol.feed import Published
from neighborcam.protocol.invites import Invite

_TICK_S: Final = 20.0
_NO_HUB_S: Final = 60.0
_HOURS_S: Final = (3600.0, 20 * 3600.0)  # between two looks at what changes daily
# A request's area may lie across a border of regions.
_REQUESTS_M: Final = 5000.0
_SENDING: Final[dict[Lane, str]] = {
    "message": "sending messages",
    "media": "sending pictures",
}
_LOG: Final = logging.getLogger(__name__)

type Tell = Callable[[str, AlertView | RequestView | str | None], None]


class SharedLife:
    """Sharing while it is on. ``lost`` is called when the hub is not believed."""

    def __init__(
        self,
        kept: Kept,
        preferences: Preferences,
        store: SharingStore,
        evidence: Path,
        tell: Tell,
        lost: Callable[[], None],
        clock: Callable[[], datetime],
    ) -> None:
        invite = decode(kept.invite.encode(), Invite)
        self._policy = invite.policy
        place = Place(latitude=kept.latitude, longitude=kept.longitude)
        self._name = kept.name
        self._store = store
        self._tell = tell
        self._lost = lost
        self._clock = clock
        self._member = Membership(
            hub=invite.hub,
            household=kept.household,
            key=Ed25519PrivateKey.from_private_bytes(kept.seed),
        )
        self._work = Supervised(self._changed)
        self._state = HubState(self._changed)
        self._trust = Trust(store, self._stop_trusting, clock)
        self._session = hub_session()
        self._link = HubLink(self._session, invite.hub, clock)
        self._pass = ReadingPass(self._link, self._member, clock)
        self._keeper = LogKeeper(self._link, self._policy, store, evidence, clock)
        self._follower = LogFollower(
            self._link, self._policy, self._keeper, store.requests, clock
        )
        self._wallet = Wallet(self._link, self._member, self._follower, store, clock)
        self._naming = Naming(place, self._link, store, clock)
        self._outbox = Outbox(
            self._link, self._wallet, store, clock, widen=self._naming.refuse
        )
        self._votes = Votes(self._wallet, store, self._outbox.wake, clock)
        self._hearing = self._ear(place, preferences)
        self._follower.grown = self._hearing.see
        self._speaking = Speaking(
            store,
            self._wallet,
            self._outbox,
            self._member.household,
            self._stewards,
            clock,
        )
        self.own_alerts = OwnAlerts(
            store.letters,
            self._link,
            self._outbox,
            self._hearing.heard,
            lambda: self._state.now[0] == "connected",
            clock,
        )
        self.requests = self._request_life(place)

    def _ear(self, place: Place, preferences: Preferences) -> Hearing:
        return Hearing(
            self._link,
            place,
            preferences,
            self._store,
            self._votes,
            self._work,
            self._pass,
            self._tell,
            self._say,
            self._state.keep_to,
            LoggedAlerts(lambda: self._follower.register),
            self._clock,
        )

    def _request_life(self, place: Place) -> RequestLife:
        life = RequestLife(
            self._link,
            self._wallet,
            self._follower,
            self._store,
            regions_within(place, _REQUESTS_M),
            self._clock,
        )
        life.check_trust = self._trust.check
        self._hearing.read_log = life.wake
        return life

    def start(self) -> None:
        """Listen, send, and keep tokens; nothing of it with a hub that lied."""
        if self._trust.distrust is not None:
            return
        for lane, name in _SENDING.items():
            self._run(name, partial(self._outbox.run, lane))
        self._run("votes", self._votes.run)
        self._run("looking", self._look)
        self._run("the day", self._live_by_day)
        self._run("requests", partial(self.requests.run, self._trust.lose))
        self._hearing.start()

    async def close(self) -> None:
        """End everything."""
        await self._work.close()
        await self._session.close()

    @property
    def is_trusted(self) -> bool:
        """Whether the hub is believed."""
        return self._trust.distrust is None

    # -- what is seen ----------------------------------------------------------------

    def view(self) -> SharingView:
        """Return how the hub is."""
        state, reason = self._state.now
        distrust, evidence = self._trust.distrust, ""
        if distrust is not None:
            state, reason, evidence = "distrusted", distrust.reason, distrust.evidence
        hub = HubView(
            name=self._name,
            state=state,
            reason=reason,
            evidence=evidence,
            url=self._member.hub,
            witnesses=tuple(each.name for each in self._policy.witnesses),
            quorum=self._policy.quorum,
        )
        waiting = self._store.letters.waiting() + len(self._store.owed())
        problem = self._work.problem or self._missing()
        return SharingView(state="on", hub=hub, waiting=waiting, problem=problem)

    def _missing(self) -> str:
        """Return, for people, that the hub keeps alerts of this home from everybody."""
        if not (count := len(self.own_alerts.missing())):
            return ""
        what = "an alert" if count == 1 else f"{count} alerts"
        return f"the hub took {what} of this home, and shows it to nobody"

    def alerts(self) -> tuple[AlertView, ...]:
        """Return the alerts that hold, as far as this home wants to see them."""
        return self._hearing.alerts()

    def prefer(self, preferences: Preferences) -> None:
        """Hear something else from now on."""
        self._hearing.prefer(preferences, listens=self.is_trusted)

    async def comments(self, alert: str) -> tuple[CommentView, ...]:
        """Return what stands below an alert."""
        self._need(alert)
        mine = self._store.letters.own_ids()
        found = await self._link.comments(alert, await self._pass())
        return tuple(comment_view(each, mine=each.id in mine) for each in found)

    async def media(self, alert: str, name: str) -> bytes:
        """Fetch a picture or clip."""
        self._need(alert)
        return await self._link.get_media(alert, name, await self._pass())

    async def hub_page(self) -> str:
        """Return the address of the hub's page for a member: with the pass of the day.

        What stands behind `#` is sent to nobody. The regions are those that this home
        listens to, so the hub learns no more by a look at its page than it knows.
        """
        self._trust.check()
        regions = [("region", each) for each in self._hearing.regions]
        said = urlencode([("pass", await self._pass()), *regions])
        return f"{self._member.hub.rstrip('/')}/#{said}"

    async def statements(self, alert: str) -> tuple[StatementView, ...]:
        """Return why stewards decided about an alert of this home."""
        self._trust.check()
        return await self.own_alerts.statements(alert)

    # -- what is said ----------------------------------------------------------------

    def preview(self, draft: Draft, pictures: Sequence[Made]) -> AlertView:
        """Return what would be queued. Raises `InvalidInput`."""
        self._trust.check()
        return self._speaking.preview(draft, self._naming.cell(), pictures)

    async def publish(self, draft: Draft, pictures: Sequence[Made]) -> AlertView:
        """Queue an alert."""
        with self._watching():
            return await self._speaking.publish(draft, self._naming.cell(), pictures)

    async def update(self, alert: str, change: Change) -> AlertView:
        """Queue a newer version of an alert of this home."""
        with self._watching():
            return await self._speaking.update(alert, change)

    async def cancel(self, alert: str) -> None:
        """Queue the message that an alert was none."""
        self._trust.check()
        await self._speaking.cancel(alert)

    async def comment(self, alert: str, text: str) -> None:
        """Queue a comment."""
        self._need(alert)
        with self._watching():
            await self._speaking.comment(alert, text)

    async def react(self, alert: str, kind: Reaction) -> None:
        """Say something to an alert. Raises `Conflict` for one that is far away."""
        event = self._need(alert)
        if not self._hearing.is_votable(alert):
            raise Conflict("too far away to say anything about it")
        self._votes.say(event.alert.original, ReactionKind(to_wire(kind)))

    def appeal(self, alert: str, reason: str) -> None:
        """Queue the wish that another steward looks at an alert of this home."""
        self._trust.check()
        self.own_alerts.appeal(alert, reason)

    async def flag(self, alert: str, comment: str | None, reason: str) -> None:
        """Queue the wish that stewards look at an alert, or a comment below it."""
        self._need(alert)
        with self._watching():
            await self._speaking.flag(comment or alert, reason)

    def send_queued(self) -> None:
        """Look at the outbox: something was queued by another way."""
        self._outbox.wake()

    async def invite(self) -> str:
        """Fetch an invite."""
        self._trust.check()
        return await self._link.invite(self._member, secrets.token_hex(16))

    async def leave(self) -> None:
        """Take back what this home said, then delete the account.

        Raises what the hub says; then this home is still a member.
        """
        await leave(self._speaking, self._outbox, self._store, self._link, self._member)

    # -- parts -----------------------------------------------------------------------

    def _need(self, alert: str) -> Published:
        self._trust.check()
        return self._hearing.need(alert)

    async def _stewards(self) -> tuple[str, ...]:
        """Return to whom envelopes are sealed, by the public log and nothing else."""
        if not self._follower.register.size:
            await self._follower.follow()
        return self._follower.register.share_recipients

    async def _check_stewards(self) -> None:
        """Raise `HubMisbehaves` when the hub names others than its log appointed."""
        told = (await self._link.view()).recipients
        for _ in range(2):  # one may have been appointed between the two answers
            await self._follower.follow()
            known = self._follower.register.share_recipients
            if told == known:
                return
            told = (await self._link.view()).recipients
        proof = msgspec.json.encode({"told": told, "logged": known})
        evidence = self._keeper.keep(proof)
        raise HubMisbehaves("the hub names other stewards' keys than its log", evidence)

    @contextlib.contextmanager
    def _watching(self) -> Iterator[None]:
        """Stop trusting the hub when something within proves that it lies."""
        self._trust.check()
        try:
            yield
        except HubMisbehaves as problem:
            self._trust.lose(problem)
            raise

    def _run(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        async def watched() -> None:
            with contextlib.suppress(HubMisbehaves), self._watching():
                await work()

        self._work.start(name, watched)

    def _stop_trusting(self) -> None:
        """Listen and send no more: a person has to look at the evidence first."""
        self._work.end_all()
        self._hearing.silence()
        self._lost()
        self._changed()

    def _say(self, region: str, state: State, reason: str) -> None:
        if state == "refused":
            self._pass.forget()
        self._state.say(region, state, reason)

    def _changed(self) -> None:
        self._tell("sharing", None)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            self._hearing.see()

    async def _live_by_day(self) -> None:
        """Do what is due daily, at the start and then at a random time each day."""
        while True:
            pause_s = random.uniform(*_HOURS_S)  # noqa: S311
            try:
                await self._wallet.fill()
                await self._naming.refresh()
                await self._check_stewards()
                await asyncio.to_thread(self._store.prune, self._clock())
            except HubMisbehaves:
                raise
            except EngineError as problem:
                _LOG.debug("the day has to wait: %s", problem)
                pause_s = _NO_HUB_S
            await asyncio.sleep(pause_s)
