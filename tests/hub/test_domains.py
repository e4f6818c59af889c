"""Whether an agency controls its domain, which never leads into the hub's network."""

import asyncio
import socket

import msgspec
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from demo.agency import MakeBelieveAgency
from neighborcam.hub.domains import PublicResolver
from neighborcam.hub.errors import Conflict
from neighborcam.hub.public_addresses import is_public
from neighborcam.protocol.agencies import AgencyRecord
from tests.hub.clock import START
from tests.hub.police import PLACE


class Names(AbstractResolver):
    """A DNS in which every name leads to one address; counts who asks."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses."""
        self.asked += 1
        return [
            ResolveResult(
                hostname=host, host=each, port=port, family=family, proto=0, flags=0
            )
            for each in self.addresses
        ]

    async def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("9.9.9.9", True),
        ("2620:fe::fe", True),
        ("127.0.0.1", False),
        ("10.0.0.7", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::909:909", True),
        ("2002:7f00:1::1", False),
    ],
)
def test_public_is_what_the_whole_world_can_reach(
    address: str,
    public: bool,  # noqa: FBT001 - of the table
) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    "addresses", [("127.0.0.1",), ("9.9.9.9", "10.0.0.7"), ("::1",)]
)
async def test_a_name_that_leads_inside_is_not_read(addresses: tuple[str, ...]) -> None:
    names, connected = Names(*addresses), asyncio.Event()
    server = await asyncio.start_server(lambda *_: connected.set(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with pytest.raises(Conflict, match="private network"):
            await PublicResolver(lambda: names).key_file(f"police.example:{port}")
    assert names.asked == 1
    assert not connected.is_set()


async def test_a_name_of_no_form_is_refused_in_words() -> None:
    resolver = PublicResolver()
    for name in ("a" * 64 + ".example", "police..example"):
        with pytest.raises(Conflict, match="does not answer"):
            await resolver.key_file(name)
        with pytest.raises(Conflict, match="no text record"):
            await resolver.texts(name)
    with pytest.raises(Conflict, match="does not answer"):
        await resolver.key_file("police.example:99999")


@pytest.mark.parametrize(
    "domain",
    [
        "127.0.0.1",
        "169.254.169.254",
        "2130706433",
        "1.2.3.0x7f",
        "police.example:8443",
        "localhost",
        "police",
        "[::1]",
        "a" * 64 + ".example",
        "-police.example",
        "police.example.",
        "POLICE.example",
        "police.example/x",
        "user@police.example",
    ],
)
def test_an_official_domain_is_a_name_and_nothing_else(domain: str) -> None:
    record = msgspec.to_builtins(MakeBelieveAgency(now=START, place=PLACE).record)
    for good in ("police.example", "polizei.xn--mnchen-3ya.example", "a.bc"):
        assert msgspec.convert(record | {"domain": good}, AgencyRecord).domain == good
    with pytest.raises(msgspec.ValidationError, match="domain"):
        msgspec.convert(record | {"domain": domain}, AgencyRecord)
