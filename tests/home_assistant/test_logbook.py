"""What the logbook says, and what the recorder keeps: read back from the real ones."""

from datetime import timedelta
from typing import Any

import pytest
from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.db_schema import EventData, StateAttributes
from homeassistant.components.recorder.util import session_scope
from homeassistant.core import Context, HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.neighborcam.const import DOMAIN
from tests.home_assistant.conftest import Settle, SetUp
from tests.home_assistant.fake_engine import (
    SHARING_ON,
    FakeEngine,
    alert,
    police_request,
)

CLIP = "c0ffee00" * 8
FAR = {"latitude": 33.9, "longitude": -117.2}


@pytest.fixture(autouse=True)
def _custom_integrations(
    recorder_mock: Recorder, enable_custom_integrations: None
) -> None:
    """Let Home Assistant find us; the recorder must be there first."""


@pytest.fixture(autouse=True)
async def _logbook(hass: HomeAssistant, engine: FakeEngine) -> None:
    assert await async_setup_component(hass, "logbook", {})
    engine.state.sharing = dict(SHARING_ON)


async def entries(
    hass: HomeAssistant, client: WebSocketGenerator
) -> list[dict[str, Any]]:
    """Return our entries, as the page asks for them."""
    await async_wait_recording_done(hass)
    socket = await client()
    since = (dt_util.utcnow() - timedelta(minutes=5)).isoformat()
    await socket.send_json_auto_id({"type": "logbook/get_events", "start_time": since})
    answer = await socket.receive_json()
    assert answer["success"], answer
    return [each for each in answer["result"] if each.get("domain") == DOMAIN]


async def kept(hass: HomeAssistant) -> str:
    """Return all data of events and all attributes that the recorder has kept."""
    await async_wait_recording_done(hass)

    def read() -> str:
        with session_scope(hass=hass, read_only=True) as session:
            data = session.query(EventData.shared_data).all()
            attributes = session.query(StateAttributes.shared_attrs).all()
            return "\n".join(str(row[0]) for row in [*data, *attributes])

    return await get_instance(hass).async_add_executor_job(read)


async def test_alerts_and_requests_are_told_in_words(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    hass_ws_client: WebSocketGenerator,
) -> None:
    entry = await set_up()
    changed = police_request(expires="2026-12-24T12:00:00.000000Z")
    await engine.push(
        {"type": "AlertReceived", "alert": alert()},
        {"type": "AlertReceived", "alert": alert("far", center=FAR, headline="Far")},
        {"type": "AlertChanged", "alert": alert(confirmations=9)},
        {"type": "AlertEnded", "alert": "alert-1"},
        {"type": "RequestReceived", "request": police_request()},
        {"type": "RequestChanged", "request": changed},
        {"type": "RequestEnded", "request": "request-1"},
        {"type": "DoorbellRang", "camera": "front-door"},
    )
    await settle(lambda: "far" in entry.runtime_data.data.alerts)
    told = await entries(hass, hass_ws_client)
    assert [(each["name"], each["message"], each["icon"]) for each in told] == [
        ("NeighborCam", "alert nearby: Smoke above the bakery", "mdi:bullhorn"),
        ("NeighborCam", "alert is over: Smoke above the bakery", "mdi:bullhorn"),
        (
            "NeighborCam",
            "Springfield Police asks the area about: burglary",
            "mdi:police-badge",
        ),
        (
            "NeighborCam",
            "request of Springfield Police changed: burglary",
            "mdi:police-badge",
        ),
        (
            "NeighborCam",
            "request of Springfield Police is over: burglary",
            "mdi:police-badge",
        ),
    ]


async def test_the_words_are_those_of_the_house(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    hass_ws_client: WebSocketGenerator,
) -> None:
    hass.config.language = "de"
    entry = await set_up()
    await engine.push({"type": "AlertReceived", "alert": alert()})
    await settle(lambda: entry.runtime_data.data.alerts)
    (told,) = await entries(hass, hass_ws_client)
    assert told["message"] == "Warnung in der Nähe: Smoke above the bakery"


async def test_the_recorder_keeps_nothing_of_what_this_home_decides(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    hass_admin_user: MockUser,
    hass_ws_client: WebSocketGenerator,
) -> None:
    engine.state.requests = [police_request()]
    entry = await set_up()
    before = await entries(hass, hass_ws_client)
    for answer in ("decline", "mute", "approve"):
        wish = {
            "request": "request-1",
            "answer": answer,
            "confirm": True,
            "pin": "2468",
            "clips": [CLIP],
        }
        await hass.services.async_call(
            DOMAIN,
            "answer_request",
            wish,
            blocking=True,
            context=Context(user_id=hass_admin_user.id),
        )
    decided = police_request(answered=True, matching_cameras=0)
    await engine.push({"type": "RequestChanged", "request": decided})
    await settle(lambda: entry.runtime_data.data.requests["request-1"].answered)
    assert len(engine.wishes("POST", "/api/requests/request-1/answer")) == 3
    remembered = await kept(hass)
    assert "answer_request" in remembered  # that it was called is all
    secrets = ("decline", "mute", "approve", "2468", CLIP, "answered", "matching")
    for secret in secrets:
        assert secret not in remembered
    assert await entries(hass, hass_ws_client) == before


async def test_the_recorder_keeps_neither_a_password_nor_a_place(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    entry = await set_up()
    url = "rtsp://viewer:geheim@192.0.2.20/main"
    wish = {"name": "Shed", "main_url": url, "password": "geheim"}
    await hass.services.async_call(DOMAIN, "add_camera", wish, blocking=True)
    await engine.push({"type": "RequestReceived", "request": police_request()})
    await settle(lambda: entry.runtime_data.data.requests)
    remembered = await kept(hass)
    assert "add_camera" in remembered
    assert "geheim" not in remembered
    assert "192.0.2.20" not in remembered
    assert "-117.24" not in remembered
