"""Cameras added, changed and removed from Home Assistant, and the radius of alerts."""

from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.neighborcam.const import CONF_ALERT_RADIUS
from tests.home_assistant.conftest import Settle, SetUp
from tests.home_assistant.fake_engine import FakeEngine

URL = "rtsp://192.0.2.20/main"
SECRET = "rtsp://owner:hunter2@192.0.2.20/main"
SOURCE = "custom_components.neighborcam.camera_sources.async_get_stream_source"
SHED = {"name": "Shed", "main_url": URL, "username": "nc", "password": "hunter2"}
FAILED = {"ok": False, "state": "unauthorised", "reason": "the password is wrong"}
DEVICE = {"host": "192.0.2.20", "port": 80, "name": "Porch cam"}
STREAMS = [
    {
        "token": str(n),
        "name": name,
        "codec": "h264",
        "width": width,
        "height": 9 * width // 16,
        "url": f"rtsp://192.0.2.20/{name}",
    }
    for n, (name, width) in enumerate((("main", 1920), ("sub", 640)))
]


class Flow:
    """An options flow, answered step by step as its dialog does."""

    def __init__(self, hass: HomeAssistant, entry: MockConfigEntry) -> None:
        self._hass = hass
        self._entry = entry
        self.at: ConfigFlowResult

    async def open(self, *ways: str) -> ConfigFlowResult:
        """Open the dialog and choose from its menus."""
        self.at = await self._hass.config_entries.options.async_init(
            self._entry.entry_id
        )
        for way in ways:
            await self.go(way)
        return self.at

    async def go(self, way: str) -> ConfigFlowResult:
        """Choose from a menu."""
        return await self.answer({"next_step_id": way})

    async def answer(self, given: dict[str, Any] | None) -> ConfigFlowResult:
        """Send a form, and wait as long as the dialog shows that it works."""
        configure = self._hass.config_entries.options.async_configure
        self.at = await configure(self.at["flow_id"], given)
        while self.at["type"] is FlowResultType.SHOW_PROGRESS:
            await self._hass.async_block_till_done()
            self.at = await configure(self.at["flow_id"])
        return self.at

    @property
    def filled(self) -> dict[str, Any]:
        """What the form gives when it is sent as it came up."""
        schema = self.at["data_schema"]
        assert schema is not None
        given: dict[str, Any] = schema({})
        return given

    @property
    def suggested(self) -> dict[str, Any]:
        """What the form shows already."""
        schema = self.at["data_schema"]
        assert schema is not None
        return {
            str(marker): (marker.description or {}).get("suggested_value")
            for marker in schema.schema
            if (marker.description or {}).get("suggested_value") is not None
        }


@pytest.fixture
async def flow(hass: HomeAssistant, set_up: SetUp) -> Flow:
    return Flow(hass, await set_up())


async def test_the_radius_of_alerts_counts_at_once(
    hass: HomeAssistant, flow: Flow, entry: MockConfigEntry
) -> None:
    assert entry.runtime_data.alert_radius_m == 2000
    await flow.open("settings")
    assert (await flow.answer({CONF_ALERT_RADIUS: 500}))["type"] is (
        FlowResultType.CREATE_ENTRY
    )
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert entry.runtime_data.alert_radius_m == 500


async def test_without_its_engine_only_the_settings_can_be_changed(
    hass: HomeAssistant, engine: FakeEngine, entry: MockConfigEntry
) -> None:
    await engine.stop()
    await hass.config_entries.async_setup(entry.entry_id)
    assert (await Flow(hass, entry).open())["step_id"] == "settings"
    await hass.config_entries.async_unload(entry.entry_id)


async def test_an_engine_without_cameras_offers_to_add_one(
    flow: Flow, engine: FakeEngine, entry: MockConfigEntry, settle: Settle
) -> None:
    assert "edit_camera" in (await flow.open())["menu_options"]
    await engine.push({"type": "CameraRemoved", "camera": "front-door"})
    await settle(lambda: not entry.runtime_data.data.cameras)
    assert (await flow.open())["menu_options"] == ["add_camera", "settings"]


async def test_a_camera_is_tried_shown_and_then_saved(
    flow: Flow, engine: FakeEngine
) -> None:
    await flow.open("add_camera", "by_address")
    tried = await flow.answer(SHED)
    assert (tried["type"], tried["step_id"]) == (FlowResultType.MENU, "tried")
    assert tried["description_placeholders"] == {
        "codec": "H264",
        "size": "1280 × 720",
        "fps": "15",
        "sound": "-",
        "reason": "live",
    }
    asked = {name: value for name, value in SHED.items() if name != "name"}
    assert engine.wishes("POST", "/api/cameras/test") == [asked]
    assert engine.wishes("POST", "/api/cameras") == []
    assert (await flow.go("save"))["reason"] == "camera_saved"
    assert engine.wishes("POST", "/api/cameras") == [{"id": "shed", **SHED}]


async def test_a_failure_is_told_and_can_be_mended_or_saved_anyway(
    flow: Flow, engine: FakeEngine
) -> None:
    engine.probe = FAILED
    await flow.open("add_camera", "by_address")
    failed = await flow.answer(SHED)
    assert failed["step_id"] == "tried_in_vain"
    assert "the password is wrong" in str(failed["description_placeholders"])
    assert (await flow.answer(None))["step_id"] == "tried_in_vain"  # a reloaded page
    again = await flow.go("again")
    assert again["step_id"] == "by_address"
    assert flow.suggested == {"name": "Shed", "main_url": URL, "username": "nc"}
    await flow.answer({**SHED, "password": "right"})
    assert (await flow.go("save"))["reason"] == "camera_saved"
    assert engine.wishes("POST", "/api/cameras")[0]["password"] == "right"


@pytest.mark.parametrize(
    ("code", "field", "shown_at"),
    [("invalid_input", "main_url", "main_url"), ("conflict", None, "base")],
)
async def test_what_the_engine_refuses_is_told_at_its_field(
    flow: Flow, engine: FakeEngine, code: str, field: str | None, shown_at: str
) -> None:
    engine.refuse("POST", "/api/cameras/test", 400, code, "no such scheme", field)
    await flow.open("add_camera", "by_address")
    refused = await flow.answer(SHED)
    assert refused["step_id"] == "by_address"
    assert refused["errors"] == {shown_at: "wish_refused"}
    assert refused["description_placeholders"] == {"reason": "no such scheme"}
    assert "password" not in flow.suggested


async def test_a_camera_that_cannot_be_saved_brings_the_form_back(
    flow: Flow, engine: FakeEngine
) -> None:
    engine.refuse("POST", "/api/cameras", 409, "conflict", "64 cameras are enough")
    await flow.open("add_camera", "by_address")
    await flow.answer(SHED)
    refused = await flow.go("save")
    assert refused["errors"] == {"base": "wish_refused"}


async def test_an_engine_that_goes_meanwhile_is_told(
    flow: Flow, engine: FakeEngine
) -> None:
    await flow.open("add_camera", "by_address")
    await engine.stop()
    assert (await flow.answer(SHED))["errors"] == {"base": "engine_unreachable"}


async def test_a_camera_of_home_assistant_lends_its_stream_and_keeps_its_secret(
    flow: Flow, engine: FakeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    engine.probe = FAILED
    await flow.open("add_camera", "of_home_assistant")
    with patch(SOURCE, return_value=SECRET):
        tried = await flow.answer({"name": "Shed", "entity": "camera.shed"})
    assert tried["step_id"] == "tried_in_vain"
    assert engine.wishes("POST", "/api/cameras/test") == [{"main_url": SECRET}]
    again = await flow.go("again")
    assert flow.suggested == {"name": "Shed", "entity": "camera.shed"}
    assert "hunter2" not in f"{tried}{again}{caplog.text}"


@pytest.mark.parametrize(
    ("entity", "error"),
    [
        ("camera.front_door", "camera_is_ours"),
        ("camera.nowhere", "camera_has_no_stream"),
    ],
)
async def test_a_camera_without_a_stream_for_us_is_refused(
    flow: Flow, entity: str, error: str
) -> None:
    await flow.open("add_camera", "of_home_assistant")
    refused = await flow.answer({"name": "Shed", "entity": entity})
    assert refused["errors"] == {"entity": error}


async def test_a_camera_of_the_network_is_found_asked_and_saved(
    flow: Flow, engine: FakeEngine
) -> None:
    engine.found, engine.profiles = [DEVICE], STREAMS
    found = await flow.open("add_camera", "find")
    while found["type"] is FlowResultType.SHOW_PROGRESS:
        found = await flow.answer(None)
    assert found["step_id"] == "found"
    login = {"username": "nc", "password": "hunter2"}
    streams = await flow.answer({"device": "0", **login})
    assert streams["step_id"] == "streams"
    (asked,) = engine.wishes("POST", "/api/onvif/profiles")
    assert asked == {"host": "192.0.2.20", "port": 80, **login}
    main, sub = (stream["url"] for stream in STREAMS)
    given = flow.filled
    assert given == {"name": "Porch cam", "main_url": main, "sub_url": sub}
    await flow.answer(given)
    await flow.go("save")
    (saved,) = engine.wishes("POST", "/api/cameras")
    assert saved == {"id": "porch-cam", **given, **login}


async def test_streams_that_cannot_be_saved_bring_their_form_back(
    flow: Flow, engine: FakeEngine
) -> None:
    engine.found, engine.profiles = [DEVICE], STREAMS
    engine.refuse("POST", "/api/cameras", 409, "conflict", "64 cameras are enough")
    await flow.open("add_camera", "find")
    await flow.answer({"device": "0"})
    await flow.answer(flow.filled)
    refused = await flow.go("save")
    assert (refused["step_id"], refused["errors"]) == (
        "streams",
        {"base": "wish_refused"},
    )


async def test_a_device_with_one_stream_has_no_smaller_one(
    flow: Flow, engine: FakeEngine
) -> None:
    engine.found, engine.profiles = [DEVICE], STREAMS[:1]
    await flow.open("add_camera", "find")
    await flow.answer({"device": "0"})
    given = flow.filled
    assert given["sub_url"] == ""
    await flow.answer(given)
    await flow.go("save")
    assert "sub_url" not in engine.wishes("POST", "/api/cameras")[0]


async def test_a_network_without_cameras_is_told(flow: Flow) -> None:
    assert (await flow.open("add_camera", "find"))["reason"] == "nothing_found"


async def test_a_search_that_fails_is_told(flow: Flow, engine: FakeEngine) -> None:
    engine.refuse("POST", "/api/discover", 502, "camera_failed", "no network")
    ended = await flow.open("add_camera", "find")
    assert ended["reason"] == "wish_refused"
    assert ended["description_placeholders"] == {"reason": "no network"}


async def test_a_device_that_refuses_the_login_can_be_asked_again(
    flow: Flow, engine: FakeEngine
) -> None:
    engine.found = [DEVICE]
    engine.refuse("POST", "/api/onvif/profiles", 502, "camera_unauthorised", "wrong")
    await flow.open("add_camera", "find")
    refused = await flow.answer({"device": "0", "password": "x"})
    assert refused["step_id"] == "found"
    assert refused["errors"] == {"base": "wish_refused"}
    assert "password" not in flow.suggested


async def test_a_device_without_streams_is_told(flow: Flow, engine: FakeEngine) -> None:
    engine.found = [DEVICE]
    await flow.open("add_camera", "find")
    assert (await flow.answer({"device": "0"}))["reason"] == "no_streams"


async def test_what_needs_no_connection_is_saved_untried(
    flow: Flow, engine: FakeEngine
) -> None:
    await flow.open("edit_camera")
    await flow.answer({"camera": "front-door"})
    assert flow.suggested["name"] == "Front door"
    assert "password" not in flow.suggested
    given = {**flow.suggested, "name": "Gate", "recording": "episodes"}
    assert (await flow.answer(given))["reason"] == "camera_saved"
    assert engine.wishes("PATCH", "/api/cameras/front-door") == [
        {"name": "Gate", "recording": "episodes"}
    ]
    assert engine.wishes("POST", "/api/cameras/test") == []


async def test_a_new_address_is_tried_with_the_password_that_the_engine_has(
    flow: Flow, engine: FakeEngine
) -> None:
    await flow.open("edit_camera")
    await flow.answer({"camera": "front-door"})
    await flow.answer({**flow.suggested, "main_url": URL})
    asked = {"main_url": URL, "camera": "front-door"}
    assert engine.wishes("POST", "/api/cameras/test") == [asked]
    await flow.go("save")
    changed = engine.wishes("PATCH", "/api/cameras/front-door")
    assert changed == [{"main_url": URL}]


async def test_a_new_password_is_tried_and_a_user_can_be_taken_away(
    flow: Flow, engine: FakeEngine, entry: MockConfigEntry, settle: Settle
) -> None:
    await engine.put_camera({**engine.state.cameras[0], "username": "old"})
    cameras = entry.runtime_data.data.cameras
    await settle(lambda: entry.runtime_data.data.cameras is not cameras)
    await flow.open("edit_camera")
    await flow.answer({"camera": "front-door"})
    given = {n: v for n, v in flow.suggested.items() if n != "username"}
    await flow.answer({**given, "password": "new"})
    await flow.go("again")
    assert "password" not in flow.suggested
    await flow.answer({**given, "password": "new"})
    await flow.go("save")
    changed = engine.wishes("PATCH", "/api/cameras/front-door")
    assert changed == [{"password": "new", "username": None}]


@pytest.mark.parametrize("way", ["edit_camera", "remove_camera"])
async def test_a_camera_that_went_meanwhile_is_told(
    flow: Flow,
    engine: FakeEngine,
    entry: MockConfigEntry,
    settle: Settle,
    way: str,
) -> None:
    await flow.open(way)
    await engine.push({"type": "CameraRemoved", "camera": "front-door"})
    await settle(lambda: not entry.runtime_data.data.cameras)
    assert (await flow.answer({"camera": "front-door"}))["reason"] == "camera_gone"


async def test_a_camera_that_went_while_it_was_edited_is_told(
    flow: Flow, engine: FakeEngine, entry: MockConfigEntry, settle: Settle
) -> None:
    await flow.open("edit_camera")
    await flow.answer({"camera": "front-door"})
    given = {**flow.suggested, "name": "Gate"}
    await engine.push({"type": "CameraRemoved", "camera": "front-door"})
    await settle(lambda: not entry.runtime_data.data.cameras)
    assert (await flow.answer(given))["reason"] == "camera_gone"


async def test_a_camera_is_removed_after_a_question(
    flow: Flow, engine: FakeEngine
) -> None:
    await flow.open("remove_camera")
    asked = await flow.answer({"camera": "front-door"})
    assert asked["step_id"] == "removed"
    assert asked["description_placeholders"] == {"name": "Front door"}
    assert [c["id"] for c in engine.state.cameras] == ["front-door"]
    assert (await flow.answer({}))["reason"] == "camera_removed"
    assert engine.state.cameras == []


async def test_a_camera_that_cannot_be_removed_stays(
    flow: Flow, engine: FakeEngine
) -> None:
    engine.refuse("DELETE", "/api/cameras/front-door", 507, "storage_failed", "full")
    await flow.open("remove_camera")
    await flow.answer({"camera": "front-door"})
    ended = await flow.answer({})
    assert ended["reason"] == "wish_refused"
    assert ended["description_placeholders"] == {"reason": "full"}


async def test_a_try_without_numbers_shows_that_they_are_unknown(
    flow: Flow, engine: FakeEngine
) -> None:
    engine.probe = {"ok": True, "state": "live", "reason": "", "has_audio": True}
    await flow.open("add_camera", "by_address")
    told = (await flow.answer(SHED))["description_placeholders"]
    assert told == {
        "codec": "?",
        "size": "?",
        "fps": "?",
        "sound": "♪",
        "reason": "live",
    }
