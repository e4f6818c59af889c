import asyncio
import contextlib
import io
import logging
import re
from datetime import timedelta
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import WSCloseCode, WSMsgType
from yarl import URL

from neighborcam.engine.api.errors import ANSWERS
from neighborcam.engine.api.messages import Scope
from neighborcam.engine.api.routes import ROUTES
from neighborcam.engine.bus import (
    SharingChanged,
    StatisticsMeasured,
    StorageMeasured,
)
from neighborcam.engine.config import CameraConfig, CameraId
from neighborcam.engine.errors import StorageError
from neighborcam.engine.facts import (
    Box,
    EpisodeId,
    MotionEnded,
    MotionStarted,
    RecordingResumed,
    RecordingStopped,
)
from tests.conftest import CHECKOUT
from tests.engine.api.conftest import JPEG, NOW, PASSWORD, House

API_PAGE = (CHECKOUT / "docs/api.md").read_text()
ID = EpisodeId("01JTESTEPISODE000000000000")
BOX = Box(x=0.1, y=0.1, width=0.2, height=0.2)
SPAN = "start=2026-05-01T10:00:00Z&end=2026-05-01T10:01:00Z"


def _started() -> MotionStarted:
    at = NOW - timedelta(minutes=10)
    return MotionStarted(
        camera=CameraId("porch"), at=at, episode=ID, zone=None, box=BOX, score=0.5
    )


def _ended() -> MotionEnded:
    at = NOW - timedelta(minutes=9)
    return MotionEnded(
        camera=CameraId("porch"), at=at, episode=ID, zone=None, box=BOX, score=0.9
    )


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r.method} {r.path}")
def test_every_route_is_documented_with_its_scope(route: Any) -> None:
    scope = route.scope.value if route.scope else "none"
    assert f"| {route.method} | `{route.path}` | {scope} |" in API_PAGE


@pytest.mark.parametrize(("_kind", "status", "code"), ANSWERS)
def test_every_error_code_is_documented(_kind: type, status: int, code: str) -> None:
    assert f"| `{code}` | {status} |" in API_PAGE


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r.method} {r.path}")
async def test_a_route_with_a_scope_refuses_strangers(house: House, route: Any) -> None:
    if route.scope is None or route.own_auth:
        return
    path = route.path.translate({ord("{"): None, ord("}"): None})
    status, body = await house.ask(route.method, path)
    assert (status, body["error"]["code"]) == (401, "unauthorised")


async def test_a_viewer_may_not_administer(house: House) -> None:
    viewer = await house.token(Scope.VIEWER)
    assert (await house.ask("GET", "/api/cameras", token=viewer))[0] == 200
    status, body = await house.ask("GET", "/api/tokens", token=viewer)
    assert (status, body["error"]["code"]) == (403, "forbidden")


async def test_a_code_works_once_and_is_void_after_five_wrong_tries(
    house: House,
) -> None:
    code = house.server.pairing.issue(Scope.VIEWER).code
    wrong = {"code": "AAAAAAAA", "name": "x"}
    for _ in range(5):
        assert (await house.ask("POST", "/api/pair", body=wrong))[0] == 403
    right = {"code": code, "name": "x"}
    assert (await house.ask("POST", "/api/pair", body=right))[0] == 403
    fresh = {"code": house.server.pairing.issue(Scope.VIEWER).code, "name": "x"}
    assert (await house.ask("POST", "/api/pair", body=fresh))[0] == 201
    assert (await house.ask("POST", "/api/pair", body=fresh))[0] == 403


async def test_a_code_expires(house: House) -> None:
    code = house.server.pairing.issue(Scope.VIEWER).code
    house.clock.advance(minutes=10)
    body = {"code": code, "name": "x"}
    assert (await house.ask("POST", "/api/pair", body=body))[0] == 403


async def test_guessing_tokens_is_slowed_and_the_owner_is_not(
    house: House, admin: str
) -> None:
    for _ in range(20):
        assert (await house.ask("GET", "/api/info", token="guess"))[0] == 401
    assert (await house.ask("GET", "/api/info", token="guess"))[0] == 429
    assert (await house.ask("GET", "/api/info", token=admin))[0] == 200


async def test_a_revoked_token_ends_and_the_last_admin_stays(
    house: House, admin: str
) -> None:
    other = await house.token(Scope.VIEWER)
    tokens = (await house.ask("GET", "/api/tokens", token=admin))[1]
    ids = {row["scope"]: row["id"] for row in tokens}
    path = f"/api/tokens/{ids['viewer']}"
    assert (await house.ask("DELETE", path, token=admin))[0] == 204
    assert (await house.ask("GET", "/api/info", token=other))[0] == 401
    path = f"/api/tokens/{ids['admin']}"
    assert (await house.ask("DELETE", path, token=admin))[0] == 409


async def test_a_client_can_give_its_own_token_back(house: House, admin: str) -> None:
    other = await house.token(Scope.ADMIN)
    assert (await house.ask("DELETE", "/api/tokens/self", token=other))[0] == 204
    assert (await house.ask("GET", "/api/info", token=other))[0] == 401
    assert (await house.ask("GET", "/api/info", token=admin))[0] == 200


async def test_a_camera_is_added_changed_and_removed_without_showing_its_password(
    house: House, admin: str
) -> None:
    url = f"rtsp://joe:{PASSWORD}@192.0.2.5/main"
    body = {"id": "yard", "name": "Yard", "main_url": url}
    status, view = await house.ask("POST", "/api/cameras", token=admin, body=body)
    assert (status, view["main_url"]) == (201, "rtsp://192.0.2.5/main")
    assert view["has_password"]
    assert PASSWORD not in str(view)
    assert house.cameras.configs["yard"].password == PASSWORD
    path = "/api/cameras/yard"
    patch = {"sensitivity": 70, "keep_days": None}
    status, view = await house.ask("PATCH", path, token=admin, body=patch)
    assert (status, view["sensitivity"], view["keep_days"]) == (200, 70, 14.0)
    assert house.cameras.configs["yard"].password == PASSWORD
    assert (await house.ask("POST", "/api/cameras", token=admin, body=body))[0] == 409
    assert (await house.ask("DELETE", path, token=admin))[0] == 204
    assert (await house.ask("GET", path, token=admin))[0] == 404


async def test_a_wrong_field_is_named(
    house: House, admin: str, porch: CameraConfig
) -> None:
    for patch, field in (
        ({"sensitivity": 0}, "sensitivity"),
        ({"zones": [{"id": "a", "name": "b", "polygon": []}]}, "zones[0].polygon"),
        ({"main_url": "gopher://x"}, "main_url"),
        ({"id": "other"}, "id"),
    ):
        path = f"/api/cameras/{porch.id}"
        status, body = await house.ask("PATCH", path, token=admin, body=patch)
        assert (status, body["error"]["field"]) == (400, field)


async def test_an_url_sent_back_as_it_came_keeps_its_secret(
    house: House, admin: str, porch: CameraConfig
) -> None:
    view = (await house.ask("GET", "/api/cameras/porch", token=admin))[1]
    assert PASSWORD not in str(view)
    patch = {"main_url": view["main_url"], "name": "New"}
    await house.ask("PATCH", "/api/cameras/porch", token=admin, body=patch)
    assert house.cameras.configs["porch"].main_url == porch.main_url


async def test_a_camera_is_tried_and_onvif_urls_come_back_clean(
    house: House, admin: str
) -> None:
    body = {"main_url": f"rtsp://u:{PASSWORD}@192.0.2.5/"}
    result = (await house.ask("POST", "/api/cameras/test", token=admin, body=body))[1]
    assert (result["ok"], result["codec"]) == (True, "h264")
    ask = {"host": "192.0.2.7", "username": "admin", "password": PASSWORD}
    found = (await house.ask("POST", "/api/onvif/profiles", token=admin, body=ask))[1]
    assert PASSWORD not in str(found)
    ask["password"] = "no"
    status, body = await house.ask("POST", "/api/onvif/profiles", token=admin, body=ask)
    assert (status, body["error"]["code"]) == (502, "camera_unauthorised")
    assert len((await house.ask("POST", "/api/discover", token=admin))[1]) == 1


async def test_a_known_camera_is_tried_with_the_password_that_it_has(
    house: House, admin: str
) -> None:
    secret = f"rtsp://192.0.2.5/s?pwd={PASSWORD}"
    new = {"id": "gate", "name": "Gate", "main_url": secret, "password": PASSWORD}
    view = (await house.ask("POST", "/api/cameras", token=admin, body=new))[1]
    body = {"main_url": view["main_url"], "camera": "gate"}
    result = (await house.ask("POST", "/api/cameras/test", token=admin, body=body))[1]
    assert result["ok"]
    assert house.cameras.probed is not None
    assert house.cameras.probed.main_url == secret
    body["password"] = "other"
    result = (await house.ask("POST", "/api/cameras/test", token=admin, body=body))[1]
    assert not result["ok"]
    body["camera"] = "nowhere"
    assert (await house.ask("POST", "/api/cameras/test", token=admin, body=body))[
        0
    ] == 404


async def test_a_signed_url_works_without_a_token_for_its_path_only(
    house: House, admin: str, porch: CameraConfig
) -> None:
    wish = {"path": f"/api/cameras/{porch.id}/snapshot.jpg", "ttl_s": 60}
    url = (await house.ask("POST", "/api/sign", token=admin, body=wish))[1]["url"]
    assert await house.ask("GET", url) == (200, JPEG)
    other = url.replace("porch", "yard")
    assert (await house.ask("GET", other))[0] == 401
    assert (await house.ask("GET", url.replace("expires=", "expires=9")))[0] == 401
    house.clock.advance(seconds=61)
    assert (await house.ask("GET", url))[0] == 401
    wish = {"path": "/api/tokens"}
    assert (await house.ask("POST", "/api/sign", token=admin, body=wish))[0] == 400


async def test_a_stream_token_cannot_sign_recordings(house: House) -> None:
    token = await house.token(Scope.STREAM)
    wish = {"path": f"/api/cameras/porch/clip.mp4?{SPAN}"}
    assert (await house.ask("POST", "/api/sign", token=token, body=wish))[0] == 403


async def test_clips_take_ranges_and_are_exported_once(
    house: House, admin: str
) -> None:
    path = f"/api/cameras/porch/clip.mp4?{SPAN}"
    answers = await asyncio.gather(
        *(house.ask("GET", path, token=admin) for _ in range(3))
    )
    assert {status for status, _ in answers} == {200}
    assert len(house.exports.made) == 1
    part = await house.ask("GET", path, token=admin, headers={"Range": "bytes=4-7"})
    assert part == (206, bytes([4, 5, 6, 7]))
    status, _ = await house.ask(
        "GET", path, token=admin, headers={"Range": "bytes=9999-"}
    )
    assert status == 416
    assert len(house.exports.made) == 1
    house.clock.advance(minutes=16)
    await house.ask("GET", path, token=admin)
    assert len(house.exports.made) == 2


async def test_an_episode_is_listed_held_and_deleted(house: House, admin: str) -> None:
    house.index.apply(_started())
    path = f"/api/episodes/{ID}"
    assert (await house.ask("GET", f"{path}/clip.mp4", token=admin))[0] == 409
    house.index.apply(_ended())
    listed = (await house.ask("GET", "/api/episodes?limit=5", token=admin))[1]
    assert [row["id"] for row in listed] == [ID]
    assert (await house.ask("GET", f"{path}/clip.mp4", token=admin))[0] == 200
    assert (await house.ask("GET", f"{path}/thumbnail.jpg", token=admin))[0] == 404
    house.index.set_pictures(ID, thumbnail=True, preview=True)
    picture = house.pictures.folder / f"{ID}.jpg"
    picture.write_bytes(JPEG)
    got = await house.ask("GET", f"{path}/thumbnail.jpg", token=admin)
    assert got == (200, JPEG)
    assert (await house.ask("GET", f"{path}/preview.jpg", token=admin))[0] == 404
    assert (await house.ask("PUT", f"{path}/hold", token=admin))[1]["held"]
    assert (await house.ask("DELETE", path, token=admin))[0] == 409
    assert not (await house.ask("DELETE", f"{path}/hold", token=admin))[1]["held"]
    assert (await house.ask("DELETE", path, token=admin))[0] == 204
    assert not picture.exists()
    timeline = f"/api/cameras/porch/timeline?{SPAN}"
    assert (await house.ask("GET", timeline, token=admin))[1]["episodes"] == []


async def test_settings_are_patched_and_stored(house: House, admin: str) -> None:
    status, body = await house.ask(
        "PATCH", "/api/settings", token=admin, body={"name": "Cottage"}
    )
    assert (status, body["name"]) == (200, "Cottage")
    assert (await house.ask("GET", "/api/settings", token=admin))[1] == body
    assert (await house.ask("GET", "/api/storage", token=admin))[1]["total_bytes"] > 0


async def test_metrics_name_the_camera_and_no_secret(
    house: House, admin: str, porch: CameraConfig
) -> None:
    status, body = await house.ask("GET", "/metrics", token=admin)
    assert status == 200
    assert b'neighborcam_camera_frames_total{camera="porch"} 42.0' in body
    assert PASSWORD.encode() not in body
    assert porch.main_url.encode() not in body


async def test_the_page_is_served_and_nothing_beside_it(house: House) -> None:
    assert b"not built" in (await house.ask("GET", "/"))[1]
    (house.web_dir / "assets").mkdir(parents=True)
    (house.web_dir / "index.html").write_text("hello")
    (house.web_dir / "assets/a.js").write_text("1")
    async with house.session.get(house.url("/")) as answer:
        assert await answer.text() == "hello"
        assert "'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert await house.ask("GET", "/assets/a.js") == (200, b"1")
    for path in ("/..%2fdata%2fkey", "/assets/..%2f..%2fx", "/%00", "/api/nothing"):
        assert (await house.ask("GET", path))[0] == 404


async def test_live_video_flows_and_ends_when_the_viewer_leaves(
    house: House, admin: str, porch: CameraConfig
) -> None:
    headers = {"Authorization": f"Bearer {admin}"}
    url = house.url(f"/api/cameras/{porch.id}/live.ts")
    async with house.session.get(url, headers=headers) as answer:
        viewer = house.cameras.viewers[0]
        viewer.chunks.put_nowait(b"G" * 188)
        assert await answer.content.readexactly(188) == b"G" * 188
        answer.close()
    async with asyncio.timeout(30):
        await viewer.closed.wait()


async def test_a_page_gets_the_mime_type_then_fragments(
    house: House, admin: str, porch: CameraConfig
) -> None:
    wish = {"path": f"/api/cameras/{porch.id}/live?stream=sub"}
    url = (await house.ask("POST", "/api/sign", token=admin, body=wish))[1]["url"]
    async with house.session.ws_connect(house.url(url)) as socket:
        await house.cameras.opened.wait()
        viewer = house.cameras.viewers[0]
        viewer.chunks.put_nowait(b"init")
        assert (await socket.receive_json())["mime"] == viewer.mime
        assert await socket.receive_bytes() == b"init"
        viewer.chunks.put_nowait(None)
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
    async with asyncio.timeout(30):
        await viewer.closed.wait()


async def test_stopping_the_server_ends_viewers(
    house: House, admin: str, porch: CameraConfig
) -> None:
    headers = {"Authorization": f"Bearer {admin}"}
    url = house.url(f"/api/cameras/{porch.id}/live.ts")
    assert house.server._runner is not None
    house.server._runner._shutdown_timeout = 600  # nobody waits for viewers to go
    async with house.session.get(url, headers=headers):
        async with asyncio.timeout(60):
            await house.server.stop()
        assert house.cameras.viewers[0].closed.is_set()


async def test_a_client_gets_hello_snapshot_and_changes(
    house: House, admin: str, porch: CameraConfig
) -> None:
    house.bus.publish(_started())
    async with house.session.ws_connect(house.url("/api/ws")) as socket:
        await socket.send_json({"type": "auth", "token": admin})
        assert (await socket.receive_json())["type"] == "hello"
        snapshot = await socket.receive_json()
        assert [e["id"] for e in snapshot["episodes"]] == [ID]
        assert snapshot["cameras"][0]["id"] == porch.id
        assert PASSWORD not in str(snapshot)
        house.bus.publish(_ended())
        changes = await socket.receive_json()
        assert changes["seq"] == 1
        assert changes["changes"][0]["type"] == "MotionEnded"
        patch = {"name": "New"}
        await house.ask("PATCH", "/api/cameras/porch", token=admin, body=patch)
        changes = await socket.receive_json()
        assert (changes["seq"], changes["cameras"][0]["name"]) == (2, "New")
        await socket.send_str("{garbage")
        assert (await socket.receive_json())["code"] == "invalid_input"
        await socket.send_bytes(b"\x00")
        assert (await socket.receive_json())["code"] == "bad_request"
        await socket.send_json({"type": "ping"})
        assert (await socket.receive_json()) == {"type": "pong"}
        await socket.send_json({"type": "snapshot"})
        assert (await socket.receive_json())["episodes"] == []
        await socket.send_str("x" * 20_000)
        assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
        assert socket.close_code == 1009


async def test_a_snapshot_has_all_that_a_client_of_push_alone_needs(
    house: House, admin: str, porch: CameraConfig
) -> None:
    at = NOW - timedelta(minutes=1)
    house.index.apply(_started())
    house.bus.publish(RecordingStopped(camera=CameraId("porch"), at=at, reason="full"))
    async with house.session.ws_connect(house.url("/api/ws")) as socket:
        await socket.send_json({"type": "auth", "token": admin})
        hello, snapshot = await socket.receive_json(), await socket.receive_json()
        assert (
            hello["id"] == (await house.ask("GET", "/api/info", token=admin))[1]["id"]
        )
        assert [each["id"] for each in snapshot["last_episodes"]] == [ID]
        assert snapshot["storage"]["total_bytes"] > 0
        assert snapshot["labels"] == []
        assert snapshot["cameras"][0]["recording_problem"] == "full"
        house.bus.publish(RecordingResumed(camera=CameraId("porch"), at=at))
        assert "cameras" in await socket.receive_json()
        house.bus.publish(StatisticsMeasured(at=at))
        changes = await socket.receive_json()
        assert [each["id"] for each in changes["cameras"]] == [porch.id]
        assert changes["cameras"][0]["recording_problem"] == ""
        house.bus.publish(StorageMeasured(at=at))
        assert (await socket.receive_json())["storage"]["free_bytes"] > 0


async def test_episodes_of_the_whole_picture_are_counted_by_camera(
    house: House, admin: str
) -> None:
    house.index.apply(_started())
    start, end = NOW - timedelta(hours=1), NOW
    span = f"start={start:%Y-%m-%dT%H:%M:%SZ}&end={end:%Y-%m-%dT%H:%M:%SZ}"
    path = "/api/episodes/counts?"
    counts = (await house.ask("GET", path + span, token=admin))[1]
    assert counts == [{"camera": "porch", "count": 1}]
    assert (await house.ask("GET", path + SPAN, token=admin))[1] == []


async def test_a_wrong_first_message_closes_the_socket(house: House) -> None:
    for first in ({"type": "auth", "token": "no"}, {"type": "ping"}):
        async with house.session.ws_connect(house.url("/api/ws")) as socket:
            await socket.send_json(first)
            assert (await socket.receive_json())["code"] == "unauthorised"
            assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
            assert socket.close_code == 4401


async def test_a_page_of_another_site_cannot_open_a_socket(house: House) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await house.session.ws_connect(
            house.url("/api/ws"), headers={"Origin": "https://evil.example"}
        )
    assert refused.value.status == 403


async def test_revoking_a_token_ends_its_socket(house: House, admin: str) -> None:
    token = await house.token(Scope.VIEWER)
    headers = {"Authorization": f"Bearer {token}"}
    async with house.session.ws_connect(house.url("/api/ws"), headers=headers) as s:
        await s.receive_json()
        await s.receive_json()
        tokens = (await house.ask("GET", "/api/tokens", token=admin))[1]
        id_ = next(row["id"] for row in tokens if row["scope"] == "viewer")
        await house.ask("DELETE", f"/api/tokens/{id_}", token=admin)
        assert (await s.receive()).type is aiohttp.WSMsgType.CLOSE


HOSTILE = (
    b"",
    b"{",
    b"null",
    b"[]",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b'{"id":"\\ud800"}',
    b'{"keep_bytes":' + b"9" * 400 + b"}",
    b'{"zones":[null],"name":1e400}',
)


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r.method} {r.path}")
async def test_garbage_is_refused_and_never_a_crash(
    house: House, admin: str, porch: CameraConfig, route: Any
) -> None:
    if route.method == "GET":
        return
    path = route.path.replace("{camera}", porch.id)
    path = path.translate({ord("{"): None, ord("}"): None})
    for body in HOSTILE:
        status, _ = await house.ask(route.method, path, token=admin, data=body)
        assert status < 500
        is_valid = body == b"[]" and route.method == "PUT"  # no zones
        if route.types[1] is not type(None) and not is_valid:
            assert 400 <= status < 500


async def test_odd_times_are_refused(house: House, admin: str) -> None:
    for query in (
        "",
        "start=x&end=y",
        "start=2026-05-01T10:00:00&end=2026-05-01T11:00:00",
        "start=0001-01-01T00:00:00%2B14:00&end=0001-01-02T00:00:00Z",
        "start=2026-05-01T10:00:00Z&end=2026-05-01T09:00:00Z",
        "start=2026-05-01T10:00:00Z&end=2036-05-01T09:00:00Z",
        f"{SPAN}&more=1",
    ):
        path = f"/api/cameras/porch/timeline?{query}"
        assert (await house.ask("GET", path, token=admin))[0] == 400
    path = "/api/cameras/porch/clip.mp4?start=2026-05-01T11:59:00Z"
    path += "&end=2026-05-01T12:00:01Z"
    assert (await house.ask("GET", path, token=admin))[0] == 400


async def test_a_body_over_the_limit_is_refused(house: House, admin: str) -> None:
    status, body = await house.ask(
        "PATCH", "/api/settings", token=admin, data=io.BytesIO(b" " * (1024**2 + 1))
    )
    assert (status, body["error"]["code"]) == (413, "too_large")


async def test_a_bug_is_answered_by_an_id_and_no_secret_is_logged(
    house: House,
    admin: str,
    porch: CameraConfig,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    wish = {"path": f"/api/cameras/{porch.id}/snapshot.jpg"}
    url = (await house.ask("POST", "/api/sign", token=admin, body=wish))[1]["url"]
    await house.ask("GET", url)
    house.cameras.fault = RuntimeError(f"rtsp://admin:{PASSWORD}@192.0.2.9/")
    status, body = await house.ask("GET", "/api/cameras/porch", token=admin)
    assert (status, body["error"]["code"]) == (500, "unexpected")
    assert PASSWORD not in str(body)
    assert body["error"]["id"] in caplog.text
    signature = URL(url).query["signature"]
    for secret in (PASSWORD, admin, signature):
        assert secret not in caplog.text
    assert "/api/cameras/porch/snapshot.jpg 200" in caplog.text


async def test_a_disk_that_fails_sends_a_client_away_to_ask_again(
    house: House, admin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else its socket would stay open, and nothing would ever come."""

    def full() -> None:
        raise StorageError("the disk reports errors")

    headers = {"Authorization": f"Bearer {admin}"}
    async with house.session.ws_connect(house.url("/api/ws"), headers=headers) as s:
        kinds = [(await s.receive_json())["type"] for _ in range(2)]
        assert kinds == ["hello", "snapshot"]
        desk = house.server._desk
        assert desk is not None
        monkeypatch.setattr(desk.ports.neighbourhood, "view", full)
        house.bus.publish(SharingChanged(at=NOW))
        async with asyncio.timeout(20):
            end = await s.receive()
        assert (end.type, end.data) == (WSMsgType.CLOSE, WSCloseCode.TRY_AGAIN_LATER)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", f"/api/requests/{'a' * 32}/answer"),
        ("DELETE", f"/api/requests/{'a' * 32}/answers/{'b' * 32}"),
        ("POST", f"/api/agencies/{'c' * 32}/veto"),
        ("POST", f"/api/alerts/{'d' * 32}/cancel"),
        ("POST", "/api/alerts"),
        ("POST", "/api/sharing/alerts"),
    ],
)
async def test_what_an_owner_decides_is_not_in_the_log(
    house: House, admin: str, caplog: pytest.LogCaptureFixture, method: str, path: str
) -> None:
    caplog.set_level(logging.DEBUG)
    await house.ask(method, path, token=admin, body={})
    await house.ask("GET", "/api/cameras", token=admin)
    said = [each.getMessage() for each in caplog.records]
    lines = [text for text in said if "/api/" in text]
    assert [line.split()[:2] for line in lines] == [["GET", "/api/cameras"]]


async def test_the_description_names_every_route(house: House) -> None:
    status, body = await house.ask("GET", "/api/openapi.json")
    assert (status, body["openapi"]) == (200, "3.1.0")
    for route in ROUTES:
        assert route.method.lower() in body["paths"][route.path]
    text = msgspec.json.encode(body).decode()
    names = re.findall(r'"#/components/schemas/([^"]+)"', text)
    assert set(names) <= set(body["components"]["schemas"])


async def test_who_comes_while_it_stops_is_sent_away(house: House) -> None:
    """A page tries again at once; no connection may be forgotten, open."""
    host, port = house.server.address
    coming = [
        asyncio.create_task(asyncio.open_connection(host, port)) for _ in range(20)
    ]
    for _ in range(3):
        await asyncio.sleep(0)
    await house.server.stop()
    for task in coming:
        try:
            reader, writer = await task
        except OSError:
            continue  # it came too late
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(20):
                assert await reader.read() == b""
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
