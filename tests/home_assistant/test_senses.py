"""Binary sensors and sensors, told by an engine over its socket."""

from typing import Any

import pytest
from homeassistant.const import (
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from tests.home_assistant.conftest import Settle, SetUp
from tests.home_assistant.fake_engine import (
    SHARING_ON,
    FakeEngine,
    alert,
    camera,
    episode,
    police_request,
)

MOTION = "binary_sensor.front_door_motion"
DRIVE = "binary_sensor.front_door_driveway"
PERSON = "binary_sensor.front_door_person"
CONNECTION = "binary_sensor.front_door_connection"
PROBLEM = "binary_sensor.front_door_problem"
STORAGE = "binary_sensor.home_storage"
HUB = "binary_sensor.home_neighbourhood_hub"
REQUESTS = "sensor.home_open_police_requests"
ALERTS = "sensor.home_active_alerts"
DRIVEWAY = {"id": "drive", "name": "Driveway"}


def state(hass: HomeAssistant, entity: str) -> str | None:
    found = hass.states.get(entity)
    return found.state if found else None


def started(id_: str, zone: str | None = None) -> dict[str, Any]:
    return {
        "type": "MotionStarted",
        "camera": "front-door",
        "episode": id_,
        "zone": zone,
    }


def ended(id_: str) -> dict[str, Any]:
    return {"type": "MotionEnded", "camera": "front-door", "episode": id_}


async def test_motion_turns_on_and_off_with_the_picture_and_its_zone(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    engine.state.cameras = [camera(zones=[DRIVEWAY])]
    await set_up()
    assert (state(hass, MOTION), state(hass, DRIVE)) == (STATE_OFF, STATE_OFF)
    await engine.push(started("e1"))
    await settle(lambda: state(hass, MOTION) == STATE_ON)
    assert state(hass, DRIVE) == STATE_OFF
    assert state(hass, "sensor.front_door_episodes_today") == "4"
    last = state(hass, "sensor.front_door_last_motion")
    assert last == "2026-11-23T12:00:00+00:00"
    await engine.push(started("e2", "drive"))
    await settle(lambda: state(hass, DRIVE) == STATE_ON)
    await engine.push(ended("e1"))
    await settle(lambda: state(hass, MOTION) == STATE_OFF)
    assert state(hass, DRIVE) == STATE_ON
    await engine.push(ended("e2"))
    await settle(lambda: state(hass, DRIVE) == STATE_OFF)


async def test_zones_come_are_renamed_and_go(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    await set_up()
    assert state(hass, DRIVE) is None
    await engine.put_camera(camera(zones=[DRIVEWAY]))
    await settle(lambda: state(hass, DRIVE) == STATE_OFF)
    await engine.put_camera(camera(zones=[{"id": "drive", "name": "Gate"}]))

    def name() -> str:
        found = hass.states.get(DRIVE)
        return found.name if found else ""

    await settle(lambda: name() == "Front door Gate")
    await engine.put_camera(camera())
    await settle(lambda: state(hass, DRIVE) is None)
    assert er.async_get(hass).async_get(DRIVE) is None
    await engine.put_camera(camera(zones=[DRIVEWAY]))
    await settle(lambda: state(hass, DRIVE) == STATE_OFF)


async def test_a_zone_that_went_while_home_assistant_was_down_is_removed(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    engine.state.cameras = [camera(zones=[DRIVEWAY])]
    entry = await set_up()
    await hass.config_entries.async_unload(entry.entry_id)
    engine.state.cameras = [camera()]
    await set_up()
    assert er.async_get(hass).async_get(DRIVE) is None
    assert er.async_get(hass).async_get(MOTION) is not None


async def test_occupancy_follows_the_labels_of_open_episodes(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    await set_up()
    await engine.push(started("e1"))
    told = {"type": "EpisodeLabelled", "episode": "e1", "labels": ["person"]}
    await engine.push(told)
    await settle(lambda: state(hass, PERSON) == STATE_ON)
    assert state(hass, "binary_sensor.front_door_animal") == STATE_OFF
    await engine.push(ended("e1"))
    await settle(lambda: state(hass, PERSON) == STATE_OFF)


async def test_without_a_model_nobody_is_said_to_be_absent(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    engine.state.labels = []
    await set_up()
    assert state(hass, PERSON) is None
    await engine.push(labels=["person"])
    await settle(lambda: state(hass, PERSON) == STATE_OFF)
    await engine.push(labels=[])
    await settle(lambda: state(hass, PERSON) == STATE_UNAVAILABLE)


@pytest.mark.parametrize(
    ("changes", "connection", "motion"),
    [
        ({"state": "unreachable"}, STATE_OFF, STATE_UNKNOWN),
        ({"state": "off", "enabled": False}, STATE_UNKNOWN, STATE_UNKNOWN),
        ({"detection": False}, STATE_ON, STATE_UNKNOWN),
    ],
    ids=["lost", "turned off", "not detecting"],
)
async def test_a_camera_that_does_not_look_does_not_say_that_nothing_moves(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    changes: dict[str, Any],
    connection: str,
    motion: str,
) -> None:
    engine.state.cameras = [camera(**changes)]
    await set_up()
    assert (state(hass, CONNECTION), state(hass, MOTION)) == (connection, motion)


async def test_a_problem_names_its_reason_and_ends(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    await set_up()

    def problem() -> tuple[str, str | None]:
        found = hass.states.get(PROBLEM)
        assert found is not None
        return found.state, found.attributes.get("reason")

    assert problem() == (STATE_OFF, None)
    wrong = {"state": "unauthorised", "reason": "wrong password"}
    change = {"type": "CameraStateChanged", "camera": "front-door"}
    await engine.push({**change, **wrong})
    await settle(lambda: problem() == (STATE_ON, "wrong password"))
    await engine.push({**change, "state": "live", "reason": ""})
    await settle(lambda: problem() == (STATE_OFF, None))
    stopped = {"type": "RecordingStopped", "camera": "front-door"}
    await engine.push({**stopped, "reason": "the disk is full"})
    await settle(lambda: problem() == (STATE_ON, "the disk is full"))
    assert state(hass, STORAGE) == STATE_ON
    await engine.push({"type": "RecordingResumed", "camera": "front-door"})
    await settle(lambda: problem() == (STATE_OFF, None))
    assert state(hass, STORAGE) == STATE_OFF


async def test_a_disk_that_is_all_but_full_is_a_problem(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    engine.state.storage = None
    await set_up()
    assert state(hass, STORAGE) == STATE_UNKNOWN
    assert state(hass, "sensor.front_door_storage_used") == STATE_UNKNOWN
    assert state(hass, "sensor.front_door_oldest_recording") == STATE_UNKNOWN
    stored = {"camera": "front-door", "size_bytes": 5_000_000_000, "oldest_at": None}
    disk = {"total_bytes": 8_000_000_000_000, "cameras": [stored]}
    measured = {"type": "StorageMeasured"}
    await engine.push(measured, storage={**disk, "free_bytes": 2_000_000_000})
    await settle(lambda: state(hass, STORAGE) == STATE_OFF)  # as retention leaves it
    await engine.push(measured, storage={**disk, "free_bytes": 100_000_000})
    await settle(lambda: state(hass, STORAGE) == STATE_ON)
    assert state(hass, "sensor.front_door_storage_used") == "5.0"


async def test_rates_exist_but_only_who_wants_them_has_them(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    registry = er.async_get(hass)
    entry = await set_up()
    rates = ["sensor.front_door_frame_rate", "sensor.front_door_bit_rate"]
    for rate in rates:
        assert state(hass, rate) is None
        registry.async_update_entity(rate, disabled_by=None)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert [state(hass, rate) for rate in rates] == ["15.0", "1.0"]


async def test_a_lost_engine_is_unavailable_and_comes_back_as_it_is(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    engine.state.sharing = dict(SHARING_ON)
    await set_up()
    await engine.stop()
    await settle(lambda: state(hass, MOTION) == STATE_UNAVAILABLE)
    gone = (state(hass, STORAGE), state(hass, HUB), state(hass, REQUESTS))
    assert gone == (STATE_UNAVAILABLE,) * 3
    engine.state.episodes = [
        {"id": "e9", "camera": "front-door", "zone": None, "labels": ["person"]}
        | {"started_at": "2026-11-23T12:30:00Z"}
    ]
    engine.state.last_episodes = [
        episode("e9", started_at="2026-11-23T12:30:00Z", ended_at=None)
    ]
    await engine.start()
    await settle(lambda: state(hass, MOTION) == STATE_ON)
    assert state(hass, PERSON) == STATE_ON
    last = state(hass, "sensor.front_door_last_motion")
    assert last == "2026-11-23T12:30:00+00:00"


async def test_a_removed_camera_takes_its_senses_with_it(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    await set_up()
    engine.state.cameras = []
    await engine.push({"type": "CameraRemoved", "camera": "front-door"})
    await settle(lambda: state(hass, MOTION) is None)
    assert state(hass, "sensor.front_door_last_motion") is None


async def test_the_neighbourhood_is_there_only_while_sharing_is_on(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    await set_up()
    assert [state(hass, each) for each in (HUB, REQUESTS, ALERTS)] == [None] * 3
    await engine.push({"type": "SharingChanged"}, sharing=dict(SHARING_ON))
    await settle(lambda: state(hass, HUB) == STATE_ON)
    assert (state(hass, REQUESTS), state(hass, ALERTS)) == ("0", "0")
    refused = {"name": "Elm Street", "state": "refused", "reason": "left in May"}
    await engine.push(sharing={"state": "on", "hub": refused})
    await settle(lambda: state(hass, HUB) == STATE_OFF)
    hub = hass.states.get(HUB)
    assert hub is not None
    assert hub.attributes["reason"] == "left in May"
    await engine.push(sharing={"state": "off", "hub": None})
    await settle(lambda: state(hass, HUB) == STATE_UNAVAILABLE)
    assert state(hass, REQUESTS) == STATE_UNAVAILABLE


async def test_open_requests_are_counted_whatever_this_home_answered(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    engine.state.sharing = dict(SHARING_ON)
    engine.state.requests = [
        police_request("r1"),
        police_request("r2", answered=True, matching_cameras=7),
        police_request("r3", state="withdrawn"),
    ]
    await set_up()
    found = hass.states.get(REQUESTS)
    assert found is not None
    assert found.state == "2"
    first, second = found.attributes["requests"]
    assert first == second  # nothing tells them apart
    assert set(first) == {"agency", "offence", "window_start", "window_end"}
    await engine.push({"type": "RequestEnded", "request": "r1"})
    await settle(lambda: state(hass, REQUESTS) == "1")


async def test_alerts_are_active_until_cancelled_replaced_or_ended(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    engine.state.sharing = dict(SHARING_ON)
    far = {"latitude": 33.9, "longitude": -117.2}
    engine.state.alerts = [alert("a1"), alert("a2"), alert("far", center=far)]
    await set_up()
    assert state(hass, ALERTS) == "2"
    news = alert("a3", msg_type="update", references=["a1"])
    await engine.push({"type": "AlertReceived", "alert": news})
    await engine.push({"type": "AlertEnded", "alert": "a2"})
    await settle(lambda: state(hass, ALERTS) == "1")
    over = alert("a4", msg_type="cancel", references=["a3"])
    await engine.push({"type": "AlertReceived", "alert": over})
    await settle(lambda: state(hass, ALERTS) == "0")
