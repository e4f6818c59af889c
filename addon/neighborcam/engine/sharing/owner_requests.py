"""What the owner sees of agencies' requests, and does (`api.ports.RequestsPort`).

Nothing here sends: an answer waits in the store for this home's next turn.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import msgspec

from neighborcam.engine.errors import Conflict, NotFound
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.requests import (
    AgencyView,
    AnswerDraft,
    AnswerView,
    ClipOrder,
    ClipView,
    Decision,
    HoldView,
    MuteView,
    RequestReview,
    RequestView,
    TakenBack,
    Viewpoint,
)
from neighborcam.engine.sharing import matching
from neighborcam.engine.sharing.answering import Answering, House
from neighborcam.engine.sharing.evidence_hold import EvidenceHold
from neighborcam.engine.sharing.owner_settings import OwnerSettings
from neighborcam.engine.sharing.pin import Pin
from neighborcam.engine.sharing.request_life import RequestLife
from neighborcam.engine.sharing.request_views import agency_view, request_view
from neighborcam.protocol.areas import km2
from neighborcam.protocol.register_state import Asked

_OFF: Final = "sharing is off: no request comes and no answer leaves"

type Tell = Callable[[str, RequestView], None]


class OwnerRequests:
    """Requests as this home has them; empty until it joins a hub."""

    def __init__(
        self,
        store: SharingStore,
        house: House,
        tell: Tell,
        queued: Callable[[], None],
        making: asyncio.Lock,
        clock: Callable[[], datetime],
    ) -> None:
        self._rows = store.requests
        self._house = house
        self._tell = tell
        self._queued = queued
        self._clock = clock
        self._settings = OwnerSettings(store)
        self._pin = Pin(store, clock)
        self._hold = EvidenceHold(house.data_dir)
        self._making = making
        self._answering: Answering | None = None
        self._life: RequestLife | None = None
        self._told: dict[str, RequestView] = {}

    def begin(self, life: RequestLife) -> None:
        """This home joined a hub, or starts."""
        self._life = life
        life.turns.uploads.queued = self._queued
        self._answering = Answering(
            life,
            self._rows,
            self._house,
            self._settings,
            self._hold,
            self._making,
            self._clock,
        )
        self._apply(life)
        life.changed = self.tell_changes
        self._told = {each.id: each for each in self._views()}

    def end(self) -> None:
        """This home left its hub, or stops: what was made to be looked at goes."""
        self._life, self._answering = None, None
        self._told = {}

    # -- what is seen ----------------------------------------------------------

    def shown(self) -> tuple[RequestView, ...]:
        """Return the requests that are shown."""
        return tuple(self._views())

    def tell_changes(self) -> None:
        """Tell what came, changed or went since the last time."""
        now = {each.id: each for each in self._views()}
        for id_, view in now.items():
            before = self._told.get(id_)
            if before is None:
                self._tell("received", view)
            elif before != view:
                self._tell("changed", view)
        for id_ in self._told.keys() - now.keys():
            self._tell("ended", self._told[id_])
        self._told = now

    def agencies(self) -> tuple[AgencyView, ...]:
        """Return the agencies of the hub."""
        if self._life is None:
            return ()
        register, states = self._life.register, self._life.vetoes.states()
        return tuple(
            agency_view(each, register, states.get(each.record.id, "none"))
            for each in register.agencies.values()
        )

    async def veto(self, agency: str) -> None:
        """Object to an agency in its notice; it leaves within hours.

        Raises `NotFound`, and `Conflict` when that was done or it is too late.
        """
        life = self._need_life()
        known = life.register.agencies.get(agency)
        if known is None:
            raise NotFound("there is no such agency")
        await asyncio.to_thread(life.vetoes.say, known)

    async def review(self, request: str) -> RequestReview:
        """Return all that its owner should know. Raises `NotFound`."""
        life, asked = self._need_life(), self._need(request)
        agency = life.register.agencies[asked.request.agency]
        found = await asyncio.to_thread(
            matching.proposals,
            matching.Asked.of(asked.request),
            self._house.cameras(),
            self._settings.viewpoints(),
            self._house.recorded,
        )
        supervisor = asked.signed.supervisor
        return RequestReview(
            request=self._view(asked),
            agency=agency_view(
                agency,
                life.register,
                life.vetoes.states().get(agency.record.id, "none"),
            ),
            supervisor=supervisor.certificate.name if supervisor else "",
            tried=tuple(asked.request.tried),
            media_wanted=tuple(asked.request.media_wanted),
            contact=asked.request.contact,
            retention_days=asked.request.retention_days,
            area_km2=km2(asked.request.area),
            log_index=asked.index,
            witnesses=life.witnesses,
            proposals=found,
            answers=self._need_answering().answers(request),
            declined=request in self._rows.declined(),
            muted=self._settings.is_muted(asked.request),
            outcome=asked.outcome.result if asked.outcome else "",
            deletion=asked.deletion.what if asked.deletion else "",
            pin_needed=self._pin.is_set,
        )

    # -- what is done ----------------------------------------------------------

    async def make(self, request: str, order: ClipOrder) -> ClipView:
        """Make a clip to be looked at; see `Answering.make`."""
        return await self._need_answering().make(request, order)

    def made(self, clip: str) -> tuple[bytes, str]:
        """Return a clip that was made and its media type. Raises `NotFound`."""
        return self._need_answering().made(clip)

    async def answer(self, request: str, draft: AnswerDraft) -> None:
        """Decide. Raises `NotFound`, `Conflict`, `WrongPin`, `InvalidInput`."""
        asked, answering = self._need_open(request), self._need_answering()
        if draft.decision in {Decision.TIP, Decision.APPROVE}:
            await asyncio.to_thread(self._pin.check, draft.pin)
        match draft.decision:
            case Decision.DECLINE:
                self._rows.decline(request)
            case Decision.MUTE:
                self._rows.decline(request)
                self._settings.mute_like(asked.request, draft)
            case Decision.TIP:
                await answering.tip(request, draft)
            case Decision.APPROVE:
                await answering.approve(request, draft)
        self.tell_changes()

    async def write(
        self, request: str, answer: str, text: str, pin: str | None
    ) -> AnswerView:
        """Write to the agency again. Raises as `answer` does."""
        await asyncio.to_thread(self._pin.check, pin)
        return await self._need_answering().write(request, answer, text)

    async def revoke(self, request: str, answer: str) -> TakenBack:
        """Take an answer back; see `Answering.revoke`."""
        done = await self._need_answering().revoke(request, answer)
        self.tell_changes()
        return done

    def held(self) -> tuple[HoldView, ...]:
        """Return what is held for answers, now or before."""
        return self._hold.held()

    def let_go(self, hold: str) -> None:
        """Let held recordings go. Raises `NotFound`, `StorageError`."""
        self._hold.let_go(hold)

    # -- settings --------------------------------------------------------------

    def viewpoints(self) -> tuple[Viewpoint, ...]:
        """Return where the cameras stand."""
        return self._settings.viewpoints()

    def place(self, viewpoints: Sequence[Viewpoint]) -> None:
        """Say where the cameras stand."""
        self._settings.place(viewpoints)
        self.tell_changes()

    def muted(self) -> MuteView:
        """Return what is not shown."""
        muted = self._settings.muted()
        return msgspec.structs.replace(muted, pin_set=self._pin.is_set)

    def mute(self, muted: MuteView) -> None:
        """Change what is not shown, and whether this home takes part."""
        self._settings.mute(muted)
        if self._life is not None:
            self._apply(self._life)
        self.tell_changes()

    async def set_pin(self, pin: str | None, old: str | None) -> None:
        """Set or remove the PIN. Raises `WrongPin`."""
        await asyncio.to_thread(self._pin.change, pin, old)

    # -- parts -----------------------------------------------------------------

    def _apply(self, life: RequestLife) -> None:
        """Let a life go on as its owner wants."""
        muted = self._settings.muted()
        life.takes_part, life.turns.uploads.drips = muted.takes_part, muted.drip

    def _views(self) -> list[RequestView]:
        if self._life is None:
            return []
        return [
            self._view(asked)
            for asked in self._life.shown(self._clock())
            if asked.request.id in self._told
            or not self._settings.is_muted(asked.request)
        ]

    def _view(self, asked: Asked) -> RequestView:
        life, request = self._need_life(), asked.request
        seen = matching.cameras_in_sight(
            request.area, self._house.cameras(), self._settings.viewpoints()
        )
        return request_view(
            asked,
            life.register.agencies[request.agency],
            self._clock(),
            cameras=len(seen),
            answered=self._need_answering().is_done(request.id),
        )

    def _need_life(self) -> RequestLife:
        if self._life is None:
            raise Conflict(_OFF)
        return self._life.trusted()

    def _need_answering(self) -> Answering:
        if self._answering is None:
            raise Conflict(_OFF)
        self._need_life()
        return self._answering

    def _need(self, request: str) -> Asked:
        return self._need_life().need(request)

    def _need_open(self, request: str) -> Asked:
        return self._need_life().need_open(request)
