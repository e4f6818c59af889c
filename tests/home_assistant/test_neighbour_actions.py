"""Alerts shared and requests answered by action: who may, what is asked and kept."""

from collections.abc import AsyncIterator
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
    MockConfigEntry,
    MockUser,
    async_capture_events,
)

from custom_components.neighborcam.const import DOMAIN
from tests.home_assistant.conftest import SetUp
from tests.home_assistant.fake_engine import (
    SHARING_ON,
    FakeEngine,
    alert,
    camera,
    episode,
    police_request,
)
from tests.home_assistant.second_engine import second_engine

CAMERA = "camera.front_door"
EPISODE = "01JC00000000000000000000E1"
ALERT = {"category": "theft", "headline": "Bike stolen"}
ANSWER = {"request": "request-1", "answer": "decline", "confirm": True}
ANSWERS = "/api/requests/request-1/answer"


@pytest.fixture(autouse=True)
def _sharing(engine: FakeEngine) -> None:
    engine.state.sharing = dict(SHARING_ON)
    engine.state.cameras = [camera(sharing=True), camera("garden")]
    engine.state.alerts = [alert()]
    engine.state.requests = [police_request()]


@pytest.fixture
def admin(hass_admin_user: MockUser) -> MockUser:
    """An admin who is a person."""
    return hass_admin_user


async def act(
    hass: HomeAssistant,
    name: str,
    data: dict[str, Any],
    context: Context | None = None,
    *,
    answers: bool = False,
) -> dict[str, Any]:
    answer = await hass.services.async_call(
        DOMAIN,
        name,
        dict(data),
        blocking=True,
        return_response=answers,
        context=context,
    )
    return dict(answer or {})


async def test_an_alert_is_published_and_answered(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, admin: MockUser
) -> None:
    await set_up()
    wish = {**ALERT, "severity": "minor", "camera": CAMERA, "episode": EPISODE}
    person = Context(user_id=admin.id)
    answer = await act(hass, "share_alert", wish, person, answers=True)
    assert engine.wishes("POST", "/api/alerts") == [
        {
            **ALERT,
            "text": "",
            "instruction": "",
            "urgency": "unknown",
            "severity": "minor",
            "certainty": "unknown",
            "camera": "front-door",
            "episode": EPISODE,
            "preview_only": False,
            "automatic": False,
        }
    ]
    told = answer["alert"]
    assert (told["id"], told["headline"]) == ("mine", "Bike stolen")
    assert told["distance_m"] % 100 == 0
    assert not {"center", "cell", "latitude", "longitude"} & set(told)


async def test_an_alert_may_be_looked_at_before(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await set_up()
    wish = {**ALERT, "preview_only": True}
    assert (await act(hass, "share_alert", wish, answers=True))["alert"]
    (asked,) = engine.wishes("POST", "/api/alerts")
    assert asked["preview_only"] is True
    assert not {"camera", "episode"} & set(asked)


@pytest.mark.parametrize(
    ("wish", "key"),
    [
        ({"camera": "camera.garden"}, "camera_not_shared"),
        ({"episode": "01E2"}, "camera_not_shared"),
        ({"episode": "01E3"}, "camera_not_shared"),
        ({"camera": CAMERA, "episode": "01E2"}, "episode_of_another_camera"),
        ({"camera": "camera.other"}, "no_camera_of_ours"),
    ],
)
async def test_only_a_camera_that_is_for_sharing_goes_with_an_alert(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    admin: MockUser,
    wish: dict[str, Any],
    key: str,
) -> None:
    engine.kept_episodes = [
        episode("01E2", camera="garden"),
        episode("01E3", camera="gone"),
    ]
    await set_up()
    person = Context(user_id=admin.id)
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "share_alert", {**ALERT, **wish}, person)
    assert refused.value.translation_key == key
    assert engine.wishes("POST", "/api/alerts") == []


SHARE_STEP = {
    "action": f"{DOMAIN}.share_alert",
    "data": {"category": "fire", "headline": "Smoke alarm"},
}


async def shared_by_automation(hass: HomeAssistant, context: Context) -> None:
    """Let a real automation share what an event of somebody's context began."""
    rule = {
        "alias": "Share",
        "triggers": {"trigger": "event", "event_type": "smoke"},
        "actions": [SHARE_STEP],
    }
    assert await async_setup_component(hass, "automation", {"automation": [rule]})
    hass.bus.async_fire("smoke", context=context)
    await hass.async_block_till_done()


@pytest.mark.parametrize("by_person", [True, False])
async def test_what_an_automation_shares_is_automatic_whoever_triggered_it(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    admin: MockUser,
    by_person: bool,  # noqa: FBT001 - a parameter of a test
) -> None:
    await set_up()
    context = Context(user_id=admin.id) if by_person else Context()
    await shared_by_automation(hass, context)
    (asked,) = engine.wishes("POST", "/api/alerts")
    assert asked["automatic"] is True


async def test_an_automation_that_a_person_starts_by_hand_is_one_all_the_same(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, admin: MockUser
) -> None:
    await set_up()
    await shared_by_automation(hass, Context())
    await hass.services.async_call(
        "automation",
        "trigger",
        {"entity_id": "automation.share"},
        blocking=True,
        context=Context(user_id=admin.id),
    )
    await hass.async_block_till_done()
    wishes = engine.wishes("POST", "/api/alerts")
    assert [each["automatic"] for each in wishes] == [True, True]


async def test_a_script_speaks_for_whoever_starts_it(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, admin: MockUser
) -> None:
    await set_up()
    script = {"share": {"sequence": [SHARE_STEP]}}
    assert await async_setup_component(hass, "script", {"script": script})
    app = await hass.auth.async_create_system_user("App", group_ids=["system-admin"])
    for user in (admin, app):
        context = Context(user_id=user.id)
        await hass.services.async_call(
            "script", "share", {}, blocking=True, context=context
        )
    wishes = engine.wishes("POST", "/api/alerts")
    assert [each["automatic"] for each in wishes] == [False, True]


async def test_nobody_can_say_that_an_alert_is_not_automatic(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    await set_up()
    with pytest.raises(Invalid):
        await act(hass, "share_alert", {**ALERT, "automatic": False})


@pytest.mark.parametrize("thing", [{"camera": CAMERA}, {"episode": EPISODE}])
async def test_an_automation_shares_no_picture(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, thing: dict[str, Any]
) -> None:
    await set_up()
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "share_alert", {**ALERT, **thing})
    assert refused.value.translation_key == "automatic_is_text"
    assert engine.wishes("POST", "/api/alerts") == []


@pytest.mark.parametrize(
    "wish",
    [
        {"category": "gossip"},
        {"headline": ""},
        {"headline": "a" * 81},
        {"text": "a" * 1001},
        {"instruction": "a" * 301},
        {"severity": "very"},
        {"latitude": 1.0},
    ],
)
async def test_an_odd_alert_is_refused(
    hass: HomeAssistant, set_up: SetUp, wish: dict[str, Any]
) -> None:
    await set_up()
    with pytest.raises(Invalid):
        await act(hass, "share_alert", {**ALERT, **wish})


async def test_an_alert_is_commented_confirmed_and_disputed(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await set_up()
    await act(hass, "comment_alert", {"alert": "alert-1", "text": "The fire is out"})
    await act(hass, "confirm_alert", {"alert": "alert-1"})
    await act(hass, "dispute_alert", {"alert": "alert-1"})
    comments = engine.wishes("POST", "/api/alerts/alert-1/comments")
    assert comments == [{"text": "The fire is out"}]
    reactions = engine.wishes("POST", "/api/alerts/alert-1/reactions")
    assert reactions == [{"kind": "confirm"}, {"kind": "not_so"}]


SPEAKING: list[tuple[str, dict[str, Any]]] = [
    ("share_alert", ALERT),
    ("comment_alert", {"alert": "alert-1", "text": "Seen it too"}),
    ("confirm_alert", {"alert": "alert-1"}),
    ("dispute_alert", {"alert": "alert-1"}),
]


@pytest.mark.parametrize(("name", "wish"), SPEAKING)
async def test_who_may_only_look_does_not_speak_for_the_home(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    hass_read_only_user: MockUser,
    name: str,
    wish: dict[str, Any],
) -> None:
    await set_up()
    before = len(engine.asked)
    with pytest.raises(Unauthorized):
        await act(hass, name, wish, Context(user_id=hass_read_only_user.id))
    assert len(engine.asked) == before


@pytest.mark.parametrize("is_admin", [True, False])
async def test_people_of_the_home_speak_for_it(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    admin: MockUser,
    is_admin: bool,  # noqa: FBT001 - a parameter of a test
) -> None:
    await set_up()
    member = MockUser(groups=[]).add_to_hass(hass)
    member.mock_policy({"entities": True})
    context = Context(user_id=(admin if is_admin else member).id)
    await act(hass, "share_alert", {**ALERT, "camera": CAMERA}, context)
    assert len(engine.wishes("POST", "/api/alerts")) == 1


@pytest.mark.parametrize(("name", "wish"), SPEAKING)
async def test_while_sharing_is_off_it_is_said_so(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    name: str,
    wish: dict[str, Any],
) -> None:
    engine.state.sharing = {"state": "off", "hub": None}
    await set_up()
    with pytest.raises(HomeAssistantError) as refused:
        await act(hass, name, wish)
    assert refused.value.translation_key == "sharing_off"


@pytest.fixture
async def second(
    hass: HomeAssistant,
) -> AsyncIterator[tuple[MockConfigEntry, FakeEngine]]:
    """Another engine, which knows of no alert."""
    async with second_engine(hass) as other:
        yield other


async def test_the_engine_that_knows_the_alert_is_asked(
    hass: HomeAssistant,
    engine: FakeEngine,
    second: tuple[MockConfigEntry, FakeEngine],
    set_up: SetUp,
) -> None:
    other, its_engine = second
    await set_up()
    path = "/api/alerts/alert-1/reactions"
    await act(hass, "confirm_alert", {"alert": "alert-1"})
    assert (len(engine.wishes("POST", path)), its_engine.wishes("POST", path)) == (
        1,
        [],
    )
    named = {"alert": "alert-1", "config_entry_id": other.entry_id}
    await act(hass, "confirm_alert", named)
    assert len(its_engine.wishes("POST", path)) == 1
    with pytest.raises(ServiceValidationError):
        await act(hass, "confirm_alert", {"alert": "of-nobody"})


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
        {"answer": "approve", "pin": "2468"},
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


@pytest.mark.parametrize("answer", ["decline", "mute", "tip", "approve"])
@pytest.mark.parametrize("who", ["automation", "triggered", "app"])
async def test_nothing_is_answered_but_in_person(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    admin: MockUser,
    answer: str,
    who: str,
) -> None:
    await set_up()
    app = await hass.auth.async_create_system_user("App", group_ids=["system-admin"])
    contexts = {
        "automation": Context(),
        "triggered": Context(user_id=admin.id, parent_id="01JC0000000000000000000AAA"),
        "app": Context(user_id=app.id),
    }
    wish = {**ANSWER, "answer": answer, "text": "A van"}
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "answer_request", wish, contexts[who])
    assert refused.value.translation_key == "only_in_person"
    assert engine.wishes("POST", ANSWERS) == []


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
