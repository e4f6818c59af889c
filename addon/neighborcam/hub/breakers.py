"""How much is too much from one network. Forgotten each minute.

Addresses are never stored, and not even held: what is counted is a hash with a salt
that is thrown away every day, of an address cut to /32 or /64.
"""

import secrets
from collections import deque
from collections.abc import Callable
from datetime import date, datetime, timedelta
from hashlib import blake2b
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from neighborcam.hub.errors import TooMany

PER_MINUTE: Final = 240  # requests of one network
_MINUTE: Final = timedelta(minutes=1)
_MOST_NETWORKS: Final = 20_000


class Breakers:
    """Counts in memory; each node for itself."""

    def __init__(
        self, clock: Callable[[], datetime], *, per_minute: int = PER_MINUTE
    ) -> None:
        self._clock = clock
        self._per_minute = per_minute
        self._asked: dict[bytes, deque[datetime]] = {}
        self._salt = b""
        self._salted_on: date | None = None

    def count_request(self, address: str | None) -> None:
        """Count what comes from a network. Raises `TooMany`."""
        now = self._clock()
        if self._salted_on != now.date() or len(self._asked) > _MOST_NETWORKS:
            self._salt, self._salted_on = secrets.token_bytes(16), now.date()
            self._asked.clear()
        name = blake2b(_network(address), key=self._salt, digest_size=8).digest()
        _count(
            self._asked.setdefault(name, deque()),
            now,
            _MINUTE,
            self._per_minute,
            "too many requests: wait a minute",
        )


def _count(
    times: deque[datetime], now: datetime, window: timedelta, most: int, text: str
) -> None:
    while times and times[0] <= now - window:
        times.popleft()
    if len(times) >= most:
        raise TooMany(text)
    times.append(now)


def _network(address: str | None) -> bytes:
    try:
        parsed = ip_address((address or "").partition("%")[0])
    except ValueError:
        return b"unknown"
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped  # else all of IPv4 were one network of IPv6
    length = 32 if isinstance(parsed, IPv4Address) else 64
    return ip_network(f"{parsed}/{length}", strict=False).network_address.packed
