"""Homes without us: Home Assistant's own integrations read a hub's public feeds."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

PYTHON = Path(__file__).parents[2] / ".venv" / "bin" / "python"
PLACE = {"latitude": 52.37, "longitude": 4.9}


@pytest.fixture(scope="module")
def hub() -> Iterator[str]:
    """A real hub with the demo's town, in the engine's environment."""
    command = [str(PYTHON), "-m", "demo.town", "0"]
    cwd = PYTHON.parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=cwd) as town:
        assert town.stdout is not None
        line = town.stdout.readline()
        assert "The town is ready: " in line
        yield line.split()[-1].rstrip("/").replace("localhost", "127.0.0.1")
        town.terminate()
        town.stdout.read()


async def test_geo_json_events_shows_public_alerts(
    hass: HomeAssistant, hub: str
) -> None:
    entry = MockConfigEntry(
        domain="geo_json_events",
        data={
            "url": f"{hub}/feeds/alerts.geojson",
            **PLACE,
            "radius": 20_000,
        },
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    found = hass.states.async_all("geo_location")
    assert len(found) >= 8
    names = {state.name for state in found}
    assert any("Smoke above the school" in name for name in names)
    assert {state.attributes["source"] for state in found} == {"geo_json_events"}
    assert all(abs(state.attributes["latitude"] - 52.37) < 0.1 for state in found)


async def test_geo_rss_events_counts_public_alerts(
    hass: HomeAssistant, hub: str
) -> None:
    hass.config.latitude, hass.config.longitude = PLACE["latitude"], PLACE["longitude"]
    platform = {
        "platform": "geo_rss_events",
        "url": f"{hub}/feeds/alerts.georss",
        "radius": 20,
        "name": "Neighbours",
    }
    assert await async_setup_component(hass, "sensor", {"sensor": platform})
    await hass.async_block_till_done(wait_background_tasks=True)
    (state,) = hass.states.async_all("sensor")
    assert int(state.state) >= 8
    assert any("Smoke above the school" in str(name) for name in state.attributes)
