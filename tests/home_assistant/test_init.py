"""Setting up, staying connected, losing and finding the engine, and going away."""

import logging
from datetime import timedelta

import pytest
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.neighborcam import (
    async_migrate_entry,
    async_remove_config_entry_device,
)
from custom_components.neighborcam.const import DOMAIN
from custom_components.neighborcam.household import Happening, Kind
from tests.home_assistant.conftest import Settle, SetUp
from tests.home_assistant.fake_engine import (
    SHARING_ON,
    FakeEngine,
    alert,
    camera,
)


def names_of_devices(hass: HomeAssistant, entry: MockConfigEntry) -> set[str | None]:
    registry = dr.async_get(hass)
    return {
        device.name
        for device in dr.async_entries_for_config_entry(registry, entry.entry_id)
    }


async def test_an_entry_loads_and_unloads_and_leaves_no_connection(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    entry = await set_up()
    assert entry.state is ConfigEntryState.LOADED
    assert entry.runtime_data.data.episodes_today == {"front-door": 3}
    assert await hass.config_entries.async_unload(entry.entry_id)
    await settle(lambda: not engine.sockets)


async def test_removing_the_entry_gives_the_token_back(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    entry = await set_up()
    await hass.config_entries.async_remove(entry.entry_id)
    assert engine.tokens == set()


async def test_removing_works_without_the_engine(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    entry = await set_up()
    await engine.stop()
    await hass.config_entries.async_remove(entry.entry_id)
    assert hass.config_entries.async_entries(DOMAIN) == []


async def test_cameras_are_devices_that_come_are_renamed_and_go(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    entry = await set_up()
    assert names_of_devices(hass, entry) == {"Home", "Front door"}
    await engine.put_camera(camera("yard"))
    await settle(lambda: "Yard" in names_of_devices(hass, entry))
    await engine.put_camera(camera("yard", name="Garden"))
    await settle(lambda: "Garden" in names_of_devices(hass, entry))
    await engine.push({"type": "CameraRemoved", "camera": "yard"})
    await settle(lambda: names_of_devices(hass, entry) == {"Home", "Front door"})


async def test_a_camera_that_went_while_we_were_away_is_removed(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    engine.state.cameras.append(camera("yard"))
    entry = await set_up()
    engine.state.cameras.pop()
    await engine.drop()
    await settle(lambda: names_of_devices(hass, entry) == {"Home", "Front door"})


async def test_only_devices_that_are_gone_may_be_removed_by_hand(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    entry = await set_up()
    registry = dr.async_get(hass)
    known = dr.async_entries_for_config_entry(registry, entry.entry_id)
    for device in known:
        assert not await async_remove_config_entry_device(hass, entry, device)
    stale = registry.async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(DOMAIN, "long-gone")}
    )
    assert await async_remove_config_entry_device(hass, entry, stale)


async def test_a_lost_engine_is_told_once_and_comes_back_with_its_news(
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    caplog: pytest.LogCaptureFixture,
) -> None:
    entry = await set_up()
    coordinator = entry.runtime_data
    happened: list[Happening] = []
    stop = coordinator.async_on_happening(happened.append)
    await engine.stop()
    await settle(lambda: not coordinator.connected)
    engine.state.sharing = dict(SHARING_ON)
    engine.state.alerts = [alert()]
    await engine.start()
    await settle(lambda: coordinator.connected)
    assert [each.kind for each in happened] == [Kind.ALERT_RECEIVED]
    told = [r for r in caplog.records if "connection to Home" in r.getMessage()]
    assert [r.levelno for r in told] == [logging.WARNING, logging.INFO]
    assert all(str(engine.port) not in r.getMessage() for r in told)
    stop()
    await engine.push({"type": "AlertReceived", "alert": alert("another")})
    await settle(lambda: "another" in coordinator.data.alerts)
    assert len(happened) == 1


async def test_an_engine_that_is_not_there_is_tried_again(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await engine.stop()
    entry = await set_up()
    assert entry.state is ConfigEntryState.SETUP_RETRY
    await engine.start()
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=5))
    await hass.async_block_till_done(wait_background_tasks=False)


@pytest.mark.parametrize("schema", [0, 2])
async def test_an_engine_of_another_schema_is_an_error_not_a_retry(
    engine: FakeEngine, set_up: SetUp, schema: int
) -> None:
    engine.schema = schema
    entry = await set_up()
    assert entry.state is ConfigEntryState.SETUP_ERROR


async def test_a_revoked_token_asks_for_a_new_code(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    await set_up()
    engine.tokens.clear()
    await engine.drop()
    await settle(
        lambda: (
            [
                flow["context"]["source"]
                for flow in hass.config_entries.flow.async_progress()
            ]
            == [SOURCE_REAUTH]
        )
    )


async def test_a_token_refused_at_start_asks_for_a_new_code(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    engine.tokens.clear()
    entry = await set_up()
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert len(hass.config_entries.flow.async_progress()) == 1


async def test_another_engine_at_the_same_address_is_not_taken_for_ours(
    engine: FakeEngine, set_up: SetUp
) -> None:
    engine.id = "01JC0000000000000000000999"
    entry = await set_up()
    assert entry.state is ConfigEntryState.SETUP_RETRY


async def test_a_fault_of_ours_ends_only_the_connection(
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    caplog: pytest.LogCaptureFixture,
) -> None:
    entry = await set_up()
    heard: list[Happening] = []

    def stumble(happening: Happening) -> None:
        heard.append(happening)
        raise ZeroDivisionError

    stop = entry.runtime_data.async_on_happening(stumble)
    await engine.push({"type": "DoorbellRang", "camera": "front-door"})
    await settle(lambda: heard and not entry.runtime_data.connected)
    stop()
    await settle(lambda: entry.runtime_data.connected)
    assert "ZeroDivisionError" in caplog.text


async def test_a_message_that_is_odd_ends_only_the_connection(
    engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    entry = await set_up()
    engine.connected.clear()
    await engine.push({"type": "MotionStarted", "camera": "front-door"})
    await settle(engine.connected.is_set)
    await settle(lambda: entry.runtime_data.connected)
    assert entry.state is ConfigEntryState.LOADED


async def test_a_new_day_begins_with_no_episodes(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    entry = await set_up()
    midnight = dt_util.start_of_local_day() + timedelta(days=1, seconds=1)
    async_fire_time_changed(hass, midnight)
    await hass.async_block_till_done()
    assert entry.runtime_data.data.episodes_today == {}


async def test_entries_of_a_newer_integration_are_refused(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    assert await async_migrate_entry(hass, entry)
    newer = MockConfigEntry(domain=DOMAIN, version=2)
    assert not await async_migrate_entry(hass, newer)


async def test_yaml_is_refused_in_words(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    assert await async_setup_component(hass, DOMAIN, {DOMAIN: {"host": "x"}})
    assert "does not support YAML" in caplog.text
