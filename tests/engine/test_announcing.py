"""An engine is found by a browser of services, as Home Assistant's is one."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from zeroconf import ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from neighborcam.engine.announcing import SERVICE, Announced, Announcement

HERE = ["127.0.0.1"]
ENGINE = Announced(
    id="0123456789abcdef0123456789",
    name="Hjørnet",
    version="1.2.3",
    schema=1,
    host="0.0.0.0",
    port=8480,
)


class Browser:
    """What a browser on the loopback knows; ``changed`` is set by every news."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.changed = asyncio.Event()
        self.zeroconf = AsyncZeroconf(interfaces=HERE)

    def hear(
        self,
        zeroconf: Zeroconf,  # noqa: ARG002 - all of these are given by name
        service_type: str,  # noqa: ARG002
        name: str,
        state_change: ServiceStateChange,
    ) -> None:
        """Note who is there."""
        if state_change is ServiceStateChange.Removed:
            self.names.discard(name)
        else:
            self.names.add(name)
        self.changed.set()

    async def until(self, *names: str) -> None:
        """Wait until exactly these are known."""
        async with asyncio.timeout(20):
            while self.names != {f"{name}.{SERVICE}" for name in names}:
                await self.changed.wait()
                self.changed.clear()

    async def told(self, name: str) -> AsyncServiceInfo:
        """Return what one says."""
        info = AsyncServiceInfo(SERVICE, f"{name}.{SERVICE}")
        assert await info.async_request(self.zeroconf.zeroconf, 5000)
        return info


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    made = Browser()
    looking = AsyncServiceBrowser(made.zeroconf.zeroconf, SERVICE, handlers=[made.hear])
    yield made
    await looking.async_cancel()
    await made.zeroconf.async_close()


@asynccontextmanager
async def announcement(announced: Announced = ENGINE) -> AsyncIterator[Announcement]:
    made = Announcement(
        announced, interfaces=HERE, addresses=lambda: ["127.0.0.1", "192.0.2.7"]
    )
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


async def test_an_engine_is_found_with_id_and_address_and_says_good_bye(
    browser: Browser,
) -> None:
    async with announcement():
        await browser.until("Hjørnet 0123")
        info = await browser.told("Hjørnet 0123")
        assert info.parsed_addresses() == ["192.0.2.7"]  # never the loopback
        assert info.port == 8480
        assert info.decoded_properties == {
            "id": ENGINE.id,
            "name": "Hjørnet",
            "version": "1.2.3",
            "schema": "1",
        }
    await browser.until()


async def test_two_engines_of_one_name_are_both_found(browser: Browser) -> None:
    other = replace(ENGINE, id="9" * 26, port=8481)
    async with announcement(), announcement(other):
        await browser.until("Hjørnet 0123", "Hjørnet 9999")


async def test_a_name_that_is_too_long_is_cut_between_letters(browser: Browser) -> None:
    async with announcement(replace(ENGINE, name="ø" * 80)):
        await browser.until("ø" * 25 + " 0123")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "::"])
async def test_an_engine_that_nobody_reaches_announces_nothing(host: str) -> None:
    async with announcement(replace(ENGINE, host=host)) as silent:
        assert silent._zeroconf is None


async def test_an_address_of_its_own_is_the_only_one_announced(
    browser: Browser,
) -> None:
    async with announcement(replace(ENGINE, host="192.0.2.9")):
        await browser.until("Hjørnet 0123")
        info = await browser.told("Hjørnet 0123")
        assert info.parsed_addresses() == ["192.0.2.9"]


async def test_a_network_without_multicast_takes_nothing_down(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken() -> list[str]:
        raise OSError("no network")

    with caplog.at_level(logging.WARNING):
        silent = Announcement(ENGINE, addresses=broken)
        await silent.start()
        await silent.stop()
    assert "by hand" in caplog.text
