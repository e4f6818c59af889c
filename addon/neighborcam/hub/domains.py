"""Whether an agency controls its official domain: a file there, and a line in its DNS.

The only place from which a hub asks the wide world something, and only when a steward
presses a button.
"""

from collections.abc import Callable
from typing import Final, Protocol

import aiohttp
import dns.asyncresolver
import dns.exception
from aiohttp.abc import AbstractResolver

from neighborcam.hub.errors import Conflict
from neighborcam.hub.public_addresses import PublicAddresses
from neighborcam.protocol.agencies import (
    TXT_NAME,
    TXT_PREFIX,
    WELL_KNOWN,
    SignedAgency,
)
from neighborcam.protocol.canonical import encode

_TIMEOUT: Final = aiohttp.ClientTimeout(total=15)
_MOST: Final = 64 * 1024


class Resolver(Protocol):
    """How domains are looked at; tests bring their own."""

    async def key_file(self, domain: str) -> bytes:
        """Return the file below the well-known path. Raises `Conflict`."""

    async def texts(self, name: str) -> list[str]:
        """Return the TXT records of a name. Raises `Conflict`."""


class PublicResolver:
    """HTTPS without redirects to public addresses alone, and the host's DNS."""

    def __init__(
        self, names: Callable[[], AbstractResolver] = aiohttp.ThreadedResolver
    ) -> None:
        self._names = names

    async def key_file(self, domain: str) -> bytes:
        """Return the file below the well-known path. Raises `Conflict`."""
        address = f"https://{domain}{WELL_KNOWN}"
        connector = aiohttp.TCPConnector(
            resolver=PublicAddresses(self._names()), use_dns_cache=False
        )
        try:
            async with (
                aiohttp.ClientSession(timeout=_TIMEOUT, connector=connector) as session,
                session.get(address, allow_redirects=False) as answer,
            ):
                if answer.status != 200:  # noqa: PLR2004 - the file itself
                    raise Conflict(f"{domain} answers {answer.status} for its key file")
                return await _whole(answer)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            raise Conflict(f"{domain} does not answer over HTTPS") from None

    async def texts(self, name: str) -> list[str]:
        """Return the TXT records of a name. Raises `Conflict`."""
        try:
            answer = await dns.asyncresolver.resolve(name, "TXT", lifetime=15)
        except (dns.exception.DNSException, OSError, ValueError):
            raise Conflict(f"the DNS has no text record {name}") from None
        return [b"".join(each.strings).decode(errors="replace") for each in answer]


async def _whole(answer: aiohttp.ClientResponse) -> bytes:
    found = bytearray()
    async for piece in answer.content.iter_any():
        found += piece
        if len(found) > _MOST:
            raise Conflict("the key file is too large")
    return bytes(found)


async def check_domain(signed: SignedAgency, resolver: Resolver) -> None:
    """Raise `Conflict`, saying what is missing, unless domain and DNS name the key."""
    record = signed.agency
    if (await resolver.key_file(record.domain)).strip() != encode(signed):
        raise Conflict(f"the key file on {record.domain} is another than this one")
    wanted = f"{TXT_PREFIX}{record.id}"
    if wanted not in await resolver.texts(f"{TXT_NAME}.{record.domain}"):
        raise Conflict(f"the text record {TXT_NAME}.{record.domain} must be {wanted}")
