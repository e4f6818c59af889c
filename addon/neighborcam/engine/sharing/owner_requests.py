"""What the owner sees of agencies' requests, and does (`api.ports.RequestsPort`).

Nothing here sends: an answer waits in the store for this home's next turn.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from neighborcam.engine.config import CameraConfig, CameraId
from neighborcam.engine.errors import Conflict, HubRefused, InvalidInput, NotFound
from neighborcam.engine.index.answer_store import AnswerRow, PieceRow
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.requests import (
    AgencyView,
    AnswerDraft,
    AnswerView,
    ClipOrder,
    ClipView,
    Decision,
    MuteView,
    RequestReview,
    RequestView,
    Span,
    Viewpoint,
)
from neighborcam.engine.sharing import matching
from neighborcam.engine.sharing.answer_views import answer_view, encoded_views
from neighborcam.engine.sharing.answer_writing import Written, clip_view, write_answer
from neighborcam.engine.sharing.clip_maker import ClipMaker, MadeClip
from neighborcam.engine.sharing.evidence_hold import EvidenceHold
from neighborcam.engine.sharing.owner_settings import OwnerSettings
from neighborcam.engine.sharing.pin import Pin
from neighborcam.engine.sharing.request_life import RequestLife
from neighborcam.engine.sharing.request_views import agency_view, request_view
from neighborcam.engine.sharing.tray import Tray
from neighborcam.protocol.answers import ChunkRemoval
from neighborcam.protocol.areas import km2
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.register_state import Asked
from neighborcam.protocol.request_states import RequestState

type Tell = Callable[[str, RequestView], None]
type Remove = Callable[[ChunkRemoval], None]


@dataclass(frozen=True, kw_only=True)
class House:
    """What of this home requests need: its cameras and recordings."""

    cameras: Callable[[], Sequence[CameraConfig]]
    recorded: Callable[[CameraId, datetime, datetime], Sequence[Span]]
    maker: ClipMaker
    data_dir: Path


class OwnerRequests:
    """Requests as this home has them; empty until it joins a hub."""

    def __init__(
        self,
        store: SharingStore,
        house: House,
        tell: Tell,
        remove: Remove,
        clock: Callable[[], datetime],
    ) -> None:
        self._rows = store.requests
        self._house = house
        self._tell = tell
        self._remove = remove
        self._clock = clock
        self._settings = OwnerSettings(store)
        self._pin = Pin(store, clock)
        self._hold = EvidenceHold(house.data_dir)
        self._tray = Tray[tuple[str, MadeClip]](clock)
        self._life: RequestLife | None = None
        self._told: dict[str, RequestView] = {}

    def begin(self, life: RequestLife) -> None:
        """This home joined a hub, or starts."""
        self._life = life
        life.takes_part = self._settings.muted().takes_part
        life.changed = self.tell_changes
        self._told = {each.id: each for each in self._views()}

    def end(self) -> None:
        """This home left its hub, or stops."""
        self._life = None
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
        register = self._life.register
        return tuple(
            agency_view(each, register, vetoed=False)
            for each in register.agencies.values()
        )

    async def veto(self, agency: str) -> None:
        """Object to an agency. Raises `NotFound`, `Conflict`, or what the hub says."""
        life = self._need_life()
        if agency not in life.register.agencies:
            raise NotFound("there is no such agency")
        try:
            await life.veto(agency)
        except HubRefused as problem:
            raise Conflict(f"the hub takes no objection: {problem}") from None

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
            agency=agency_view(agency, life.register, vetoed=False),
            supervisor=supervisor.certificate.name if supervisor else "",
            tried=tuple(asked.request.tried),
            media_wanted=tuple(asked.request.media_wanted),
            contact=asked.request.contact,
            retention_days=asked.request.retention_days,
            area_km2=km2(asked.request.area),
            log_index=asked.index,
            witnesses=life.witnesses,
            proposals=found,
            answers=self._answers(request),
            declined=request in self._rows.declined(),
            muted=self._settings.is_muted(asked.request),
            outcome=asked.outcome.result if asked.outcome else "",
            deletion=asked.deletion.what if asked.deletion else "",
            pin_needed=self._pin.is_set,
        )

    # -- what is done ----------------------------------------------------------

    async def make(self, request: str, order: ClipOrder) -> ClipView:
        """Make a clip to be looked at.

        Raises `NotFound`, `Conflict`, `InvalidInput`, `ModelUnavailable`.
        """
        asked = self._need_open(request)
        camera = self._camera(asked, order.camera)
        start, end = order.start, order.end or order.start
        if start < asked.request.window_start or end > asked.request.window_end:
            raise InvalidInput("start: only what was asked for: stay in its window")
        maker = self._house.maker
        made = await asyncio.to_thread(maker.make, order, camera.privacy_masks)
        self._tray.put(made.sha256, (request, made))
        return clip_view(made)

    def made(self, clip: str) -> tuple[bytes, str]:
        """Return a clip that was made and its media type. Raises `NotFound`."""
        _, made = self._tray.get(clip)
        return made.data, made.media_type

    async def answer(self, request: str, draft: AnswerDraft) -> None:
        """Decide. Raises `NotFound`, `Conflict`, `WrongPin`, `InvalidInput`."""
        asked = self._need_open(request)
        match draft.decision:
            case Decision.DECLINE:
                self._rows.decline(request)
            case Decision.MUTE:
                self._rows.decline(request)
                self._settings.mute_like(asked.request, draft)
            case Decision.TIP:
                await asyncio.to_thread(self._pin.check, draft.pin)
                await self._queue(
                    await asyncio.to_thread(
                        write_answer,
                        request,
                        "tip",
                        text=draft.text,
                        contact=draft.contact,
                    )
                )
            case Decision.APPROVE:
                await asyncio.to_thread(self._pin.check, draft.pin)
                await self._approve(request, draft)
        self.tell_changes()

    async def write(self, request: str, answer: str, text: str) -> AnswerView:
        """Write to the agency again. Raises `NotFound`, `Conflict`, `InvalidInput`."""
        self._need_open(request)
        row = self._need_answer(request, answer)
        written = await asyncio.to_thread(
            write_answer, request, "letter", text=text, about=row.id
        )
        await self._queue(written)
        return next(
            each for each in self._answers(request) if each.id == written.answer.id
        )

    async def revoke(self, request: str, answer: str) -> None:
        """Take an answer back. Raises `NotFound`, `Conflict` when that was done.

        What waits is dropped. What the hub has is deleted there. If the capsule has
        left, the next one carries the revocation, and the agency has to delete.
        """
        row = self._need_answer(request, answer)
        if row.state == "revoked":
            raise Conflict("this answer is revoked already")
        asked = self._need(request)
        for piece in self._rows.pieces(row.id):
            if piece.data is None:
                self._remove(ChunkRemoval(id=piece.id, unlock=piece.unlock))
        self._rows.drop_pieces(row.id)
        self._hold.release(row.id)
        self._rows.set_answer(row.id, "revoked")
        is_open = asked.state_at(self._clock()) is RequestState.OPEN
        if row.state == "sent" and is_open:
            await self._queue(
                await asyncio.to_thread(write_answer, request, "revoked", about=row.id)
            )
        self.tell_changes()

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
        return MuteView(
            agencies=muted.agencies,
            offences=muted.offences,
            everything=muted.everything,
            takes_part=muted.takes_part,
            pin_set=self._pin.is_set,
        )

    def mute(self, muted: MuteView) -> None:
        """Change what is not shown, and whether this home takes part."""
        self._settings.mute(muted)
        if self._life is not None:
            self._life.takes_part = muted.takes_part
            self._life.wake()

    async def set_pin(self, pin: str | None, old: str | None) -> None:
        """Set or remove the PIN. Raises `WrongPin`."""
        await asyncio.to_thread(self._pin.change, pin, old)

    # -- parts -----------------------------------------------------------------

    async def _approve(self, request: str, draft: AnswerDraft) -> None:
        names = draft.clips or tuple(
            name for name in self._tray.names() if self._tray.get(name)[0] == request
        )
        if not names:
            raise InvalidInput(
                "clips: make the clips and look at them first, in the engine's page"
            )
        found = [self._tray.get(name) for name in names]
        if any(of != request for of, _ in found):
            raise InvalidInput("clips: these were made for another request")
        clips = [made for _, made in found]
        written = await asyncio.to_thread(
            write_answer,
            request,
            "clips",
            clips=clips,
            text=draft.text,
            contact=draft.contact,
            holds_originals=draft.holds_originals,
        )
        if draft.holds_originals:
            files = [file for clip in clips for file in clip.files]
            await asyncio.to_thread(self._hold.hold, written.answer.id, files)
        await self._queue(written, clips)

    async def _queue(self, written: Written, clips: Sequence[MadeClip] = ()) -> None:
        answer, life = written.answer, self._need_life()
        row = AnswerRow(
            id=answer.id,
            request=answer.request,
            kind=answer.kind,
            body=encode(answer),
            reply_secret=written.reply_secret,
            clips=encoded_views([clip_view(each) for each in clips]),
            at=self._clock(),
            state="waiting",
        )
        pieces = [
            PieceRow(
                id=piece.id,
                answer=answer.id,
                unlock=piece.unlock,
                data=piece.data,
                due_at=life.turns.moment_for_piece(answer.request),
            )
            for piece in written.pieces
        ]
        await asyncio.to_thread(self._rows.put_answer, row, pieces)
        life.wake()

    def _answers(self, request: str) -> tuple[AnswerView, ...]:
        turns = self._need_life().turns
        return tuple(
            answer_view(
                row, self._rows.receipts(row.id), leaves_at=turns.leaves_at(row)
            )
            for row in self._rows.answers(request)
            if row.kind != "revoked"
        )

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
        is_done = request.id in self._rows.declined() or any(
            row.state != "revoked" for row in self._rows.answers(request.id)
        )
        return request_view(
            asked,
            life.register.agencies[request.agency],
            self._clock(),
            cameras=len(seen),
            answered=is_done,
        )

    def _camera(self, asked: Asked, camera: str) -> CameraConfig:
        seen = matching.cameras_in_sight(
            asked.request.area, self._house.cameras(), self._settings.viewpoints()
        )
        for each in seen:
            if each.id == camera:
                return each
        raise Conflict("this camera may not be offered: not shared, indoor, or away")

    def _need_life(self) -> RequestLife:
        if self._life is None:
            raise Conflict("sharing is off: no request comes and no answer leaves")
        return self._life.trusted()

    def _need(self, request: str) -> Asked:
        asked = self._need_life().register.requests.get(request)
        if asked is None:
            raise NotFound("there is no such request")
        return asked

    def _need_open(self, request: str) -> Asked:
        asked = self._need(request)
        if asked.state_at(self._clock()) is not RequestState.OPEN:
            raise Conflict("the request is over: nothing leaves any more")
        return asked

    def _need_answer(self, request: str, answer: str) -> AnswerRow:
        self._need(request)
        for row in self._rows.answers(request):
            if row.id == answer and row.kind != "revoked":
                return row
        raise NotFound("there is no such answer")
