"""The camera entity: video, stills, on and off, and days on which it is not there."""

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.components.camera import (
    Camera,
    async_get_image,
    async_get_stream_source,
    get_camera_from_entity_id,
)
from homeassistant.components.stream import HLS_PROVIDER, Stream
from homeassistant.const import ATTR_ENTITY_ID, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.neighborcam import camera as platform
from tests.home_assistant.conftest import Settle, SetUp
from tests.home_assistant.fake_engine import JPEG, FakeEngine, camera

ENTITY = "camera.front_door"
PATH = "/api/cameras/front-door"
MOTION = {
    "type": "MotionStarted",
    "camera": "front-door",
    "zone": None,
    "episode": "01JC00000000000000000000E2",
}


def state(hass: HomeAssistant) -> str:
    found = hass.states.get(ENTITY)
    assert found is not None
    return found.state


def asked(engine: FakeEngine, path: str) -> int:
    return sum(each.path == path for each in engine.asked)


@pytest.fixture
async def stream(hass: HomeAssistant, set_up: SetUp) -> AsyncIterator[Stream]:
    """Play the camera by a real stream, whose worker only waits for its end."""

    def work(*arguments: Any) -> None:
        quit_event: threading.Event = arguments[-1]
        quit_event.wait(timeout=30)

    assert await async_setup_component(hass, "stream", {})
    await set_up()
    with patch("homeassistant.components.stream.worker.stream_worker", work):
        playing = await the(hass).async_create_stream()
        assert playing is not None
        playing.add_provider(HLS_PROVIDER)
        await playing.start()
        yield playing
        await playing.stop()


def the(hass: HomeAssistant) -> Camera:
    return get_camera_from_entity_id(hass, ENTITY)


def runs(stream: Stream) -> bool:
    return stream._thread is not None and stream._thread.is_alive()


@pytest.mark.parametrize(
    ("service", "sent"),
    [
        ("turn_on", {"enabled": True}),
        ("turn_off", {"enabled": False}),
        ("enable_motion_detection", {"detection": True}),
        ("disable_motion_detection", {"detection": False}),
    ],
)
async def test_an_action_sends_exactly_its_patch(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    service: str,
    sent: dict[str, Any],
) -> None:
    await set_up()
    await hass.services.async_call(
        "camera", service, {ATTR_ENTITY_ID: ENTITY}, blocking=True
    )
    assert engine.wishes("PATCH", PATH) == [sent]


async def test_a_refused_action_is_told_in_the_engines_words(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await set_up()
    engine.refuse("PATCH", PATH, 409, "conflict", "another change is on its way")
    with pytest.raises(HomeAssistantError, match="another change is on its way"):
        await hass.services.async_call(
            "camera", "turn_off", {ATTR_ENTITY_ID: ENTITY}, blocking=True
        )


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"recording": "continuous"}, "recording"),
        ({"recording": "continuous", "recording_problem": "disk full"}, "streaming"),
        ({"recording": "episodes"}, "streaming"),
        ({"recording": "off"}, "streaming"),
        ({"state": "reconnecting"}, "idle"),
        ({"state": "off", "enabled": False}, "idle"),
        ({"state": "unreachable"}, STATE_UNAVAILABLE),
        ({"state": "unauthorised"}, STATE_UNAVAILABLE),
        ({"state": "unsupported"}, STATE_UNAVAILABLE),
    ],
)
async def test_the_state_tells_what_the_camera_does(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    changes: dict[str, Any],
    shown: str,
) -> None:
    engine.state.cameras = [camera(**changes)]
    await set_up()
    assert state(hass) == shown


async def test_recording_on_motion_records_while_something_moves(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    engine.state.cameras = [camera(recording="episodes")]
    await set_up()
    await engine.push(MOTION)
    await settle(lambda: state(hass) == "recording")
    await engine.push({**MOTION, "type": "MotionEnded"})
    await settle(lambda: state(hass) == "streaming")


async def test_the_camera_is_unavailable_while_the_engine_is_gone(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, settle: Settle
) -> None:
    await set_up()
    await engine.stop()
    await settle(lambda: state(hass) == STATE_UNAVAILABLE)
    assert await the(hass).async_camera_image() is None
    assert await the(hass).stream_source() is None
    await engine.start()
    await settle(lambda: state(hass) == "recording")


async def test_the_video_is_a_signed_link_without_our_token(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await set_up()
    link = await async_get_stream_source(hass, ENTITY)
    assert link == f"http://127.0.0.1:{engine.port}{PATH}/live.ts?sig=signed"
    assert engine.wishes("POST", "/api/sign") == [
        {"path": f"{PATH}/live.ts", "ttl_s": 86_400}
    ]


async def test_a_link_that_the_engine_refuses_is_an_error(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await set_up()
    engine.refuse("POST", "/api/sign", 404, "not_found", "there is no such camera")
    with pytest.raises(HomeAssistantError, match="there is no such camera"):
        await async_get_stream_source(hass, ENTITY)


async def test_dashboards_share_a_picture_for_a_moment(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await set_up()
    pictures = await asyncio.gather(
        *(async_get_image(hass, ENTITY, width=640, height=360) for _ in range(4))
    )
    assert {each.content for each in pictures} == {JPEG}
    assert asked(engine, f"{PATH}/snapshot.jpg") == 1
    monkeypatch.setattr(platform, "STILL_LIFE_S", -1.0)
    await async_get_image(hass, ENTITY)
    assert asked(engine, f"{PATH}/snapshot.jpg") == 2


async def test_a_picture_that_the_engine_has_not_is_an_error(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await set_up()
    path = f"{PATH}/snapshot.jpg"
    engine.refuse("GET", path, 409, "conflict", "no picture came yet")
    with pytest.raises(HomeAssistantError, match="no picture came yet"):
        await async_get_image(hass, ENTITY)


@pytest.mark.parametrize("how", [{"privacy": True}, {"enabled": False}])
async def test_a_dark_camera_shows_nothing_and_asks_for_nothing(
    hass: HomeAssistant,
    engine: FakeEngine,
    set_up: SetUp,
    settle: Settle,
    how: dict[str, Any],
) -> None:
    await set_up()
    shown = the(hass)
    await async_get_image(hass, ENTITY)  # must not be shown from memory
    await engine.put_camera(camera(state="off", **how))
    await settle(lambda: state(hass) == "idle")
    engine.asked.clear()
    with pytest.raises(HomeAssistantError, match="Camera is off"):
        await async_get_image(hass, ENTITY)
    assert await shown.async_camera_image() is None
    assert await shown.stream_source() is None
    assert engine.asked == []


async def test_the_video_ends_when_the_camera_goes_dark(
    hass: HomeAssistant, engine: FakeEngine, stream: Stream, settle: Settle
) -> None:
    shown = the(hass)
    assert runs(stream)
    await engine.put_camera(camera(privacy=True, state="off"))
    await settle(lambda: not runs(stream))
    assert shown.stream is None


async def test_a_camera_removed_while_streaming_leaves_nothing_behind(
    hass: HomeAssistant, engine: FakeEngine, stream: Stream, settle: Settle
) -> None:
    stream.dynamic_stream_settings.preload_stream = True  # would go on for ever
    await engine.push({"type": "CameraRemoved", "camera": "front-door"})
    await settle(lambda: hass.states.get(ENTITY) is None)
    await settle(lambda: not runs(stream))
    assert not stream.outputs()


async def test_a_link_is_renewed_in_time_without_a_restart(
    hass: HomeAssistant, stream: Stream, settle: Settle
) -> None:
    thread = stream._thread
    stream.source = "old"
    later = dt_util.utcnow() + platform.RENEW_EVERY + timedelta(seconds=1)
    async_fire_time_changed(hass, later)
    await settle(lambda: stream.source != "old")
    assert stream.source.endswith("/live.ts?sig=signed")
    assert stream._thread is thread
    assert runs(stream)


async def test_a_link_that_cannot_be_renewed_is_kept_for_the_next_try(
    hass: HomeAssistant, engine: FakeEngine, stream: Stream, settle: Settle
) -> None:
    engine.refuse("POST", "/api/sign", 500, "internal", "the disk is slow")
    link, tries = stream.source, asked(engine, "/api/sign")
    later = dt_util.utcnow() + platform.RENEW_EVERY + timedelta(seconds=1)
    async_fire_time_changed(hass, later)
    await settle(lambda: asked(engine, "/api/sign") > tries)
    await hass.async_block_till_done()
    assert stream.source == link
    assert runs(stream)


async def test_an_engine_that_started_again_gives_a_new_link(
    engine: FakeEngine, stream: Stream, settle: Settle
) -> None:
    stream.source = "signed with the key of the engine before"
    await engine.drop()
    await settle(lambda: stream.source.endswith("/live.ts?sig=signed"))
    assert runs(stream)


async def test_nothing_is_renewed_while_nobody_watches(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await set_up()
    later = dt_util.utcnow() + platform.RENEW_EVERY + timedelta(seconds=1)
    async_fire_time_changed(hass, later)
    await hass.async_block_till_done()
    assert engine.wishes("POST", "/api/sign") == []
