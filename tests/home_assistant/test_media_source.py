"""Recordings in the media browser: what is shown, found and played, to whom."""

from collections.abc import AsyncIterator
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from unittest.mock import patch

import pytest
from homeassistant.components import media_source
from homeassistant.components.media_player import (
    BrowseError,
    BrowseMedia,
    MediaClass,
    SearchMediaQuery,
)
from homeassistant.components.media_source import Unresolvable
from homeassistant.const import CONF_HOST, CONF_PORT, CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (
    CLIENT_ID,
    MockConfigEntry,
    MockUser,
)
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.neighborcam.const import DOMAIN
from custom_components.neighborcam.pictures import take_picture
from tests.home_assistant.conftest import SetUp
from tests.home_assistant.fake_engine import (
    JPEG,
    MP4,
    TOKEN,
    FakeEngine,
    camera,
    episode,
)

EPISODE = "01JC00000000000000000000E1"
NOW = "2026-11-23T12:30:00Z"
ROOT = "media-source://neighborcam"


@pytest.fixture(autouse=True)
async def _media(hass: HomeAssistant, tmp_path: Path) -> None:
    hass.config.media_dirs = {"local": str(tmp_path)}
    await hass.config.async_set_time_zone("Europe/Berlin")
    assert await async_setup_component(hass, "media_source", {})


@pytest.fixture(autouse=True)
def _now() -> object:
    now = dt_util.parse_datetime(NOW)
    assert now is not None
    with (
        patch("homeassistant.util.dt.utcnow", return_value=now),
        patch("homeassistant.util.dt.now", side_effect=lambda: dt_util.as_local(now)),
    ):
        yield


@pytest.fixture
async def home(set_up: SetUp) -> MockConfigEntry:
    return await set_up()


@pytest.fixture
async def second(hass: HomeAssistant) -> AsyncIterator[FakeEngine]:
    """Set up a second engine with a garden."""
    async with FakeEngine() as engine:
        engine.id = "01JC0000000000000000000002"
        engine.state.cameras = [camera("garden")]
        engine.state.last_episodes = []
        engine.kept_episodes = [
            episode("E2", camera="garden", started_at="2026-11-23T12:10:00Z")
        ]
        data = {CONF_HOST: "127.0.0.1", CONF_PORT: engine.port, CONF_TOKEN: TOKEN}
        entry = MockConfigEntry(
            domain=DOMAIN, title="Cabin", unique_id=engine.id, data=data
        )
        entry.add_to_hass(hass)
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        yield engine
        await hass.config_entries.async_unload(entry.entry_id)


async def browse(hass: HomeAssistant, id_: str = ROOT) -> BrowseMedia:
    return await media_source.async_browse_media(hass, id_)


async def search(
    hass: HomeAssistant, words: str, id_: str = ROOT, *kinds: MediaClass
) -> list[str]:
    query = SearchMediaQuery(search_query=words, media_filter_classes=list(kinds))
    found = await media_source.async_search_media(hass, id_, query)
    return [item.title for item in found.result]


def titles(folder: BrowseMedia) -> list[str]:
    return [child.title for child in folder.children or []]


def child(folder: BrowseMedia, title: str) -> BrowseMedia:
    return next(each for each in folder.children or [] if each.title == title)


async def opened(hass: HomeAssistant, *path: str) -> BrowseMedia:
    """Open folder after folder, as a person does."""
    folder = await browse(hass)
    for title in path:
        folder = await browse(hass, child(folder, title).media_content_id)
    return folder


async def play(
    hass: HomeAssistant, id_: str, client: ClientSessionGenerator
) -> tuple[str, bytes]:
    """Return type and bytes of what somebody without a login gets to see."""
    media = await media_source.async_resolve_media(hass, id_, None)
    answer = await (await client()).get(media.url)
    assert answer.status == HTTPStatus.OK
    return media.mime_type, await answer.read()


async def test_one_engine_shows_its_cameras_at_once(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    root = await browse(hass)
    assert root.title == "Home"
    assert root.can_search
    assert titles(root) == ["Front door"]
    door = child(root, "Front door")
    assert door.can_expand
    assert not door.can_play
    base = f"/api/neighborcam/{home.entry_id}/episodes/{EPISODE}/thumbnail.jpg"
    assert str(door.thumbnail).startswith(f"{base}?authSig=")


async def test_several_engines_have_a_level_of_their_own(
    hass: HomeAssistant, home: MockConfigEntry, second: FakeEngine
) -> None:
    root = await browse(hass)
    assert root.title == "NeighborCam"
    assert titles(root) == ["Home", "Cabin"]
    assert titles(await opened(hass, "Cabin")) == ["Garden"]
    assert child(await opened(hass, "Cabin"), "Garden").thumbnail is None
    assert home.entry_id in child(root, "Home").media_content_id
    assert second.id


async def test_a_camera_has_its_days_and_its_pictures(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    assert home.title
    door = await opened(hass, "Front door")
    assert titles(door)[:3] == [
        "Today · 2026-11-23",
        "Yesterday · 2026-11-22",
        "2026-11-21",
    ]
    assert titles(door)[-2:] == ["2026-11-10", "Pictures taken"]
    assert door.not_shown == 0


async def test_days_end_where_nobody_would_read_on(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    assert engine.state.storage
    engine.state.storage["cameras"][0]["oldest_at"] = "2025-11-23T12:00:00Z"
    await set_up()
    door = await opened(hass, "Front door")
    assert len(titles(door)) == 92 + 1
    assert door.not_shown == 366 - 92


@pytest.mark.parametrize("kept", [True, False])
async def test_a_camera_without_a_recording_has_today(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp, *, kept: bool
) -> None:
    if not kept:
        engine.state.storage = None
    elif engine.state.storage:
        engine.state.storage["cameras"][0]["oldest_at"] = None
    engine.state.last_episodes = []
    await set_up()
    assert titles(await opened(hass, "Front door")) == [
        "Today · 2026-11-23",
        "Pictures taken",
    ]


async def test_a_day_shows_what_happened_newest_first(
    hass: HomeAssistant, engine: FakeEngine, set_up: SetUp
) -> None:
    zones = [{"id": "drive", "name": "Driveway"}]
    engine.state.cameras = [camera(zones=zones)]
    engine.kept_episodes = [
        episode(),
        episode("E2", zone="drive", ended_at=None),
        episode(
            "E3",
            started_at="2026-11-23T12:00:00Z",
            ended_at=None,
            labels=[],
            has_thumbnail=False,
        ),
        episode(
            "E4",
            started_at="2026-11-23T08:00:00Z",
            ended_at="2026-11-23T09:01:05Z",
            labels=["person", "vehicle"],
        ),
        episode(
            "E5",
            started_at="2026-11-23T07:00:00Z",
            ended_at="2026-11-23T07:01:05Z",
        ),
    ]
    await set_up()
    day = await opened(hass, "Front door", "Today · 2026-11-23")
    assert titles(day) == [
        "Recording by the hour",
        "13:00:00 · now · Driveway",
        "12:59:00 · Person · 20 s · Driveway",
        "09:00:00 · Person · Vehicle · 1 h 1 min",
        "08:00:00 · Person · 1 min 5 s",
    ]
    asked = engine.asked[-1]
    assert asked.path == "/api/cameras/front-door/timeline"
    assert asked.query == {
        "start": "2026-11-22T23:00:00+00:00",
        "end": "2026-11-23T23:00:00+00:00",
    }
    hours, lasting, ended, *_ = day.children or []
    assert (hours.can_play, hours.can_expand) == (False, True)
    assert (lasting.can_play, lasting.can_expand) == (True, False)
    assert lasting.thumbnail is None
    assert ended.media_class == MediaClass.VIDEO
    assert ended.media_content_type == "video/mp4"


async def test_a_day_of_a_thousand_episodes_says_how_many_it_leaves_out(
    hass: HomeAssistant, engine: FakeEngine, home: MockConfigEntry
) -> None:
    engine.kept_episodes = [episode(f"E{number}") for number in range(510)]
    engine.coverage = []
    id_ = f"{ROOT}/{home.entry_id}/day/front-door/2026-11-23"
    day = await browse(hass, id_)
    assert len(titles(day)) == 500
    assert day.not_shown == 10


async def test_words_are_in_the_language_of_the_home(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    assert home.title
    hass.config.language = "de"
    day = await opened(hass, "Front door", "Heute · 2026-11-23")
    assert titles(day) == ["Aufzeichnung nach Stunden", "12:59:00 · Person · 20 s"]


async def test_an_episode_plays_without_a_login(
    hass: HomeAssistant,
    home: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    assert home.title
    day = await opened(hass, "Front door", "Today · 2026-11-23")
    item = child(day, "12:59:00 · Person · 20 s")
    played = await play(hass, item.media_content_id, hass_client_no_auth)
    assert played == ("video/mp4", MP4)


@pytest.mark.parametrize(
    ("began", "start"),
    [
        ("2026-11-23T12:00:00Z", "2026-11-23T11:59:57+00:00"),
        ("2026-11-23T09:00:00Z", "2026-11-23T10:29:57+00:00"),
    ],
)
async def test_an_episode_that_lasts_is_played_up_to_now(
    hass: HomeAssistant,
    engine: FakeEngine,
    home: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
    began: str,
    start: str,
) -> None:
    engine.kept_episodes = [episode(started_at=began, ended_at=None)]
    id_ = f"{ROOT}/{home.entry_id}/episode/{EPISODE}"
    await play(hass, id_, hass_client_no_auth)
    asked = engine.asked[-1]
    assert asked.path == "/api/cameras/front-door/clip.mp4"
    assert asked.query == {"start": start, "end": "2026-11-23T12:29:57+00:00"}


async def test_the_recording_is_there_by_the_hour(
    hass: HomeAssistant,
    engine: FakeEngine,
    home: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    assert home.title
    engine.kept_episodes = [
        episode(),
        episode("E2", started_at="2026-11-23T11:30:00Z"),
        episode("E3", started_at="2026-11-23T11:10:00Z", has_thumbnail=False),
    ]
    engine.coverage = [
        {"started_at": "2026-11-22T22:00:00Z", "ended_at": "2026-11-22T23:10:00Z"},
        {"started_at": "2026-11-23T10:10:00Z", "ended_at": "2026-11-23T11:20:00Z"},
        {"started_at": "2026-11-23T11:40:00Z", "ended_at": "2026-11-23T12:00:00Z"},
    ]
    hours = await opened(
        hass, "Front door", "Today · 2026-11-23", "Recording by the hour"
    )
    assert titles(hours) == ["12:00 - 13:00", "11:10 - 12:00", "00:00 - 00:10"]
    noon, before, _ = hours.children or []
    assert "E2/thumbnail.jpg" in str(noon.thumbnail)
    assert before.thumbnail is None
    played = await play(hass, before.media_content_id, hass_client_no_auth)
    assert played == ("video/mp4", MP4)
    assert engine.asked[-1].query == {
        "start": "2026-11-23T10:10:00+00:00",
        "end": "2026-11-23T11:00:00+00:00",
    }


@pytest.mark.parametrize(("day", "hours"), [("2026-10-25", 25), ("2026-03-29", 23)])
async def test_the_day_that_the_clocks_change_is_whole(
    hass: HomeAssistant,
    engine: FakeEngine,
    home: MockConfigEntry,
    day: str,
    hours: int,
) -> None:
    engine.coverage = [
        {"started_at": "2026-01-01T00:00:00Z", "ended_at": "2026-11-01T00:00:00Z"}
    ]
    folder = await browse(hass, f"{ROOT}/{home.entry_id}/hours/front-door/{day}")
    spans = [each.media_content_id for each in folder.children or []]
    assert len(set(spans)) == hours


async def test_pictures_that_the_owner_took_are_shown(
    hass: HomeAssistant,
    home: MockConfigEntry,
    tmp_path: Path,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    assert titles(await opened(hass, "Front door", "Pictures taken")) == []
    first = await take_picture(home.runtime_data, "front-door")
    later = dt_util.utcnow() + timedelta(minutes=5)
    with patch("homeassistant.util.dt.utcnow", return_value=later):
        await take_picture(home.runtime_data, "front-door")
    (first.parent / "notes.txt").write_text("not a picture")
    (first.parent / "20261399T120000000000Z.jpg").write_text("no day")
    folder = await opened(hass, "Front door", "Pictures taken")
    assert titles(folder) == ["2026-11-23 13:35:00", "2026-11-23 13:30:00"]
    item = child(folder, "2026-11-23 13:30:00")
    assert item.media_class == MediaClass.IMAGE
    shown = await (await hass_client_no_auth()).get(str(item.thumbnail))
    assert await shown.read() == JPEG
    played = await play(hass, item.media_content_id, hass_client_no_auth)
    assert played == ("image/jpeg", JPEG)
    media = await media_source.async_resolve_media(hass, item.media_content_id, None)
    assert media.path == first
    assert first.is_relative_to(tmp_path)


async def test_without_a_media_folder_there_are_no_pictures(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    hass.config.media_dirs = {}
    assert titles(await opened(hass, "Front door", "Pictures taken")) == []
    id_ = f"{ROOT}/{home.entry_id}/picture/front-door/20261123T123000000000Z.jpg"
    with pytest.raises(Unresolvable):
        await media_source.async_resolve_media(hass, id_, None)


async def test_what_the_actions_answer_can_be_played(
    hass: HomeAssistant,
    home: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    assert home.title
    wishes: list[tuple[str, dict[str, str], bytes]] = [
        ("export_clip", {"episode": EPISODE}, MP4),
        ("take_snapshot", {"camera": "camera.front_door"}, JPEG),
        ("list_episodes", {}, MP4),
    ]
    for name, wish, body in wishes:
        answer = await hass.services.async_call(
            DOMAIN, name, wish, blocking=True, return_response=True
        )
        assert answer is not None
        episodes = answer.get("episodes")
        told = episodes[0] if isinstance(episodes, list) else answer
        assert isinstance(told, dict)
        id_ = str(told["media_content_id"])
        media = await media_source.async_resolve_media(hass, id_, None)
        if media.path is None:
            _, got = await play(hass, id_, hass_client_no_auth)
        else:
            got = media.path.read_bytes()
        assert got == body, name


@pytest.mark.parametrize(
    "id_",
    [
        "{entry}/episode/nothing",
        "{entry}/episode/a.b",
        "{entry}/episode",
        "{entry}/what/front-door",
        "{entry}/camera/front-door",
        "{entry}/camera/a.b",
        "{entry}/picture/front-door/20261123T123000000000Z.jpg",
        "{entry}/picture/front-door/../../secret.jpg",
        "{entry}/span/front-door/2026-11-23T11:00:00Z/2026-11-23T13:00:01Z",
        "{entry}/span/front-door/2026-11-23T11:00:00Z/2026-11-23T11:00:00Z",
        "{entry}/span/front-door/2026-11-23T11:00:00/2026-11-23T12:00:00",
        "{entry}/span/front-door/soon/later",
        "unknown/episode/" + EPISODE,
        "unknown",
    ],
)
async def test_what_there_is_not_cannot_be_played(
    hass: HomeAssistant, home: MockConfigEntry, id_: str
) -> None:
    with pytest.raises(Unresolvable) as refused:
        await media_source.async_resolve_media(
            hass, f"{ROOT}/{id_.format(entry=home.entry_id)}", None
        )
    assert refused.value.translation_domain == DOMAIN
    assert refused.value.translation_key in {"no_such_media", "wish_refused"}
    assert str(refused.value) != refused.value.translation_key


@pytest.mark.parametrize(
    "id_",
    [
        "{entry}/episode/" + EPISODE,
        "{entry}/camera/garden",
        "{entry}/day/front-door/2026-13-40",
        "{entry}/day/front-door/9999-12-31",
        "{entry}/hours/front-door",
        "{entry}/day/garden/2026-11-23",
        "unknown",
    ],
)
async def test_what_there_is_not_cannot_be_opened(
    hass: HomeAssistant, home: MockConfigEntry, id_: str
) -> None:
    with pytest.raises(BrowseError) as refused:
        await browse(hass, f"{ROOT}/{id_.format(entry=home.entry_id)}")
    assert refused.value.translation_key == "no_such_media"


async def test_another_integrations_entry_is_none_of_ours(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    assert home.title
    other = MockConfigEntry(domain="sun")
    other.add_to_hass(hass)
    with pytest.raises(BrowseError) as refused:
        await browse(hass, f"{ROOT}/{other.entry_id}")
    assert refused.value.translation_key == "no_such_media"


async def test_an_engine_that_is_away_is_named(
    hass: HomeAssistant, engine: FakeEngine, home: MockConfigEntry
) -> None:
    door = await opened(hass, "Front door")
    await engine.stop()
    day = (door.children or [])[0].media_content_id
    id_ = f"{ROOT}/{home.entry_id}/episode/{EPISODE}"
    with pytest.raises(BrowseError) as refused:
        await browse(hass, day)
    assert refused.value.translation_key == "engine_unreachable"
    with pytest.raises(BrowseError):
        await search(hass, "person")
    with pytest.raises(Unresolvable) as unresolved:
        await media_source.async_resolve_media(hass, id_, None)
    assert unresolved.value.translation_key == "engine_unreachable"
    await hass.config_entries.async_unload(home.entry_id)
    with pytest.raises(BrowseError) as refused:
        await browse(hass)
    assert refused.value.translation_key == "engine_unreachable"


async def test_without_an_engine_it_is_said_so(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    await hass.config_entries.async_remove(home.entry_id)
    with pytest.raises(BrowseError) as refused:
        await browse(hass)
    assert refused.value.translation_key == "no_engine_set_up"


KEPT = [
    episode(),
    episode("E2", started_at="2026-11-22T11:59:00Z", labels=["vehicle"]),
    episode("E3", zone="drive", started_at="2026-11-23T11:59:05Z", labels=["vehicle"]),
    episode("E4", started_at="2026-11-21T11:59:00Z", labels=[]),
]
PERSON = "2026-11-23 · 12:59:00 · Person · 20 s · Front door"
IN_ZONE = "2026-11-23 · 12:59:05 · Vehicle · 15 s · Front door · Driveway"


@pytest.fixture
async def street(engine: FakeEngine, set_up: SetUp) -> MockConfigEntry:
    zones = [{"id": "drive", "name": "Driveway"}]
    engine.state.cameras = [camera(zones=zones), camera("garden")]
    engine.kept_episodes = [*KEPT]
    return await set_up()


@pytest.mark.parametrize(
    ("words", "first", "count"),
    [
        ("person", PERSON, 1),
        ("People", PERSON, 1),
        ("person car", PERSON, 2),
        ("door", "Front door", 4),
        ("FRONT, door person", PERSON, 1),
        ("driveway", IN_ZONE, 1),
        ("driveway front car", IN_ZONE, 1),
        ("garden", "Garden", 1),
        ("spaceship", None, 0),
        (" , ", None, 0),
        ("", None, 0),
    ],
)
async def test_words_find_episodes_and_cameras(
    hass: HomeAssistant,
    street: MockConfigEntry,
    words: str,
    first: str | None,
    count: int,
) -> None:
    assert street.title
    found = await search(hass, words)
    assert found[:1] == ([first] if first else [])
    assert len(found) == count


@pytest.mark.parametrize(
    ("words", "start"),
    [
        ("today", "2026-11-22T23:00:00+00:00"),
        ("yesterday", "2026-11-21T23:00:00+00:00"),
        ("2026-11-21", "2026-11-20T23:00:00+00:00"),
        ("21.11.2026", "2026-11-20T23:00:00+00:00"),
    ],
)
async def test_a_day_is_asked_of_the_engine(
    hass: HomeAssistant,
    engine: FakeEngine,
    street: MockConfigEntry,
    words: str,
    start: str,
) -> None:
    assert street.title
    found = await search(hass, f"{words} front person")
    assert found[0] == PERSON
    asked = engine.asked[-1]
    assert asked.path == "/api/episodes"
    assert asked.query["start"] == start
    assert asked.query["camera"] == "front-door"
    assert asked.query["label"] == "person"


async def test_a_camera_with_a_day_is_that_days_folder(
    hass: HomeAssistant, street: MockConfigEntry
) -> None:
    assert street.title
    found = await search(hass, "front yesterday")
    assert found[0] == "Front door · Yesterday · 2026-11-22"


async def test_the_homes_own_words_are_understood(
    hass: HomeAssistant, street: MockConfigEntry
) -> None:
    assert street.title
    hass.config.language = "de"
    assert len(await search(hass, "leute heute")) == 1
    assert len(await search(hass, "person today")) == 1


async def test_a_search_stays_where_it_was_begun(
    hass: HomeAssistant, engine: FakeEngine, street: MockConfigEntry
) -> None:
    base = f"{ROOT}/{street.entry_id}"
    assert len(await search(hass, "person", base)) == 1
    assert await search(hass, "person", f"{base}/camera/garden") == []
    assert await search(hass, "person", f"{base}/camera/front-door") == [PERSON]
    assert "start" not in engine.asked[-1].query
    await search(hass, "person", f"{base}/day/front-door/2026-11-23")
    assert engine.asked[-1].query["start"] == "2026-11-22T23:00:00+00:00"
    await search(hass, "person yesterday", f"{base}/day/front-door/2026-11-23")
    assert engine.asked[-1].query["start"] == "2026-11-21T23:00:00+00:00"
    with pytest.raises(BrowseError):
        await search(hass, "person", f"{base}/what")


async def test_who_looks_for_one_kind_gets_that_kind(
    hass: HomeAssistant, street: MockConfigEntry
) -> None:
    assert street.title
    found = await search(hass, "front", ROOT, MediaClass.VIDEO)
    assert "Front door" not in found
    assert len(found) == 3
    assert await search(hass, "front", ROOT, MediaClass.MUSIC) == []


async def test_a_search_looks_back_page_by_page_and_ends(
    hass: HomeAssistant, engine: FakeEngine, street: MockConfigEntry
) -> None:
    assert street.title
    engine.state.cameras = [camera()]
    kept = [episode(f"E{number}", labels=[]) for number in range(450)]
    engine.kept_episodes = [*kept, episode("last")]
    assert await search(hass, "front person") == [PERSON]
    assert [asked.query.get("before") for asked in engine.asked[-3:]] == [
        None,
        "E199",
        "E399",
    ]
    assert len(await search(hass, "front", ROOT, MediaClass.VIDEO)) == 100
    engine.kept_episodes = [episode(f"E{number}", labels=[]) for number in range(3000)]
    before = len(engine.asked)
    assert await search(hass, "front person") == []
    assert len(engine.asked) - before == 10


async def test_all_engines_are_searched_and_one_away_hides_none(
    hass: HomeAssistant,
    engine: FakeEngine,
    home: MockConfigEntry,
    second: FakeEngine,
) -> None:
    assert home.title
    garden = "2026-11-23 · 13:10:00 · Person · 1 s · Garden"
    assert await search(hass, "person") == [garden, PERSON]
    await second.stop()
    assert await search(hass, "person") == [PERSON]
    await engine.stop()
    with pytest.raises(BrowseError) as refused:
        await search(hass, "person")
    assert refused.value.translation_key == "engine_unreachable"


async def test_people_find_the_cameras_that_they_may_see(
    hass: HomeAssistant, street: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    guest = MockUser(groups=[]).add_to_hass(hass)
    guest.mock_policy({"entities": {"entity_ids": {"camera.garden": {"read": True}}}})
    refresh = await hass.auth.async_create_refresh_token(guest, CLIENT_ID)
    token = hass.auth.async_create_access_token(refresh)
    client = await hass_ws_client(hass, token)
    await client.send_json_auto_id(
        {"type": "media_source/browse_media", "media_content_id": ROOT}
    )
    shown = (await client.receive_json())["result"]["children"]
    assert [each["title"] for each in shown] == ["Garden"]
    found = {"media_content_id": ROOT, "search_query": "person"}
    await client.send_json_auto_id({"type": "media_source/search_media", **found})
    assert (await client.receive_json())["result"]["result"] == []
    door = f"{ROOT}/{street.entry_id}/camera/front-door"
    await client.send_json_auto_id(
        {"type": "media_source/browse_media", "media_content_id": door}
    )
    answer = await client.receive_json()
    assert answer["error"]["code"] == "browse_media_failed"
    assert "no such recording" in answer["error"]["message"]


async def test_a_link_for_a_guest_is_worth_what_the_guest_is(
    hass: HomeAssistant,
    street: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    guest = MockUser(groups=[]).add_to_hass(hass)
    guest.mock_policy({"entities": {"entity_ids": {"camera.garden": {"read": True}}}})
    refresh = await hass.auth.async_create_refresh_token(guest, CLIENT_ID)
    client = await hass_ws_client(hass, hass.auth.async_create_access_token(refresh))
    id_ = f"{ROOT}/{street.entry_id}/episode/{EPISODE}"
    await client.send_json_auto_id(
        {"type": "media_source/resolve_media", "media_content_id": id_}
    )
    url = (await client.receive_json())["result"]["url"]
    answer = await (await hass_client_no_auth()).get(url)
    assert answer.status == HTTPStatus.FORBIDDEN
