"""The card's episodes: of the day, with links that work, for who may see them."""

from typing import Any

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from tests.home_assistant.conftest import SetUp
from tests.home_assistant.fake_engine import JPEG, FakeEngine

CAMERA = "camera.front_door"


async def asked(ws: Any, **more: Any) -> dict[str, Any]:
    """Return the answer to the card's question."""
    wish = {"type": "neighborcam/episodes", "entity_id": CAMERA, **more}
    await ws.send_json_auto_id(wish)
    answer: dict[str, Any] = await ws.receive_json()
    return answer


async def test_a_day_s_episodes_come_with_links_that_work(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    hass_ws_client: WebSocketGenerator,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    await hass.config.async_set_time_zone("Europe/Berlin")
    await set_up()
    answer = await asked(await hass_ws_client(hass), day="2026-11-23")
    assert answer["success"]
    query = next(a.query for a in engine.asked if a.path == "/api/episodes")
    assert query["start"] == "2026-11-22T23:00:00+00:00"
    assert query["end"] == "2026-11-23T23:00:00+00:00"
    episodes = answer["result"]["episodes"]
    whole = [each for each in engine.kept_episodes if each["zone"] is None]
    assert [each["id"] for each in episodes] == [each["id"] for each in whole]
    stranger = await hass_client_no_auth()
    seen = next(each for each in episodes if each["thumbnail"])
    picture = await stranger.get(seen["thumbnail"])
    assert await picture.read() == JPEG
    assert (await stranger.get(seen["thumbnail"].partition("?")[0])).status == 401


async def test_an_episode_that_lasts_has_no_clip_yet(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    hass_ws_client: WebSocketGenerator,
) -> None:
    first = engine.kept_episodes[0]
    engine.kept_episodes = [{**first, "zone": None, "ended_at": None}]
    await set_up()
    (told,) = (await asked(await hass_ws_client(hass)))["result"]["episodes"]
    assert (told["ended_at"], told["clip"]) == (None, None)


async def test_a_picture_that_is_not_there_yet_has_no_link(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    hass_ws_client: WebSocketGenerator,
) -> None:
    first = engine.kept_episodes[0]
    engine.kept_episodes = [{**first, "zone": None, "has_thumbnail": False}]
    await set_up()
    (told,) = (await asked(await hass_ws_client(hass)))["result"]["episodes"]
    assert told["thumbnail"] is None


async def test_cameras_of_others_are_not_found(
    hass: HomeAssistant, set_up: SetUp, hass_ws_client: WebSocketGenerator
) -> None:
    await set_up()
    answer = await asked(await hass_ws_client(hass), entity_id="camera.other")
    assert answer["error"]["code"] == "not_found"


async def test_who_may_not_see_a_camera_sees_no_episodes(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    hass_ws_client: WebSocketGenerator,
    hass_admin_user: MockUser,
) -> None:
    await set_up()
    hass_admin_user.groups = []
    hass_admin_user.mock_policy({"entities": {"entity_ids": {"light.other": True}}})
    answer = await asked(await hass_ws_client(hass))
    assert answer["error"]["code"] == "unauthorized"
    assert not [a for a in engine.asked if a.path == "/api/episodes"]


async def test_an_engine_that_fails_is_told_in_its_words(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    hass_ws_client: WebSocketGenerator,
) -> None:
    await set_up()
    engine.refuse("GET", "/api/episodes", 507, "storage_failed", "the disk is gone")
    answer = await asked(await hass_ws_client(hass))
    assert answer["error"] == {"code": "engine_failed", "message": "the disk is gone"}
