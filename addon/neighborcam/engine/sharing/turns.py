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
    HubRefused,
    HubUnreachable,
)
from neighborcam.engine.index.answer_rows import AnswerRow, RoundRow
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.sharing.hub_link import HubLink
from neighborcam.engine.sharing.letters import removal
from neighborcam.engine.sharing.uploads import NO_TOKEN, RETRY, Uploads
from neighborcam.engine.sharing.wallet import Wallet
from neighborcam.protocol import rounds
from neighborcam.protocol.age_keys import HybridRecipient, parse_recipient
from neighborcam.protocol.answers import CapsulePost
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.capsules import seal_capsule
from neighborcam.protocol.register_state import Asked

MARGIN: Final = timedelta(minutes=1)  # before a round's end
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
        self.uploads = Uploads(link, wallet, store, clock, draw=draw)

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

    def left(self, asked: Asked) -> int:
        """Return how many turns this home has before a request is over."""
        self.plan(asked)
        now = any(row.request == asked.request.id for row in self._rows.rounds())
        return now + self._later(asked, self._clock())

    def can_take(self, asked: Asked, after: datetime) -> bool:
        """Tell whether this home has a turn that is not before a moment."""
        return self._later(asked, max(after, self._clock())) > 0 or any(
            row.request == asked.request.id and row.due_at >= after
            for row in self._rows.rounds()
        )

    def _later(self, asked: Asked, now: datetime) -> int:
        """Return how many rounds begin after the one of ``now``."""
        logged, request = asked.logged, asked.request
        count = rounds.count(logged, request.expires, urgent=request.urgent)
        begins, ends = rounds.span(
            logged, request.expires, count - 1, urgent=request.urgent
        )
        if begins >= ends - MARGIN:
            count -= 1  # cut off so short that nothing leaves in it
        number = rounds.round_at(logged, now, urgent=request.urgent)
        return max(0, count - number - 1)

    def leaves_at(self, answer: AnswerRow) -> datetime | None:
        """Return when an answer that waits will leave, if that is drawn already.

        It is not while its clips will be at the hub too late for this round.
        """
        if answer.state != "waiting":
            return None
        ready_at = self.uploads.ready_at(answer=answer.id)
        for row in self._rows.rounds():
            if row.request == answer.request and row.body is None:
                return row.due_at if ready_at <= row.due_at else None
        return None

    def next_at(self) -> datetime | None:
        """Return when something is due; None when nothing is planned."""
        dues = [row.due_at for row in self._rows.rounds()]
        piece = self.uploads.next_at()
        return min([*dues, *([piece] if piece else [])], default=None)

    async def run_once(self, open_requests: dict[str, Asked]) -> None:
        """Post what is due now. Raises `HubMisbehaves` and nothing else of a hub."""
        await self.uploads.run_once(is_asked=bool(open_requests))
        for row in self._rows.rounds():
            if row.due_at > self._clock():
                return
            await self._take_turn(row, open_requests.get(row.request))

    def withdraw(self, answer: str, state: str, then: AnswerRow | None = None) -> None:
        """Let nothing more of an answer leave, and have its pieces deleted.

        ``then`` is what takes it back at the agency, kept in the same moment.
        """
        removals = [
            removal(piece.id, piece.unlock)
            for piece in self._rows.pieces(answer)
            if piece.may_be_there
        ]
        self._rows.end_answer(
            answer, state, self._clock(), removals=removals, then=then
        )
        if removals:
            self.uploads.queued()

    async def _take_turn(self, row: RoundRow, asked: Asked | None) -> None:
        if asked is None or self._clock() > row.ends_at + rounds.GRACE:
            self._rows.end_round(row, sent=False)  # over: what waits takes the next
            return
        try:
            filled = row if self._is_good(row) else await self._fill(row, asked)
        except (HubUnreachable, HubRefused, Conflict) as problem:  # of its token
            self._wait(row, problem)
        else:
            await self._post(filled)

    async def _post(self, row: RoundRow) -> None:
        body = row.body or b""
        try:
            await self._link.send("/api/capsules", decode(body, CapsulePost))
        except (HubUnreachable, HubBusy) as problem:
            self._wait(row, problem)
        except HubRefused as problem:
            self._refused(row, problem)
        else:
            self._rows.end_round(row, sent=True)
            self._note(f"capsule of round {row.number + 1}", len(body))

    def _refused(self, row: RoundRow, refused: HubRefused) -> None:
        """Forget the capsule: a hub that has it takes it again, so it has it not."""
        self._rows.empty_round(row)
        if refused.code in NO_TOKEN:  # its token is of a day that is over: another one
            self._wait(row, refused)
            return
        _LOG.info("the hub refused a capsule: %s", refused.code)
        self._rows.end_round(row, sent=False)

    def _wait(self, row: RoundRow, problem: EngineError) -> None:
        _LOG.debug("a capsule waits: %s", type(problem).__name__)
        self._rows.postpone_round(row, self._clock() + RETRY)

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
        """Return the oldest answer that can leave: all its pieces are at the hub.

        What takes something back goes first.
        """
        rows = self._rows.answers(request)
        for answer in sorted(rows, key=lambda each: each.kind != "revoked"):
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
