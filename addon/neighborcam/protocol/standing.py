"""How an alert stands at a hub, as a table (spec/alerts.md).

``MOVES`` is the whole truth: what is not in it raises and changes nothing.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from neighborcam.protocol.errors import ProtocolError


class Standing(StrEnum):
    """Who may see an alert."""

    REVIEW = "review"  # nobody yet: a steward looks at it first
    SHOWN = "shown"
    HIDDEN = "hidden"  # disputed, flagged or asked to go: a steward looks at it
    REMOVED = "removed"  # a steward said no; its author can appeal
    GONE = "gone"  # its time is over; kept for nobody


class Happening(StrEnum):
    """What changes a standing."""

    APPROVED = "approved"
    REFUSED = "refused"
    DISPUTED = "disputed"  # by three households, or "that was me" on a picture
    ASKED_AWAY = "asked-away"  # a takedown
    RESTORED = "restored"
    UPHELD = "upheld"  # the steward agrees that it stays hidden for good
    APPEALED = "appealed"
    TAKEN_BACK = "taken-back"  # by its author, before anybody saw it
    RAN_OUT = "ran-out"


class IllegalStanding(ProtocolError):
    """A thing happened that cannot happen to an alert as it stands."""


MOVES: Final[Mapping[tuple[Standing, Happening], Standing]] = MappingProxyType(
    {
        (Standing.REVIEW, Happening.APPROVED): Standing.SHOWN,
        (Standing.REVIEW, Happening.REFUSED): Standing.REMOVED,
        (Standing.REVIEW, Happening.TAKEN_BACK): Standing.GONE,
        (Standing.SHOWN, Happening.DISPUTED): Standing.HIDDEN,
        (Standing.SHOWN, Happening.ASKED_AWAY): Standing.HIDDEN,
        (Standing.REVIEW, Happening.ASKED_AWAY): Standing.REVIEW,
        (Standing.SHOWN, Happening.REFUSED): Standing.REMOVED,
        (Standing.HIDDEN, Happening.RESTORED): Standing.SHOWN,
        (Standing.HIDDEN, Happening.UPHELD): Standing.REMOVED,
        (Standing.REMOVED, Happening.APPEALED): Standing.REMOVED,
        (Standing.REMOVED, Happening.RESTORED): Standing.SHOWN,
        **{
            (standing, Happening.RAN_OUT): Standing.GONE
            for standing in Standing
            if standing is not Standing.GONE
        },
    }
)


def after(standing: Standing, happening: Happening) -> Standing:
    """Return the standing that follows. Raises `IllegalStanding`."""
    try:
        return MOVES[standing, happening]
    except KeyError:
        raise IllegalStanding(
            f"an alert that is {standing} cannot be {happening}"
        ) from None
