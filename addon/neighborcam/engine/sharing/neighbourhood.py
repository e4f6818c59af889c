"""This home's part in a neighbourhood, wired: off until its owner joins a hub."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

import aiohttp
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from neighborcam.engine.errors import Conflict, HubMisbehaves, InvalidInput
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.neighbours import (
    AlertView,
    CommentView,
    DiaryEntry,
    Draft,
    PictureOrder,
    PictureView,
    Preferences,
    Reaction,
    SharingView,
)
from neighborcam.engine.sharing.drafts import Kept
from neighborcam.engine.sharing.hub_link import HubLink
from neighborcam.engine.sharing.owner_requests import House, OwnerRequests
from neighborcam.engine.sharing.pictures import Made
from neighborcam.engine.sharing.shared_life import SharedLife, Tell
from neighborcam.engine.sharing.studio import Studio
from neighborcam.engine.sharing.tray import Tray
from neighborcam.protocol.answers import ChunkRemoval
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.errors import InvalidMessage
from neighborcam.protocol.invites import parse_link

_MEMBER: Final = "member"
_JOINING: Final = "joining"
_PREFERENCES: Final = "preferences"
_TICK_S: Final = 20.0
_VOTE_TOKEN_S: Final = 60.0  # within which every home fetches an alert's vote token
_LOG: Final = logging.getLogger(__name__)


class _Joining(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt to join whose answer may have been lost: it is made again alike."""

    code: str
    seed: bytes


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
        self._tell = tell
        self._clock = clock
        self._life: SharedLife | None = None
        self._changing = asyncio.Lock()
        self.requests = OwnerRequests(store, house, tell, self._remove_piece, clock)

    async def start(self) -> None:
        """Go on where the last run ended."""
        kept = self._store.fact(_MEMBER)
        if kept is not None:
            await self._begin(msgspec.json.decode(kept, type=Kept))

    async def stop(self) -> None:
        """Stop listening and sending; what waits is sent after the next start."""
        self.requests.end()
        if self._life is not None:
            await self._life.close()
            self._life = None

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
        try:
            invite = parse_link(link)
        except InvalidMessage as problem:
            raise InvalidInput(f"invite: {problem}") from None
        async with self._changing:
            if self._life is not None:
                raise Conflict("this home has joined a hub: leave it first")
            seed = self._seed_for(invite.code)
            key = Ed25519PrivateKey.from_private_bytes(seed)
            async with aiohttp.ClientSession() as session:
                hub = HubLink(session, invite.hub, self._clock)
                seen = await hub.view()
                if seen.log != invite.log:
                    raise HubMisbehaves("the hub has another key than the invite says")
                member = await hub.join(invite.code, key)
            kept = Kept(
                invite=encode(msgspec.structs.replace(invite, code="0" * 20)).decode(),
                name=seen.name,
                household=member.household,
                seed=seed,
                latitude=latitude,
                longitude=longitude,
            )
            self._store.put_fact(_MEMBER, msgspec.json.encode(kept))
            await self._begin(kept)
        self._tell("sharing", None)
        return self.view()

    def _seed_for(self, code: str) -> bytes:
        data = self._store.fact(_JOINING)
        before = msgspec.json.decode(data, type=_Joining) if data else None
        if before is not None and before.code == code:
            return before.seed
        seed = Ed25519PrivateKey.generate().private_bytes_raw()
        joining = _Joining(code=code, seed=seed)
        self._store.put_fact(_JOINING, msgspec.json.encode(joining))
        return seed

    async def leave(self) -> None:
        """Take back what this home said, delete its account, and forget everything."""
        async with self._changing:
            life = self._need_life()
            await life.leave()
            self.requests.end()
            await life.close()
            self._life = None
            await asyncio.to_thread(self._store.forget_everything)
        self._tell("sharing", None)

    async def _begin(self, kept: Kept) -> None:
        data = self._store.fact(_PREFERENCES)
        preferences = (
            msgspec.json.decode(data, type=Preferences) if data else Preferences()
        )
        self._life = SharedLife(
            kept, preferences, self._store, self._evidence, self._tell, self._clock
        )
        self.requests.begin(self._life.requests)
        self._life.start()

    def _remove_piece(self, removal: ChunkRemoval) -> None:
        self._need_life().remove_piece(removal)

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
        """Change what this home wants to hear."""
        self._store.put_fact(_PREFERENCES, msgspec.json.encode(preferences))
        if self._life is not None:
            self._life.prefer(preferences)

    async def publish(self, draft: Draft, *, preview_only: bool) -> AlertView:
        """Publish an alert, or return what would be published."""
        pictures = [self._tray.get(each) for each in draft.pictures]
        return await self._need_life().publish(
            draft, pictures, preview_only=preview_only
        )

    async def make(self, order: PictureOrder) -> PictureView:
        """Make a redacted picture or clip; nothing leaves by it."""
        self._need_life()
        made = await asyncio.to_thread(self._studio.make, order)
        self._tray.put(made.media.sha256, made)
        return PictureView(
            id=made.media.sha256,
            kind=made.media.kind,
            size_bytes=made.media.bytes,
            width=made.width,
            height=made.height,
            redaction=tuple(made.media.redaction),
        )

    def made(self, picture: str) -> bytes:
        """Return a picture that was made. Raises `NotFound`."""
        return self._tray.get(picture).data

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

    async def media(self, alert: str, name: str) -> bytes:
        """Return a picture or clip of an alert."""
        return await self._need_life().media(alert, name)

    async def invite(self) -> str:
        """Return an invite for a neighbour, as a link."""
        return await self._need_life().invite()

    def diary(self) -> list[DiaryEntry]:
        """Return what left this home, the newest first."""
        return self._store.diary()
