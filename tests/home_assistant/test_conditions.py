"""Conditions: what holds now, in which engine, and what is refused."""

from typing import Any

import pytest
from homeassistant.core import HomeAssistant
from homeassistant.helpers import condition
from homeassistant.helpers import config_validation as cv
from homeassistant.setup import async_setup_component
from probatio import Invalid
from pytest_homeassistant_custom_component.common import async_mock_service

from tests.home_assistant.conftest import Settle, SetUp
from tests.home_assistant.fake_engine import (
    AT,
    SHARING_ON,
    FakeEngine,
    alert,
    camera,
    police_request,
)
from tests.home_assistant.second_engine import second_engine

DOOR = {"entity_id": "camera.front_door"}


def moving(id_: str = "e1", **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": id_,
        "camera": "front-door",
        "zone": None,
        "started_at": AT,
        "labels": [],
    }
    return {**made, **changes}


@pytest.fixture(autouse=True)
def _sharing(engine: FakeEngine) -> None:
    engine.state.sharing = dict(SHARING_ON)
    zones = [{"id": "drive", "name": "Driveway"}]
    engine.state.cameras = [camera(zones=zones), camera("yard")]


async def holds(hass: HomeAssistant, name: str, **config: Any) -> bool | None:
    """Return whether a condition holds now."""
    parsed = cv.CONDITION_SCHEMA({"condition": f"neighborcam.{name}", **config})
    validated = await condition.async_validate_condition_config(hass, parsed)
    checker = await condition.async_from_config(hass, validated)
    return checker.async_check()


@pytest.mark.parametrize(
    ("options", "episode", "expected"),
    [
        ({}, moving(), True),
        ({}, moving(camera="yard"), False),
        ({}, moving(zone="drive"), False),
        ({"zone": "Driveway"}, moving(zone="drive"), True),
        ({"zone": "Driveway"}, moving(), False),
        ({"label": "person"}, moving(labels=["person", "animal"]), True),
        ({"label": ["person"]}, moving(labels=["vehicle"]), False),
        ({"label": []}, moving(labels=["vehicle"]), True),
    ],
)
async def test_motion_shows(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    options: dict[str, Any],
    episode: dict[str, Any],
    expected: bool,  # noqa: FBT001 - a parameter of a test
) -> None:
    engine.state.episodes = [episode]
    await set_up()
    assert await holds(hass, "motion_shows", target=DOOR, options=options) is expected


async def test_without_motion_nothing_shows(hass: HomeAssistant, set_up: SetUp) -> None:
    await set_up()
    assert await holds(hass, "motion_shows", target=DOOR) is False


@pytest.mark.parametrize(
    ("options", "changes", "expected"),
    [
        ({}, {}, True),
        ({}, {"msg_type": "cancel"}, False),
        ({}, {"center": {"latitude": 33.9, "longitude": -117.2}}, False),
        ({"category": ["fire", "gas"]}, {}, True),
        ({"category": "gas"}, {}, False),
        ({"min_severity": "extreme"}, {}, False),
        ({"max_distance": 500}, {}, False),
        ({"max_distance": 1500}, {}, True),
    ],
)
async def test_an_alert_is_active(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    options: dict[str, Any],
    changes: dict[str, Any],
    expected: bool,  # noqa: FBT001 - a parameter of a test
) -> None:
    engine.state.alerts = [alert(**changes)]
    await set_up()
    assert await holds(hass, "alert_active", options=options) is expected


async def test_an_alert_that_was_replaced_is_not_active(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    newer = alert("alert-2", msg_type="update", references=["alert-1"], category="info")
    engine.state.alerts = [alert(), newer]
    await set_up()
    assert await holds(hass, "alert_active", options={"category": "fire"}) is False
    assert await holds(hass, "alert_active", options={"category": "info"}) is True


async def test_while_sharing_is_off_no_alert_is_active(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    engine.state.alerts = [alert()]
    engine.state.sharing = {"state": "off", "hub": None}
    await set_up()
    assert await holds(hass, "alert_active") is False


@pytest.mark.parametrize(
    ("options", "changes", "expected"),
    [
        ({}, {}, True),
        ({}, {"answered": True, "matching_cameras": 0}, True),
        ({}, {"state": "withdrawn"}, False),
        ({"urgent_only": True}, {}, False),
        ({"urgent_only": True}, {"urgent": True}, True),
    ],
)
async def test_a_request_is_open_whatever_this_home_answered(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    options: dict[str, Any],
    changes: dict[str, Any],
    expected: bool,  # noqa: FBT001 - a parameter of a test
) -> None:
    engine.state.requests = [police_request(**changes)]
    await set_up()
    assert await holds(hass, "request_open", options=options) is expected


async def test_an_engine_that_is_away_says_nothing(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    engine.state.episodes = [moving()]
    engine.state.alerts, engine.state.requests = [alert()], [police_request()]
    entry = await set_up()
    assert await holds(hass, "motion_shows", target=DOOR) is True
    await engine.stop()
    await settle(lambda: not entry.runtime_data.connected)
    assert await holds(hass, "motion_shows", target=DOOR) is False
    assert await holds(hass, "alert_active") is False
    assert await holds(hass, "request_open") is False


async def test_one_engine_of_several_is_enough_and_cameras_are_told_apart(
    hass: HomeAssistant, set_up: SetUp, settle: Settle
) -> None:
    await set_up()
    async with second_engine(hass) as (entry, other):
        await other.push(
            {"type": "MotionStarted", "camera": "front-door", "episode": "o1"},
            {"type": "RequestReceived", "request": police_request()},
        )
        await settle(lambda: entry.runtime_data.data.requests)
        assert await holds(hass, "request_open") is True
        assert await holds(hass, "motion_shows", target=DOOR) is False
        its = {"entity_id": "camera.front_door_2"}
        assert await holds(hass, "motion_shows", target=its) is True


async def test_an_automation_acts_while_it_holds(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    calls = async_mock_service(hass, "test", "fired")
    automation = {
        "triggers": [{"trigger": "event", "event_type": "look"}],
        "conditions": [{"condition": "neighborcam.motion_shows", "target": DOOR}],
        "actions": [{"action": "test.fired"}],
    }
    assert await async_setup_component(hass, "automation", {"automation": automation})
    entry = await set_up()
    hass.bus.async_fire("look")
    await hass.async_block_till_done()
    assert calls == []
    await engine.push({"type": "MotionStarted", "camera": "front-door", "episode": "e"})
    await settle(lambda: entry.runtime_data.data.open_episodes)
    hass.bus.async_fire("look")
    await hass.async_block_till_done()
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("motion_shows", {}),
        ("motion_shows", {"target": DOOR, "options": {"label": "ghost"}}),
        ("alert_active", {"options": {"min_severity": "very"}}),
        ("alert_active", {"target": DOOR}),
        ("request_open", {"options": {"answered": True}}),
        ("request_answered", {}),
    ],
)
async def test_an_odd_condition_is_refused(
    hass: HomeAssistant, set_up: SetUp, name: str, config: dict[str, Any]
) -> None:
    await set_up()
    with pytest.raises(Invalid):
        await holds(hass, name, **config)
