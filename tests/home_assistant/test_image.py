"""The latest episode's picture."""

import pytest
from homeassistant.components.image import async_get_image
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from tests.home_assistant.conftest import Settle, SetUp
from tests.home_assistant.fake_engine import JPEG, FakeEngine, episode

ENTITY = "image.front_door_latest_episode"
FIRST = episode()["id"]
SECOND = "01JC00000000000000000000E2"
BEGIN = {
    "type": "MotionStarted",
    "camera": "front-door",
    "zone": None,
    "episode": SECOND,
}
END = {
    "type": "MotionEnded",
    "camera": "front-door",
    "zone": None,
    "episode": SECOND,
    "at": "2026-11-23T12:00:30.000000Z",
}


def state(hass: HomeAssistant) -> str:
    found = hass.states.get(ENTITY)
    assert found is not None
    return found.state


def fetched(engine: FakeEngine) -> list[str]:
    return [
        each.path.split("/")[3]
        for each in engine.asked
        if each.path.endswith("/thumbnail.jpg")
    ]


async def test_the_picture_is_fetched_when_somebody_looks_and_then_kept(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await set_up()
    assert state(hass) == "2026-11-23T11:59:20+00:00"
    assert fetched(engine) == []
    first, second = [await async_get_image(hass, ENTITY) for _ in range(2)]
    assert first.content == second.content == JPEG
    assert fetched(engine) == [FIRST]


async def test_a_new_episode_shows_once_it_has_a_picture(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    entry = await set_up()
    await async_get_image(hass, ENTITY)
    engine.kept_episodes.append(episode(SECOND))
    await engine.push(BEGIN)
    await settle(
        lambda: entry.runtime_data.data.last_episodes["front-door"].id == SECOND
    )
    assert state(hass) == "2026-11-23T11:59:20+00:00"
    await engine.push(END)
    await settle(lambda: state(hass) == "2026-11-23T12:00:30+00:00")
    await async_get_image(hass, ENTITY)
    assert fetched(engine) == [FIRST, SECOND]


async def test_a_lasting_episode_with_a_picture_shows_its_beginning(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    engine.state.last_episodes = [episode(ended_at=None)]
    await set_up()
    assert state(hass) == "2026-11-23T11:59:00+00:00"


async def test_an_episode_that_was_deleted_is_not_shown_from_memory(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    await set_up()
    await async_get_image(hass, ENTITY)
    await engine.push({"type": "EpisodeRemoved", "episode": FIRST})
    await settle(lambda: state(hass) == STATE_UNKNOWN)
    with pytest.raises(HomeAssistantError):
        await async_get_image(hass, ENTITY)


async def test_a_camera_that_saw_nothing_has_no_picture(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    engine.state.last_episodes = []
    await set_up()
    assert state(hass) == STATE_UNKNOWN
    with pytest.raises(HomeAssistantError):
        await async_get_image(hass, ENTITY)


async def test_a_picture_that_the_engine_refuses_is_an_error_in_its_words(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await set_up()
    path = f"/api/episodes/{FIRST}/thumbnail.jpg"
    engine.refuse("GET", path, 410, "gone", "the recording was deleted")
    with pytest.raises(HomeAssistantError, match="the recording was deleted"):
        await async_get_image(hass, ENTITY)
