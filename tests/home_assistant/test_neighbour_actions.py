"""Alerts shared and requests answered by action: who may, what is asked and kept."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
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
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.neighborcam.const import DOMAIN
from tests.home_assistant.conftest import SetUp
from tests.home_assistant.fake_engine import (
    JPEG,
    PICTURE,
    SHARING_ON,
    FakeEngine,
    alert,
    camera,
    episode,
)
from tests.home_assistant.second_engine import second_engine

CAMERA = "camera.front_door"
EPISODE = "01JC00000000000000000000E1"
ALERT = {"category": "theft", "headline": "Bike stolen"}


@pytest.fixture(autouse=True)
def _sharing(engine: FakeEngine) -> None:
    engine.state.sharing = dict(SHARING_ON)
    engine.state.cameras = [camera(sharing=True), camera("garden")]
    engine.state.alerts = [alert()]


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
    wish = {**ALERT, "severity": "minor", "pictures": PICTURE}
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
            "pictures": [PICTURE],
            "automatic": False,
        }
    ]
    told = answer["alert"]
    assert (told["id"], told["headline"]) == ("mine", "Bike stolen")
    assert told["distance_m"] % 100 == 0
    assert not {"center", "cell", "latitude", "longitude"} & set(told)


@pytest.mark.parametrize("thing", [{"camera": CAMERA}, {"episode": EPISODE}])
async def test_a_picture_is_looked_at_first_and_its_very_bytes_are_shared(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    admin: MockUser,
    hass_client_no_auth: ClientSessionGenerator,
    thing: dict[str, Any],
) -> None:
    await set_up()
    person = Context(user_id=admin.id)
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "share_alert", {**ALERT, **thing}, person)
    assert refused.value.translation_key == "look_first"
    assert engine.wishes("POST", "/api/alerts") == []
    wish = {**ALERT, **thing, "preview_only": True}
    preview = await act(hass, "share_alert", wish, person, answers=True)
    (asked,) = engine.wishes("POST", "/api/alerts/preview")
    assert asked["camera" if "camera" in thing else "episode"] in {
        "front-door",
        EPISODE,
    }
    (picture,) = preview["pictures"]
    assert (picture["id"], picture["kind"]) == (PICTURE, "picture")
    assert (picture["size_bytes"], picture["redaction"]) == (
        81_234,
        ["moving", "audio"],
    )
    assert preview["advice"][0]["concern"] == "plate"
    browser = await hass_client_no_auth()  # a phone that Home Assistant was sent to
    seen = await browser.get(picture["url"])
    assert (seen.status, seen.content_type) == (200, "image/jpeg")
    assert await seen.read() == JPEG
    await act(hass, "share_alert", {**ALERT, "pictures": [picture["id"]]}, person)
    (shared,) = engine.wishes("POST", "/api/alerts")
    assert shared["pictures"] == [PICTURE]


async def test_a_picture_that_would_leave_is_shown_to_nobody_without_a_link(
    set_up: SetUp,
    hass_client: ClientSessionGenerator,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    entry = await set_up()
    path = f"/api/{DOMAIN}/{entry.entry_id}/shared"
    stranger, known = await hass_client_no_auth(), await hass_client()
    assert (await stranger.get(f"{path}/{PICTURE}/picture.jpg")).status == 401
    assert (await known.get(f"{path}/{PICTURE}/picture.jpg")).status == 200
    assert (await known.get(f"{path}/{'0' * 64}/picture.jpg")).status == 404
    assert (await known.get(f"{path}/a.b/picture.jpg")).status == 404


async def test_a_text_alone_may_be_looked_at_too(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await set_up()
    wish = {**ALERT, "preview_only": True}
    preview = await act(hass, "share_alert", wish, answers=True)
    assert preview["alert"]["headline"] == "Bike stolen"
    assert preview["pictures"] == []
    assert engine.wishes("POST", "/api/alerts") == []


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
        await act(hass, "share_alert", {**ALERT, **wish, "preview_only": True}, person)
    assert refused.value.translation_key == key
    assert engine.wishes("POST", "/api/alerts/preview") == []


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


@pytest.mark.parametrize(
    "thing", [{"camera": CAMERA}, {"episode": EPISODE}, {"pictures": [PICTURE]}]
)
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
        {"pictures": ["../../etc/passwd"]},
        {"pictures": [PICTURE] * 5},
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
    ("flag_alert", {"alert": "alert-1", "reason": "It names a plate"}),
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
    await act(hass, "share_alert", {**ALERT, "pictures": [PICTURE]}, context)
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


async def test_an_alert_or_a_comment_is_reported_to_the_stewards(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await set_up()
    wish = {"alert": "alert-1", "reason": "It names a plate"}
    await act(hass, "flag_alert", wish)
    await act(hass, "flag_alert", {**wish, "comment": "0" * 32})
    assert engine.wishes("POST", "/api/alerts/alert-1/flags") == [
        {"reason": "It names a plate"},
        {"reason": "It names a plate", "comment": "0" * 32},
    ]


async def test_an_admin_in_person_leaves_the_neighbourhood(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, admin: MockUser
) -> None:
    await set_up()
    person = Context(user_id=admin.id)
    await act(hass, "leave_neighbourhood", {"confirm": True}, person)
    await act(hass, "leave_neighbourhood", {"confirm": True, "anyway": True}, person)
    assert engine.wishes("POST", "/api/sharing/leave") == [
        {"anyway": False},
        {"anyway": True},
    ]


@pytest.mark.parametrize(
    ("wish", "in_person", "key"),
    [
        ({"confirm": True}, False, "leave_in_person"),
        ({"confirm": False}, True, "confirm_needed"),
    ],
)
async def test_nobody_leaves_by_accident_or_by_automation(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    admin: MockUser,
    wish: dict[str, Any],
    in_person: bool,  # noqa: FBT001 - a parameter of a test
    key: str,
) -> None:
    await set_up()
    context = Context(user_id=admin.id) if in_person else Context()
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "leave_neighbourhood", wish, context)
    assert refused.value.translation_key == key
    assert engine.wishes("POST", "/api/sharing/leave") == []
