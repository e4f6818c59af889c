"""Events and places on the map, told by an engine over its socket."""

from collections.abc import Iterator
from typing import Any

import pytest
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import (
    Event,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event

from tests.home_assistant.conftest import Settle, SetUp
from tests.home_assistant.fake_engine import (
    SHARING_ON,
    FakeEngine,
    alert,
    camera,
    police_request,
)

MOTION = "event.front_door_motion"
BELL = "event.front_door_doorbell"
REQUEST = "event.home_police_request"
ALERT = "event.home_neighbourhood_alert"
PLACE = "geo_location.smoke_above_the_bakery"
RING = {"type": "DoorbellRang", "camera": "front-door"}
FAR = {"latitude": 33.9, "longitude": -117.2}


@pytest.fixture
def heard(hass: HomeAssistant) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """Return what the event entities tell, in order: type and attributes."""
    told: list[tuple[str, dict[str, Any]]] = []

    @callback  # anything else is called in threads, in any order
    def hear(event: Event[EventStateChangedData]) -> None:
        before, now = event.data["old_state"], event.data["new_state"]
        fired = now is not None and now.attributes.get("event_type")
        if now is not None and fired and not _same(before, now):
            told.append((fired, dict(now.attributes)))

    stop = async_track_state_change_event(hass, [MOTION, BELL, REQUEST, ALERT], hear)
    yield told
    stop()


def _same(before: State | None, now: State) -> bool:
    return before is not None and (before.state, before.attributes) == (
        now.state,
        now.attributes,
    )


async def test_an_episode_is_told_from_start_to_end_with_each_label_once(
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    heard: list[tuple[str, dict[str, Any]]],
) -> None:
    engine.state.cameras = [
        camera(zones=[{"id": "drive", "name": "Driveway"}]),
        camera("yard"),
    ]
    await set_up()
    here = {"camera": "front-door", "episode": "e1"}
    begun = {"type": "MotionStarted", **here}
    labelled = {"type": "EpisodeLabelled", "episode": "e1"}
    await engine.push({**begun, "camera": "yard", "episode": "y1", "zone": None})
    await engine.push({**begun, "zone": "drive"})
    await engine.push({**labelled, "labels": ["person"]})
    await engine.push({**labelled, "labels": ["person", "animal"]})
    await engine.push({"type": "MotionEnded", **here})
    await settle(lambda: heard and heard[-1][0] == "ended")
    assert [each for each, _ in heard] == ["started", "person", "animal", "ended"]
    for _, attributes in heard:
        assert (attributes["episode"], attributes["zone"]) == ("e1", "Driveway")
    assert heard[0][1]["labels"] == []
    assert heard[-1][1]["labels"] == ["person", "animal"]


async def test_the_whole_picture_is_no_zone(
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    heard: list[tuple[str, dict[str, Any]]],
) -> None:
    await set_up()
    begun = {"type": "MotionStarted", "camera": "front-door", "episode": "e1"}
    await engine.push({**begun, "zone": None})
    await settle(lambda: heard)
    assert heard[0][1]["zone"] is None


async def test_a_camera_has_a_bell_once_it_rang(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    heard: list[tuple[str, dict[str, Any]]],
) -> None:
    entry = await set_up()
    assert hass.states.get(BELL) is None
    await engine.push({**RING, "camera": "unknown"})
    await engine.push(RING)
    await settle(lambda: len(heard) == 1)
    await engine.push(RING)
    await settle(lambda: len(heard) == 2)
    assert [each for each, _ in heard] == ["ring", "ring"]
    bell = hass.states.get(BELL)
    assert bell is not None
    assert bell.attributes["device_class"] == "doorbell"
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    restored = hass.states.get(BELL)
    assert restored is not None
    assert restored.state != STATE_UNAVAILABLE


async def test_a_camera_that_was_removed_and_added_again_rings_anew(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    heard: list[tuple[str, dict[str, Any]]],
) -> None:
    await set_up()
    await engine.push(RING)
    await settle(lambda: len(heard) == 1)
    await engine.push({"type": "CameraRemoved", "camera": "front-door"})
    await settle(lambda: hass.states.get(BELL) is None)
    await engine.put_camera(camera())
    await settle(lambda: hass.states.get(MOTION))
    await engine.push(RING)
    await settle(lambda: len(heard) == 2)


async def test_requests_come_change_and_end(
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    heard: list[tuple[str, dict[str, Any]]],
) -> None:
    engine.state.sharing = dict(SHARING_ON)
    await set_up()
    asked = police_request()
    await engine.push({"type": "RequestReceived", "request": asked})
    await settle(lambda: len(heard) == 1)
    over = police_request(state="withdrawn")
    await engine.push({"type": "RequestChanged", "request": over})
    await settle(lambda: len(heard) == 2)
    await engine.push({"type": "RequestEnded", "request": "request-1"})
    await settle(lambda: len(heard) == 3)
    assert [each for each, _ in heard] == ["received", "changed", "ended"]
    assert [told["state"] for _, told in heard] == ["open", "withdrawn", "withdrawn"]
    assert heard[0][1]["agency"] == "Springfield Police"


async def test_what_this_home_decides_is_no_event_and_stands_nowhere(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    heard: list[tuple[str, dict[str, Any]]],
) -> None:
    engine.state.sharing = dict(SHARING_ON)
    engine.state.requests = [police_request(matching_cameras=471_147)]
    await set_up()
    decided = police_request(matching_cameras=471_148, answered=True)
    await engine.push({"type": "RequestChanged", "request": decided})
    urgent = police_request(matching_cameras=471_148, answered=True, urgent=True)
    await engine.push({"type": "RequestChanged", "request": urgent})
    await settle(lambda: heard)
    assert len(heard) == 1  # only what the agency changed
    assert heard[0][1]["urgent"] is True
    for state in hass.states.async_all():
        shown = f"{state.state} {dict(state.attributes)}"  # no times: they have digits
        assert "answered" not in shown, state.entity_id
        assert "matching" not in shown, state.entity_id
        assert "4711" not in shown, state.entity_id


async def test_alerts_within_the_radius_come_change_and_end(
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    heard: list[tuple[str, dict[str, Any]]],
) -> None:
    engine.state.sharing = dict(SHARING_ON)
    await set_up()
    far = alert("far", center=FAR)
    await engine.push({"type": "AlertReceived", "alert": far})
    await engine.push({"type": "AlertReceived", "alert": alert()})
    await engine.push({"type": "AlertChanged", "alert": alert(severity="minor")})
    await engine.push({"type": "AlertEnded", "alert": "alert-1"})
    await settle(lambda: len(heard) == 3)
    assert [each for each, _ in heard] == ["received", "changed", "ended"]
    assert {told["alert"] for _, told in heard} == {"alert-1"}
    assert heard[1][1]["severity"] == "minor"


async def test_alerts_appear_on_the_map_move_and_leave_it(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    engine.state.sharing = dict(SHARING_ON)
    await set_up()
    assert hass.states.get(PLACE) is None
    await engine.push({"type": "AlertReceived", "alert": alert()})
    await settle(lambda: hass.states.get(PLACE))
    place = hass.states.get(PLACE)
    assert place is not None
    assert place.attributes["source"] == "neighborcam"
    assert place.attributes["category"] == "fire"
    moved = alert(severity="minor", center={"latitude": 32.873, "longitude": -117.228})
    await engine.push({"type": "AlertChanged", "alert": moved})

    def severity() -> Any:
        found = hass.states.get(PLACE)
        return found and found.attributes["severity"]

    await settle(lambda: severity() == "minor")
    nearer = hass.states.get(PLACE)
    assert nearer is not None
    assert float(nearer.state) < float(place.state)
    assert nearer.attributes["latitude"] == 32.873
    await engine.push({"type": "AlertEnded", "alert": "alert-1"})
    await settle(lambda: hass.states.get(PLACE) is None)
    assert er.async_get(hass).async_get(PLACE) is None


async def test_no_place_tells_where_the_home_is(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    engine.state.sharing = dict(SHARING_ON)
    engine.state.alerts = [alert()]
    entry = await set_up()
    ours = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    for entity in ours:
        shown = str(hass.states.get(entity.entity_id))
        assert str(hass.config.latitude) not in shown, entity.entity_id
        assert str(hass.config.longitude) not in shown, entity.entity_id


async def test_an_agency_s_alert_says_whose_it_is(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    heard: list[tuple[str, dict[str, Any]]],
) -> None:
    engine.state.sharing = dict(SHARING_ON)
    await set_up()
    warned = alert(origin="agency", agency="Springfield Fire Department")
    await engine.push({"type": "AlertReceived", "alert": warned})
    await settle(lambda: hass.states.get(PLACE) and heard)
    place = hass.states.get(PLACE)
    assert place is not None
    for attributes in (place.attributes, heard[0][1]):
        assert attributes["origin"] == "agency"
        assert attributes["agency"] == "Springfield Fire Department"


async def test_the_map_is_empty_while_sharing_is_off_and_far_alerts_never_show(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    engine.state.sharing = dict(SHARING_ON)
    far = alert("far", center=FAR, headline="Far away")
    engine.state.alerts = [alert(), far]
    await set_up()
    assert hass.states.async_entity_ids("geo_location") == [PLACE]
    await engine.push(sharing={"state": "off", "hub": None})
    await settle(lambda: hass.states.get(PLACE) is None)
    await engine.push(sharing=dict(SHARING_ON))
    await settle(lambda: hass.states.get(PLACE))


async def test_a_lost_engine_leaves_alerts_unavailable_until_it_is_back(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    engine.state.sharing = dict(SHARING_ON)
    engine.state.alerts = [alert()]
    await set_up()

    def place() -> str | None:
        found = hass.states.get(PLACE)
        return found.state if found else None

    before = place()
    await engine.stop()
    await settle(lambda: place() == STATE_UNAVAILABLE)
    await engine.start()
    await settle(lambda: place() == before)
    engine.state.alerts = []
    await engine.send_snapshot()
    await settle(lambda: place() is None)
