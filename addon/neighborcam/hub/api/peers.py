"""Whose connection it is, when a proxy stands between: for counting, and nothing else.

The address is hashed by `Breakers` and forgotten; nobody stores or logs it.
"""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from aiohttp import web

from neighborcam.hub.settings import Network

_HEADER: Final = "X-Forwarded-For"

type _Address = IPv4Address | IPv6Address


def client_address(
    http_request: web.BaseRequest, trusted: Sequence[Network]
) -> str | None:
    """Return the address nearest to the client that a trusted proxy vouches for.

    Each proxy adds at the right whom it heard; what stands left of the first that is
    none of ours may have been written by anybody.
    """
    here = http_request.remote
    hops = _hops(http_request.headers.getall(_HEADER, ()))
    while _is_one_of(_parsed(here), trusted):
        heard = _parsed(next(hops, None))
        if heard is None:
            break
        here = str(heard)
    return here


def _hops(headers: Sequence[str]) -> Iterator[str]:
    for header in reversed(headers):
        yield from reversed(header.split(","))


def _is_one_of(address: _Address | None, networks: Sequence[Network]) -> bool:
    return address is not None and any(address in each for each in networks)


def _parsed(text: str | None) -> _Address | None:
    """Return an address without port and zone, of IPv4 where it is that."""
    words = (text or "").strip()
    if words.startswith("["):
        words = words[1:].partition("]")[0]
    elif words.count(":") == 1:
        words = words.partition(":")[0]
    try:
        address = ip_address(words.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
