"""Requests of the police, listed and answered by action: who may, what is kept."""

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
from homeassistant.setup import async_setup_component
from probatio import Invalid
from pytest_homeassistant_custom_component.common import (
    MockUser,
    async_capture_events,
)

from custom_components.neighborcam.const import DOMAIN
from tests.home_assistant.conftest import SetUp
from tests.home_assistant.fake_engine import (
    SHARING_ON,
    FakeEngine,
    camera,
    police_request,
)
from tests.home_assistant.test_neighbour_actions import act

CAMERA = "camera.front_door"
CLIP = "c0ffee00" * 8
ANSWER = {"request": "request-1", "answer": "decline", "confirm": True}
ANSWERS = "/api/requests/request-1/answer"


@pytest.fixture(autouse=True)
def _sharing(engine: FakeEngine) -> None:
    engine.state.sharing = dict(SHARING_ON)
    engine.state.cameras = [camera(sharing=True)]
    engine.state.requests = [police_request()]


@pytest.fixture
def admin(hass_admin_user: MockUser) -> MockUser:
    """An admin who is a person."""
    return hass_admin_user


async def test_requests_are_listed_as_they_were_published(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, admin: MockUser
) -> None:
    engine.state.requests = [
        police_request(answered=True, matching_cameras=7),
        police_request("request-2", state="withdrawn", area=[]),
    ]
    await set_up()
    context = Context(user_id=admin.id)
    answer = await act(hass, "list_requests", {}, context, answers=True)
    (told,) = answer["requests"]
    published = police_request()
    for name in ("agency", "officer", "case_ref", "offence", "what", "area"):
        assert told[name] == published[name]
    assert told["area_km2"] == pytest.approx(0.52, abs=0.01)
    assert told["distance_m"] == 1500
    assert not {"answered", "matching_cameras"} & set(told)
    wish = {"open_only": False}
    both = (await act(hass, "list_requests", wish, answers=True))["requests"]
    assert [each["id"] for each in both] == ["request-1", "request-2"]
    assert (both[1]["area_km2"], both[1]["distance_m"]) == (0, None)


async def test_an_area_with_odd_corners_has_the_size_of_the_others(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    odd = [[], [1.0], [900.0, 0.0], [0.0, -91.0]]
    area = [*odd, *police_request()["area"]]
    engine.state.requests = [police_request(area=area)]
    await set_up()
    (told,) = (await act(hass, "list_requests", {}, answers=True))["requests"]
    assert told["area_km2"] == pytest.approx(0.52, abs=0.01)


@pytest.mark.parametrize(
    "wish",
    [
        {"answer": "decline"},
        {"answer": "mute", "pin": "2468"},
        {"answer": "tip", "text": "A white van stood there."},
        {"answer": "approve", "pin": "2468", "clips": [CLIP]},
    ],
)
async def test_an_admin_in_person_answers_a_request(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    admin: MockUser,
    wish: dict[str, Any],
) -> None:
    entry = await set_up()
    data = {"request": "request-1", "config_entry_id": entry.entry_id, "confirm": True}
    await act(hass, "answer_request", {**data, **wish}, Context(user_id=admin.id))
    assert engine.wishes("POST", ANSWERS) == [{**wish, "confirm": True}]


async def test_what_was_answered_is_told_to_nobody(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, admin: MockUser
) -> None:
    await set_up()
    called = async_capture_events(hass, EVENT_CALL_SERVICE)
    told = async_capture_events(hass, f"{DOMAIN}_event")
    before = {state.entity_id: state.as_dict() for state in hass.states.async_all()}
    wish = {**ANSWER, "pin": "2468"}
    await act(hass, "answer_request", wish, Context(user_id=admin.id))
    await hass.async_block_till_done()
    (event,) = called
    assert event.data["service_data"] == {}
    assert told == []
    assert engine.wishes("POST", ANSWERS)[0]["pin"] == "2468"
    after = {state.entity_id: state.as_dict() for state in hass.states.async_all()}
    assert after == before


async def test_a_failure_prints_neither_the_answer_nor_the_pin(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    admin: MockUser,
    caplog: pytest.LogCaptureFixture,
) -> None:
    engine.refuse("POST", ANSWERS, 409, "wrong_pin", "this is not the PIN")
    await set_up()
    wish = {**ANSWER, "pin": "2468"}
    await hass.services.async_call(  # nobody waits, so the error goes to the log
        DOMAIN, "answer_request", wish, context=Context(user_id=admin.id)
    )
    await hass.async_block_till_done()
    assert engine.wishes("POST", ANSWERS)
    ours = "\n".join(
        r.getMessage() for r in caplog.records if "homeassistant" in r.name
    )
    assert "answer_request" in ours
    assert "2468" not in ours
    assert "decline" not in ours


async def test_a_script_of_an_admin_leaves_no_pin_in_its_trace(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, admin: MockUser
) -> None:
    await set_up()
    step = {"action": f"{DOMAIN}.answer_request", "data": "{{ wish }}"}
    script = {"answer": {"fields": {"wish": {}}, "sequence": [step]}}
    assert await async_setup_component(hass, "script", {"script": script})
    traced: list[dict[str, Any]] = []
    with patch(
        "homeassistant.helpers.script.trace_set_result",
        side_effect=lambda **result: traced.append(result),
    ):
        await hass.services.async_call(
            "script",
            "answer",
            {"wish": {**ANSWER, "pin": "2468"}},
            blocking=True,
            context=Context(user_id=admin.id),
        )
    assert engine.wishes("POST", ANSWERS)
    (result,) = [each for each in traced if "params" in each]
    assert result["params"]["service_data"] == {}


@pytest.fixture
async def others(hass: HomeAssistant, admin: MockUser) -> dict[str, Context]:
    """Contexts of all who act for somebody, and are nobody in person."""
    app = await hass.auth.async_create_system_user("App", group_ids=["system-admin"])
    return {
        "automation": Context(),
        "triggered": Context(user_id=admin.id, parent_id="01JC0000000000000000000AAA"),
        "app": Context(user_id=app.id),
    }


@pytest.mark.parametrize("answer", ["tip", "approve"])
@pytest.mark.parametrize("who", ["automation", "triggered", "app"])
async def test_nothing_leaves_but_by_an_admin_in_person(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    others: dict[str, Context],
    answer: str,
    who: str,
) -> None:
    await set_up()
    wish = {**ANSWER, "answer": answer, "text": "A van", "clips": [CLIP]}
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "answer_request", wish, others[who])
    assert refused.value.translation_key == "only_in_person"
    assert engine.wishes("POST", ANSWERS) == []


@pytest.mark.parametrize("answer", ["decline", "mute"])
@pytest.mark.parametrize("who", ["automation", "triggered", "app"])
async def test_whoever_acts_for_an_admin_may_decline_and_mute(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    others: dict[str, Context],
    answer: str,
    who: str,
) -> None:
    await set_up()
    called = async_capture_events(hass, EVENT_CALL_SERVICE)
    await act(hass, "answer_request", {**ANSWER, "answer": answer}, others[who])
    assert engine.wishes("POST", ANSWERS) == [{"answer": answer, "confirm": True}]
    assert [event.data["service_data"] for event in called] == [{}]


async def test_a_real_automation_declines_and_its_step_shows_nothing(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await set_up()
    rule = {
        "alias": "Not us",
        "triggers": {"trigger": "event", "event_type": "asked"},
        "actions": [
            {"action": f"{DOMAIN}.answer_request", "data": {**ANSWER}},
        ],
    }
    assert await async_setup_component(hass, "automation", {"automation": [rule]})
    traced: list[dict[str, Any]] = []
    with patch(
        "homeassistant.helpers.script.trace_set_result",
        side_effect=lambda **result: traced.append(result),
    ):
        hass.bus.async_fire("asked")
        await hass.async_block_till_done()
    assert engine.wishes("POST", ANSWERS) == [{"answer": "decline", "confirm": True}]
    (result,) = [each for each in traced if "params" in each]
    assert result["params"]["service_data"] == {}
    told = [state.as_dict() for state in hass.states.async_all()]
    assert "decline" not in str(told)


async def test_only_an_admin_answers(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await set_up()
    member = MockUser(groups=[]).add_to_hass(hass)
    member.mock_policy({"entities": True})
    with pytest.raises(Unauthorized):
        await act(hass, "answer_request", ANSWER, Context(user_id=member.id))
    assert engine.wishes("POST", ANSWERS) == []


@pytest.mark.parametrize(
    ("wish", "key"),
    [
        ({"confirm": False}, "confirm_needed"),
        ({"answer": "tip"}, "tip_needs_text"),
        ({"answer": "approve"}, "approve_needs_clips"),
    ],
)
async def test_an_answer_that_is_not_meant_is_refused(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    admin: MockUser,
    wish: dict[str, Any],
    key: str,
) -> None:
    await set_up()
    data = {**ANSWER, **wish}
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "answer_request", data, Context(user_id=admin.id))
    assert refused.value.translation_key == key
    assert engine.wishes("POST", ANSWERS) == []


@pytest.mark.parametrize(
    "wish",
    [
        {"answer": "perhaps"},
        {"pin": ""},
        {"pin": "1" * 65},
        {"text": "a" * 1001},
        {"request": ""},
        {"camera": CAMERA},
        {"clips": []},
        {"clips": ["clip"]},
        {"clips": [CLIP] * 5},
    ],
)
async def test_an_odd_answer_is_refused(
    hass: HomeAssistant, set_up: SetUp, admin: MockUser, wish: dict[str, Any]
) -> None:
    await set_up()
    data = {**ANSWER, **wish}
    with pytest.raises(Invalid):
        await act(hass, "answer_request", data, Context(user_id=admin.id))


async def test_a_request_that_is_gone_is_named(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, admin: MockUser
) -> None:
    engine.refuse("POST", ANSWERS, 404, "not_found", "there is no such request")
    await set_up()
    with pytest.raises(HomeAssistantError) as refused:
        await act(hass, "answer_request", ANSWER, Context(user_id=admin.id))
    assert refused.value.translation_placeholders == {
        "reason": "there is no such request"
    }
