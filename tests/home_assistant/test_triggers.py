"""Triggers, each through a real automation: what fires it, what not, what it brings."""

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

import pytest
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)

from custom_components.neighborcam.const import DOMAIN
from tests.home_assistant.conftest import Settle, SetUp
from tests.home_assistant.fake_engine import (
    SHARING_ON,
    FakeEngine,
    alert,
    camera,
    police_request,
)
from tests.home_assistant.second_engine import second_engine

MARKS = count()

type Automate = Callable[..., Awaitable[list[ServiceCall]]]

DOOR = {"entity_id": "camera.front_door"}
MOTION = {"type": "MotionStarted", "camera": "front-door", "zone": None}
RING = {"type": "DoorbellRang", "camera": "front-door"}
FAR = {"latitude": 33.9, "longitude": -117.2}
PRIVATE = {"answered", "matching_cameras", "center", "cell", "area", "latitude"}


def labelled(episode: str, *labels: str) -> dict[str, Any]:
    return {"type": "EpisodeLabelled", "episode": episode, "labels": list(labels)}


def ended(episode: str, camera_: str = "front-door") -> dict[str, Any]:
    return {"type": "MotionEnded", "camera": camera_, "episode": episode}


def received(**changes: Any) -> dict[str, Any]:
    return {"type": "AlertReceived", "alert": alert(**changes)}


def asked(**changes: Any) -> dict[str, Any]:
    return {"type": "RequestReceived", "request": police_request(**changes)}


@pytest.fixture(autouse=True)
def _engine_at_work(engine: FakeEngine) -> None:
    engine.state.sharing = dict(SHARING_ON)
    zones = [{"id": "drive", "name": "Driveway"}]
    engine.state.cameras = [camera(zones=zones), camera("yard")]


@pytest.fixture
def automate(hass: HomeAssistant) -> Automate:
    """Make an automation of a trigger; return what its action was called with."""

    async def make(name: str, **trigger: Any) -> list[ServiceCall]:
        calls: list[ServiceCall] = async_mock_service(hass, "test", "fired")
        automation = {
            "alias": "Under test",
            "mode": "queued",
            "triggers": [{"trigger": f"neighborcam.{name}", **trigger}],
            "actions": [
                {"action": "test.fired", "data": {"trigger": "{{ trigger }}"}},
            ],
        }
        assert await async_setup_component(
            hass, "automation", {"automation": automation}
        )
        await hass.async_block_till_done()
        assert hass.states.get("automation.under_test") is not None
        assert hass.states.get("automation.under_test").state == "on"  # type: ignore[union-attr]
        return calls

    return make


async def told(
    hass: HomeAssistant, engine: FakeEngine, settle: Settle, *changes: dict[str, Any]
) -> None:
    """Push changes, and wait until Home Assistant has taken the last."""
    await engine.push(*changes)
    mark = f"mark {next(MARKS)}"
    state = {"camera": "yard", "state": "live", "reason": mark}
    await engine.push({"type": "CameraStateChanged", **state})
    entry = hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, engine.id)
    assert entry is not None
    engine_told = entry.runtime_data
    await settle(lambda: engine_told.data.cameras["yard"].reason == mark)
    await hass.async_block_till_done()


def _state(hass: HomeAssistant, entity_id: str) -> str | None:
    state = hass.states.get(entity_id)
    return state.state if state else None


def brought(calls: list[ServiceCall]) -> list[dict[str, Any]]:
    return [call.data["trigger"] for call in calls]


async def test_an_episode_fires_when_it_starts(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    automate: Automate,
) -> None:
    calls = await automate("episode_started", target=DOOR)
    entry = await set_up()
    await told(
        hass,
        engine,
        settle,
        {**MOTION, "episode": "z1", "zone": "drive"},
        {**MOTION, "episode": "y1", "camera": "yard"},
        {**MOTION, "episode": "e1"},
        labelled("e1", "person"),
        ended("e1"),
    )
    (trigger,) = brought(calls)
    assert trigger["platform"] == "neighborcam.episode_started"
    assert trigger["description"] == "episode started"
    assert trigger["entity_id"] == "camera.front_door"
    assert trigger["config_entry_id"] == entry.entry_id
    assert trigger["episode"] == {
        "id": "e1",
        "config_entry_id": entry.entry_id,
        "camera": "front-door",
        "entity_id": "camera.front_door",
        "name": "Front door",
        "zone": None,
        "started_at": "2026-11-23T12:00:00+00:00",
        "ended_at": None,
        "labels": [],
        "held": False,
    }


async def test_with_a_label_it_fires_once_when_that_is_recognised(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    automate: Automate,
) -> None:
    await set_up()
    options = {"label": ["person", "animal"]}
    calls = await automate("episode_started", target=DOOR, options=options)
    await told(
        hass,
        engine,
        settle,
        {**MOTION, "episode": "e1"},
        labelled("e1", "vehicle"),
        labelled("e1", "vehicle", "person"),
        labelled("e1", "vehicle", "person", "animal"),
        ended("e1"),
        {**MOTION, "episode": "e2"},
        labelled("e2", "animal"),
        ended("e2"),
    )
    found = [
        (each["episode"]["id"], each["episode"]["labels"]) for each in brought(calls)
    ]
    assert found == [("e1", ["vehicle", "person"]), ("e2", ["animal"])]


@pytest.mark.parametrize("zone", ["Driveway", "driveway", "drive"])
async def test_with_a_zone_it_fires_for_motion_there_only(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    automate: Automate,
    zone: str,
) -> None:
    await set_up()
    calls = await automate("episode_started", target=DOOR, options={"zone": zone})
    await told(
        hass,
        engine,
        settle,
        {**MOTION, "episode": "e1"},
        {**MOTION, "episode": "z1", "zone": "drive"},
        {**MOTION, "episode": "z2", "zone": "a-zone-that-is-gone"},
    )
    assert [each["episode"]["zone"] for each in brought(calls)] == ["Driveway"]


async def test_an_episode_fires_when_it_ends(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    automate: Automate,
) -> None:
    await set_up()
    options = {"label": "person"}
    calls = await automate("episode_ended", target=DOOR, options=options)
    await told(
        hass,
        engine,
        settle,
        {**MOTION, "episode": "e1"},
        ended("e1"),
        {**MOTION, "episode": "e2"},
        labelled("e2", "person"),
        {**ended("e2"), "at": "2026-11-23T12:00:30.000000Z"},
        {**MOTION, "episode": "y1", "camera": "yard"},
        labelled("y1", "person"),
        ended("y1", "yard"),
    )
    (trigger,) = brought(calls)
    assert trigger["episode"]["id"] == "e2"
    assert trigger["episode"]["ended_at"] == "2026-11-23T12:00:30+00:00"


async def test_the_bell_fires(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    automate: Automate,
) -> None:
    entry = await set_up()
    calls = await automate("doorbell_rang", target=DOOR)
    motion = {**MOTION, "episode": "e1"}
    await told(hass, engine, settle, motion, {**RING, "camera": "yard"}, RING)
    (trigger,) = brought(calls)
    assert trigger["entity_id"] == "camera.front_door"
    assert trigger["name"] == "Front door"
    assert trigger["config_entry_id"] == entry.entry_id


async def test_an_area_means_its_cameras_and_may_change(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    automate: Automate,
) -> None:
    await set_up()
    area = ar.async_get(hass).async_create("Back").id
    calls = await automate("doorbell_rang", target={"area_id": area})
    await told(hass, engine, settle, RING)
    assert calls == []
    entity = er.async_get(hass).async_get("camera.front_door")
    assert entity is not None
    assert entity.device_id is not None
    dr.async_get(hass).async_update_device(entity.device_id, area_id=area)
    await told(hass, engine, settle, RING)
    assert len(calls) == 1


async def test_a_renamed_camera_is_not_meant_by_its_old_name(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    automate: Automate,
) -> None:
    await set_up()
    calls = await automate("doorbell_rang", target=DOOR)
    er.async_get(hass).async_update_entity(
        "camera.front_door", new_entity_id="camera.porch"
    )
    await told(hass, engine, settle, RING)
    assert calls == []


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("doorbell_rang", RING),
        ("episode_started", {**MOTION, "episode": "e1"}),
    ],
)
async def test_another_engine_with_such_a_camera_is_not_meant(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    automate: Automate,
    name: str,
    change: dict[str, Any],
) -> None:
    await set_up()
    calls = await automate(name, target=DOOR)
    async with second_engine(hass) as (_, other):
        await told(hass, other, settle, change)
        assert calls == []
        await told(hass, engine, settle, change)
        assert len(calls) == 1


async def test_an_alert_fires_with_what_its_author_published(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    automate: Automate,
) -> None:
    entry = await set_up()
    calls = await automate("alert_received")
    await told(
        hass,
        engine,
        settle,
        received(),
        {"type": "AlertChanged", "alert": alert(confirmations=4)},
        {"type": "AlertEnded", "alert": "alert-1"},
        asked(),
    )
    (trigger,) = brought(calls)
    assert trigger["config_entry_id"] == entry.entry_id
    told_alert = trigger["alert"]
    assert told_alert["headline"] == "Smoke above the bakery"
    assert told_alert["severity"] == "severe"
    assert told_alert["is_update"] is False
    assert told_alert["distance_m"] == 1000
    assert not PRIVATE & set(told_alert)


@pytest.mark.parametrize(
    ("options", "changes", "fires"),
    [
        ({}, {"mine": True}, False),
        ({}, {"msg_type": "cancel"}, False),
        ({}, {"msg_type": "update", "references": ["alert-0"]}, True),
        ({}, {"center": FAR}, False),
        ({"category": "fire"}, {}, True),
        ({"category": ["gas", "flood"]}, {}, False),
        ({"category": ["gas", "flood"]}, {"category": "flood"}, True),
        ({"min_severity": "severe"}, {}, True),
        ({"min_severity": "severe"}, {"severity": "moderate"}, False),
        ({"min_severity": "minor"}, {"severity": "unknown"}, False),
        ({"min_severity": "minor"}, {"severity": "of a later version"}, False),
        ({"max_distance": 500}, {}, False),
        ({"max_distance": 5000}, {}, True),
        ({"max_distance": 0}, {}, False),
    ],
)
async def test_an_alert_fires_when_it_is_one_of_those(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    automate: Automate,
    options: dict[str, Any],
    changes: dict[str, Any],
    fires: bool,  # noqa: FBT001 - a parameter of a test
) -> None:
    await set_up()
    calls = await automate("alert_received", options=options)
    await told(hass, engine, settle, received(**changes))
    assert bool(calls) is fires


async def test_a_larger_distance_than_the_radius_may_be_asked_for(
    hass: HomeAssistant,
    engine: FakeEngine,
    entry: MockConfigEntry,
    set_up: SetUp,
    settle: Settle,
    automate: Automate,
) -> None:
    hass.config_entries.async_update_entry(entry, options={"alert_radius": 500})
    await set_up()
    calls = await automate("alert_received", options={"max_distance": 2000})
    await told(hass, engine, settle, received())
    assert len(calls) == 1


async def test_a_request_fires_with_what_the_agency_published(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    automate: Automate,
) -> None:
    entry = await set_up()
    calls = await automate("request_received")
    answered = police_request(answered=True, matching_cameras=0)
    await told(
        hass,
        engine,
        settle,
        asked(),
        {"type": "RequestChanged", "request": answered},
        {"type": "RequestEnded", "request": "request-1"},
        received(),
    )
    (trigger,) = brought(calls)
    assert trigger["config_entry_id"] == entry.entry_id
    request = trigger["request"]
    assert request["agency"] == "Springfield Police"
    assert request["offence"] == "burglary"
    assert request["area_km2"] == pytest.approx(0.52, abs=0.01)
    assert request["distance_m"] == 1500
    assert request["window_start"] == "2026-11-22T14:00:00+00:00"
    assert not PRIVATE & set(request)


@pytest.mark.parametrize(
    ("options", "changes", "fires"),
    [
        ({"urgent_only": True}, {}, False),
        ({"urgent_only": True}, {"urgent": True}, True),
        ({"urgent_only": False}, {}, True),
        ({}, {"state": "withdrawn"}, False),
        ({}, {"answered": True}, True),
    ],
)
async def test_a_request_fires_when_it_is_one_of_those(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    automate: Automate,
    options: dict[str, Any],
    changes: dict[str, Any],
    fires: bool,  # noqa: FBT001 - a parameter of a test
) -> None:
    await set_up()
    calls = await automate("request_received", options=options)
    await told(hass, engine, settle, asked(**changes))
    assert bool(calls) is fires


async def test_what_came_while_the_engine_was_away_still_fires(
    engine: FakeEngine, set_up: SetUp, settle: Settle, automate: Automate
) -> None:
    engine.state.requests = [police_request("known-already")]
    await set_up()
    calls = await automate("request_received")
    engine.state.requests.append(police_request("new"))
    await engine.drop()
    await settle(lambda: calls)
    assert [each["request"]["id"] for each in brought(calls)] == ["new"]


async def test_it_goes_on_after_the_entry_was_loaded_anew(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    automate: Automate,
) -> None:
    entry = await set_up()
    calls = await automate("doorbell_rang", target=DOOR)
    await hass.config_entries.async_reload(entry.entry_id)
    await settle(lambda: engine.sockets)
    await told(hass, engine, settle, RING)
    assert len(calls) == 1


async def test_an_automation_that_is_off_hears_nothing(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    automate: Automate,
) -> None:
    await set_up()
    calls = await automate("doorbell_rang", target=DOOR)
    which = {"entity_id": "automation.under_test"}
    await hass.services.async_call("automation", "turn_off", which, blocking=True)
    await told(hass, engine, settle, RING)
    assert calls == []
    await hass.services.async_call("automation", "turn_on", which, blocking=True)
    await told(hass, engine, settle, RING)
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("name", "trigger"),
    [
        ("episode_started", {}),
        ("episode_started", {"target": DOOR, "options": {"label": "ghost"}}),
        ("episode_ended", {"target": DOOR, "options": {"zone": ""}}),
        ("doorbell_rang", {"target": DOOR, "options": {"label": "person"}}),
        ("alert_received", {"options": {"category": "gossip"}}),
        ("alert_received", {"options": {"max_distance": -1}}),
        ("alert_received", {"target": DOOR}),
        ("request_received", {"options": {"agency": "Springfield Police"}}),
        ("request_answered", {}),
    ],
)
async def test_an_odd_trigger_is_refused(
    hass: HomeAssistant, set_up: SetUp, name: str, trigger: dict[str, Any]
) -> None:
    await set_up()
    automation = {
        "alias": "Under test",
        "triggers": [{"trigger": f"neighborcam.{name}", **trigger}],
        "actions": [],
    }
    await async_setup_component(hass, "automation", {"automation": automation})
    await hass.async_block_till_done()
    state = _state(hass, "automation.under_test")
    assert state in {None, STATE_UNAVAILABLE}
