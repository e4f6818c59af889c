"""Sends the pieces of sealed clips: at moments of their own, or as a drip.

A clip of some mebibytes can be seen by whoever watches this home's line. As a drip one
piece leaves every half hour while any request is open, with something in it or not:
what leaves is the same whatever the owner decides. That is for the line: the hub sees
that the empty piece is one that it has already.
"""

import logging
import os
import random
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from neighborcam.engine.errors import (
    EngineError,
    HubMisbehaves,
    HubRefused,
)
from neighborcam.engine.index.answer_rows import PieceRow
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.sharing.hub_link import HubLink
from neighborcam.engine.sharing.letters import oldest_epoch, removal
from neighborcam.engine.sharing.wallet import Wallet
from neighborcam.protocol import rounds
from neighborcam.protocol.answers import (
    CHUNK_BYTES,
    ChunkPost,
    lock_of,
)
from neighborcam.protocol.canonical import decode, encode

RETRY: Final = timedelta(minutes=2)
DRIP: Final = timedelta(minutes=30)  # 48 pieces a day: there are tokens for 80
_DUE: Final = "drip"
_EMPTY: Final = "drip piece"
NO_TOKEN: Final = frozenset({"wrong_token", "token_spent"})
_LOG: Final = logging.getLogger(__name__)


class _Empty(msgspec.Struct, frozen=True, kw_only=True):
    """The piece that leaves when none waits: the same one always."""

    id: str
    unlock: str
    data: bytes
    head: bytes | None = None


class Uploads:
    """The pieces of this home. ``drips``: its owner's wish."""

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
        self.drips = False
        self.queued: Callable[[], None] = lambda: None  # a letter for the outbox

    def moment(self, request: str) -> datetime:
        """Draw when a piece is sent: before the capsule that names it."""
        now = self._clock()
        turns = [row.due_at for row in self._rows.rounds() if row.request == request]
        span = (min(turns) - now) if turns else rounds.HOURLY
        wait_s = self._draw(0.0, max(0.0, span.total_seconds() * 0.8))
        return now + timedelta(seconds=wait_s)

    def next_at(self) -> datetime | None:
        """Return when a piece is due; None when none is."""
        if self.drips:
            return self._due()
        piece = self._rows.next_piece()
        return None if piece is None else piece.due_at

    def ready_at(self, more: int = 0, answer: str | None = None) -> datetime:
        """Return when all pieces that wait are at the hub, and ``more`` behind them.

        With ``answer``, when those of that answer are, and what is before them.
        """
        now, waiting = self._clock(), self._rows.waiting_pieces()
        places = [at for at, (of, _) in enumerate(waiting, 1) if of == answer]
        if self.drips:
            count = len(waiting) + more if answer is None else max(places, default=0)
            first = max(now, self._due() or now + DRIP)
            return first + DRIP * (count - 1) if count else now
        mine = [due for of, due in waiting if answer in {None, of}]
        return max([now, *mine])

    async def run_once(self, *, is_asked: bool) -> None:
        """Send what is due. Raises `HubMisbehaves` and nothing else of a hub."""
        if self.drips:
            await self._drip(is_asked=is_asked)
            return
        self._store.forget_fact(_DUE)
        while (piece := self._rows.next_piece()) is not None:
            if piece.due_at > self._clock():
                return
            if not await self._send(piece):
                return

    # -- as a drip -----------------------------------------------------------------

    def _due(self) -> datetime | None:
        data = self._store.fact(_DUE)
        return msgspec.json.decode(data, type=datetime) if data else None

    async def _drip(self, *, is_asked: bool) -> None:
        """Send one piece when its half hour is over, whether one waits or not."""
        piece, due, now = self._rows.next_piece(), self._due(), self._clock()
        if not is_asked and piece is None:
            self._store.forget_fact(_DUE)
        elif due is None:
            wait_s = self._draw(0.0, DRIP.total_seconds())
            self._put_due(now + timedelta(seconds=wait_s))
        elif due <= now:
            # Later first: a stop in between must not send two.
            self._put_due(due + DRIP * ((now - due) // DRIP + 1))
            is_sent = await (self._send(piece) if piece else self._send_empty())
            if not is_sent:
                self._put_due(self._clock() + RETRY)

    def _put_due(self, at: datetime) -> None:
        self._store.put_fact(_DUE, msgspec.json.encode(at))

    async def _send_empty(self) -> bool:
        data = self._store.fact(_EMPTY)
        if data is not None:
            empty = msgspec.json.decode(data, type=_Empty)
        else:
            empty = _Empty(
                id=secrets.token_hex(16),
                unlock=secrets.token_hex(16),
                data=os.urandom(CHUNK_BYTES),
            )
        piece = PieceRow(
            id=empty.id,
            answer="",
            unlock=empty.unlock,
            data=empty.data,
            due_at=self._clock(),
            head=empty.head,
        )

        def pay(head: bytes | None) -> None:
            kept = msgspec.structs.replace(empty, head=head)
            self._store.put_fact(_EMPTY, msgspec.json.encode(kept))

        return await self._put(piece, pay) is not None

    # -- one piece -----------------------------------------------------------------

    async def _send(self, piece: PieceRow) -> bool:
        def pay(head: bytes | None) -> None:
            self._rows.pay_piece(piece.id, head)

        size = await self._put(piece, pay)
        if size is None:
            self._rows.postpone_piece(piece.id, self._clock() + RETRY)
            return False
        if not self._rows.piece_sent(piece.id):
            # Its owner took it back meanwhile, perhaps before the hub had it.
            gone = removal(piece.id, piece.unlock)
            self._store.letters.queue([gone], self._clock())
            self.queued()
        self._store.note(
            kind="round",
            summary="piece of a clip",
            size=size,
            at=self._clock(),
            state="sent",
        )
        return True

    async def _put(
        self, piece: PieceRow, pay: Callable[[bytes | None], None]
    ) -> int | None:
        """Send a piece; return its size, None when that has to wait."""
        try:
            head = await self._paid(piece, pay)
            body = head + b"\n" + (piece.data or b"")
            await self._link.put(f"/api/chunks/{piece.id}", body)
        except HubMisbehaves:
            raise
        except EngineError as problem:
            _LOG.debug("a piece waits: %s", type(problem).__name__)
            if isinstance(problem, HubRefused) and problem.code in NO_TOKEN:
                pay(None)
            return None
        return len(body)

    async def _paid(
        self, piece: PieceRow, pay: Callable[[bytes | None], None]
    ) -> bytes:
        """Return what pays for a piece, made once: a hub that is away costs none."""
        if piece.head is not None:
            epoch = decode(piece.head, ChunkPost).token.epoch
            if epoch >= oldest_epoch(self._clock()):
                return piece.head
        token = await self._wallet.take("piece")
        post = ChunkPost(id=piece.id, lock=lock_of(piece.unlock), token=token)
        head = encode(post)
        pay(head)
        return head
