"""This home's turns: one capsule for each open request in each round, always.

The moment of a turn is drawn when the round begins, before anybody can have decided.
What it carries tells nothing: an answer if one waits, else nothing, in 16 KiB.
"""

import logging
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from neighborcam.engine.errors import (
    Conflict,
    EngineError,
    HubBusy,
    HubMisbehaves,
    HubRefused,
    HubUnreachable,
)
from neighborcam.engine.index.answer_store import AnswerRow, PieceRow, RoundRow
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.sharing.hub_link import HubLink
from neighborcam.engine.sharing.letters import oldest_epoch
from neighborcam.engine.sharing.wallet import Wallet
from neighborcam.protocol import rounds
from neighborcam.protocol.age_keys import HybridRecipient, parse_recipient
from neighborcam.protocol.answers import (
    CapsulePost,
    ChunkPost,
    ChunkRemoval,
    lock_of,
)
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.capsules import seal_capsule
from neighborcam.protocol.register_state import Asked

RETRY: Final = timedelta(minutes=2)
MARGIN: Final = timedelta(minutes=1)  # before a round's end
_NO_TOKEN: Final = frozenset({"wrong_token", "token_spent"})
_LOG: Final = logging.getLogger(__name__)


class Turns:
    """Posts what is due, and says when the next thing is."""

    def __init__(
        self,
        link: HubLink,
        wallet: Wallet,
        store: SharingStore,
        clock: Callable[[], datetime],
        *,
        draw: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._link = link
        self._wallet = wallet
        self._store = store
        self._rows = store.requests
        self._clock = clock
        self._draw = draw
        self.remove: Callable[[ChunkRemoval], None] = lambda _removal: None

    def plan(self, asked: Asked) -> None:
        """Draw this home's moment in the present round of a request, once."""
        now, request = self._clock(), asked.request
        number = rounds.round_at(asked.logged, now, urgent=request.urgent)
        begins, ends = rounds.span(
            asked.logged, request.expires, number, urgent=request.urgent
        )
        last = ends - MARGIN
        if not begins <= now < last:
            return
        wait_s = self._draw(0.0, (last - now).total_seconds())
        due = now + timedelta(seconds=wait_s)
        self._rows.plan_round(request.id, number, due, ends)

    def can_take(self, asked: Asked) -> bool:
        """Tell whether this home has another turn before a request is over."""
        self.plan(asked)
        if any(row.request == asked.request.id for row in self._rows.rounds()):
            return True
        request = asked.request
        number = rounds.round_at(asked.logged, self._clock(), urgent=request.urgent)
        begins, ends = rounds.span(
            asked.logged, request.expires, number + 1, urgent=request.urgent
        )
        return begins < ends - MARGIN

    def leaves_at(self, answer: AnswerRow) -> datetime | None:
        """Return when an answer that waits will leave, if that is drawn already."""
        if answer.state != "waiting":
            return None
        for row in self._rows.rounds():
            if row.request == answer.request and row.body is None:
                return row.due_at
        return None

    def moment_for_piece(self, request: str) -> datetime:
        """Draw when a piece is sent: before the capsule that names it."""
        now = self._clock()
        turns = [row.due_at for row in self._rows.rounds() if row.request == request]
        span = (min(turns) - now) if turns else rounds.HOURLY
        wait_s = self._draw(0.0, max(0.0, span.total_seconds() * 0.8))
        return now + timedelta(seconds=wait_s)

    def next_at(self) -> datetime | None:
        """Return when something is due; None when nothing is planned."""
        dues = [row.due_at for row in self._rows.rounds()]
        piece = self._rows.next_piece()
        if piece is not None:
            dues.append(piece.due_at)
        return min(dues, default=None)

    async def run_once(self, open_requests: dict[str, Asked]) -> None:
        """Post what is due now. Raises `HubMisbehaves` and nothing else of a hub."""
        await self._send_pieces()
        for row in self._rows.rounds():
            if row.due_at > self._clock():
                return
            await self._take_turn(row, open_requests.get(row.request))

    def withdraw(self, answer: str, state: str) -> None:
        """Let nothing more of an answer leave, and have its pieces deleted."""
        for piece in self._rows.end_answer(answer, state):
            self.remove(ChunkRemoval(id=piece.id, unlock=piece.unlock))

    async def _send_pieces(self) -> None:
        while (piece := self._rows.next_piece()) is not None:
            if piece.due_at > self._clock():
                return
            if not await self._send_piece(piece):
                return

    async def _send_piece(self, piece: PieceRow) -> bool:
        try:
            head = await self._paid(piece)
            body = head + b"\n" + (piece.data or b"")
            await self._link.put(f"/api/chunks/{piece.id}", body)
        except HubMisbehaves:
            raise
        except EngineError as problem:
            _LOG.debug("a piece waits: %s", type(problem).__name__)
            if _is_of_no_use(problem):
                self._rows.pay_piece(piece.id, None)
            self._rows.postpone_piece(piece.id, self._clock() + RETRY)
            return False
        if not self._rows.piece_sent(piece.id):
            # Its owner took it back meanwhile, perhaps before the hub had it.
            self.remove(ChunkRemoval(id=piece.id, unlock=piece.unlock))
        self._note("piece of a clip", len(body))
        return True

    async def _paid(self, piece: PieceRow) -> bytes:
        """Return what pays for a piece, made once: a hub that is away costs none."""
        if piece.head is not None:
            epoch = decode(piece.head, ChunkPost).token.epoch
            if epoch >= oldest_epoch(self._clock()):
                return piece.head
        token = await self._wallet.take("piece")
        post = ChunkPost(id=piece.id, lock=lock_of(piece.unlock), token=token)
        head = encode(post)
        self._rows.pay_piece(piece.id, head)
        return head

    async def _take_turn(self, row: RoundRow, asked: Asked | None) -> None:
        if asked is None or self._clock() > row.ends_at + rounds.GRACE:
            self._rows.end_round(row, sent=False)  # over: what waits takes the next
            return
        try:
            filled = row if self._is_good(row) else await self._fill(row, asked)
            await self._link.send(
                "/api/capsules", decode(filled.body or b"", CapsulePost)
            )
        except (HubUnreachable, HubBusy, Conflict) as problem:
            _LOG.debug("a capsule waits: %s", type(problem).__name__)
            self._rows.postpone_round(row, self._clock() + RETRY)
        except HubRefused as problem:
            _LOG.info("the hub refused a capsule: %s", problem.code)
            self._rows.end_round(row, sent=False)
        else:
            self._rows.end_round(filled, sent=True)
            self._note(f"capsule of round {row.number + 1}", len(filled.body or b""))

    def _is_good(self, row: RoundRow) -> bool:
        """Tell whether the capsule that was made may leave: its owner still wants it.

        Else another one leaves, with nothing. If the first one did arrive and nobody
        heard, the hub has one too many: better than to send what was taken back.
        """
        if row.body is None:
            return False
        return row.answer is None or self._rows.state_of(row.answer) == "waiting"

    async def _fill(self, row: RoundRow, asked: Asked) -> RoundRow:
        """Make the capsule; from then on its bytes do not change."""
        token = await self._wallet.take("capsule")
        answer = self._waiting(row.request)
        recipient = parse_recipient(asked.request.seal_to)
        assert isinstance(recipient, HybridRecipient)  # noqa: S101 - the register's rule
        content = answer.body if answer is not None else b""
        capsule = seal_capsule(content, recipient, row.request.encode())
        post = CapsulePost(
            request=row.request, round=row.number, capsule=capsule, token=token
        )
        body, id_ = encode(post), answer.id if answer is not None else None
        self._rows.fill_round(row.request, row.number, body, id_)
        return replace(row, body=body, answer=id_)

    def _waiting(self, request: str) -> AnswerRow | None:
        """Return the oldest answer that can leave: all its pieces are at the hub."""
        for answer in self._rows.answers(request):
            pieces = self._rows.pieces(answer.id)
            if answer.state == "waiting" and all(each.data is None for each in pieces):
                return answer
        return None

    def _note(self, summary: str, size: int) -> None:
        self._store.note(
            kind="round",
            summary=summary,
            size=size,
            at=self._clock(),
            state="sent",
        )


def _is_of_no_use(problem: EngineError) -> bool:
    """Tell whether the hub will not take a token, however often it comes."""
    return isinstance(problem, HubRefused) and problem.code in _NO_TOKEN
