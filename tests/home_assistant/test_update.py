"""The engine's version against the integration's own."""

import pytest
from homeassistant.config_entries import SOURCE_HASSIO
from homeassistant.const import CONF_HOST, CONF_PORT, CONF_TOKEN, STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.neighborcam.const import DOMAIN
from tests.home_assistant.conftest import SetUp
from tests.home_assistant.fake_engine import ENGINE_ID, TOKEN, FakeEngine
from tests.home_assistant.texts import parsed

ENTITY = "update.home_engine"
OURS = parsed("manifest.json")["version"]


@pytest.mark.parametrize(
    ("version", "shown", "latest"),
    [
        ("0.0.9", STATE_ON, OURS),
        (OURS, STATE_OFF, OURS),
        (f"{OURS}.dev0", STATE_OFF, f"{OURS}.dev0"),
        ("99.0.0", STATE_OFF, "99.0.0"),
        ("mine-of-tuesday", STATE_OFF, "mine-of-tuesday"),
    ],
)
async def test_only_an_engine_older_than_the_integration_is_to_be_updated(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    version: str,
    shown: str,
    latest: str,
) -> None:
    engine.version = version
    await set_up()
    state = hass.states.get(ENTITY)
    assert state is not None
    assert state.state == shown
    assert state.attributes["installed_version"] == version
    assert state.attributes["latest_version"] == latest


async def test_the_notes_say_how_to_update(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    hass_ws_client: WebSocketGenerator,
) -> None:
    engine.version = "0.0.9"
    await set_up()
    client = await hass_ws_client(hass)
    await client.send_json_auto_id(
        {"type": "update/release_notes", "entity_id": ENTITY}
    )
    answer = await client.receive_json()
    assert "container image" in answer["result"]


async def test_the_supervisor_updates_its_own_apps(
    hass: HomeAssistant, engine: FakeEngine
) -> None:
    engine.version = "0.0.9"
    entry = MockConfigEntry(
        domain=DOMAIN,
        source=SOURCE_HASSIO,
        unique_id=ENGINE_ID,
        data={CONF_HOST: "127.0.0.1", CONF_PORT: engine.port, CONF_TOKEN: TOKEN},
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert hass.states.async_entity_ids("update") == []
    await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
