"""Rounds: when every home posts a capsule, whether or not it has something to say.

A round of a request lasts a day, an hour when it is urgent, from its entry in the log
until it expires. Nothing of a round is given out before it is over (spec/answers.md).
"""

from datetime import datetime, timedelta
from typing import Final

DAILY: Final = timedelta(days=1)
HOURLY: Final = timedelta(hours=1)
GRACE: Final = timedelta(minutes=5)  # clocks of homes


def length(*, urgent: bool) -> timedelta:
    """Return how long a round lasts."""
    return HOURLY if urgent else DAILY


def most_a_day(*, urgent: bool) -> int:
    """Return how many turns of a request a home can have in one day (UTC), at most.

    Rounds begin at any minute, and a turn lies anywhere in its round: so the turns of
    a round that began the day before come on top.
    """
    return DAILY // length(urgent=urgent) + 1


def round_at(logged: datetime, now: datetime, *, urgent: bool) -> int:
    """Return the number of the round at ``now``, from 0; negative before the entry."""
    return (now - logged) // length(urgent=urgent)


def span(
    logged: datetime, expires: datetime, number: int, *, urgent: bool
) -> tuple[datetime, datetime]:
    """Return when a round begins and ends; the last one is cut off by the expiry."""
    begins = logged + number * length(urgent=urgent)
    return begins, min(begins + length(urgent=urgent), expires)


def count(logged: datetime, expires: datetime, *, urgent: bool) -> int:
    """Return how many rounds a request has."""
    return -((logged - expires) // length(urgent=urgent))
