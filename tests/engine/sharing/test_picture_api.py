"""A picture from wish to alert over HTTP: private parts are black, and it is seen."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import cv2
import msgspec
import numpy as np
import pytest

from neighborcam.engine.api.messages import Scope
from neighborcam.engine.api.ports import Ports
from neighborcam.engine.api.server import ApiServer
from neighborcam.engine.bus import Bus
from neighborcam.engine.camera.address import redact, split_credentials
from neighborcam.engine.config import CameraConfig
from neighborcam.engine.frigate.translation import translate
from neighborcam.engine.index.store import Index
from tests.engine.api.conftest import Cameras, Exports, Pictures, SettingsKeeper
from tests.engine.sharing.shared_home import House, Make, sent, until
from tests.engine.sharing.test_pictures import decoded, scene

LEFT = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
PORCH = CameraConfig(
    id="porch",
    name="Porch",
    main_url="rtsp://192.0.2.9/main",
    sharing=True,
    privacy_masks=(LEFT,),
)
ALERT = {"category": "theft", "headline": "Bike stolen"}


@dataclass
class Api:
    """A home's engine over HTTP, with a camera that sees its neighbour's window."""

    home: House
    server: ApiServer
    cameras: Cameras
    session: aiohttp.ClientSession
    token: str = ""

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        host, port = self.server.address
        data = None if body is None else msgspec.json.encode(body)
        url = f"http://{host}:{port}{path}"
        async with self.session.request(
            method, url, data=data, headers=headers
        ) as answer:
            content = await answer.read()
            if answer.content_type == "application/json" and content:
                return answer.status, msgspec.json.decode(content)
            return answer.status, content


@pytest.fixture
async def api(
    house: Make, tmp_path: Path, session: aiohttp.ClientSession
) -> AsyncIterator[Api]:
    home = await house("one")
    (tmp_path / "index").mkdir()
    index = Index.open(tmp_path / "index", home.town.clock)
    cameras = Cameras(configs={"porch": PORCH})
    bus = Bus(asyncio.get_running_loop())
    ports = Ports(
        cameras=cameras,
        index=index,
        export_clip=Exports(),
        pictures=Pictures(tmp_path),
        settings=SettingsKeeper(index),
        split_credentials=split_credentials,
        redact=redact,
        translate=translate,
        media_dir=index.media_dir,
        now=home.town.clock,
        neighbourhood=home.sharing,
        requests=home.sharing.requests,
    )
    server = ApiServer(ports, bus, cache_dir=tmp_path / "clips", port=0)
    await server.start()
    made = Api(home, server, cameras, session)
    code = server.pairing.issue(Scope.ADMIN).code
    _, paired = await made.ask("POST", "/api/pair", {"code": code, "name": "test"})
    made.token = paired["token"]
    yield made
    await server.stop()
    index.close()


def jpeg(data: bytes) -> Any:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


@pytest.mark.parametrize("kind", ["picture", "clip"])
async def test_what_is_private_is_black_in_whatever_would_leave(
    api: Api, kind: str
) -> None:
    api.home.frames = 8 * 32  # what is read of now, all of it
    status, made = await api.ask(
        "POST", "/api/sharing/pictures", {"camera": "porch", "kind": kind, "end_s": 3}
    )
    assert status == 201
    assert set(made["redaction"]) == {"moving", "privacy-zones", "audio"}
    status, data = await api.ask("GET", f"/api/sharing/pictures/{made['id']}")
    assert (status, len(data)) == (200, made["size_bytes"])
    images = [jpeg(data)] if kind == "picture" else decoded(data)
    for image in images:
        assert image[:, : image.shape[1] // 2 - 8].max() < 40
        assert image[:, image.shape[1] // 2 + 8 :].mean() > 60
    assert scene().shape == images[0].shape


async def test_a_camera_that_is_not_shared_shows_nothing(api: Api) -> None:
    private = msgspec.structs.replace(PORCH, sharing=False)
    api.cameras.configs["porch"] = private
    for path, wish in (
        ("/api/sharing/pictures", {"camera": "porch"}),
        ("/api/alerts/preview", {**ALERT, "camera": "porch"}),
    ):
        status, told = await api.ask("POST", path, wish)
        assert (status, told["error"]["code"]) == (409, "conflict")


async def test_what_is_published_are_the_bytes_that_somebody_saw(api: Api) -> None:
    wish = {**ALERT, "camera": "porch"}
    status, preview = await api.ask("POST", "/api/alerts/preview", wish)
    assert (status, preview["alert"]["headline"]) == (200, "Bike stolen")
    assert preview["area"]["cell"] == preview["alert"]["cell"]
    (picture,) = preview["pictures"]
    assert [each["id"] for each in preview["alert"]["media"]] == [picture["id"]]
    assert api.home.sharing.diary() == []
    final = {**ALERT, "pictures": [picture["id"]]}
    status, told = await api.ask("POST", "/api/alerts", final)
    assert (status, told["error"]["code"]) == (409, "conflict")
    assert "look at each picture" in told["error"]["message"]
    token, api.token = api.token, ""
    status, seen = await api.ask("GET", picture["url"])  # as a browser opens it
    assert (status, len(seen)) == (200, picture["size_bytes"])
    api.token = token
    status, _ = await api.ask("POST", "/api/alerts", final)
    assert status == 201
    await sent(api.home)
    await until(lambda: api.home.sharing.view().waiting == 0)


async def test_a_picture_of_half_an_hour_ago_is_made_again(api: Api) -> None:
    wish = {**ALERT, "camera": "porch"}
    _, preview = await api.ask("POST", "/api/alerts/preview", wish)
    (picture,) = preview["pictures"]
    await api.ask("GET", picture["url"])
    api.home.town.clock.advance(minutes=30)
    status, told = await api.ask(
        "POST", "/api/alerts", {**ALERT, "pictures": [picture["id"]]}
    )
    assert (status, told["error"]["code"]) == (404, "not_found")


async def test_an_automatic_alert_has_no_picture(api: Api) -> None:
    wish = {"category": "fire", "headline": "Smoke", "automatic": True}
    status, told = await api.ask(
        "POST", "/api/alerts/preview", {**wish, "camera": "porch"}
    )
    assert (status, told["error"]["code"]) == (400, "invalid_input")
    assert "text only" in told["error"]["message"]


async def test_an_alert_is_reported_to_the_stewards(api: Api) -> None:
    author = await api.home.town.home()
    alert = await author.post()
    comment = await author.comment(alert, "It was the man from number 5")
    await until(lambda: bool(api.home.heard("received")))
    await api.home.tokens()
    path = f"/api/alerts/{alert.id}/flags"
    for wish in ({"reason": "a lie"}, {"reason": "a house", "comment": comment.id}):
        assert (await api.ask("POST", path, wish))[0] == 204
    await sent(api.home)
    cases = await api.home.town.hub.desk.moderation.queue()
    found = {(case.kind, case.reason) for case in cases if case.opened_by == "flag"}
    assert found == {("alert", "a lie"), ("comment", "a house")}
    assert [line.kind for line in api.home.sharing.diary()] == ["report", "report"]
    status, _ = await api.ask("POST", f"/api/alerts/{'0' * 32}/flags", {"reason": "x"})
    assert status == 404
