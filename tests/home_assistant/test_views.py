"""The engine's media by way of Home Assistant: who gets what, and nothing beside it."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientPayloadError, web
from aiohttp.test_utils import TestClient
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import (
    CLIENT_ID,
    MockConfigEntry,
    MockUser,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.neighborcam.client import EngineClient
from custom_components.neighborcam.const import DOMAIN
from custom_components.neighborcam.coordinator import engine_url
from custom_components.neighborcam.errors import WishRefused
from custom_components.neighborcam.pictures import take_picture
from custom_components.neighborcam.views import (
    signed_picture_url,
    signed_span_url,
    signed_url,
)
from tests.home_assistant.conftest import Settle, SetUp
from tests.home_assistant.fake_engine import JPEG, MP4, TOKEN, FakeEngine, camera

EPISODE = "01JC00000000000000000000E1"
HOUR = timedelta(hours=1)
START = datetime(2026, 11, 23, 11, tzinfo=UTC)

type Client = TestClient[Any, Any]
type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture(autouse=True)
def _media(hass: HomeAssistant, tmp_path: Path) -> None:
    hass.config.media_dirs = {"local": str(tmp_path)}


@pytest.fixture
async def home(set_up: SetUp) -> MockConfigEntry:
    return await set_up()


@pytest.fixture
async def client(home: MockConfigEntry, hass_client: ClientSessionGenerator) -> Client:
    """Return somebody who is logged in."""
    assert home.entry_id
    made: Client = await hass_client()
    return made


@pytest.fixture
async def stranger(
    home: MockConfigEntry, hass_client_no_auth: ClientSessionGenerator
) -> Client:
    """Return somebody who has nothing but links."""
    assert home.entry_id
    made: Client = await hass_client_no_auth()
    return made


def of_episode(entry: MockConfigEntry, file: str, episode: str = EPISODE) -> str:
    return f"/api/neighborcam/{entry.entry_id}/episodes/{episode}/{file}"


def of_camera(entry: MockConfigEntry, file: str, camera: str = "front-door") -> str:
    return f"/api/neighborcam/{entry.entry_id}/cameras/{camera}/{file}"


def media_asked(engine: FakeEngine) -> list[str]:
    return [asked.path for asked in engine.asked if asked.path.endswith(("g", "4"))]


@asynccontextmanager
async def answering(home: MockConfigEntry, handler: Handler) -> AsyncIterator[None]:
    """Put another server in the engine's place, for media only."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    coordinator = home.runtime_data
    before = coordinator.client
    coordinator.client = EngineClient(
        coordinator._session(), engine_url("127.0.0.1", runner.addresses[0][1]), TOKEN
    )
    try:
        yield
    finally:
        coordinator.client = before
        await runner.cleanup()


@pytest.mark.parametrize(
    ("file", "kind", "body"),
    [
        ("thumbnail.jpg", "image/jpeg", JPEG),
        ("preview.jpg", "image/jpeg", JPEG),
        ("clip.mp4", "video/mp4", MP4),
    ],
)
async def test_an_episodes_media_come_through_whole(
    client: Client, home: MockConfigEntry, file: str, kind: str, body: bytes
) -> None:
    answer = await client.get(of_episode(home, file))
    assert answer.status == HTTPStatus.OK
    assert answer.content_type == kind
    assert await answer.read() == body


async def test_a_recording_comes_through_by_its_span(
    client: Client, home: MockConfigEntry, engine: FakeEngine
) -> None:
    url = of_camera(home, "clip.mp4")
    span = {"start": "2026-11-23T12:00:00+01:00", "end": "2026-11-23T11:30:00Z"}
    answer = await client.get(url, params=span)
    assert await answer.read() == MP4
    assert answer.headers["Clip-Started-At"] == "2026-11-23T11:58:55.000000Z"
    asked = engine.asked[-1]
    assert asked.path == "/api/cameras/front-door/clip.mp4"
    assert asked.query == {
        "start": "2026-11-23T11:00:00+00:00",
        "end": "2026-11-23T11:30:00+00:00",
    }


@pytest.mark.parametrize(
    "span",
    [
        {},
        {"start": "2026-11-23T11:00:00Z"},
        {"start": "soon", "end": "later"},
        {"start": "2026-11-23T11:00:00", "end": "2026-11-23T12:00:00"},
        {"start": "2026-11-23T12:00:00Z", "end": "2026-11-23T11:00:00Z"},
        {"start": "2026-11-23T12:00:00Z", "end": "2026-11-23T14:00:01Z"},
        {"start": "0001-01-01T00:00:00+23:00", "end": "2026-11-23T11:00:00Z"},
    ],
)
async def test_an_odd_span_is_refused_before_the_engine_is_asked(
    client: Client, home: MockConfigEntry, engine: FakeEngine, span: dict[str, str]
) -> None:
    answer = await client.get(of_camera(home, "clip.mp4"), params=span)
    assert answer.status == HTTPStatus.BAD_REQUEST
    assert media_asked(engine) == []


async def test_a_part_is_passed_on_as_a_part(
    client: Client, home: MockConfigEntry, engine: FakeEngine
) -> None:
    wanted = {"Range": "bytes=10-19", "If-Range": '"clip-1"'}
    answer = await client.get(of_episode(home, "clip.mp4"), headers=wanted)
    assert answer.status == HTTPStatus.PARTIAL_CONTENT
    assert answer.headers["Content-Range"] == f"bytes 10-19/{len(MP4)}"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["ETag"] == '"clip-1"'
    assert answer.headers["Content-Length"] == "10"
    assert await answer.read() == MP4[10:20]
    asked = engine.asked[-1].headers
    assert (asked["Range"], asked["If-Range"]) == ("bytes=10-19", '"clip-1"')
    assert asked["Accept-Encoding"] == "identity"


async def test_a_file_is_served_as_a_player_expects(
    client: Client, home: MockConfigEntry, tmp_path: Path
) -> None:
    """The engine sends files; this is the same class, so the same headers."""
    kept = tmp_path / "kept.mp4"
    kept.write_bytes(MP4)

    async def send(_: web.Request) -> web.StreamResponse:
        return web.FileResponse(kept)

    url = of_episode(home, "clip.mp4")
    size = len(MP4)
    async with answering(home, send):
        first = await client.get(url)
        assert await first.read() == MP4
        etag, since = first.headers["ETag"], first.headers["Last-Modified"]
        for asked, status, body in (
            ({"Range": "bytes=0-1"}, 206, MP4[:2]),
            ({"Range": "bytes=-5"}, 206, MP4[-5:]),
            ({"Range": f"bytes={size - 1}-"}, 206, MP4[-1:]),
            ({"Range": f"bytes={size}-"}, 416, b""),
            ({"Range": "bytes=0-1", "If-Range": since}, 206, MP4[:2]),
            ({"If-None-Match": etag}, 304, b""),
            ({"If-None-Match": '"other"'}, 200, MP4),
            ({"If-Modified-Since": since}, 304, b""),
        ):
            answer = await client.get(url, headers=asked)
            assert (answer.status, await answer.read()) == (status, body), asked


async def test_what_is_known_already_is_not_sent_again(
    client: Client, home: MockConfigEntry
) -> None:
    async def unchanged(request: web.Request) -> web.StreamResponse:
        assert request.headers["If-None-Match"] == '"clip-1"'
        assert request.headers["If-Modified-Since"]
        return web.Response(status=304, headers={"ETag": '"clip-1"'})

    since = "Mon, 23 Nov 2026 12:00:00 GMT"
    known = {"If-None-Match": '"clip-1"', "If-Modified-Since": since}
    async with answering(home, unchanged):
        answer = await client.get(of_episode(home, "clip.mp4"), headers=known)
    assert answer.status == HTTPStatus.NOT_MODIFIED
    assert answer.headers["ETag"] == '"clip-1"'
    assert await answer.read() == b""


async def test_a_part_that_does_not_exist_is_told_with_the_size(
    client: Client, home: MockConfigEntry
) -> None:
    async def too_far(_: web.Request) -> web.StreamResponse:
        size = {"Content-Range": "bytes */2048"}
        return web.Response(status=416, headers=size, text="details of the engine")

    wanted = {"Range": "bytes=9999-"}
    async with answering(home, too_far):
        answer = await client.get(of_episode(home, "clip.mp4"), headers=wanted)
    assert answer.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
    assert answer.headers["Content-Range"] == "bytes */2048"
    assert await answer.read() == b""


@pytest.mark.parametrize("file", ["thumbnail.jpg", "clip.mp4"])
async def test_a_player_may_ask_for_the_head_only(
    client: Client, home: MockConfigEntry, file: str
) -> None:
    answer = await client.head(of_episode(home, file))
    assert answer.status == HTTPStatus.OK
    assert int(answer.headers["Content-Length"]) > 0
    assert await answer.read() == b""


async def test_only_what_media_need_goes_either_way(
    client: Client, home: MockConfigEntry
) -> None:
    seen: dict[str, str] = {}

    async def chatty(request: web.Request) -> web.StreamResponse:
        seen.update(request.headers)
        headers = {
            "Content-Type": "text/html",
            "Set-Cookie": "session=1",
            "Location": "http://192.0.2.10/",
            "X-Engine": "secret",
            "Content-Disposition": "attachment",
            "Cache-Control": "public, max-age=99999",
            "ETag": '"1"',
        }
        return web.Response(body=b"<script>", headers=headers)

    mine = {"Cookie": "home=1", "Accept-Language": "de", "Referer": "http://h/"}
    async with answering(home, chatty):
        answer = await client.get(of_episode(home, "thumbnail.jpg"), headers=mine)
    assert answer.content_type == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["ETag"] == '"1"'
    for name in ("Set-Cookie", "Location", "X-Engine", "Content-Disposition"):
        assert name not in answer.headers
    assert seen["Authorization"] == f"Bearer {TOKEN}"
    for name in ("Cookie", "Accept-Language", "Referer"):
        assert name not in seen


async def test_packed_bytes_are_not_passed_on_as_plain(
    client: Client, home: MockConfigEntry
) -> None:
    async def packed(_: web.Request) -> web.StreamResponse:
        headers = {"Content-Encoding": "gzip"}
        return web.Response(body=gzip.compress(JPEG), headers=headers)

    async with answering(home, packed):
        answer = await client.get(of_episode(home, "thumbnail.jpg"))
    assert answer.status == HTTPStatus.BAD_GATEWAY


async def test_without_a_login_or_a_signature_nothing_is_given(
    stranger: Client, home: MockConfigEntry, engine: FakeEngine
) -> None:
    for url in (
        of_episode(home, "clip.mp4"),
        of_episode(home, "clip.mp4?authSig=odd"),
        of_camera(home, "clip.mp4"),
        of_camera(home, "snapshots/20261123T120000000000Z.jpg"),
    ):
        assert (await stranger.get(url)).status == HTTPStatus.UNAUTHORIZED
    assert media_asked(engine) == []


@pytest.mark.parametrize("for_anyone", [True, False])
async def test_a_signed_path_needs_no_login(
    hass: HomeAssistant, stranger: Client, home: MockConfigEntry, *, for_anyone: bool
) -> None:
    for kind, body in (("thumbnail", JPEG), ("preview", JPEG), ("clip", MP4)):
        url = signed_url(
            hass,
            home.entry_id,
            kind,  # type: ignore[arg-type]
            EPISODE,
            life=HOUR,
            for_anyone=for_anyone,
        )
        assert await (await stranger.get(url)).read() == body


async def test_a_signed_path_is_for_one_thing_and_one_hour(
    hass: HomeAssistant, stranger: Client, home: MockConfigEntry
) -> None:
    url = signed_url(hass, home.entry_id, "thumbnail", EPISODE, life=HOUR)
    other = url.replace("thumbnail.jpg", "clip.mp4")
    assert (await stranger.get(other)).status == HTTPStatus.UNAUTHORIZED
    late = signed_url(hass, home.entry_id, "clip", EPISODE, life=-HOUR)
    assert (await stranger.get(late)).status == HTTPStatus.UNAUTHORIZED


async def test_a_signed_span_is_for_that_span(
    hass: HomeAssistant, stranger: Client, home: MockConfigEntry, engine: FakeEngine
) -> None:
    url = signed_span_url(
        hass, home.entry_id, "front-door", START, START + HOUR, life=HOUR
    )
    assert await (await stranger.get(url)).read() == MP4
    assert engine.asked[-1].query["start"] == "2026-11-23T11:00:00+00:00"
    longer = url.replace("T12:00", "T12:30")
    assert longer != url
    assert (await stranger.get(longer)).status == HTTPStatus.UNAUTHORIZED


async def test_nothing_is_signed_for_an_odd_id(
    hass: HomeAssistant, home: MockConfigEntry
) -> None:
    with pytest.raises(WishRefused):
        signed_url(hass, home.entry_id, "clip", "../x", life=HOUR)
    with pytest.raises(WishRefused):
        signed_span_url(hass, home.entry_id, "a/b", START, START + HOUR, life=HOUR)


@pytest.mark.parametrize("id_", ["a.b", "a b", "x" * 65, "a+b", "ü"])
async def test_an_odd_id_reaches_no_engine(
    client: Client, home: MockConfigEntry, engine: FakeEngine, id_: str
) -> None:
    before = len(engine.asked)
    span = "clip.mp4?start=2026-11-23T11:00:00Z&end=2026-11-23T12:00:00Z"
    picture = "snapshots/20261123T120000000000Z.jpg"
    for url in (
        of_episode(home, "clip.mp4", id_),
        of_camera(home, span, id_),
        of_camera(home, picture, id_),
    ):
        assert (await client.get(url)).status == HTTPStatus.NOT_FOUND
    climbing = of_episode(home, "clip.mp4", "%2e%2e%2ftokens")
    assert (await client.get(climbing)).status == HTTPStatus.BAD_REQUEST
    assert len(engine.asked) == before


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        ((404, "not_found", "secret"), HTTPStatus.NOT_FOUND),
        ((400, "invalid_input", "secret"), HTTPStatus.NOT_FOUND),
        ((401, "unauthorised", "secret"), HTTPStatus.BAD_GATEWAY),
        ((507, "storage_failed", "secret"), HTTPStatus.BAD_GATEWAY),
        ((500, "unexpected", "secret"), HTTPStatus.BAD_GATEWAY),
    ],
)
async def test_a_refusal_is_a_status_without_the_engines_words(
    client: Client,
    home: MockConfigEntry,
    engine: FakeEngine,
    refusal: tuple[int, str, str],
    status: HTTPStatus,
) -> None:
    engine.refuse("GET", f"/api/episodes/{EPISODE}/clip.mp4", *refusal)
    answer = await client.get(of_episode(home, "clip.mp4"))
    assert answer.status == status
    assert "secret" not in await answer.text()


async def test_an_engine_that_sends_a_page_is_a_bad_gateway(
    client: Client, home: MockConfigEntry
) -> None:
    async def elsewhere(_: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "http://192.0.2.1/"})

    async with answering(home, elsewhere):
        answer = await client.get(of_episode(home, "clip.mp4"))
    assert answer.status == HTTPStatus.BAD_GATEWAY


async def test_an_engine_that_is_away_is_unavailable(
    client: Client, home: MockConfigEntry, engine: FakeEngine
) -> None:
    port = str(engine.port)
    await engine.stop()
    answer = await client.get(of_episode(home, "clip.mp4"))
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE
    assert port not in await answer.text()


async def test_an_entry_must_be_ours_and_loaded(
    hass: HomeAssistant, client: Client, home: MockConfigEntry
) -> None:
    other = MockConfigEntry(domain="sun")
    other.add_to_hass(hass)
    assert (await client.get(of_episode(other, "clip.mp4"))).status == 404
    unknown = of_episode(home, "clip.mp4").replace(home.entry_id, "nothing")
    assert (await client.get(unknown)).status == HTTPStatus.NOT_FOUND
    await hass.config_entries.async_unload(home.entry_id)
    answer = await client.get(of_episode(home, "clip.mp4"))
    assert answer.status == HTTPStatus.SERVICE_UNAVAILABLE


async def test_another_file_of_an_episode_is_not_there(
    client: Client, home: MockConfigEntry
) -> None:
    for file in ("hold", "clip.mp4.bak", "clipXmp4", ""):
        assert (await client.get(of_episode(home, file))).status == 404


async def test_an_engine_that_breaks_off_leaves_no_clip_that_looks_whole(
    client: Client, home: MockConfigEntry
) -> None:
    async def breaks_off(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        answer.content_length = 1_000_000
        await answer.prepare(request)
        await answer.write(MP4)
        assert request.transport is not None
        request.transport.close()
        return answer

    async with answering(home, breaks_off):
        answer = await client.get(of_episode(home, "clip.mp4"))
        assert answer.status == HTTPStatus.OK
        with pytest.raises(ClientPayloadError):
            await answer.read()


async def test_a_viewer_who_leaves_frees_the_engine(
    client: Client, home: MockConfigEntry
) -> None:
    left = asyncio.Event()

    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        try:
            while True:
                await answer.write(bytes(65_536))
        except ConnectionError:
            left.set()
            raise

    async with answering(home, endless), asyncio.timeout(10):
        answer = await client.get(of_episode(home, "clip.mp4"))
        await answer.content.readexactly(1_000_000)
        assert not left.is_set()
        answer.close()
        await left.wait()


async def test_nobody_reads_ahead_for_a_slow_viewer(
    client: Client, home: MockConfigEntry
) -> None:
    sent = 0
    stuck = asyncio.Event()

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        answer = web.StreamResponse()
        await answer.prepare(request)
        while True:
            try:
                async with asyncio.timeout(0.5):
                    await answer.write(bytes(1_000_000))
            except TimeoutError:
                stuck.set()
                return answer
            sent += 1_000_000

    async with answering(home, endless), asyncio.timeout(20):
        answer = await client.get(of_episode(home, "clip.mp4"))
        await stuck.wait()  # the kernel's buffers are full, ours hold no more
        answer.close()
    assert sent < 50_000_000


@pytest.fixture
async def guest(
    hass: HomeAssistant,
    home: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
) -> Client:
    """Return somebody who may see the garden and nothing else."""
    user = MockUser(groups=[]).add_to_hass(hass)
    user.mock_policy({"entities": {"entity_ids": {"camera.garden": {"read": True}}}})
    refresh = await hass.auth.async_create_refresh_token(user, CLIENT_ID)
    token = hass.auth.async_create_access_token(refresh)
    assert home.entry_id
    made: Client = await hass_client_no_auth()
    made.session.headers["Authorization"] = f"Bearer {token}"
    return made


async def test_people_get_media_of_the_cameras_that_they_may_see(
    hass: HomeAssistant,
    engine: FakeEngine,
    home: MockConfigEntry,
    guest: Client,
    settle: Settle,
) -> None:
    await engine.put_camera(camera("garden"))
    await settle(lambda: hass.states.get("camera.garden"))
    span = "clip.mp4?start=2026-11-23T11:00:00Z&end=2026-11-23T12:00:00Z"
    picture = "snapshots/20261123T120000000000Z.jpg"
    assert (await guest.get(of_camera(home, span, "garden"))).status == 200
    for url in (
        of_camera(home, span),
        of_camera(home, picture),
        of_episode(home, "clip.mp4"),
    ):
        assert (await guest.get(url)).status == HTTPStatus.FORBIDDEN
    assert (await guest.get(of_episode(home, "clip.mp4", "gone"))).status == 404
    engine.kept_episodes[0]["camera"] = "garden"
    assert await (await guest.get(of_episode(home, "clip.mp4"))).read() == MP4


async def test_the_owners_pictures_are_served_from_their_folder(
    hass: HomeAssistant, stranger: Client, home: MockConfigEntry
) -> None:
    path = await take_picture(home.runtime_data, "front-door")
    url = signed_picture_url(hass, home.entry_id, "front-door", path.name, life=HOUR)
    answer = await stranger.get(url)
    assert answer.status == HTTPStatus.OK
    assert answer.content_type == "image/jpeg"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert await answer.read() == JPEG


async def test_nothing_else_comes_from_that_folder(
    client: Client, home: MockConfigEntry, tmp_path: Path
) -> None:
    folder = tmp_path / "neighborcam" / "front-door"
    folder.mkdir(parents=True)
    secret = tmp_path / "secret.jpg"
    for path in (secret, folder / "clip.mp4", folder / "20261123T120000000000Z.part"):
        path.write_text("secret")
    (folder / "20261123T120000000001Z.jpg").symlink_to(secret)
    (folder / "20261123T120000000002Z.jpg").mkdir()
    (folder / "20261323T120000000000Z.jpg").write_text("secret")
    for name in (
        "20261123T120000000000Z.jpg",
        "20261123T120000000001Z.jpg",
        "20261123T120000000002Z.jpg",
        "20261323T120000000000Z.jpg",
        "20261123T120000000000Z.part",
        "clip.mp4",
        "secret.jpg",
    ):
        answer = await client.get(of_camera(home, f"snapshots/{name}"))
        assert answer.status == HTTPStatus.NOT_FOUND, name


async def test_without_a_media_folder_there_is_no_picture(
    hass: HomeAssistant, client: Client, home: MockConfigEntry
) -> None:
    hass.config.media_dirs = {}
    name = "snapshots/20261123T120000000000Z.jpg"
    answer = await client.get(of_camera(home, name))
    assert answer.status == HTTPStatus.NOT_FOUND
    assert DOMAIN in answer.url.path
