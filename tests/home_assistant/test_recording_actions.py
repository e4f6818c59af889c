"""Clips, episodes and pictures by action: what is asked, kept, answered and refused."""

import errno
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
    UnknownUser,
)
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from probatio import Invalid
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.neighborcam.const import DOMAIN
from tests.home_assistant.conftest import SetUp
from tests.home_assistant.fake_engine import JPEG, MP4, FakeEngine, camera, episode

CAMERA = "camera.front_door"
EPISODE = "01JC00000000000000000000E1"
SPAN = {"start": "2026-11-23 11:59:00+00:00", "end": "2026-11-23 11:59:20+00:00"}


@pytest.fixture(autouse=True)
def _media(hass: HomeAssistant, tmp_path: Path) -> None:
    hass.config.media_dirs = {"local": str(tmp_path)}


@pytest.fixture(autouse=True)
def _now() -> object:
    """Make the fake engine's recordings a thing of the past."""
    now = dt_util.parse_datetime("2026-11-23T12:30:00Z")
    with patch("homeassistant.util.dt.utcnow", return_value=now):
        yield


async def act(
    hass: HomeAssistant,
    name: str,
    data: Mapping[str, Any],
    context: Context | None = None,
    *,
    answers: bool = True,
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


def kept(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def content(path: Path) -> bytes:
    return path.read_bytes()


async def test_an_episode_is_kept_as_a_clip_that_can_be_played(
    hass: HomeAssistant,
    set_up: SetUp,
    tmp_path: Path,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    assert await async_setup_component(hass, "media_source", {})
    await set_up()
    answer = await act(hass, "export_clip", {"episode": EPISODE})
    path = Path(answer["path"])
    assert path.parent == tmp_path / "neighborcam" / "front-door"
    assert content(path) == MP4
    assert kept(tmp_path) == [path]
    assert answer["media_content_id"] == (
        "media-source://media_source/local/neighborcam/front-door/"
        "20261123T115855Z-20261123T115930Z.mp4"
    )
    assert answer["started_at"] == "2026-11-23T11:58:55+00:00"
    assert answer["ended_at"] == "2026-11-23T11:59:30+00:00"
    assert answer["size_bytes"] == len(MP4)
    assert answer["camera"] == "front-door"
    assert answer["url"].startswith("/media/local/neighborcam/")
    client = await hass_client_no_auth()
    assert await (await client.get(answer["url"])).read() == MP4
    assert (
        await client.get(answer["url"].partition("?")[0])
    ).status == HTTPStatus.UNAUTHORIZED


async def test_a_span_of_a_camera_is_cut_exactly(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await set_up()
    await act(hass, "export_clip", {"camera": CAMERA, **SPAN})
    asked = engine.asked[-1]
    assert asked.path == "/api/cameras/front-door/clip.mp4"
    assert asked.query == {
        "start": "2026-11-23T11:59:00+00:00",
        "end": "2026-11-23T11:59:20+00:00",
        "exact": "true",
    }


async def test_a_duration_stands_for_an_end(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await set_up()
    wish = {"camera": CAMERA, "start": SPAN["start"], "duration": {"seconds": 90}}
    await act(hass, "export_clip", wish, answers=False)
    assert engine.asked[-1].query["end"] == "2026-11-23T12:00:30+00:00"


@pytest.mark.parametrize(
    ("wish", "key"),
    [
        ({}, "clip_of_what"),
        ({"camera": CAMERA}, "clip_needs_span"),
        ({"camera": CAMERA, "start": SPAN["start"]}, "clip_needs_span"),
        ({"camera": CAMERA, "end": SPAN["end"]}, "clip_needs_span"),
        (
            {"camera": CAMERA, "start": SPAN["end"], "end": SPAN["start"]},
            "clip_span_odd",
        ),
        (
            {"camera": CAMERA, "start": SPAN["start"], "duration": "02:00:01"},
            "clip_span_odd",
        ),
        (
            {"camera": CAMERA, "start": SPAN["start"], "duration": "01:59:00"},
            "clip_of_the_future",
        ),
        ({"camera": "camera.other", **SPAN}, "no_camera_of_ours"),
    ],
)
async def test_a_clip_of_nothing_sensible_is_refused(
    hass: HomeAssistant,
    set_up: SetUp,
    tmp_path: Path,
    wish: dict[str, Any],
    key: str,
) -> None:
    await set_up()
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, "export_clip", wish)
    assert refused.value.translation_key == key
    assert kept(tmp_path) == []


@pytest.mark.parametrize(
    "wish",
    [
        {"camera": CAMERA, "episode": EPISODE},
        {"camera": CAMERA, **SPAN, "duration": "00:01:00"},
        {"camera": "nothing", **SPAN},
        {"camera": CAMERA, "start": "soon", "end": "later"},
    ],
)
async def test_a_contradiction_is_refused(
    hass: HomeAssistant, set_up: SetUp, wish: dict[str, Any]
) -> None:
    await set_up()
    with pytest.raises(Invalid):
        await act(hass, "export_clip", wish)


async def test_the_engines_refusal_is_told_and_nothing_is_left(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, tmp_path: Path
) -> None:
    path = f"/api/episodes/{EPISODE}/clip.mp4"
    engine.refuse("GET", path, 404, "not_found", "nothing was recorded then")
    await set_up()
    with pytest.raises(HomeAssistantError) as refused:
        await act(hass, "export_clip", {"episode": EPISODE})
    assert refused.value.translation_placeholders == {
        "reason": "nothing was recorded then"
    }
    assert kept(tmp_path) == []


async def test_a_clip_without_an_end_fills_no_disk(
    hass: HomeAssistant, set_up: SetUp, tmp_path: Path
) -> None:
    await set_up()
    with (
        patch("custom_components.neighborcam.exports.LARGEST_CLIP", 100),
        pytest.raises(HomeAssistantError) as refused,
    ):
        await act(hass, "export_clip", {"episode": EPISODE})
    assert refused.value.translation_key == "odd_answer"
    assert kept(tmp_path) == []


async def test_a_full_disk_is_named_and_nothing_is_left(
    hass: HomeAssistant, set_up: SetUp, tmp_path: Path
) -> None:
    await set_up()
    full = OSError(errno.ENOSPC, "No space left on device")
    with (
        patch("custom_components.neighborcam.exports._finish", side_effect=full),
        pytest.raises(HomeAssistantError) as refused,
    ):
        await act(hass, "export_clip", {"episode": EPISODE})
    assert refused.value.translation_key == "clip_not_kept"
    assert refused.value.translation_placeholders == {
        "reason": "No space left on device"
    }
    assert kept(tmp_path) == []


async def test_without_a_media_folder_nothing_is_asked(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    hass.config.media_dirs = {}
    await set_up()
    with pytest.raises(HomeAssistantError) as refused:
        await act(hass, "export_clip", {"camera": CAMERA, **SPAN})
    assert refused.value.translation_key == "no_media_folder"
    assert not engine.wishes("GET", "/api/cameras/front-door/clip.mp4")


async def test_an_engine_cannot_choose_where_a_clip_is_written(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, tmp_path: Path
) -> None:
    engine.kept_episodes = [episode(camera="..")]
    await set_up()
    with pytest.raises(HomeAssistantError):
        await act(hass, "export_clip", {"episode": EPISODE})
    assert kept(tmp_path) == []


async def test_episodes_are_listed_with_links_that_need_no_login(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    entry = await set_up()
    engine.kept_episodes = [episode(has_thumbnail=False), episode("01E2", zone="yard")]
    answer = await act(
        hass,
        "list_episodes",
        {"camera": CAMERA, "label": "person", "limit": 5, **SPAN},
    )
    assert engine.asked[-1].query == {
        "camera": "front-door",
        "start": "2026-11-23T11:59:00+00:00",
        "end": "2026-11-23T11:59:20+00:00",
        "label": "person",
        "limit": "5",
    }
    first, second = answer["episodes"]
    base = f"/api/neighborcam/{entry.entry_id}/episodes"
    assert first.pop("clip_url").startswith(f"{base}/{EPISODE}/clip.mp4?authSig=")
    assert first.pop("media_content_id") == (
        f"media-source://neighborcam/{entry.entry_id}/episode/{EPISODE}"
    )
    assert first == {
        "id": EPISODE,
        "config_entry_id": entry.entry_id,
        "camera": "front-door",
        "entity_id": CAMERA,
        "name": "Front door",
        "zone": None,
        "started_at": "2026-11-23T11:59:00+00:00",
        "ended_at": "2026-11-23T11:59:20+00:00",
        "labels": ["person"],
        "held": False,
    }
    assert second["zone"] == "yard"
    assert second["thumbnail_url"].startswith(f"{base}/01E2/thumbnail.jpg?authSig=")


async def test_people_are_told_of_the_cameras_that_they_may_see(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    engine.state.cameras = [camera(), camera("garden")]
    engine.kept_episodes = [episode(), episode("01E2", camera="garden")]
    await set_up()
    guest = MockUser(groups=[]).add_to_hass(hass)
    guest.mock_policy({"entities": {"entity_ids": {"camera.garden": {"read": True}}}})
    context = Context(user_id=guest.id)
    answer = await act(hass, "list_episodes", {}, context)
    assert [each["id"] for each in answer["episodes"]] == ["01E2"]
    refused: list[tuple[str, dict[str, Any]]] = [
        ("list_episodes", {"camera": CAMERA}),
        ("export_clip", {"episode": EPISODE}),
        ("export_clip", {"camera": CAMERA, **SPAN}),
        ("take_snapshot", {"camera": "camera.garden"}),
    ]
    for name, wish in refused:
        with pytest.raises(Unauthorized):
            await act(hass, name, wish, context)
    for name in ("hold_clip", "release_clip"):
        with pytest.raises(Unauthorized):
            await act(hass, name, {"episode": "01E2"}, context, answers=False)


async def test_somebody_unknown_is_told_nothing(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    await set_up()
    with pytest.raises(UnknownUser):
        await act(hass, "list_episodes", {}, Context(user_id="gone"))


async def test_a_list_needs_to_be_answered(hass: HomeAssistant, set_up: SetUp) -> None:
    await set_up()
    with pytest.raises(ServiceValidationError):
        await act(hass, "list_episodes", {}, answers=False)


@pytest.mark.parametrize("wish", [{"limit": 0}, {"limit": 201}, {"label": "ghost"}])
async def test_an_odd_list_is_refused(
    hass: HomeAssistant, set_up: SetUp, wish: dict[str, Any]
) -> None:
    await set_up()
    with pytest.raises(Invalid):
        await act(hass, "list_episodes", wish)


async def test_a_picture_is_kept(
    hass: HomeAssistant, set_up: SetUp, tmp_path: Path
) -> None:
    await set_up()
    answer = await act(hass, "take_snapshot", {"camera": CAMERA})
    assert kept(tmp_path) == [Path(answer["path"])]
    assert content(Path(answer["path"])) == JPEG
    assert answer["media_content_id"].endswith(".jpg")


async def test_a_recording_is_held_and_released(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await set_up()
    for name, method in (("hold_clip", "PUT"), ("release_clip", "DELETE")):
        await act(hass, name, {"episode": EPISODE}, answers=False)
        asked = engine.asked[-1]
        assert (asked.method, asked.path) == (method, f"/api/episodes/{EPISODE}/hold")


@pytest.mark.parametrize("id_", ["nowhere", "../../etc/passwd", "a" * 200])
async def test_an_episode_that_is_not_there_cannot_be_held(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, id_: str
) -> None:
    await set_up()
    with pytest.raises(HomeAssistantError) as refused:
        await act(hass, "hold_clip", {"episode": id_}, answers=False)
    assert refused.value.translation_key == "wish_refused"
    assert not [asked for asked in engine.asked if asked.method == "PUT"]


async def test_an_engine_that_is_away_is_named(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    await set_up()
    await engine.stop()
    with pytest.raises(HomeAssistantError) as refused:
        await act(hass, "list_episodes", {})
    assert refused.value.translation_key == "engine_unreachable"


async def test_an_entry_that_is_not_set_up_is_named(
    hass: HomeAssistant, set_up: SetUp
) -> None:
    entry = await set_up()
    await hass.config_entries.async_unload(entry.entry_id)
    for wish in ({}, {"config_entry_id": entry.entry_id}, {"config_entry_id": "odd"}):
        with pytest.raises(ServiceValidationError):
            await act(hass, "list_episodes", wish)


async def test_of_several_media_folders_home_assistants_own_is_taken(
    hass: HomeAssistant, set_up: SetUp, tmp_path: Path
) -> None:
    hass.config.media_dirs = {
        "disk": str(tmp_path / "disk"),
        "local": str(tmp_path / "local"),
    }
    await set_up()
    answer = await act(hass, "export_clip", {"episode": EPISODE})
    assert Path(answer["path"]).is_relative_to(tmp_path / "local")
    assert "/media_source/local/" in answer["media_content_id"]
