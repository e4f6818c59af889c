"""Which alerts still hold, asked of the database: a limit counts those alone.

What is filtered after a limit brings back what was taken back: its cancel may be
beyond the limit while a comment lifts the old version to the top.
"""

from datetime import datetime
from typing import Final

import h3
from sqlalchemy import ColumnElement, and_, exists, or_

from neighborcam.hub.store.schema import ALERTS
from neighborcam.protocol.alerts import MsgType
from neighborcam.protocol.cells import FINEST
from neighborcam.protocol.standing import Standing

_OTHER: Final = ALERTS.alias("other")
_DIGIT_BITS: Final = 3  # of an H3 index: one digit for each of 15 resolutions
_DIGITS: Final = 15
_RESOLUTION_AT: Final = 52


def holds(now: datetime) -> ColumnElement[bool]:
    """Return the condition for what did not run out and was not taken back.

    A cancel holds itself: it has to reach whom the alert reached.
    """
    taken_back = exists().where(
        _OTHER.c.original == ALERTS.c.original,
        _OTHER.c.msg_type == MsgType.CANCEL,
        _OTHER.c.standing == Standing.SHOWN,
    )
    return and_(
        ALERTS.c.expires > now,
        or_(ALERTS.c.msg_type == MsgType.CANCEL, ~taken_back),
    )


def lasts(now: datetime) -> ColumnElement[bool]:
    """Return the condition for alerts of which some version did not run out.

    One that ran out is kept while stewards have to look at it, and for nobody else.
    """
    return exists().where(
        _OTHER.c.original == ALERTS.c.original, _OTHER.c.expires > now
    )


def is_newest() -> ColumnElement[bool]:
    """Return the condition for the newest version of an alert; a cancel is none."""
    newer = exists().where(
        _OTHER.c.original == ALERTS.c.original,
        _OTHER.c.standing == Standing.SHOWN,
        _OTHER.c.published > ALERTS.c.published,
    )
    return and_(ALERTS.c.msg_type != MsgType.CANCEL, ~newer)


def lies_in(region: str) -> ColumnElement[bool]:
    """Return the condition for cells in a region of resolution 5 or 6."""
    return or_(*(ALERTS.c.cell.between(*span) for span in cells_of(region)))


def cells_of(region: str) -> list[tuple[str, str]]:
    """Return the first and last cell of a region, for each resolution.

    An H3 index has a digit for each resolution, so the cells in a region are those
    from all digits 0 to all digits 7; as fifteen hexadecimal digits they sort alike.
    """
    coarse = h3.get_resolution(region)
    below = (1 << _DIGIT_BITS * (_DIGITS - coarse)) - 1
    spans = []
    for resolution in range(coarse, FINEST + 1):
        index = h3.str_to_int(region) & ~(0xF << _RESOLUTION_AT)
        index |= resolution << _RESOLUTION_AT
        spans.append((f"{index & ~below:x}", f"{index | below:x}"))
    return spans
