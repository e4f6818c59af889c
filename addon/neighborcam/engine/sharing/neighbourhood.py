"""This home's part in a neighbourhood, wired: off until its owner joins a hub."""

import asyncio
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from neighborcam.engine.errors import Conflict, HubRefused, HubUnreachable
from neighborcam.engine.index import snapshot
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.neighbours import (
    AlertPreview,
    AlertView,
    Change,
    CommentView,
    DiaryEntry,
    Draft,
    OwnAlertView,
    PictureOrder,
    PictureView,
    Preferences,
    Reaction,
    SharingView,
    StatementView,
)
from neighborcam.engine.sharing.advice import advice
from neighborcam.engine.sharing.answering import House
from neighborcam.engine.sharing.filters import zone_of
from neighborcam.engine.sharing.joining import Kept, join, read_invite
from neighborcam.engine.sharing.owner_requests import OwnerRequests
from neighborcam.engine.sharing.pictures import Made
from neighborcam.engine.sharing.shared_life import SharedLife, Tell
from neighborcam.engine.sharing.studio import Studio
from neighborcam.engine.sharing.tray import Tray
from neighborcam.engine.sharing.trust import regain
from neighborcam.engine.sharing.views import area_of, picture_view

_MEMBER: Final = "member"
_PREFERENCES: Final = "preferences"
_ANYWAY: Final = (
    "Try again later, or leave anyway: then everything about sharing is forgotten"
    " here, and the hub keeps the account and your alerts until they run out."
)


class Neighbourhood:
    """Sharing of one engine (`api.ports.NeighbourhoodPort`).

    ``tell`` hears of "received", "changed", "ended" alerts and of "sharing".
    """

    def __init__(
        self,
        store: SharingStore,
        evidence: Path,
        tell: Tell,
        studio: Studio,
        house: House,
        clock: Callable[[], datetime],
    ) -> None:
        self._studio = studio
        self._tray = Tray[Made](clock)
        self._store = store
        self._evidence = evidence
        self._data_dir = house.data_dir
        self._tell = tell
        self._clock = clock
        self._life: SharedLife | None = None
        self._changing = asyncio.Lock()
        self._making = asyncio.Lock()
        self.requests = OwnerRequests(
            store, house, tell, self._send_queued, self._making, clock
        )

    async def start(self) -> None:
        """Go on where the last run ended."""
        kept = self._store.fact(_MEMBER)
        if kept is not None:
            self._begin(msgspec.json.decode(kept, type=Kept))

    async def stop(self) -> None:
        """Stop listening and sending; what waits is sent after the next start."""
        await self._end()

    def view(self) -> SharingView:
        """Return whether this home shares, and how the hub is."""
        if self._life is None:
            return SharingView()
        return self._life.view()

    async def join(self, link: str, latitude: float, longitude: float) -> SharingView:
        """Join a hub by an invite. The place is kept here and goes nowhere.

        Raises `InvalidInput` for a link that is none, `Conflict` when this home shares
        already, and the errors of `sharing.errors`.
        """
        invite = read_invite(link)
        async with self._changing:
            if self._life is not None:
                raise Conflict("this home has joined a hub: leave it first")
            kept = await join(self._store, invite, latitude, longitude, self._clock)
            self._store.put_fact(_MEMBER, msgspec.json.encode(kept))
            self._begin(kept)
        self._tell("sharing", None)
        return self.view()

    async def leave(self, *, anyway: bool = False) -> None:
        """Take back what this home said, delete its account, and forget everything.

        Raises what the hub says when it does not take part in that; ``anyway`` forgets
        all the same, and leaves at the hub what is there.
        """
        async with self._changing:
            life = self._need_life()
            try:
                await life.leave()
            except (HubUnreachable, HubRefused) as problem:
                if not anyway:
                    raise HubUnreachable(f"{problem}. {_ANYWAY}") from problem
            await self._end()
            self._tray.clear()
            await asyncio.to_thread(self._forget)
        self._tell("sharing", None)

    def _forget(self) -> None:
        """Delete all that was kept about sharing, and the copy for a backup."""
        self._store.forget_everything()
        shutil.rmtree(self._evidence, ignore_errors=True)
        snapshot.forget_sharing(self._data_dir)

    async def trust_again(self, *, anew: bool) -> SharingView:
        """Believe the hub again: somebody has looked at the evidence.

        ``anew`` forgets what was read of its log. Raises `Conflict` when nothing made
        this home distrust it.
        """
        async with self._changing:
            if self._need_life().is_trusted:
                raise Conflict("this home trusts its hub")
            await self._end()
            await asyncio.to_thread(regain, self._store, anew=anew)
            await self.start()
        self._tell("sharing", None)
        for alert in reversed(self.alerts()):
            self._tell("changed", alert)  # clients forgot all when trust was lost
        return self.view()

    def _begin(self, kept: Kept) -> None:
        self._life = SharedLife(
            kept,
            self.preferences(),
            self._store,
            self._evidence,
            self._tell,
            self._stop_trusting,
            self._clock,
        )
        self._life.start()
        self.requests.begin(self._life.requests)

    async def _end(self) -> None:
        self.requests.end()
        if self._life is not None:
            await self._life.close()
            self._life = None

    def _stop_trusting(self) -> None:
        """Show no requests either: they came from a log that lies."""
        self.requests.tell_changes()

    def _send_queued(self) -> None:
        self._need_life().send_queued()

    def _need_life(self) -> "SharedLife":
        if self._life is None:
            raise Conflict("sharing is off: nothing is sent and nothing is received")
        return self._life

    @property
    def is_on(self) -> bool:
        """Whether this home has joined a hub."""
        return self._life is not None

    def alerts(self) -> tuple[AlertView, ...]:
        """Return the alerts that hold; none while sharing is off."""
        return self._life.alerts() if self._life is not None else ()

    def preferences(self) -> Preferences:
        """Return what this home wants to hear."""
        data = self._store.fact(_PREFERENCES)
        return msgspec.json.decode(data, type=Preferences) if data else Preferences()

    def prefer(self, preferences: Preferences) -> None:
        """Change what this home wants to hear. Raises `InvalidInput` for the zone."""
        zone_of(preferences)
        self._store.put_fact(_PREFERENCES, msgspec.json.encode(preferences))
        if self._life is not None:
            self._life.prefer(preferences)

    def preview(self, draft: Draft) -> AlertPreview:
        """Return what would be published, and what to think about before it is."""
        life = self._need_life()
        pictures = [self._tray.get(each) for each in draft.pictures]
        alert = life.preview(draft, pictures)
        return AlertPreview(
            alert=alert,
            area=area_of(alert.cell),
            pictures=tuple(picture_view(each) for each in pictures),
            advice=advice(draft),
        )

    async def publish(self, draft: Draft) -> AlertView:
        """Publish an alert. Raises `Conflict` for a picture that nobody looked at."""
        life = self._need_life()
        return await life.publish(draft, [self._looked_at(e) for e in draft.pictures])

    def _looked_at(self, picture: str) -> Made:
        made = self._tray.get(picture)
        if not self._tray.was_seen(picture):
            raise Conflict("pictures: look at each picture first, then send it")
        return made

    async def make(self, order: PictureOrder) -> PictureView:
        """Make a redacted picture or clip; nothing leaves by it."""
        self._need_life()
        async with self._making:  # a line of threads that wait would stop all others
            made = await asyncio.to_thread(self._studio.make, order)
        self._tray.put(made.media.sha256, made)
        return picture_view(made)

    def made(self, picture: str) -> bytes:
        """Return a picture that was made: whoever asks has seen it. `NotFound`."""
        return self._tray.show(picture).data

    async def update(self, alert: str, change: Change) -> AlertView:
        """Publish a newer version of an alert of this home."""
        return await self._need_life().update(alert, change)

    async def cancel(self, alert: str) -> None:
        """Take an alert of this home back. Raises `NotFound`."""
        await self._need_life().cancel(alert)

    async def comment(self, alert: str, text: str) -> None:
        """Write below an alert."""
        await self._need_life().comment(alert, text)

    async def comments(self, alert: str) -> tuple[CommentView, ...]:
        """Return what stands below an alert."""
        return await self._need_life().comments(alert)

    async def react(self, alert: str, kind: Reaction) -> None:
        """Say something to an alert; a later word replaces the earlier."""
        await self._need_life().react(alert, kind)

    async def flag(self, alert: str, comment: str | None, reason: str) -> None:
        """Have stewards look at an alert, or at a comment below it."""
        await self._need_life().flag(alert, comment, reason)

    async def media(self, alert: str, name: str) -> bytes:
        """Return a picture or clip of an alert."""
        return await self._need_life().media(alert, name)

    async def invite(self) -> str:
        """Return an invite for a neighbour, as a link."""
        return await self._need_life().invite()

    async def hub_page(self) -> str:
        """Return the hub's page with the pass of the day: for members' eyes."""
        return await self._need_life().hub_page()

    def own_alerts(self) -> tuple[OwnAlertView, ...]:
        """Return this home's alerts that have not run out; none while it is off."""
        return self._life.own_alerts.all() if self._life is not None else ()

    async def statements(self, alert: str) -> tuple[StatementView, ...]:
        """Return why stewards decided about an alert of this home."""
        return await self._need_life().statements(alert)

    def appeal(self, alert: str, reason: str) -> None:
        """Have another steward look at an alert of this home."""
        self._need_life().appeal(alert, reason)

    def diary(self) -> list[DiaryEntry]:
        """Return what left this home, the newest first."""
        return self._store.letters.diary()
