"""The agency's sealed replies: every home reads all of them, a few can open one.

So nobody sees for whom a reply is, nor who looks for one.
"""

from datetime import datetime
from typing import Any

import msgspec

from neighborcam.engine.errors import EngineError
from neighborcam.engine.index.answer_rows import AnswerRow
from neighborcam.engine.index.answer_store import AnswerStore
from neighborcam.engine.sharing.hub_link import HubLink
from neighborcam.protocol.age_keys import HybridIdentity, parse_identity
from neighborcam.protocol.answers import Receipt, check_receipt
from neighborcam.protocol.canonical import decode
from neighborcam.protocol.capsules import MOST_BUNDLES, open_slot
from neighborcam.protocol.errors import CannotOpen, ProtocolError
from neighborcam.protocol.register_rules import check_agency_word
from neighborcam.protocol.register_state import Asked, RegisterState
from neighborcam.protocol.requests import ReplyBundle, Spoken

type Bundles = tuple[Spoken, ...]
Found = list[tuple[str, datetime, str, str]]


class _Replies(msgspec.Struct, frozen=True, kw_only=True):
    bundles: tuple[Spoken, ...]


class Mail:
    """Reads the replies of requests.

    Opening takes longer in a home that answered: so all are fetched before one is
    opened, else the hub would see the pause between two.
    """

    def __init__(self, link: HubLink, store: AnswerStore) -> None:
        self._link = link
        self._store = store

    async def fetch(self, asked: Asked) -> Bundles:
        """Return what is new. Raises `HubUnreachable` and what else the hub says."""
        request, after = asked.request.id, self._store.mail_read(asked.request.id)
        if after >= MOST_BUNDLES:  # there are no more, whatever the hub says
            return ()
        path = f"/api/requests/{request}/replies?after={after}"
        return _bundles(await self._link.raw(path))[: MOST_BUNDLES - after]

    def open(self, asked: Asked, bundles: Bundles, register: RegisterState) -> None:
        """Keep what was for this home. It takes a while: call it in a thread."""
        request, found = asked.request.id, Found()
        after = self._store.mail_read(request)
        answers = self._store.answers(request)
        for spoken in bundles:
            bundle = spoken.word
            if isinstance(bundle, ReplyBundle) and _is_genuine(spoken, asked, register):
                key = spoken.certificate.certificate.key
                found += _receipts(bundle, answers, key)
        self._store.put_mail(request, after + len(bundles), found)


def _bundles(data: bytes) -> Bundles:
    try:
        return msgspec.json.decode(data, type=_Replies).bundles
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise _Senseless("the hub's answer makes no sense") from None


class _Senseless(EngineError):
    """The hub answers as none does; it is asked again later."""


def _is_genuine(spoken: Spoken, asked: Asked, register: RegisterState) -> bool:
    """Tell whether an officer of the agency made a bundle while nobody revoked them."""
    word = spoken.word
    try:
        about = check_agency_word(register, word, spoken.certificate, word.at)
    except ProtocolError:
        return False
    return about.request.id == asked.request.id


def _receipts(bundle: ReplyBundle, answers: list[AnswerRow], officer: bytes) -> Found:
    found: Found = []
    for answer in answers:
        identity = parse_identity(answer.reply_secret)
        for slot in bundle.slots:
            receipt = _opened(slot, identity, answer, officer)
            if receipt is not None:
                found.append((answer.id, receipt.at, receipt.what, receipt.text))
    return found


def _opened(
    slot: bytes, identity: Any, answer: AnswerRow, officer: bytes
) -> Receipt | None:
    if not isinstance(identity, HybridIdentity):
        return None
    try:
        content = open_slot(slot, identity, answer.request.encode())
    except CannotOpen:
        return None
    try:
        receipt = decode(content, Receipt)
        check_receipt(receipt, officer)
    except ProtocolError:
        return None
    is_ours = (receipt.request, receipt.answer) == (answer.request, answer.id)
    return receipt if is_ours else None
