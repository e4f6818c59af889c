"""Switches, selects, numbers and buttons: what they ask of the engine, word by word."""

from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.components.number import DOMAIN as NUMBER
from homeassistant.components.select import DOMAIN as SELECT
from homeassistant.components.switch import DOMAIN as SWITCH
from homeassistant.const import ATTR_ENTITY_ID, STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.restore_state import RestoredExtraData
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.neighborcam.coordinator import EngineCoordinator
from custom_components.neighborcam.errors import WishRefused
from custom_components.neighborcam.switch import RecordingSwitch
from tests.home_assistant.conftest import Settle, SetUp
from tests.home_assistant.fake_engine import SHARING_ON, FakeEngine, camera

CAMERA = "/api/cameras/front-door"
RECORDING = "switch.front_door_recording"
SNAPSHOT = "button.front_door_take_a_picture"
ALERT = "button.front_door_alert_my_neighbours"


async def act(hass: HomeAssistant, service: str, entity: str, **data: Any) -> None:
    domain, name = service.split(".")
    await hass.services.async_call(
        domain, name, {ATTR_ENTITY_ID: entity, **data}, blocking=True
    )


def state(hass: HomeAssistant, entity: str) -> str:
    found = hass.states.get(entity)
    assert found is not None, entity
    return found.state


@pytest.mark.parametrize(
    ("service", "entity", "data", "sent"),
    [
        (f"{SWITCH}.turn_off", "motion_detection", {}, {"detection": False}),
        (f"{SWITCH}.turn_on", "motion_detection", {}, {"detection": True}),
        (f"{SWITCH}.turn_on", "share_with_neighbours", {}, {"sharing": True}),
        (f"{SWITCH}.turn_off", "share_with_neighbours", {}, {"sharing": False}),
        (f"{SWITCH}.turn_on", "privacy", {}, {"privacy": True}),
        (f"{SWITCH}.turn_off", "privacy", {}, {"privacy": False}),
        (f"{SWITCH}.turn_off", "recording", {}, {"recording": "off"}),
        (
            f"{SELECT}.select_option",
            "recording_mode",
            {"option": "episodes"},
            {"recording": "episodes"},
        ),
        (f"{NUMBER}.set_value", "sensitivity", {"value": 73}, {"sensitivity": 73}),
    ],
)
async def test_a_control_sends_exactly_its_patch(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    service: str,
    entity: str,
    data: dict[str, Any],
    sent: dict[str, Any],
) -> None:
    await set_up()
    domain = service.split(".", maxsplit=1)[0]
    await act(hass, service, f"{domain}.front_door_{entity}", **data)
    assert engine.wishes("PATCH", CAMERA) == [sent]


async def test_a_control_shows_what_the_engine_made_of_it(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    await set_up()
    assert state(hass, "switch.front_door_privacy") == STATE_OFF
    assert state(hass, "number.front_door_sensitivity") == "50"
    changed = camera(privacy=True, sensitivity=9, recording="episodes", sharing=True)
    await engine.put_camera(changed)
    await settle(lambda: state(hass, "switch.front_door_privacy") == STATE_ON)
    assert state(hass, "number.front_door_sensitivity") == "9"
    assert state(hass, "select.front_door_recording_mode") == "episodes"
    assert state(hass, "switch.front_door_share_with_neighbours") == STATE_ON


async def test_a_refusal_is_told_in_the_engines_words(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await set_up()
    engine.refuse("PATCH", CAMERA, 409, "conflict", "the camera is being moved")
    with pytest.raises(HomeAssistantError, match="the camera is being moved"):
        await act(hass, "switch.turn_on", "switch.front_door_privacy")
    assert state(hass, "switch.front_door_privacy") == STATE_OFF


async def test_controls_are_unavailable_while_the_engine_is_gone(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    await set_up()
    await engine.stop()
    await settle(lambda: state(hass, RECORDING) == STATE_UNAVAILABLE)
    assert state(hass, "select.front_door_recording_mode") == STATE_UNAVAILABLE
    assert state(hass, SNAPSHOT) == STATE_UNAVAILABLE


@pytest.mark.parametrize("mode", ["continuous", "episodes"])
async def test_recording_comes_back_in_the_mode_that_it_had(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle, mode: str
) -> None:
    engine.state.cameras = [camera(recording=mode)]
    await set_up()
    await act(hass, "switch.turn_off", RECORDING)
    await settle(lambda: state(hass, RECORDING) == STATE_OFF)
    await act(hass, "switch.turn_on", RECORDING)
    await settle(lambda: state(hass, RECORDING) == STATE_ON)
    assert engine.wishes("PATCH", CAMERA) == [{"recording": "off"}, {"recording": mode}]


async def test_the_mode_is_that_of_whoever_changed_it_last(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    await set_up()
    await engine.put_camera(camera(recording="episodes"))
    await engine.put_camera(camera(recording="off"))
    await settle(lambda: state(hass, RECORDING) == STATE_OFF)
    await act(hass, "switch.turn_on", RECORDING)
    assert engine.wishes("PATCH", CAMERA) == [{"recording": "episodes"}]


@pytest.mark.parametrize("mode", ["continuous", "episodes"])
async def test_the_mode_outlives_a_new_start(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle, mode: str
) -> None:
    engine.state.cameras = [camera(recording=mode)]
    entry = await set_up()
    await engine.put_camera(camera(recording="off"))
    await settle(lambda: state(hass, RECORDING) == STATE_OFF)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await act(hass, "switch.turn_on", RECORDING)
    assert engine.wishes("PATCH", CAMERA) == [{"recording": mode}]


@pytest.mark.parametrize("kept", ["off", "sometimes", ["x"], None])
async def test_a_mode_that_was_kept_wrongly_is_the_least_that_records(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
    kept: object,
) -> None:
    wrong = RestoredExtraData({"recorded_before": kept})
    monkeypatch.setattr(RecordingSwitch, "extra_restore_state_data", wrong)
    engine.state.cameras = [camera(recording="off")]
    entry = await set_up()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await act(hass, "switch.turn_on", RECORDING)
    assert engine.wishes("PATCH", CAMERA) == [{"recording": "episodes"}]


async def test_what_records_already_is_left_in_its_mode(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await set_up()
    await act(hass, "switch.turn_on", RECORDING)
    assert engine.wishes("PATCH", CAMERA) == []


async def test_a_picture_is_taken_of_the_camera_whose_button_it_is(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    await set_up()
    taken: list[str] = []

    async def take(_coordinator: EngineCoordinator, camera_id: str) -> Path:
        taken.append(camera_id)
        return Path("picture.jpg")

    with patch("custom_components.neighborcam.button.take_picture", take):
        await act(hass, "button.press", SNAPSHOT)
    assert taken == ["front-door"]


async def test_a_picture_that_the_engine_refuses_is_an_error_in_its_words(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    await set_up()

    async def take(_coordinator: EngineCoordinator, _camera_id: str) -> Path:
        raise WishRefused("no picture came yet", code="conflict")

    with (
        patch("custom_components.neighborcam.button.take_picture", take),
        pytest.raises(HomeAssistantError, match="no picture came yet"),
    ):
        await act(hass, "button.press", SNAPSHOT)


async def test_no_picture_can_be_taken_of_a_camera_without_pictures(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    engine.state.cameras = [camera(state="reconnecting")]
    await set_up()
    assert state(hass, SNAPSHOT) == STATE_UNAVAILABLE


async def test_there_is_no_button_for_alerts_until_sharing_is_on(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    engine.state.cameras = [camera(sharing=True)]
    await set_up()
    assert hass.states.get(ALERT) is None
    await engine.push({"type": "SharingChanged"}, sharing=dict(SHARING_ON))
    await settle(lambda: hass.states.get(ALERT) is not None)
    assert state(hass, ALERT) != STATE_UNAVAILABLE
    await engine.push({"type": "SharingChanged"}, sharing={"state": "off", "hub": None})
    await settle(lambda: state(hass, ALERT) == STATE_UNAVAILABLE)


async def test_a_camera_that_is_not_shared_alerts_nobody(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    engine.state.sharing = dict(SHARING_ON)
    await set_up()
    assert state(hass, ALERT) == STATE_UNAVAILABLE


@pytest.mark.parametrize(
    ("language", "headline"),
    [
        ("en", "A neighbour asks you to take a look"),
        ("de", "Bitte aus der Nachbarschaft, einen Blick darauf zu werfen"),
        ("fr", "A neighbour asks you to take a look"),
    ],
)
async def test_a_button_says_a_sentence_in_the_homes_language_and_shows_nothing(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    hass_admin_user: MockUser,
    language: str,
    headline: str,
) -> None:
    """Nobody looked at a picture when a button was pressed."""
    engine.state.sharing = dict(SHARING_ON)
    engine.state.cameras = [camera(sharing=True)]
    await set_up()
    hass.config.language = language
    await hass.services.async_call(
        "button",
        "press",
        {"entity_id": ALERT},
        blocking=True,
        context=Context(user_id=hass_admin_user.id),
    )
    (sent,) = engine.wishes("POST", "/api/alerts")
    text = sent.pop("text")
    assert 0 < len(text) <= 1000
    assert len(headline) <= 80
    assert sent == {
        "category": "info",
        "urgency": "immediate",
        "severity": "unknown",
        "certainty": "unknown",
        "headline": headline,
        "instruction": "",
        "automatic": False,
    }


async def test_a_button_that_an_automation_presses_speaks_for_no_person(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    engine.state.sharing = dict(SHARING_ON)
    engine.state.cameras = [camera(sharing=True)]
    await set_up()
    await act(hass, "button.press", ALERT)
    (sent,) = engine.wishes("POST", "/api/alerts")
    assert sent["automatic"] is True


async def test_an_alert_that_the_engine_refuses_is_an_error(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    engine.state.sharing = dict(SHARING_ON)
    engine.state.cameras = [camera(sharing=True)]
    await set_up()
    engine.refuse("POST", "/api/alerts", 429, "too_many", "wait ten minutes")
    with pytest.raises(HomeAssistantError, match="wait ten minutes"):
        await act(hass, "button.press", ALERT)
