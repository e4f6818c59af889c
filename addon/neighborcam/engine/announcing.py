"""Announces the engine in the local network, so that Home Assistant finds it.

DNS-SD over multicast DNS (RFC 6762, RFC 6763), service ``_neighborcam._tcp``. What is
said: the engine's name, id, version and schema, and where it listens. An engine that
listens on this machine only announces nothing, and a network without multicast takes
nothing down: Home Assistant is then given the address by hand.
"""

import asyncio
import ipaddress
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import ifaddr
from zeroconf import Error, InterfaceChoice, IPVersion
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

SERVICE: Final = "_neighborcam._tcp.local."
_LABEL_LIMIT: Final = 50  # bytes of the name; a label has at most 63
_PROPERTY_LIMIT: Final = 200  # bytes; name and value have at most 255
_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Announced:
    """What is said of an engine. ``host`` and ``port`` are where it listens."""

    id: str
    name: str
    version: str
    schema: int
    host: str
    port: int


def own_addresses() -> list[str]:
    """Return the IPv4 addresses of this machine."""
    return [
        str(ip.ip)
        for adapter in ifaddr.get_adapters()
        for ip in adapter.ips
        if ip.is_IPv4
    ]


class Announcement:
    """Says it from `start` to `stop`; neither raises."""

    def __init__(
        self,
        announced: Announced,
        *,
        interfaces: InterfaceChoice | Sequence[str] = InterfaceChoice.Default,
        addresses: Callable[[], Sequence[str]] = own_addresses,
    ) -> None:
        self._announced = announced
        self._interfaces = interfaces
        self._addresses = addresses
        self._zeroconf: AsyncZeroconf | None = None

    async def start(self) -> None:
        """Announce; a network that does not let us is logged once."""
        try:
            await self._announce()
        except (OSError, Error) as problem:
            _LOG.warning(
                "the engine cannot announce itself in this network (%s): give its"
                " address to Home Assistant by hand",
                type(problem).__name__,
            )
            await self.stop()

    async def stop(self) -> None:
        """Say good-bye."""
        zeroconf, self._zeroconf = self._zeroconf, None
        if zeroconf is not None:
            await zeroconf.async_unregister_all_services()
            await zeroconf.async_close()

    async def _announce(self) -> None:
        addresses = await asyncio.to_thread(self._reachable)
        if not addresses:
            return
        self._zeroconf = AsyncZeroconf(
            interfaces=self._interfaces, ip_version=IPVersion.V4Only
        )
        registering = await self._zeroconf.async_register_service(
            _service(self._announced, addresses), allow_name_change=True
        )
        await registering

    def _reachable(self) -> list[str]:
        """Return the IPv4 addresses by which others reach the engine."""
        host = ipaddress.ip_address(self._announced.host)
        if host.version != 4:  # noqa: PLR2004 - IPv4
            return []
        heard = self._addresses() if host.is_unspecified else [str(host)]
        return [each for each in heard if not ipaddress.ip_address(each).is_loopback]


def _service(announced: Announced, addresses: Sequence[str]) -> AsyncServiceInfo:
    # Unique by itself: two engines of one machine do not hear each other's names.
    label = f"{_cut(announced.name, _LABEL_LIMIT)} {announced.id[:4]}"
    return AsyncServiceInfo(
        SERVICE,
        f"{label}.{SERVICE}",
        parsed_addresses=list(addresses),
        port=announced.port,
        properties={
            "id": announced.id,
            "name": _cut(announced.name, _PROPERTY_LIMIT),
            "version": announced.version,
            "schema": str(announced.schema),
        },
        server=f"neighborcam-{announced.id[:12]}.local.",
    )


def _cut(text: str, limit: int) -> str:
    """Return the beginning of a text that has at most ``limit`` bytes in UTF-8."""
    return text.encode()[:limit].decode(errors="ignore")
