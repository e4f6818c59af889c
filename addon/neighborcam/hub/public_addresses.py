"""Where a hub may connect to when somebody outside chose the name: the open internet.

A name that leads to the hub's own machine or network would let a stranger look in
there with the hub's eyes. The connector goes to the very addresses that were checked
here: a name that changes in between changes nothing.
"""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final, override

from aiohttp.abc import AbstractResolver, ResolveResult

from neighborcam.hub.errors import Conflict

_NAT64: Final = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are IPv4


class PublicAddresses(AbstractResolver):
    """Resolves as another resolver does, and refuses what is not public."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of a name. Raises `Conflict` when one is private."""
        found = await self._inner.resolve(host, port, family)
        if not all(is_public(each["host"]) for each in found):
            raise Conflict(f"{host} leads into a private network: it is not read")
        return found

    @override
    async def close(self) -> None:
        """Close the inner resolver."""
        await self._inner.close()


def is_public(address: str) -> bool:
    """Tell whether an address is one of the open internet, however it is wrapped."""
    found = ip_address(address.partition("%")[0])
    inner = _wrapped(found) if isinstance(found, IPv6Address) else None
    if inner is not None and not is_public(str(inner)):
        return False
    return found.is_global and not found.is_multicast


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo
