"""Aware UTC times as whole microseconds, which SQLite sorts and compares exactly."""

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def to_us(at: datetime) -> int:
    """Microseconds since 1970 of an aware time; a naive one raises `TypeError`."""
    return (at - _EPOCH) // _MICROSECOND


def from_us(value: int) -> datetime:
    """Return the aware UTC time of `to_us`."""
    return _EPOCH + timedelta(microseconds=value)
