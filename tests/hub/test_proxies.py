"""Behind a proxy each client is counted by itself, and nobody chooses who he is."""

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from ipaddress import ip_network

import aiohttp
import pytest
from aiohttp.test_utils import make_mocked_request

from neighborcam.cli import parser
from neighborcam.hub.api.peers import client_address
from neighborcam.hub.app import Hub
from neighborcam.hub.breakers import Breakers
from neighborcam.hub.errors import TooMany
from neighborcam.hub.settings import HubSettings
from tests.hub.clock import Clock
from tests.hub.conftest import Town

PROXIES = (ip_network("172.28.0.0/24"), ip_network("fd00:1::/64"))


@pytest.mark.parametrize(
    ("remote", "headers", "client"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),
        ("172.28.0.3", [], "172.28.0.3"),
        ("172.28.0.3", ["198.51.100.1"], "198.51.100.1"),
        ("172.28.0.3", ["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
        ("172.28.0.3", ["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
        ("172.28.0.3", ["198.51.100.1, 172.28.0.9"], "198.51.100.1"),
        ("172.28.0.3", ["172.28.0.8, 172.28.0.9"], "172.28.0.8"),
        ("172.28.0.3", ["198.51.100.1, nonsense"], "172.28.0.3"),
        ("172.28.0.3", [""], "172.28.0.3"),
        ("172.28.0.3", ["198.51.100.1:4711"], "198.51.100.1"),
        ("::ffff:172.28.0.3", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("fd00:1::2", ["[2001:db8::5]:443"], "2001:db8::5"),
        ("", ["198.51.100.1"], ""),
    ],
)
def test_who_it_is_follows_from_what_trusted_proxies_heard(
    remote: str, headers: list[str], client: str
) -> None:
    http_request = make_mocked_request(
        "GET", "/", headers=[("X-Forwarded-For", each) for each in headers]
    ).clone(remote=remote)
    assert client_address(http_request, PROXIES) == client


@pytest.fixture
async def behind_a_proxy(
    settings: HubSettings, clock: Clock, session: aiohttp.ClientSession
) -> AsyncIterator[Town]:
    """A hub for which this machine is a proxy."""
    trusting = replace(settings, trusted_proxies=(ip_network("127.0.0.0/8"),))
    async with Hub(trusting, clock=clock, per_minute=5) as hub:
        yield Town(hub, clock, session)


async def test_one_client_behind_a_proxy_does_not_shut_out_the_others(
    behind_a_proxy: Town, caplog: pytest.LogCaptureFixture
) -> None:
    town = behind_a_proxy
    caplog.set_level(logging.DEBUG)

    async def status(client: str) -> int:
        return (await town.get("/api/hub", **{"X-Forwarded-For": client})).status

    assert [await status("198.51.100.1") for _ in range(6)] == [200] * 5 + [429]
    assert await status("6.6.6.6, 198.51.100.1") == 429, "he wrote the first himself"
    assert await status("198.51.100.2") == 200
    assert "198.51.100" not in caplog.text
    file = town.hub.desk.settings.data_dir / "hub.sqlite"
    assert b"198.51.100" not in file.read_bytes()


def test_all_of_ipv4_is_not_one_network_of_ipv6() -> None:
    breakers = Breakers(Clock(), per_minute=1)
    breakers.count_request("::ffff:198.51.100.1")
    breakers.count_request("::ffff:203.0.113.7")
    with pytest.raises(TooMany):
        breakers.count_request("198.51.100.1")


@pytest.mark.parametrize("text", ["0.0.0.0/0", "::/0", "hub.example", "10.0.0.1/8", ""])
def test_what_is_no_network_of_proxies_is_refused_in_words(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parser(["hub"]).parse_args(["hub", f"--trusted-proxy={text}"])
    assert "argument --trusted-proxy" in capsys.readouterr().err
