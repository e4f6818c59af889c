"""What an agency says of its request later, and what of it may follow what.

How it ended, what came of it, what became of the clips: each is said once, and stands
in the public log (spec/requests.md).
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from neighborcam.protocol.register_state import Asked
from neighborcam.protocol.request_states import RequestState, Step, after_step
from neighborcam.protocol.requests import Deletion, Ending, Outcome
from neighborcam.protocol.standing import IllegalStanding

type Account = Ending | Outcome | Deletion

ENDINGS: Final[Mapping[str, Step]] = MappingProxyType(
    {"resolved": Step.RESOLVE, "withdrawn": Step.WITHDRAW}
)
# Evidence may be deleted later, and something may turn up where nothing was.
_DELETIONS: Final[Mapping[str | None, frozenset[str]]] = MappingProxyType(
    {
        None: frozenset({"nothing-received", "evidence", "deleted"}),
        "nothing-received": frozenset({"evidence", "deleted"}),
        "evidence": frozenset({"deleted"}),
        "deleted": frozenset(),
    }
)


def is_said(asked: Asked, word: Account) -> bool:
    """Tell whether the agency said the same before: whenever, and whoever signed."""
    match word:
        case Ending(how=how):
            return asked.ending is not None and asked.ending.how == how
        case Outcome(result=result, text=text):
            known = asked.outcome
            return known is not None and (known.result, known.text) == (result, text)
        case Deletion(what=what):
            return asked.deletion is not None and asked.deletion.what == what


def check_account(asked: Asked, word: Account, now: datetime) -> None:
    """Raise `IllegalStanding` for what cannot be said of a request now."""
    match word:
        case Ending(how=how):
            after_step(asked.state_at(now), ENDINGS[how])
        case Outcome(result="open"):
            _check_put_off(asked, now)
        case Outcome():
            after_step(asked.state_at(now), Step.FILE_OUTCOME)
        case Deletion(what=what):
            _check_deletion(asked, what, now)


def _check_put_off(asked: Asked, now: datetime) -> None:
    state = asked.state_at(now)
    if state is RequestState.PUT_OFF:
        raise IllegalStanding("it was put off before: file what came of it")
    after_step(state, Step.PUT_OFF)
    if asked.due(now)["outcome"] <= now:
        raise IllegalStanding("too late to put it off: file what came of it")


def _check_deletion(asked: Asked, what: str, now: datetime) -> None:
    if asked.ended_at(now) is None:
        raise IllegalStanding("the request is open: end it first")
    before = asked.deletion.what if asked.deletion else None
    if what not in _DELETIONS[before]:
        raise IllegalStanding(f"it was attested before: {before}")
