"""What the work at a desk shares: keys, files, the hub, its log, and the time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from neighborcam.agency.case_state import CaseState, KeptAnswer
from neighborcam.agency.casebook import Casebook, Notes
from neighborcam.agency.custody import Done
from neighborcam.agency.errors import NotNow
from neighborcam.agency.hub_client import HubClient
from neighborcam.agency.keyring import Keyring
from neighborcam.agency.log_keeper import LogKeeper
from neighborcam.protocol.agencies import IssuedCertificate
from neighborcam.protocol.answers import Item
from neighborcam.protocol.register_state import Asked
from neighborcam.protocol.requests import AgencyWord, Spoken, say


@dataclass(frozen=True, kw_only=True)
class Parts:
    """One desk. ``clock`` gives aware UTC."""

    book: Casebook
    ring: Keyring
    notes: Notes
    client: HubClient
    log: LogKeeper
    clock: Callable[[], datetime]

    def now(self) -> datetime:
        """Return the time as messages have it: in whole seconds."""
        return self.clock().replace(microsecond=0)

    def own(self) -> tuple[Ed25519PrivateKey, IssuedCertificate]:
        """Return the own key and certificate. Raises `NotNow`, also for a spent one."""
        key, issued = self.ring.own
        if self.clock() >= issued.certificate.not_after:
            raise NotNow(
                f"your certificate ended on {issued.certificate.not_after:%Y-%m-%d}:"
                " make a new key and let the root certify it (agency key)"
            )
        return key, issued

    def spoken(self, word: AgencyWord) -> Spoken:
        """Return what is said to the hub, signed."""
        key, issued = self.own()
        return Spoken(word=say(word, key), certificate=issued)

    def note(
        self, request: str, what: Done, about: str = "", *, again: bool = False
    ) -> None:
        """Write down in the custody log what is about to be done."""
        log = self.book.custody(self.book.request(request))
        log.add(what, about, self.clock(), self.own(), again=again)

    async def asked(self, request: str) -> Asked:
        """Return a request as the public log has it. Raises `NotNow`."""
        found = (await self.log.register()).requests.get(request)
        if found is None:
            raise NotNow("the request is not in the public log")
        return found


def answer_of(state: CaseState, answer: str) -> KeptAnswer:
    """Return an answer that can be read. Raises `NotNow`."""
    kept = state.answers.get(answer)
    if kept is None:
        raise NotNow("there is no such answer: collect first")
    if kept.erased is not None:
        raise NotNow("this answer was deleted")
    return kept


def item_of(state: CaseState, answer: str, number: int) -> tuple[KeptAnswer, Item]:
    """Return a clip of an answer, counted from 0. Raises `NotNow`."""
    kept = answer_of(state, answer)
    items = kept.answer.items
    if not 0 <= number < len(items):
        raise NotNow("the answer has no such clip")
    return kept, items[number]
