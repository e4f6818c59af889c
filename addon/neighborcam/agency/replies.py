"""The desk's replies to homes: sealed receipts, eight at a time, always eight.

What waits is on the disk before it is sent, and a bundle is sent again alike until
the hub has taken it: a crash neither loses nor doubles a receipt.
"""

import os
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from neighborcam.agency.capsule_reading import recipient_of
from neighborcam.agency.casebook import Casebook, CaseState, Waiting
from neighborcam.agency.hub_client import HubClient
from neighborcam.agency.keyring import Keyring
from neighborcam.protocol.age_keys import HybridIdentity
from neighborcam.protocol.answers import Answer, Receipt, sign_receipt
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.capsules import seal_slot
from neighborcam.protocol.requests import ReplyBundle, Spoken, say

SLOTS: Final = 8


class Replies:
    """What a desk tells those who answered."""

    def __init__(
        self,
        casebook: Casebook,
        keyring: Keyring,
        client: HubClient,
        clock: Callable[[], datetime],
    ) -> None:
        self._book = casebook
        self._ring = keyring
        self._client = client
        self._clock = clock

    def tell(self, state: CaseState, answer: Answer, what: Any, text: str = "") -> None:
        """Let a receipt wait in ``state``; who keeps the state keeps the receipt."""
        to = recipient_of(answer.reply_to)
        key, issued = self._ring.own
        receipt = Receipt(
            request=answer.request,
            answer=answer.id,
            what=what,
            text=text,
            at=self._now(),
            certificate=issued.sha256,
        )
        body = encode(sign_receipt(receipt, key))
        slot = seal_slot(body, to, answer.request.encode())
        state.waiting.append(Waiting(slot=slot))

    async def post(self, request: str, state: CaseState) -> None:
        """Post what waits, filled up with slots for nobody. Raises `HubAway`."""
        while state.waiting or state.bundle is not None:
            if state.bundle is None:
                state.bundle = encode(self._bundle(request, state))
                self._book.put_state(request, state)
            await self._client.post("/api/replies", decode(state.bundle, Spoken))
            state.bundle, state.bundles = None, state.bundles + 1
            self._book.put_state(request, state)

    def _bundle(self, request: str, state: CaseState) -> Spoken:
        slots = [each.slot for each in state.waiting[:SLOTS]]
        state.waiting = state.waiting[SLOTS:]
        while len(slots) < SLOTS:
            nobody = HybridIdentity(os.urandom(32)).recipient
            slots.append(seal_slot(b"", nobody, request.encode()))
        secrets.SystemRandom().shuffle(slots)
        key, issued = self._ring.own
        bundle = ReplyBundle(
            request=request,
            certificate=issued.sha256,
            at=self._now(),
            number=state.bundles,
            slots=tuple(slots),
        )
        return Spoken(word=say(bundle, key), certificate=issued)

    def _now(self) -> datetime:
        return self._clock().replace(microsecond=0)
