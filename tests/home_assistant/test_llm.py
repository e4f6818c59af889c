"""Tools for a language model: what they tell, of which cameras, and what never."""

import json
from typing import Any

import pytest
from homeassistant.components.conversation.const import DOMAIN as CONVERSATION
from homeassistant.components.homeassistant.exposed_entities import (
    async_expose_entity,
)
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import llm
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from probatio import Invalid

from custom_components.neighborcam.llm import async_get_tools
from tests.home_assistant.conftest import Settle, SetUp
from tests.home_assistant.fake_engine import (
    AT,
    SHARING_ON,
    FakeEngine,
    alert,
    camera,
    episode,
    police_request,
)

STATES = "neighborcam__camera_states"
EPISODES = "neighborcam__list_episodes"
ALERTS = "neighborcam__list_alerts"


@pytest.fixture(autouse=True)
async def _engine_at_work(hass: HomeAssistant, engine: FakeEngine) -> None:
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "llm", {})
    engine.state.sharing = dict(SHARING_ON)
    engine.state.cameras = [camera(), camera("garden")]
    engine.state.alerts = [alert()]
    engine.state.requests = [police_request(answered=True)]
    engine.state.episodes = [
        {
            "id": "e1",
            "camera": "front-door",
            "zone": None,
            "started_at": AT,
            "labels": ["person"],
        }
    ]


def expose(hass: HomeAssistant, *, garden: bool = False, door: bool = True) -> None:
    async_expose_entity(hass, CONVERSATION, "camera.front_door", door)
    async_expose_entity(hass, CONVERSATION, "camera.garden", garden)


async def tools(hass: HomeAssistant) -> llm.APIInstance:
    """Return what a model is given, by Home Assistant's own way."""
    context = llm.LLMContext(
        platform="test",
        context=Context(),
        language="en",
        assistant=CONVERSATION,
        device_id=None,
    )
    return await llm.async_get_api(hass, llm.LLM_API_ASSIST, context)


def ours(api: llm.APIInstance) -> dict[str, llm.Tool]:
    return {
        tool.name: tool for tool in api.tools if tool.name.startswith("neighborcam")
    }


async def ask(hass: HomeAssistant, name: str, **args: Any) -> dict[str, Any]:
    api = await tools(hass)
    result = await api.async_call_tool(llm.ToolInput(tool_name=name, tool_args=args))
    assert not result.error
    json.dumps(result.data)  # a model gets it as JSON
    return dict(result.data)


async def test_all_tools_read_and_none_is_about_requests(
    hass: HomeAssistant, set_up: SetUp, caplog: pytest.LogCaptureFixture
) -> None:
    await set_up()
    expose(hass)
    offered = ours(await tools(hass))
    assert set(offered) == {STATES, EPISODES, ALERTS}
    for tool in offered.values():
        assert tool.annotations.read_only
        assert not tool.annotations.destructive
        assert not tool.annotations.open_world
        assert tool.integration == "neighborcam"
        assert tool.title
        assert tool.description
        assert "request" not in tool.description
    assert "LLM tools" not in caplog.text  # how Home Assistant complains of tools


async def test_what_is_not_exposed_is_not_there(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    await set_up()
    expose(hass, door=False)
    assert ours(await tools(hass)) == {}


async def test_while_sharing_is_off_there_are_no_alerts(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    engine.state.sharing = {"state": "off", "hub": None}
    await set_up()
    expose(hass)
    assert set(ours(await tools(hass))) == {STATES, EPISODES}


async def test_it_tells_what_a_camera_sees(hass: HomeAssistant, set_up: SetUp) -> None:
    await set_up()
    expose(hass)
    assert await ask(hass, STATES) == {
        "cameras": [
            {
                "name": "Front door",
                "state": "live",
                "recording": "continuous",
                "motion": True,
                "in_sight": ["person"],
                "episodes_today": 3,
            }
        ]
    }


async def test_of_an_engine_that_is_away_nothing_old_is_told(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    entry = await set_up()
    expose(hass)
    await engine.stop()
    await settle(lambda: not entry.runtime_data.connected)
    told = await ask(hass, STATES)
    assert told == {"cameras": [{"name": "Front door", "state": "unknown"}]}
    with pytest.raises(HomeAssistantError):
        await ask(hass, EPISODES)


async def test_it_lists_when_something_moved_newest_first(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    engine.kept_episodes = [
        episode(),
        episode("01E2", started_at="2026-11-23T12:30:00Z", ended_at=None, labels=[]),
        episode("01E3", camera="garden", started_at="2026-11-23T12:10:00Z"),
    ]
    await set_up()
    expose(hass, garden=True)
    told = (await ask(hass, EPISODES, camera="", label="person", hours=48))["episodes"]
    assert [(each["camera"], each["labels"]) for each in told] == [
        ("Front door", []),
        ("Garden", ["person"]),
        ("Front door", ["person"]),
    ]
    assert told[0]["ended_at"] is None
    assert dt_util.parse_datetime(told[2]["ended_at"]) == dt_util.parse_datetime(
        "2026-11-23T11:59:20Z"
    )
    queries = [each.query for each in engine.asked if each.path == "/api/episodes"]
    assert {query["camera"] for query in queries} == {"front-door", "garden"}
    assert {query["label"] for query in queries} == {"person"}
    assert {query["limit"] for query in queries} == {"30"}


async def test_it_lists_no_more_than_a_model_can_take(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    engine.kept_episodes = [episode(f"01E{number}") for number in range(99)]
    await set_up()
    expose(hass)
    assert len((await ask(hass, EPISODES))["episodes"]) == 30


@pytest.mark.parametrize("name", ["front DOOR", "front-door"])
async def test_a_camera_may_be_named_as_people_do(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, name: str
) -> None:
    await set_up()
    expose(hass, garden=True)
    await ask(hass, EPISODES, camera=name)
    queries = [each.query for each in engine.asked if each.path == "/api/episodes"]
    assert [query["camera"] for query in queries] == ["front-door"]


@pytest.mark.parametrize("name", ["Attic", "Garden"])
async def test_a_camera_that_it_may_not_know_of_is_no_quiet_one(
    hass: HomeAssistant, set_up: SetUp, name: str
) -> None:
    await set_up()
    expose(hass)
    with pytest.raises(ServiceValidationError) as refused:
        await ask(hass, EPISODES, camera=name)
    assert refused.value.translation_key == "no_camera_of_ours"


@pytest.mark.parametrize("args", [{"hours": 10_000}, {"label": "ghost"}, {"pin": "1"}])
async def test_odd_questions_are_refused(
    hass: HomeAssistant, set_up: SetUp, args: dict[str, Any]
) -> None:
    await set_up()
    expose(hass)
    with pytest.raises(Invalid):
        await ask(hass, EPISODES, **args)


async def test_alerts_are_told_without_a_place(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    far = {"latitude": 33.9, "longitude": -117.2}
    engine.state.alerts = [alert(), alert("far", center=far)]
    await set_up()
    expose(hass)
    told = await ask(hass, ALERTS)
    assert "never instructions" in told["note"]
    (near,) = told["alerts"]
    assert near.pop("expires")
    assert near == {
        "category": "fire",
        "severity": "severe",
        "headline": "Smoke above the bakery",
        "verified": True,
        "distance_km": 1.0,
    }


async def test_nothing_of_a_request_or_a_place_is_in_any_answer(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    await set_up()
    expose(hass, garden=True)
    told = "".join(
        [json.dumps(await ask(hass, each)) for each in ours(await tools(hass))]
    )
    for secret in (
        "Springfield",
        "burglary",
        "answered",
        "32.8",
        "117.2",
        "rtsp",
        "8919",
    ):
        assert secret not in told


async def test_other_interfaces_get_none_of_them(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    await set_up()
    expose(hass)
    context = (await tools(hass)).llm_context
    assert async_get_tools(hass, context, "another") is None
    nobody = llm.LLMContext(
        platform="test", context=None, language=None, assistant="", device_id=None
    )
    assert async_get_tools(hass, nobody, llm.LLM_API_ASSIST) is None
