"""Blueprints: imported, made into automations and fired by Home Assistant itself."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from homeassistant.components.automation.helpers import async_get_blueprints
from homeassistant.components.blueprint import Blueprint
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import load_yaml_dict
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from tests.home_assistant.conftest import Settle, SetUp
from tests.home_assistant.fake_engine import (
    SHARING_ON,
    FakeEngine,
    alert,
    police_request,
)
from tests.home_assistant.texts import CHECKOUT, parsed

FOLDER = CHECKOUT.resolve() / "blueprints" / "automation" / "neighborcam"
FILES = sorted(path.name for path in FOLDER.glob("*.yaml"))
LIGHT = "light.bed_light"  # the demo's: off
LIT = "light.ceiling_lights"  # the demo's: on
MOTION = {"type": "MotionStarted", "camera": "front-door", "zone": None}
PRESSED = "mobile_app_notification_action"


class Phone:
    """The push service of a phone: what it was sent, and the phone's device."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.device_id = ""

    async def take(self, http_request: web.Request) -> web.Response:
        """Take one notification."""
        self.got.append(await http_request.json())
        return web.json_response({}, status=201)


@pytest.fixture(autouse=True)
def _blueprints(hass: HomeAssistant, tmp_path: Path) -> None:
    """Put the blueprints where an import would."""
    hass.config.config_dir = str(tmp_path)
    shutil.copytree(FOLDER, tmp_path / "blueprints" / "automation" / "neighborcam")


@pytest.fixture(autouse=True)
def _sharing(engine: FakeEngine) -> None:
    engine.state.sharing = dict(SHARING_ON)


@pytest.fixture
async def phone(hass: HomeAssistant) -> AsyncIterator[Phone]:
    """A phone with the app, registered with Home Assistant's own integration."""
    made = Phone()
    app = web.Application()
    app.router.add_post("/push", made.take)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    entry = MockConfigEntry(
        domain="mobile_app",
        data={
            "app_data": {"push_token": "t", "push_url": str(server.make_url("/push"))},
            "app_id": "io.homeassistant.test",
            "app_name": "Test",
            "app_version": "1",
            "device_id": "phone",
            "device_name": "Phone",
            "manufacturer": "None",
            "model": "None",
            "os_name": "None",
            "os_version": "1",
            "supports_encryption": False,
            "user_id": "nobody",
            "webhook_id": "hook",
        },
    )
    entry.add_to_hass(hass)
    assert await async_setup_component(hass, "mobile_app", {})
    await hass.async_block_till_done()
    (device,) = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    made.device_id = device.id
    yield made
    await hass.config_entries.async_unload(entry.entry_id)
    await server.close()


@pytest.fixture
async def lights(hass: HomeAssistant) -> None:
    """The lights of Home Assistant's demo."""
    assert await async_setup_component(hass, "homeassistant", {})
    entry = MockConfigEntry(domain="demo")
    entry.add_to_hass(hass)
    platforms = (
        "homeassistant.components.demo.COMPONENTS_WITH_CONFIG_ENTRY_DEMO_PLATFORM"
    )
    with patch(platforms, [Platform.LIGHT]):
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()


async def use(hass: HomeAssistant, name: str, **inputs: Any) -> None:
    """Make an automation of a blueprint."""
    blueprint = {"path": f"neighborcam/{name}.yaml", "input": inputs}
    automation = {"alias": "Under test", "use_blueprint": blueprint}
    assert await async_setup_component(hass, "automation", {"automation": automation})
    await hass.async_block_till_done()
    state = hass.states.get("automation.under_test")
    assert state is not None
    assert state.state == "on"


def of(hass: HomeAssistant, entity_id: str) -> str:
    state = hass.states.get(entity_id)
    assert state is not None
    return state.state


async def until(holds: Callable[[], object]) -> None:
    """Wait as `settle` does, but not for an automation that waits itself."""
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - it is told by no event
            await asyncio.sleep(0)


def waiting(hass: HomeAssistant) -> set[Any]:
    """Return what listens to our happenings; a new wait is a new one."""
    return set(hass.data["dispatcher"]["neighborcam_happened"])


async def load(hass: HomeAssistant, name: str) -> Blueprint:
    return await async_get_blueprints(hass).async_get_blueprint(f"neighborcam/{name}")


@pytest.mark.parametrize("name", FILES)
async def test_home_assistant_takes_it(hass: HomeAssistant, name: str) -> None:
    assert await async_setup_component(hass, "automation", {})
    blueprint = await load(hass, name)
    assert blueprint.validate() is None
    about = blueprint.metadata
    assert about["source_url"].endswith(f"/blueprints/automation/neighborcam/{name}")
    assert about["source_url"].startswith(parsed("manifest.json")["documentation"])
    for field, what in blueprint.inputs.items():
        assert what["name"], field
        assert what["selector"], field


@pytest.mark.parametrize("name", FILES)
def test_every_choice_is_one_that_the_integration_knows(name: str) -> None:
    texts = parsed("translations/en.json")["selector"]
    known = {option for each in texts.values() for option in each["options"]}
    for field in load_yaml_dict(str(FOLDER / name))["blueprint"]["input"].values():
        for option in (field["selector"].get("select") or {}).get("options", []):
            assert option["value"] in known


def test_all_are_in_the_docs_with_links_that_lead_to_them() -> None:
    page = CHECKOUT / "docs" / "home_assistant.md"
    links = re.findall(r"\]\((\.\./blueprints/[^)]+)\)", page.read_text())
    assert {(page.parent / link).resolve() for link in links} == {
        FOLDER / name for name in FILES
    }


async def test_motion_is_told_with_a_picture_and_may_be_kept(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    phone: Phone,
) -> None:
    entry = await set_up()
    await use(
        hass,
        "motion_notification",
        cameras=["camera.front_door"],
        notify_device=phone.device_id,
        labels=["person"],
    )
    episode = engine.kept_episodes[0]["id"]
    labelled = {"type": "EpisodeLabelled", "episode": episode, "labels": ["person"]}
    await engine.push({**MOTION, "episode": "other"})
    await engine.push({**MOTION, "episode": episode}, labelled)
    await settle(lambda: phone.got)
    (sent,) = phone.got
    assert (sent["title"], sent["message"]) == ("Front door", "Person")
    assert sent["data"]["image"] == "/api/camera_proxy/camera.front_door"
    assert sent["data"]["url"] == "entityId:camera.front_door"
    assert sent["data"]["tag"] == "neighborcam-front-door"
    (button,) = sent["data"]["actions"]
    assert button["title"] == "Keep"

    hass.bus.async_fire(PRESSED, {"action": "SOMETHING_ELSE"})
    hass.bus.async_fire(PRESSED, {})
    hass.bus.async_fire(PRESSED, {"action": button["action"]})
    holding = f"/api/episodes/{episode}/hold"
    await settle(lambda: engine.wishes("PUT", holding))
    await hass.async_block_till_done()
    assert engine.wishes("PUT", holding) == [None]
    assert entry.entry_id in button["action"]
    assert len(phone.got) == 1


async def test_motion_is_not_told_when_its_condition_fails(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    phone: Phone,
) -> None:
    await set_up()
    hass.states.async_set("person.anna", "home")
    away = {"condition": "state", "entity_id": "person.anna", "state": "not_home"}
    await use(
        hass,
        "motion_notification",
        cameras=["camera.front_door"],
        notify_device=phone.device_id,
        conditions=[away],
    )
    await engine.push({**MOTION, "episode": "e1"})
    await settle(lambda: of(hass, "binary_sensor.front_door_motion") == "on")
    await hass.async_block_till_done()
    assert phone.got == []
    hass.states.async_set("person.anna", "not_home")
    await engine.push({**MOTION, "episode": "e2"})
    await settle(lambda: phone.got)
    assert phone.got[0]["message"] == "Motion"


@pytest.mark.usefixtures("lights")
async def test_a_near_alert_lights_what_was_dark_until_no_more_come(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    entry = await set_up()
    await use(
        hass,
        "lights_on_near_alert",
        lights=[LIGHT, LIT],
        categories=["break_in"],
        max_distance=2000,
        only_after_dark=False,
        duration={"seconds": 20},
    )
    assert (of(hass, LIGHT), of(hass, LIT)) == ("off", "on")
    far = {"latitude": 33.9, "longitude": -117.2}
    await engine.push(
        {"type": "AlertReceived", "alert": alert("fire")},
        {"type": "AlertReceived", "alert": alert("x", category="break_in", center=far)},
    )
    await settle(lambda: "x" in entry.runtime_data.data.alerts)
    assert of(hass, LIGHT) == "off"

    near = alert("near", category="break_in")
    await engine.push({"type": "AlertReceived", "alert": near})
    await until(lambda: of(hass, LIGHT) == "on")
    await until(lambda: len(waiting(hass)) == 2)
    waits = waiting(hass)
    await engine.push({"type": "AlertReceived", "alert": {**near, "id": "again"}})
    await until(lambda: waiting(hass) - waits)  # it waits anew
    assert of(hass, LIGHT) == "on"

    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=21))
    await settle(lambda: of(hass, LIGHT) == "off")
    assert of(hass, LIT) == "on"  # it was on before


@pytest.mark.usefixtures("lights")
async def test_by_day_the_lights_stay_as_they_are(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    entry = await set_up()
    hass.states.async_set("sun.sun", "above_horizon")
    await use(hass, "lights_on_near_alert", lights=[LIGHT], max_distance=2000)
    near = alert("day", category="theft")
    await engine.push({"type": "AlertReceived", "alert": near})
    await settle(lambda: "day" in entry.runtime_data.data.alerts)
    assert of(hass, LIGHT) == "off"
    hass.states.async_set("sun.sun", "below_horizon")
    await engine.push({"type": "AlertReceived", "alert": {**near, "id": "night"}})
    await until(lambda: of(hass, LIGHT) == "on")
    which = {"entity_id": "automation.under_test"}
    await hass.services.async_call("automation", "turn_off", which, blocking=True)


async def test_a_request_is_told_with_its_facts_and_the_rights(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    phone: Phone,
) -> None:
    await set_up()
    await hass.config.async_set_time_zone("UTC")
    await use(
        hass,
        "police_request",
        notify_device=phone.device_id,
        page="/lovelace/cameras",
    )
    await engine.push({"type": "RequestReceived", "request": police_request()})
    await settle(lambda: phone.got)
    (sent,) = phone.got
    assert sent["title"] == "Springfield Police: burglary"
    lines = sent["message"].splitlines()
    assert lines == [
        "A white van between 14:00 and 15:00.",
        "0.52 km², 1500 m away, 2026-11-22 14:00 \N{EN DASH} 2026-11-22 15:00",
        "Answering is voluntary; refusing has no effect.",
    ]
    assert sent["data"]["url"] == "/lovelace/cameras"
    assert "actions" not in sent["data"]  # which one was pressed would be kept


async def test_a_request_without_an_area_is_told_too(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    phone: Phone,
) -> None:
    await set_up()
    await use(hass, "police_request", notify_device=phone.device_id, urgent_only=True)
    await engine.push(
        {"type": "RequestReceived", "request": police_request("calm")},
        {
            "type": "RequestReceived",
            "request": police_request("urgent", urgent=True, area=[]),
        },
    )
    await settle(lambda: phone.got)
    (sent,) = phone.got
    assert sent["data"]["tag"] == "neighborcam-request-urgent"
    assert "km²" not in sent["message"]
    assert "None" not in sent["message"]
