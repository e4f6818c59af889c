"""What a desk tells those who answered: sealed receipts, eight at a time, always eight.

What waits is kept with the case before it is sent. Whether a bundle reached the hub is
not always known; then the hub is asked before it is made anew, with the time and the
key of now. So a crash or an outage, however long, neither loses nor doubles a word.
"""

import os
import secrets
from typing import Any, Final

from neighborcam.agency.capsule_reading import recipient_of
from neighborcam.agency.case_state import CaseState, KeptAnswer, Posting, Word
from neighborcam.agency.errors import HubAway, HubSaidNo, InvalidInput
from neighborcam.agency.parts import Parts
from neighborcam.protocol.age_keys import HybridIdentity
from neighborcam.protocol.answers import Receipt, sign_receipt
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.capsules import MOST_BUNDLES, seal_slot
from neighborcam.protocol.errors import InvalidMessage
from neighborcam.protocol.requests import ReplyBundle

SLOTS: Final = 8
PARTIAL: Final = MOST_BUNDLES // 2  # bundles that may go half empty
_TRIES: Final = 2  # the second, when the hub knows a number that we do not


class Replies:
    """The receipts and questions of one desk."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def tell(
        self, state: CaseState, kept: KeptAnswer, what: Any, text: str = ""
    ) -> None:
        """Let a word wait in ``state``: who keeps the state keeps the word.

        Raises `InvalidInput` for text that does not fit.
        """
        answer = kept.answer
        word = Word(
            answer=answer.id,
            to=answer.reply_to,
            what=what,
            text=text,
            at=self._parts.now(),
        )
        try:
            self._slot(answer.request, word)
        except InvalidMessage:
            raise InvalidInput("longer than a reply can be: make it shorter") from None
        state.waiting.append(word)

    async def deliver(
        self, request: str, state: CaseState, *, all_of_it: bool = False
    ) -> None:
        """Send what waits. What cannot be sent now goes on waiting in ``state``.

        A request gets few bundles, and each costs every home: later ones go when they
        are full, or with ``all_of_it``, when the case is closed.
        """
        tries = _TRIES
        while tries and (all_of_it or _is_worth_it(state)) and state.untold:
            try:
                await self._deliver_one(request, state)
            except HubSaidNo as no:
                tries = tries - 1 if no.code == "conflict" else 0
            except HubAway:
                return

    async def _deliver_one(self, request: str, state: CaseState) -> None:
        posting = state.posting
        if posting is None:
            words, state.waiting = state.waiting[:SLOTS], state.waiting[SLOTS:]
            posting = state.posting = Posting(number=state.bundles, words=words)
        elif await self._is_there(request, posting):
            self._sent(request, state, posting)
            return
        bundle = self._bundle(request, posting)
        self._parts.notes.put(request, state)
        await self._parts.client.post("/api/replies", self._parts.spoken(bundle))
        self._sent(request, state, posting)

    async def _is_there(self, request: str, posting: Posting) -> bool:
        """Tell whether the hub has a bundle; if not, give it the next free number."""
        while found := await self._parts.client.replies(request, posting.number):
            for spoken in found:
                word = spoken.word
                if isinstance(word, ReplyBundle) and list(word.slots) == posting.slots:
                    return True
            posting.number += len(found)
        return False

    def _sent(self, request: str, state: CaseState, posting: Posting) -> None:
        state.posting, state.bundles = None, posting.number + 1
        self._parts.notes.put(request, state)

    def _bundle(self, request: str, posting: Posting) -> ReplyBundle:
        slots = [self._slot(request, each) for each in posting.words]
        while len(slots) < SLOTS:
            nobody = HybridIdentity(os.urandom(32)).recipient
            slots.append(seal_slot(b"", nobody, request.encode()))
        secrets.SystemRandom().shuffle(slots)
        posting.slots = slots
        return ReplyBundle(
            request=request,
            certificate=self._parts.own()[1].sha256,
            at=self._parts.now(),
            number=posting.number,
            slots=tuple(slots),
        )

    def _slot(self, request: str, word: Word) -> bytes:
        key, issued = self._parts.own()
        receipt = Receipt(
            request=request,
            answer=word.answer,
            what=word.what,
            text=word.text,
            at=word.at,
            certificate=issued.sha256,
        )
        body = encode(sign_receipt(receipt, key))
        decode(body, Receipt)  # as the home will: its limits count
        return seal_slot(body, recipient_of(word.to), request.encode())


def _is_worth_it(state: CaseState) -> bool:
    """Tell whether to spend a bundle now; one that is on its way is spent already."""
    is_full = len(state.waiting) >= SLOTS
    return is_full or state.posting is not None or state.bundles < PARTIAL
