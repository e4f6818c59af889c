"""Sharing while it is on: one hub, one household."""

import asyncio
import contextlib
import logging
import random
import secrets
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from neighborcam.engine.errors import EngineError, HubMisbehaves, NotFound
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.neighbours import (
    AlertView,
    CommentView,
    Draft,
    HubView,
    Preferences,
    Reaction,
    SharingView,
)
from neighborcam.engine.requests import RequestView
from neighborcam.engine.sharing.drafts import Kept
from neighborcam.engine.sharing.filters import Place, regions
from neighborcam.engine.sharing.hub_link import HubLink, Membership
from neighborcam.engine.sharing.known_alerts import KnownAlerts, News
from neighborcam.engine.sharing.listening import Listening
from neighborcam.engine.sharing.log_follower import LogFollower
from neighborcam.engine.sharing.log_keeper import LogKeeper
from neighborcam.engine.sharing.outbox import Outbox
from neighborcam.engine.sharing.pictures import Made
from neighborcam.engine.sharing.policy import DAY, may_publish
from neighborcam.engine.sharing.request_life import RequestLife
from neighborcam.engine.sharing.views import alert_view, comment_view, to_wire
from neighborcam.engine.sharing.wallet import Wallet
from neighborcam.engine.sharing.writing import cancel_of, comment, new_alert, post
from neighborcam.protocol.alerts import (
    Alert,
    Category,
    ReactionKind,
    Token,
    Vote,
)
from neighborcam.protocol.answers import ChunkRemoval
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.feed import Event, Published, ServedMedia
from neighborcam.protocol.invites import Invite

_TICK_S: Final = 20.0
_VOTE_TOKEN_S: Final = 60.0  # within which every home fetches an alert's vote token
_REQUESTS_M: Final = 5000.0
_LOG: Final = logging.getLogger(__name__)

type Tell = Callable[[str, AlertView | RequestView | str | None], None]


class SharedLife:
    """Sharing while it is on: one hub, one household."""

    def __init__(
        self,
        kept: Kept,
        preferences: Preferences,
        store: SharingStore,
        evidence: Path,
        tell: Tell,
        clock: Callable[[], datetime],
    ) -> None:
        invite = decode(kept.invite.encode(), Invite)
        self._name = kept.name
        self._place = Place(latitude=kept.latitude, longitude=kept.longitude)
        self._store = store
        self._tell = tell
        self._clock = clock
        self._state, self._reason = "connecting", ""
        self._session = aiohttp.ClientSession()
        self._link = HubLink(self._session, invite.hub, clock)
        self._member = Membership(
            hub=invite.hub,
            household=kept.household,
            key=Ed25519PrivateKey.from_private_bytes(kept.seed),
        )
        self._keeper = LogKeeper(self._link, invite.policy, store, evidence, clock)
        self._follower = LogFollower(
            self._link, invite.policy, self._keeper, store.requests, clock
        )
        self._wallet = Wallet(self._link, self._member, self._keeper, store, clock)
        self._outbox = Outbox(self._link, self._wallet, store, clock)
        self._known = KnownAlerts(self._place, preferences, clock)
        self._radius_m = preferences.radius_m
        self._pass: tuple[str, str] = ("", "")
        self._tasks: set[asyncio.Task[None]] = set()
        self._distrust: HubMisbehaves | None = None
        # Wider than what is heard of alerts: a request's area may lie across a border.
        around = regions(self._place, _REQUESTS_M)
        self.requests = RequestLife(
            self._link, self._wallet, self._follower, store, frozenset(around), clock
        )

    def start(self) -> None:
        """Listen, send, and keep tokens."""
        self._spawn(self._outbox.run())
        self._spawn(self._tick())
        self._spawn(self._fill())
        self._spawn(self.requests.run(self._stop_trusting))
        for region in regions(self._place, self._radius_m):
            listening = Listening(
                self._link, region, self._reading_pass, self._take, self._say
            )
            self._spawn(listening.run())

    async def close(self) -> None:
        """End everything."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._session.close()

    def view(self) -> SharingView:
        """Return how the hub is."""
        waiting = self._store.waiting()
        hub = HubView(name=self._name, state=self._state, reason=self._reason)  # type: ignore[arg-type]
        return SharingView(state="on", hub=hub, waiting=waiting)

    def alerts(self) -> tuple[AlertView, ...]:
        """Return the alerts that hold."""
        mine, said = self._store.own_ids(), self._store.votes()
        return tuple(
            alert_view(each, mine=each.alert.id in mine, said=said.get(each.alert.id))
            for each in self._known.holding()
        )

    def prefer(self, preferences: Preferences) -> None:
        """Hear something else from now on."""
        self._pass_on(self._known.change(preferences))

    async def publish(
        self, draft: Draft, pictures: Sequence[Made], *, preview_only: bool
    ) -> AlertView:
        """Queue an alert, or return what would be queued."""
        now = self._clock()
        alert, key = new_alert(
            self._place,
            now,
            category=Category(to_wire(draft.category)),
            headline=draft.headline,
            text=draft.text,
            instruction=draft.instruction,
            urgency=draft.urgency,
            severity=draft.severity,
            certainty=draft.certainty,
            scope=draft.scope,
            lasts=timedelta(hours=draft.expires_in_h),
            automatic=draft.automatic,
            media=tuple(each.media for each in pictures),
        )
        today = self._store.count_since("automatic alert", now - DAY)
        may_publish(alert, now, automatic_today=today)
        served = tuple(
            ServedMedia(sha256=m.sha256, kind=m.kind, type="", bytes=m.bytes)
            for m in alert.media
        )
        event = Published(
            seq=0, alert=alert, sig=bytes(64), published=now, media=served
        )
        view = alert_view(event, mine=True)
        if preview_only:
            return view
        stewards = await self._stewards()
        token = await self._token("post")
        body = post(alert, key, token, self._member.household, stewards)
        kind = "automatic alert" if draft.automatic else "alert"
        self._store.put_own(alert.id, key.private_bytes_raw(), encode(alert), now)
        self._queue("/api/alerts", "post", body, kind, alert.headline)
        for each in pictures:
            path = f"/api/alerts/{alert.id}/media/{each.media.sha256}"
            self._queue(path, None, each.data, each.media.kind, alert.headline)
        return view

    async def cancel(self, alert: str) -> None:
        """Queue the message that an alert was none."""
        self._check_trust()
        own = self._store.own(alert)
        if own is None:
            raise NotFound("this home wrote no such alert")
        seed, body = own
        key = Ed25519PrivateKey.from_private_bytes(seed)
        made = cancel_of(decode(body, Alert))
        self._store.put_own(made.id, seed, encode(made), self._clock())
        data = post(made, key, None, self._member.household, ())
        self._queue("/api/alerts", None, data, "cancel", made.headline)

    async def comment(self, alert: str, text: str) -> None:
        """Queue a comment."""
        self._need(alert)
        key = Ed25519PrivateKey.generate()
        stewards = await self._stewards()
        token = await self._token("comment")
        id_, body = comment(alert, text, key, token, self._member.household, stewards)
        self._store.put_own(id_, key.private_bytes_raw(), b"", self._clock())
        self._queue("/api/comments", "comment", body, "comment", text[:80])

    async def comments(self, alert: str) -> tuple[CommentView, ...]:
        """Return what stands below an alert."""
        self._need(alert)
        mine = self._store.own_ids()
        found = await self._link.comments(alert, await self._reading_pass())
        return tuple(comment_view(each, mine=each.id in mine) for each in found)

    async def react(self, alert: str, kind: Reaction) -> None:
        """Queue a vote."""
        event = self._need(alert)
        token = await self._wallet.vote_token(alert, event.vote_key)
        word = to_wire(kind)
        vote = Vote(alert=alert, kind=ReactionKind(word), token=token)
        self._store.set_vote(alert, word)
        self._queue("/api/votes", None, encode(vote), "reaction", word)

    async def media(self, alert: str, name: str) -> bytes:
        """Fetch a picture or clip."""
        self._need(alert)
        return await self._link.get_media(alert, name, await self._reading_pass())

    async def invite(self) -> str:
        """Fetch an invite."""
        return await self._link.invite(self._member, secrets.token_hex(16))

    async def leave(self) -> None:
        """Cancel what this home said and holds still, then delete the account."""
        for event in self._known.holding():
            is_own = event.alert.id in self._store.own_ids()
            if is_own and event.alert.msg_type != "cancel":
                await self.cancel(event.alert.id)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(10):
                await self._outbox.drain()
        await self._link.leave(self._member)

    def remove_piece(self, removal: ChunkRemoval) -> None:
        """Queue the deletion of a piece of a clip that the hub has."""
        body = encode(removal)
        self._queue("/api/chunk-removals", None, body, "removal", "a piece of a clip")

    def _need(self, alert: str) -> Published:
        self._check_trust()
        event = self._known.get(alert)
        if event is None:
            raise NotFound("there is no such alert")
        return event

    def _queue(
        self, path: str, purpose: str | None, body: bytes, kind: str, summary: str
    ) -> None:
        self._store.queue(
            path=path,
            purpose=purpose,
            body=body,
            kind=kind,
            summary=summary,
            at=self._clock(),
        )
        self._outbox.wake()

    async def _reading_pass(self) -> str:
        today = self._clock().date().isoformat()
        if self._pass[0] != today:
            self._pass = (today, await self._link.reading_pass(self._member))
        return self._pass[1]

    async def _stewards(self) -> tuple[str, ...]:
        """Return to whom envelopes are sealed, by the public log and nothing else."""
        with self._watching():
            if not self._follower.register.size:
                await self._follower.follow()
        return self._follower.register.share_recipients

    async def _token(self, purpose: str) -> Token:
        with self._watching():
            return await self._wallet.take(purpose)

    @contextlib.contextmanager
    def _watching(self) -> Iterator[None]:
        """Stop trusting the hub when something within proves that it lies."""
        self._check_trust()
        try:
            yield
        except HubMisbehaves as problem:
            self._stop_trusting(problem)
            raise

    async def _check_stewards(self) -> None:
        """Raise `HubMisbehaves` when the hub names others than its log appointed."""
        told = (await self._link.view()).recipients
        for _ in range(2):  # one may have been appointed between the two answers
            await self._follower.follow()
            known = self._follower.register.share_recipients
            if told == known:
                return
            told = (await self._link.view()).recipients
        self._keeper.keep(msgspec.json.encode({"told": told, "logged": known}))
        raise HubMisbehaves("the hub names other stewards' keys than its log")

    def _check_trust(self) -> None:
        if self._distrust is not None:
            raise self._distrust

    def _stop_trusting(self, problem: HubMisbehaves) -> None:
        """Listen and send no more: a person has to look at the evidence first."""
        self._distrust = problem
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()
        self._state, self._reason = "distrusted", str(problem)
        self._known.clear()
        self._tell("sharing", None)

    def _say(self, state: str, reason: str) -> None:
        if self._distrust is not None:
            return
        if state == "refused":
            self._pass = ("", "")
        if (state, reason) != (self._state, self._reason):
            self._state, self._reason = state, reason
            self._tell("sharing", None)

    def _take(self, events: tuple[Event, ...]) -> None:
        self._pass_on(self._known.take(events))

    def _pass_on(self, news: list[News]) -> None:
        mine, said = self._store.own_ids(), self._store.votes()
        for what, about in news:
            if isinstance(about, str):
                self._tell(what, about)
                continue
            id_ = about.alert.id
            self._tell(what, alert_view(about, mine=id_ in mine, said=said.get(id_)))
            if what == "received":
                self._spawn(self._fetch_vote_token(about))

    async def _fetch_vote_token(self, event: Published) -> None:
        """Fetch it whether or not this home will vote: all do, so it tells nothing."""
        await asyncio.sleep(random.uniform(0, _VOTE_TOKEN_S))  # noqa: S311
        with contextlib.suppress(EngineError):
            await self._wallet.vote_token(event.alert.id, event.vote_key)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            self._pass_on(self._known.tick())

    async def _fill(self) -> None:
        """Fetch tokens at the start, then once a day at a random time."""
        while True:
            pause = random.uniform(3600, 20 * 3600)  # noqa: S311
            try:
                await self._wallet.fill()
                await self._check_stewards()
            except HubMisbehaves as problem:
                self._stop_trusting(problem)
                return
            except EngineError as problem:
                _LOG.debug("no tokens yet: %s", problem)
                pause = 60.0
            await asyncio.sleep(pause)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
