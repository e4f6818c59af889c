"""Cameras added, changed and removed by action: tried first, by admins."""

from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.const import EVENT_CALL_SERVICE
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
)
from probatio import Invalid
from pytest_homeassistant_custom_component.common import (
    MockUser,
    async_capture_events,
)

from custom_components.neighborcam.const import DOMAIN
from custom_components.neighborcam.discreet import hide
from tests.home_assistant.conftest import SetUp
from tests.home_assistant.fake_engine import FakeEngine

CAMERA = "camera.front_door"
URL = "rtsp://192.0.2.20/main"
SOURCE = "custom_components.neighborcam.camera_sources.async_get_stream_source"


async def act(
    hass: HomeAssistant,
    name: str,
    data: dict[str, Any],
    context: Context | None = None,
    *,
    answers: bool = True,
) -> dict[str, Any]:
    answer = await hass.services.async_call(
        DOMAIN, name, data, blocking=True, return_response=answers, context=context
    )
    return dict(answer or {})


async def test_a_camera_is_tried_and_then_added(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await set_up()
    wish = {"name": "Garten Süd", "main_url": URL, "username": "a", "password": "b"}
    answer = await act(hass, "add_camera", {**wish, "recording": "episodes"})
    tried = engine.wishes("POST", "/api/cameras/test")
    assert tried == [{"main_url": URL, "username": "a", "password": "b"}]
    added = engine.wishes("POST", "/api/cameras")
    assert added == [{**wish, "id": "garten-sud", "recording": "episodes"}]
    assert answer["camera"]["id"] == "garten-sud"
    assert answer["tried"] == {
        "codec": "h264",
        "width": 1280,
        "height": 720,
        "fps": 15.0,
        "has_audio": False,
    }
    assert URL not in str(answer)


async def test_a_camera_that_fails_is_not_added(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    engine.probe = {"ok": False, "state": "unauthorised", "reason": "wrong password"}
    await set_up()
    with pytest.raises(HomeAssistantError) as refused:
        await act(hass, "add_camera", {"name": "Shed", "main_url": URL})
    assert refused.value.translation_key == "camera_failed"
    assert refused.value.translation_placeholders == {"reason": "wrong password"}
    assert engine.wishes("POST", "/api/cameras") == []


async def test_a_camera_may_be_added_untried_and_gets_an_id_of_its_own(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await set_up()
    wish = {"name": "Front door", "main_url": URL, "try_first": False}
    answer = await act(hass, "add_camera", wish)
    assert engine.wishes("POST", "/api/cameras/test") == []
    assert answer["camera"]["id"] == "front-door-2"
    assert answer["tried"] is None


async def test_a_camera_of_home_assistant_lends_its_stream(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await set_up()
    with patch(SOURCE, return_value=URL):
        wish = {"name": "Shed", "source_entity": "camera.shed"}
        await act(hass, "add_camera", wish, answers=False)
    assert engine.wishes("POST", "/api/cameras")[0]["main_url"] == URL


@pytest.mark.parametrize(
    ("wish", "key"),
    [
        ({}, "camera_needs_source"),
        ({"source_entity": CAMERA}, "camera_is_ours"),
        ({"source_entity": "camera.nowhere"}, "camera_has_no_stream"),
    ],
)
async def test_a_camera_without_a_stream_is_refused(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    wish: dict[str, Any],
    key: str,
) -> None:
    await set_up()
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "add_camera", {"name": "Shed", **wish})
    assert refused.value.translation_key == key
    assert engine.wishes("POST", "/api/cameras") == []


async def test_what_is_left_out_stays_as_it_is(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await set_up()
    answer = await act(
        hass, "update_camera", {"camera": CAMERA, "sharing": True, "sensitivity": 70}
    )
    patches = engine.wishes("PATCH", "/api/cameras/front-door")
    assert patches == [{"sharing": True, "sensitivity": 70}]
    assert engine.wishes("POST", "/api/cameras/test") == []
    assert answer["camera"]["sharing"] is True
    assert answer["tried"] is None


async def test_a_new_address_is_tried_first(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await set_up()
    answer = await act(hass, "update_camera", {"camera": CAMERA, "main_url": URL})
    assert engine.wishes("POST", "/api/cameras/test") == [{"main_url": URL}]
    assert answer["tried"]["codec"] == "h264"


async def test_nothing_to_change_is_refused(hass: HomeAssistant, set_up: SetUp) -> None:
    await set_up()
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "update_camera", {"camera": CAMERA})
    assert refused.value.translation_key == "nothing_to_change"


async def test_a_removed_camera_is_gone(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await set_up()
    await act(hass, "remove_camera", {"camera": CAMERA}, answers=False)
    assert engine.state.cameras == []


@pytest.mark.parametrize(
    ("name", "wish"),
    [
        ("add_camera", {"name": "Shed", "main_url": URL}),
        ("update_camera", {"camera": CAMERA, "sharing": True}),
        ("remove_camera", {"camera": CAMERA}),
    ],
)
async def test_only_an_admin_may(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    name: str,
    wish: dict[str, Any],
) -> None:
    await set_up()
    before = len(engine.asked)
    user = MockUser().add_to_hass(hass)
    with pytest.raises(Unauthorized):
        await act(hass, name, wish, Context(user_id=user.id), answers=False)
    assert len(engine.asked) == before


@pytest.mark.parametrize(
    "wish",
    [
        {"main_url": URL},
        {"name": "", "main_url": URL},
        {"name": "Shed", "main_url": URL, "source_entity": "camera.shed"},
        {"name": "Shed", "main_url": URL, "sensitivity": 101},
        {"name": "Shed", "main_url": URL, "recording": "always"},
        {"name": "Shed", "main_url": URL, "colour": "red"},
    ],
)
async def test_odd_settings_are_refused(
    hass: HomeAssistant, set_up: SetUp, wish: dict[str, Any]
) -> None:
    await set_up()
    with pytest.raises(Invalid):
        await act(hass, "add_camera", wish)


async def test_what_opens_a_camera_is_told_to_nobody(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await set_up()
    called = async_capture_events(hass, EVENT_CALL_SERVICE)
    secret = {"main_url": "rtsp://a:geheim@192.0.2.20/main", "password": "geheim"}
    await act(hass, "add_camera", {"name": "Shed", "username": "a", **secret})
    await act(hass, "update_camera", {"camera": CAMERA, "sub_url": URL, **secret})
    assert [event.data["service_data"] for event in called] == [
        {"name": "Shed"},
        {"camera": CAMERA},
    ]
    assert engine.wishes("POST", "/api/cameras")[0]["password"] == "geheim"
    patches = engine.wishes("PATCH", "/api/cameras/front-door")
    assert patches == [{"sub_url": URL, **secret}]


def test_what_is_hidden_does_not_show_itself() -> None:
    assert "geheim" not in f"{hide('geheim')} {hide('geheim')!r}"
