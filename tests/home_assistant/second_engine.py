"""A second engine in the same Home Assistant, for what must not mix them up."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_PORT, CONF_TOKEN
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.neighborcam.const import DOMAIN
from tests.home_assistant.fake_engine import SHARING_ON, FakeEngine, camera

SECOND_ID = "01JC0000000000000000000002"
TOKEN = "token-of-the-second"


@asynccontextmanager
async def second_engine(
    hass: HomeAssistant,
) -> AsyncIterator[tuple[MockConfigEntry, FakeEngine]]:
    """Run another engine with cameras of the same ids, and set its entry up."""
    async with FakeEngine() as running:
        running.id, running.tokens = SECOND_ID, {TOKEN}
        running.state.sharing = dict(SHARING_ON)
        running.state.cameras = [camera(), camera("yard")]
        entry = MockConfigEntry(
            domain=DOMAIN,
            title="Workshop",
            unique_id=running.id,
            data={CONF_HOST: "127.0.0.1", CONF_PORT: running.port, CONF_TOKEN: TOKEN},
        )
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        yield entry, running
        if entry.state is ConfigEntryState.LOADED:
            await hass.config_entries.async_unload(entry.entry_id)
