"""One namespace for whatever has an id: alerts, comments, envelopes, agencies.

Cases, envelopes and counts of tokens know their subject by its id alone, and authors
choose ids. Two things under one id would share them: an envelope would name a neighbour
for what somebody else wrote, a decision or the end of one would be that of the other.
"""

from typing import Any, Final

from sqlalchemy import Column, select
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.errors import IdTaken
from neighborcam.hub.store.schema import (
    AGENCY_ALERTS,
    ALERTS,
    APPLICATIONS,
    COMMENTS,
    ENVELOPES,
    MEDIA,
    VETO_KEYS,
)
from neighborcam.protocol.register_state import RegisterState

WAITING_ALERT: Final = AGENCY_ALERTS.c.alert
# Envelopes and pictures stay when what they belong to is over.
_SAID: Final = (
    ALERTS.c.id,
    COMMENTS.c.id,
    ENVELOPES.c.subject,
    MEDIA.c.alert,
    WAITING_ALERT,
)
_AGENCIES: Final = (APPLICATIONS.c.agency, VETO_KEYS.c.agency)


async def check_id(tx: AsyncConnection, register: RegisterState, id_: str) -> None:
    """Raise `IdTaken` for an id under which anything is known, or still was.

    In the transaction that takes the id. An agency has its own, which follows from its
    key, even if an alert was posted under it before.
    """
    if id_ in register.agencies or id_ in register.alerts:
        raise _taken()
    await check_unsaid(tx, id_)
    await _check(tx, id_, _AGENCIES)


async def check_unsaid(
    tx: AsyncConnection, id_: str, *, but: Column[Any] | None = None
) -> None:
    """Raise `IdTaken` for the id of something that was said; ``but`` is its own."""
    await _check(tx, id_, [each for each in _SAID if each is not but])


async def _check(tx: AsyncConnection, id_: str, columns: Any) -> None:
    for column in columns:
        if await tx.scalar(select(column).where(column == id_).limit(1)) is not None:
            raise _taken()


def _taken() -> IdTaken:
    return IdTaken("something else has this id")
