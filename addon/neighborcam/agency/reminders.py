"""What is due: rounds to collect, outcomes, deletions, clips taken back, certificates.

Everything comes from the public log as it is known here and from the desk's own notes:
a request that nobody knows, or a hub that is away, hides nothing of the others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from neighborcam.agency.case_state import CaseState
from neighborcam.agency.collecting import last_call, rounds_over
from neighborcam.agency.errors import DeskUnreadable, NotNow
from neighborcam.agency.parts import Parts
from neighborcam.protocol.agencies import IssuedCertificate
from neighborcam.protocol.register import Register
from neighborcam.protocol.register_state import Asked
from neighborcam.protocol.request_limits import REVOKED_DUE

_SOON: Final = timedelta(days=21)  # a certificate: time to go to the root

_WORDS: Final = {"outcome": "file the outcome", "deletion": "delete, and attest it"}


@dataclass(frozen=True, kw_only=True, order=True)
class Reminder:
    """One thing that is due. ``request`` is empty for what is about the desk."""

    due: datetime
    what: str
    case_ref: str = ""
    request: str = ""

    def line(self, now: datetime) -> str:
        """Return it as a person reads it."""
        about = f"{self.case_ref}: " if self.case_ref else ""
        return f"{self.due:%Y-%m-%d %H:%M}  {about}{self.what}, {_left(self.due, now)}"


def reminders(parts: Parts, register: Register) -> list[Reminder]:
    """Return what is due, the most urgent first."""
    now = parts.clock()
    found = list(_certificate(parts.ring.keys.issued, now))
    for request in parts.book.ids():
        asked = register.requests.get(request)
        try:
            if asked is not None:
                found += _of_request(asked, parts.notes.get(request), now)
        except NotNow:
            continue  # another desk's: a supervisor signed it here
        except DeskUnreadable as problem:
            found.append(Reminder(due=now, what=str(problem), request=request))
    return sorted(found)


def _of_request(asked: Asked, state: CaseState, now: datetime) -> Iterator[Reminder]:
    about = {"case_ref": asked.request.case_ref, "request": asked.request.id}
    for duty, due in asked.due(now).items():
        yield Reminder(due=due, what=_WORDS[duty], **about)
    known = state.homes.keys() | set(state.missed)
    waits = [each for each in rounds_over(asked, now) if each not in known]
    if waits and state.closed is None:
        yield Reminder(due=last_call(asked, now), what="collect", **about)
    for kept in state.answers.values():
        if kept.revoked is not None and kept.erased is None:
            what = f"destroy the copies of a clip that was taken back ({kept.id})"
            yield Reminder(due=kept.revoked + REVOKED_DUE, what=what, **about)


def _certificate(issued: IssuedCertificate | None, now: datetime) -> Iterator[Reminder]:
    if issued is not None and issued.certificate.not_after - now < _SOON:
        what = "your certificate ends: make a new key and let the root certify it"
        yield Reminder(due=issued.certificate.not_after, what=what)


def _left(due: datetime, now: datetime) -> str:
    left = due - now
    if left < timedelta(0):
        return f"overdue since {max(1, -left // timedelta(days=1))} days"
    if left < timedelta(days=1):
        return f"in {left // timedelta(hours=1)} hours"
    return f"in {left // timedelta(days=1)} days"
