"""The life of a request, as a table (spec/requests.md).

``MOVES`` is the whole truth: what is not in it raises and changes nothing.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from neighborcam.protocol.standing import IllegalStanding


class RequestState(StrEnum):
    """Where a request is. From ``resolved`` to ``put-off`` an outcome is due."""

    DRAFT = "draft"
    SIGNED = "signed"
    COUNTERSIGNED = "countersigned"
    REVIEW = "review"
    REFUSED = "refused"
    OPEN = "open"  # in the public log: homes show it
    RESOLVED = "resolved"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    SUSPENDED = "suspended"  # its agency was
    PUT_OFF = "put-off"  # its case is open: the outcome is due a month later
    OVERDUE = "overdue"
    OUTCOME_FILED = "outcome-filed"


class Step(StrEnum):
    """What moves a request."""

    SIGN = "sign"
    COUNTERSIGN = "countersign"
    SUBMIT = "submit"
    REFUSE = "refuse"
    LOG = "log"
    RESOLVE = "resolve"
    WITHDRAW = "withdraw"
    RUN_OUT = "run-out"
    SUSPEND = "suspend"
    PUT_OFF = "put-off"
    FILE_OUTCOME = "file-outcome"
    MISS = "miss"  # the outcome's day


_ENDED: Final = (
    RequestState.RESOLVED,
    RequestState.EXPIRED,
    RequestState.WITHDRAWN,
    RequestState.SUSPENDED,
)

MOVES: Final[Mapping[tuple[RequestState, Step], RequestState]] = MappingProxyType(
    {
        (RequestState.DRAFT, Step.SIGN): RequestState.SIGNED,
        (RequestState.SIGNED, Step.COUNTERSIGN): RequestState.COUNTERSIGNED,
        (RequestState.COUNTERSIGNED, Step.SUBMIT): RequestState.REVIEW,
        (RequestState.REVIEW, Step.REFUSE): RequestState.REFUSED,
        (RequestState.REVIEW, Step.LOG): RequestState.OPEN,
        (RequestState.REVIEW, Step.WITHDRAW): RequestState.REFUSED,
        (RequestState.OPEN, Step.RESOLVE): RequestState.RESOLVED,
        (RequestState.OPEN, Step.WITHDRAW): RequestState.WITHDRAWN,
        (RequestState.OPEN, Step.RUN_OUT): RequestState.EXPIRED,
        (RequestState.OPEN, Step.SUSPEND): RequestState.SUSPENDED,
        **{
            (state, Step.FILE_OUTCOME): RequestState.OUTCOME_FILED
            for state in (*_ENDED, RequestState.PUT_OFF, RequestState.OVERDUE)
        },
        **{(state, Step.PUT_OFF): RequestState.PUT_OFF for state in _ENDED},
        **{
            (state, Step.MISS): RequestState.OVERDUE
            for state in (*_ENDED, RequestState.PUT_OFF)
        },
    }
)


def after_step(state: RequestState, step: Step) -> RequestState:
    """Return the state that follows. Raises `IllegalStanding`."""
    try:
        return MOVES[state, step]
    except KeyError:
        raise IllegalStanding(f"a request that is {state} cannot {step}") from None
