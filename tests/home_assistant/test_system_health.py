"""The system information: does every engine answer, and what runs there."""

import asyncio
from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_system_health_info,
)

from custom_components.neighborcam.client import EngineClient
from custom_components.neighborcam.const import DOMAIN
from tests.home_assistant.conftest import SetUp
from tests.home_assistant.fake_engine import TOKEN, FakeEngine, camera
from tests.home_assistant.second_engine import second_engine
from tests.home_assistant.texts import english


async def health(hass: HomeAssistant) -> dict[str, Any]:
    """Return what Home Assistant shows, with what it waits for."""
    assert await async_setup_component(hass, "system_health", {})
    info: dict[str, Any] = await get_system_health_info(hass, DOMAIN)
    return {
        key: await value if asyncio.iscoroutine(value) else value
        for key, value in info.items()
    }


def failed(error: str) -> dict[str, str]:
    return {"type": "failed", "error": error}


async def test_an_engine_that_works_is_told_as_such(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    engine.state.cameras = [
        camera(recording_problem="the disk is full"),
        camera("garden", state="unreachable"),
    ]
    await set_up()
    told = await health(hass)
    assert told == {
        "engines": 1,
        "reach_engine": "ok",
        "connected": True,
        "versions": "0.1.0",
        "schema": 1,
        "cameras": "1/2",
        "recording_problems": 1,
    }
    assert set(told) == set(english("system_health", "info"))


async def test_every_engine_is_told_by_its_number(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    await set_up()
    async with second_engine(hass) as (_, other):
        told = await health(hass)
        assert told["engines"] == 2
        assert told["reach_engine"] == "ok"
        assert told["versions"] == "1: 0.1.0, 2: 0.1.0"
        await other.stop()
        assert (await health(hass))["reach_engine"] == failed("2: unreachable")


async def test_an_engine_that_is_not_set_up_is_asked_all_the_same(
    hass: HomeAssistant, engine: FakeEngine, entry: MockConfigEntry
) -> None:
    assert engine.port
    assert entry.title
    assert await async_setup_component(hass, DOMAIN, {})
    await hass.config_entries.async_unload(entry.entry_id)
    told = await health(hass)
    assert (told["versions"], told["cameras"]) == ("-", "-")
    assert told["reach_engine"] == "ok"


async def test_what_is_wrong_with_an_engine_is_named(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await set_up()
    for schema in (0, 2):
        engine.schema = schema
        assert (await health(hass))["reach_engine"] == failed("unsupported version")
    engine.tokens.clear()
    assert (await health(hass))["reach_engine"] == failed("unauthorized")
    await engine.stop()
    told = (await health(hass))["reach_engine"]
    assert told == failed("unreachable")
    assert TOKEN not in str(told)


async def test_an_engine_that_says_nothing_is_not_waited_for(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    async def silent(_: EngineClient) -> None:
        await asyncio.Event().wait()

    await set_up()
    with (
        patch.object(EngineClient, "info", silent),
        patch("custom_components.neighborcam.system_health.TIMEOUT_S", 0.01),
    ):
        assert (await health(hass))["reach_engine"] == failed("timeout")


@pytest.mark.parametrize("version", ["at 192.0.2.10", "sEcReT"])
async def test_a_version_that_is_none_is_kept_back(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, version: str
) -> None:
    engine.version = version
    await set_up()
    assert (await health(hass))["versions"] == "other"


async def test_without_an_engine_there_is_little_to_tell(hass: HomeAssistant) -> None:
    assert await async_setup_component(hass, DOMAIN, {})
    told = await health(hass)
    assert told["engines"] == 0
    assert told["reach_engine"] == "ok"
