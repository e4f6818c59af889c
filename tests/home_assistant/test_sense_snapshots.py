"""What the senses register and show, by platform."""

from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from syrupy.assertion import SnapshotAssertion

from tests.home_assistant.conftest import SetUp
from tests.home_assistant.fake_engine import (
    SHARING_ON,
    FakeEngine,
    alert,
    camera,
    police_request,
)

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.EVENT,
    Platform.GEO_LOCATION,
    Platform.SENSOR,
]


def shown(hass: HomeAssistant, entity: er.RegistryEntry) -> dict[str, Any]:
    """Return what the registry and, if it is enabled, the state machine hold."""
    state = hass.states.get(entity.entity_id)
    return {
        "unique id": entity.unique_id,
        "key": entity.translation_key,
        "category": entity.entity_category,
        "class": entity.original_device_class,
        "name": entity.original_name,
        "disabled": entity.disabled_by,
        "state": state and state.state,
        "attributes": state and {str(k): v for k, v in state.attributes.items()},
    }


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_platform_shows_what_it_should(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    snapshot: SnapshotAssertion,
    platform: Platform,
) -> None:
    engine.state.cameras = [camera(zones=[{"id": "drive", "name": "Driveway"}])]
    engine.state.sharing = dict(SHARING_ON)
    engine.state.alerts = [alert()]
    engine.state.requests = [police_request()]
    with patch("custom_components.neighborcam.PLATFORMS", [platform]):
        entry = await set_up()
        made = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
        assert made
        assert {each.entity_id: shown(hass, each) for each in made} == snapshot
        await hass.config_entries.async_unload(entry.entry_id)
