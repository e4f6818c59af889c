"""A Home Assistant with the integration, and a fake engine on a real socket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from unittest.mock import patch

import pytest
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_PORT, CONF_TOKEN
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.neighborcam.const import DOMAIN
from tests.home_assistant.fake_engine import ENGINE_ID, TOKEN, FakeEngine

type SetUp = Callable[[], Awaitable[MockConfigEntry]]
type Settle = Callable[[Callable[[], object]], Awaitable[None]]


@pytest.fixture(autouse=True)
def _custom_integrations(enable_custom_integrations: None) -> None:
    """Let Home Assistant find us."""


@pytest.fixture(autouse=True)
def _sockets(socket_enabled: None) -> None:
    """Allow the loopback: the fake engine is a real server."""


@pytest.fixture(autouse=True)
def _quick_pauses() -> object:
    """Reconnect at once: tests do not wait for a back-off."""
    with (
        patch("custom_components.neighborcam.coordinator.FIRST_PAUSE_S", 0.01),
        patch("custom_components.neighborcam.coordinator.LONGEST_PAUSE_S", 0.05),
    ):
        yield


@pytest.fixture
async def engine() -> AsyncIterator[FakeEngine]:
    """An engine with one live camera."""
    async with FakeEngine() as running:
        yield running


@pytest.fixture
def entry(hass: HomeAssistant, engine: FakeEngine) -> MockConfigEntry:
    """The entry of the engine, not set up yet."""
    made = MockConfigEntry(
        domain=DOMAIN,
        title="Home",
        unique_id=ENGINE_ID,
        data={CONF_HOST: "127.0.0.1", CONF_PORT: engine.port, CONF_TOKEN: TOKEN},
    )
    made.add_to_hass(hass)
    return made


@pytest.fixture
async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> AsyncIterator[SetUp]:
    """Set the entry up; it is unloaded afterwards."""

    async def run() -> MockConfigEntry:
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        return entry

    yield run
    if entry.state is ConfigEntryState.LOADED:
        await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done()


@pytest.fixture
async def settle(hass: HomeAssistant) -> Settle:
    """Wait until a condition holds: what was pushed travels over a real socket."""

    async def wait(holds: Callable[[], object]) -> None:
        async with asyncio.timeout(60):  # of a busy machine; a tenth of a second here
            while not holds():
                await asyncio.sleep(0.005)
                await hass.async_block_till_done()

    return wait
