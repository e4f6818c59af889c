"""The card's script is served, and known to dashboards exactly once."""

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from homeassistant.components.frontend import DATA_EXTRA_MODULE_URL
from homeassistant.components.lovelace.const import LOVELACE_DATA
from homeassistant.components.lovelace.resources import (
    ResourceStorageCollection,
    ResourceYAMLCollection,
)
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.neighborcam import card
from tests.home_assistant.conftest import SetUp

pytestmark = pytest.mark.usefixtures("script")


@pytest.fixture
def script(tmp_path: Path) -> Iterator[Path]:
    """A script in place of the one that script/build-web makes."""
    made = tmp_path / "neighborcam-card.js"
    made.write_text("export {};")
    with patch.object(card, "SCRIPT", made):
        yield made


def resources(hass: HomeAssistant) -> list[str]:
    """Return the addresses that dashboards load."""
    return [item["url"] for item in hass.data[LOVELACE_DATA].resources.async_items()]


async def test_the_card_is_served_and_is_a_resource(
    hass: HomeAssistant,
    set_up: SetUp,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    await async_setup_component(hass, "lovelace", {})
    await set_up()
    (address,) = resources(hass)
    assert address.startswith("/neighborcam/neighborcam-card.js?v=")
    served = await (await hass_client_no_auth()).get(address)
    assert await served.text() == "export {};"
    assert "javascript" in served.headers["Content-Type"]


async def test_a_new_script_replaces_the_old_and_doubles_go(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    await async_setup_component(hass, "lovelace", {})
    known = hass.data[LOVELACE_DATA].resources
    assert isinstance(known, ResourceStorageCollection)
    await known.async_create_item({"res_type": "module", "url": "/local/other.js"})
    for version in ("old", "older"):
        url = f"{card.URL}?v={version}"
        await known.async_create_item({"res_type": "module", "url": url})
    await set_up()
    other, ours = resources(hass)
    assert other == "/local/other.js"
    assert ours.startswith(f"{card.URL}?v=")
    assert "old" not in ours


async def test_a_script_that_did_not_change_is_left_alone(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    await async_setup_component(hass, "lovelace", {})
    await set_up()
    before = resources(hass)
    with patch.object(hass.http, "async_register_static_paths"):
        await card.async_setup_card(hass)
    assert resources(hass) == before


async def test_with_dashboards_in_yaml_every_page_loads_it(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    await async_setup_component(hass, "frontend", {})
    hass.data[LOVELACE_DATA].resources = ResourceYAMLCollection([])
    await set_up()
    (address,) = hass.data[DATA_EXTRA_MODULE_URL].urls
    assert address.startswith(card.URL)
    await card.async_remove_card(hass)  # there is nothing to take away


async def test_the_resource_goes_with_the_last_engine(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    await async_setup_component(hass, "lovelace", {})
    entry = await set_up()
    await hass.config_entries.async_remove(entry.entry_id)
    assert resources(hass) == []


async def test_without_a_frontend_nothing_is_told(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    await set_up()
    assert LOVELACE_DATA not in hass.data
    assert DATA_EXTRA_MODULE_URL not in hass.data


async def test_a_card_that_was_not_built_is_said_to_be_missing(
    set_up: SetUp, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with patch.object(card, "SCRIPT", tmp_path / "none.js"):
        entry = await set_up()
    assert "script/build-web" in caplog.text
    assert entry.runtime_data.connected
