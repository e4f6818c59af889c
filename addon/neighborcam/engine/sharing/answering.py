"""How an owner answers an agency: clips are made, looked at, approved, taken back.

Nothing here sends: an answer waits in the store for this home's next turn. One thing
is decided at a time, so that two clicks are one answer.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from neighborcam.engine.config import CameraConfig, CameraId
from neighborcam.engine.errors import Conflict, InvalidInput, NotFound
from neighborcam.engine.index.answer_rows import AnswerRow, PieceRow
from neighborcam.engine.index.answer_store import AnswerStore
from neighborcam.engine.requests import (
    AnswerDraft,
    AnswerView,
    ClipOrder,
    ClipView,
    Span,
    TakenBack,
)
from neighborcam.engine.sharing.answer_views import answer_view, encoded_views
from neighborcam.engine.sharing.answer_writing import Written, clip_view, write_answer
from neighborcam.engine.sharing.clip_maker import ClipMaker, MadeClip
from neighborcam.engine.sharing.evidence_hold import EvidenceHold
from neighborcam.engine.sharing.matching import cameras_in_sight
from neighborcam.engine.sharing.owner_settings import OwnerSettings
from neighborcam.engine.sharing.request_life import RequestLife
from neighborcam.engine.sharing.tray import Tray
from neighborcam.protocol.answers import Answer
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.register_state import Asked

OVER: Final = ("revoked", "ended")  # nothing of such an answer leaves any more


@dataclass(frozen=True, kw_only=True)
class House:
    """What of this home requests need: its cameras and recordings."""

    cameras: Callable[[], Sequence[CameraConfig]]
    recorded: Callable[[CameraId, datetime, datetime], Sequence[Span]]
    maker: ClipMaker
    data_dir: Path


class Answering:
    """Answers to the requests of one hub, while this home is a member.

    ``making`` is held while a clip is made: that takes all of a small machine.
    """

    def __init__(
        self,
        life: RequestLife,
        rows: AnswerStore,
        house: House,
        settings: OwnerSettings,
        hold: EvidenceHold,
        making: asyncio.Lock,
        clock: Callable[[], datetime],
    ) -> None:
        self._life = life
        self._rows = rows
        self._house = house
        self._settings = settings
        self._hold = hold
        self._clock = clock
        self._tray = Tray[tuple[str, MadeClip]](clock)
        self._making = making
        self._deciding = asyncio.Lock()

    # -- clips to be looked at -------------------------------------------------

    async def make(self, request: str, order: ClipOrder) -> ClipView:
        """Make a clip to be looked at: one at a time, those that wait take turns.

        Raises `NotFound`, `Conflict`, `InvalidInput`, `ModelUnavailable`.
        """
        self._check_order(request, order)
        maker = self._house.maker
        async with self._making:
            camera = self._check_order(request, order)  # much may have changed
            made = await asyncio.to_thread(maker.make, order, camera.privacy_masks)
        self._tray.put(made.sha256, (request, made))
        return clip_view(made)

    def made(self, clip: str) -> tuple[bytes, str]:
        """Return a clip that was made and its media type. Raises `NotFound`.

        Whoever asks has seen it, so it may be approved.
        """
        _, made = self._tray.show(clip)
        return made.data, made.media_type

    def _check_order(self, request: str, order: ClipOrder) -> CameraConfig:
        asked = self._life.need_open(request)
        start, end = order.start, order.end or order.start
        if start < asked.request.window_start or end > asked.request.window_end:
            raise InvalidInput("start: only what was asked for: stay in its window")
        seen = cameras_in_sight(
            asked.request.area, self._house.cameras(), self._settings.viewpoints()
        )
        for each in seen:
            if each.id == order.camera:
                return each
        raise Conflict("this camera may not be offered: not shared, indoor, or away")

    # -- decisions -------------------------------------------------------------

    async def tip(self, request: str, draft: AnswerDraft) -> None:
        """Answer with words alone. Raises `NotFound`, `Conflict`, `InvalidInput`."""
        async with self._deciding:
            self._need_turn(request)
            said = [decode(each.body, Answer) for each in self._living(request)]
            if any(a.kind == "tip" and a.text == draft.text.strip() for a in said):
                raise Conflict("text: this home has said that already")
            written = await asyncio.to_thread(
                write_answer,
                request,
                "tip",
                text=draft.text,
                contact=draft.contact,
            )
            await self._queue(written)

    async def approve(self, request: str, draft: AnswerDraft) -> None:
        """Answer with clips that were made. Raises as `tip` does."""
        async with self._deciding:
            self._need_turn(request)
            clips = self._chosen(request, draft.clips)
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
            try:
                await self._queue(written, clips)
            except Exception:
                self._hold.release(written.answer.id)
                raise

    async def write(self, request: str, answer: str, text: str) -> AnswerView:
        """Write to the agency again. Raises `NotFound`, `Conflict`, `InvalidInput`."""
        async with self._deciding:
            self._need_turn(request)
            row = self._need_answer(request, answer)
            if row.state in OVER:
                raise Conflict("this answer is over: answer anew instead")
            written = await asyncio.to_thread(
                write_answer, request, "letter", text=text, about=row.id
            )
            await self._queue(written)
        return next(e for e in self.answers(request) if e.id == written.answer.id)

    async def revoke(self, request: str, answer: str) -> TakenBack:
        """Take an answer back. Raises `NotFound`, `Conflict` when that was done.

        What waits is dropped. What the hub has is deleted there. If a capsule may have
        left, the next one carries the revocation, and the agency has to delete; after
        this home's last turn none can, and its owner is told so.
        """
        async with self._deciding:
            self._need_living(request, answer)
            written = await asyncio.to_thread(
                write_answer, request, "revoked", about=answer
            )
            row = self._need_living(request, answer)  # sealing took long
            may_be_there = row.state == "sent" or self._rows.may_have_left(row.id)
            then = self._last_word(written) if may_be_there else None
            self._life.turns.withdraw(row.id, "revoked", then)
            await asyncio.to_thread(self._hold.release, row.id)
        if then is not None:
            return TakenBack(reach="agency")
        return TakenBack(reach="hub" if may_be_there else "here")

    def _last_word(self, written: Written) -> AnswerRow | None:
        """Return what is queued to take an answer back; None when no turn is left."""
        try:
            self._need_turn(written.answer.request, is_first=True)
        except Conflict:
            return None
        return self._row_of(written)

    def answers(self, request: str) -> tuple[AnswerView, ...]:
        """Return what this home answered, with the agency's receipts."""
        turns = self._life.turns
        return tuple(
            answer_view(
                row, self._rows.receipts(row.id), leaves_at=turns.leaves_at(row)
            )
            for row in self._rows.answers(request)
            if row.kind != "revoked"
        )

    def is_done(self, request: str) -> bool:
        """Tell whether the owner decided: an answer that holds, or none wanted."""
        return request in self._rows.declined() or bool(self._living(request))

    # -- parts -----------------------------------------------------------------

    def _chosen(self, request: str, names: Sequence[str]) -> list[MadeClip]:
        if not names:
            raise InvalidInput(
                "clips: make the clips and look at them first, in the engine's page"
            )
        found = [self._tray.get(name) for name in dict.fromkeys(names)]
        if any(of != request for of, _ in found):
            raise InvalidInput("clips: these were made for another request")
        if not all(self._tray.was_seen(name) for name in names):
            raise Conflict("clips: look at each clip first, then approve it")
        given = {
            clip.id
            for row in self._living(request)
            for clip in msgspec.json.decode(row.clips, type=tuple[ClipView, ...])
        }
        if given & set(names):
            raise Conflict("clips: this clip is approved already, and on its way")
        return [made for _, made in found]

    async def _queue(self, written: Written, clips: Sequence[MadeClip] = ()) -> None:
        answer = written.answer
        asked = self._need_turn(answer.request)  # sealing took long
        uploads = self._life.turns.uploads
        self._check_drip(asked, len(written.pieces))
        pieces = [
            PieceRow(
                id=piece.id,
                answer=answer.id,
                unlock=piece.unlock,
                data=piece.data,
                due_at=uploads.moment(asked.request.id),
            )
            for piece in written.pieces
        ]
        row = self._row_of(written, clips)
        # Nothing wakes the loop: the hub would be asked the moment somebody answers.
        await asyncio.to_thread(self._rows.put_answer, row, pieces)

    def _row_of(self, written: Written, clips: Sequence[MadeClip] = ()) -> AnswerRow:
        answer = written.answer
        return AnswerRow(
            id=answer.id,
            request=answer.request,
            kind=answer.kind,
            body=encode(answer),
            reply_secret=written.reply_secret,
            clips=encoded_views([clip_view(each) for each in clips]),
            at=self._clock(),
            state="waiting",
        )

    def _check_drip(self, asked: Asked, pieces: int) -> None:
        """Raise `Conflict` when a drip would not be through before the end."""
        uploads = self._life.turns.uploads
        ready_at = uploads.ready_at(pieces)
        if uploads.drips and pieces and not self._life.turns.can_take(asked, ready_at):
            raise Conflict(
                f"clips: as a drip these {pieces} MiB are at the hub by"
                f" {ready_at:%Y-%m-%d %H:%M} UTC, too late for this request: choose"
                " less, or turn the drip off"
            )

    def _living(self, request: str) -> list[AnswerRow]:
        rows = self._rows.answers(request)
        return [each for each in rows if each.state not in OVER]

    def _need_turn(self, request: str, *, is_first: bool = False) -> Asked:
        """Return a request to which an answer can still leave. Raises `Conflict`.

        Each turn takes one; ``is_first``: it leaves before those that wait.
        """
        asked = self._life.need_open(request)
        if not self._life.takes_part:
            raise Conflict("this home takes no part in rounds: no answer leaves")
        left, rows = self._life.turns.left(asked), self._rows.answers(request)
        if not left:
            raise Conflict(
                "this home's last turn for this request is over: no answer can leave"
            )
        waiting = sum(each.state == "waiting" for each in rows)
        if waiting >= left and not is_first:
            raise Conflict(
                "as many answers wait as this home has turns before the request is"
                " over: take one back, or say it in the next one"
            )
        return asked

    def _need_answer(self, request: str, answer: str) -> AnswerRow:
        self._life.need(request)
        for row in self._rows.answers(request):
            if row.id == answer and row.kind != "revoked":
                return row
        raise NotFound("there is no such answer")

    def _need_living(self, request: str, answer: str) -> AnswerRow:
        """Return an answer that can be taken back. Raises `Conflict`, `NotFound`."""
        row = self._need_answer(request, answer)
        if row.state == "revoked":
            raise Conflict("this answer is revoked already")
        if row.state == "ended":
            raise Conflict("the request ended before this answer left: it is gone")
        return row
