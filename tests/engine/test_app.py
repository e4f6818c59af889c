"""The whole engine on real RTSP cameras: what its owner sees through the API."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from demo.render import render_sizes
from demo.rtsp_server import RtspServer, running_server
from demo.scenes import PASSER_BY
from neighborcam.engine.api.messages import Scope
from neighborcam.engine.app import Engine
from neighborcam.engine.config import CameraConfig
from neighborcam.engine.errors import DataInUse

PASSWORD = "s3cret/pass@word"


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("clips")
    files = {folder / "main.mp4": (640, 360), folder / "sub.mp4": (320, 180)}
    render_sizes(PASSER_BY, files, fps=10, gop_s=1.0, audio="aac")
    return {"yard": folder / "main.mp4", "yard-sub": folder / "sub.mp4"}


@pytest.fixture
def cameras(clips: dict[str, Path]) -> Iterator[RtspServer]:
    with running_server(clips, username="owner", password=PASSWORD) as server:
        yield server


async def until(good: Any, *, patience_s: float = 40) -> Any:
    """Return the first true answer of ``good()``; fail when there is none."""
    async with asyncio.timeout(patience_s):
        while not (answer := await good()):  # noqa: ASYNC110 - the engine is real
            await asyncio.sleep(0.2)
    return answer


class Home:
    """An engine, and somebody who asks it."""

    def __init__(self, engine: Engine, http: aiohttp.ClientSession) -> None:
        self.engine = engine
        self.http = http

    async def get(self, path: str) -> Any:
        """Return what the API answers."""
        async with self.http.get(path) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def until(self, path: str, good: Any) -> Any:
        """Ask until the answer is good, and return it."""

        async def ask() -> Any:
            answer = await self.get(path)
            return answer if good(answer) else None

        return await until(ask)


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    async with Engine(tmp_path / "data", port=0) as engine:
        host, port = engine.server.address
        async with aiohttp.ClientSession(f"http://{host}:{port}") as http:
            code = engine.server.pairing.issue(Scope.ADMIN).code
            wish = {"code": code, "name": "test"}
            async with http.post("/api/pair", json=wish) as answer:
                token = (await answer.json())["token"]
            http.headers["Authorization"] = f"Bearer {token}"
            yield Home(engine, http)


def yard(cameras: RtspServer, **changes: object) -> dict[str, object]:
    return {
        "id": "yard",
        "name": "Yard",
        "main_url": cameras.url("yard", with_credentials=True),
        "sub_url": cameras.url("yard-sub"),
        **changes,
    }


async def add(home: Home, camera: dict[str, object]) -> None:
    async with home.http.post("/api/cameras", json=camera) as answer:
        assert answer.status in {200, 201}, await answer.text()


def is_live(camera: Any) -> bool:
    return bool(camera["state"] == "live" and camera["statistics"]["frames"] > 20)


def has_ended(episodes: Any) -> bool:
    return bool(episodes and episodes[-1]["ended_at"] and episodes[-1]["has_preview"])


async def test_a_passer_by_is_seen_recorded_and_played_back(
    home: Home, cameras: RtspServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "neighborcam")
    await add(home, yard(cameras))
    camera = await home.until("/api/cameras/yard", is_live)
    assert camera["has_password"]
    assert PASSWORD not in str(camera)

    episodes = await home.until("/api/episodes?camera=yard", has_ended)
    episode = episodes[-1]
    async with home.http.get(f"/api/episodes/{episode['id']}/thumbnail.jpg") as answer:
        assert (await answer.read())[:2] == b"\xff\xd8"
    async with home.http.get(
        f"/api/episodes/{episode['id']}/clip.mp4", headers={"Range": "bytes=0-99"}
    ) as answer:
        assert answer.status == 206
        assert b"ftyp" in await answer.read()
    assert PASSWORD not in caplog.text
    assert "s3cret" not in caplog.text


async def test_new_zones_are_applied_without_another_connection(
    home: Home, cameras: RtspServer
) -> None:
    await add(home, yard(cameras))
    before = await home.until("/api/cameras/yard", is_live)
    zone = {"id": "all", "name": "All", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}
    async with home.http.patch("/api/cameras/yard", json={"zones": [zone]}) as answer:
        assert answer.status == 200
    await home.until(
        "/api/episodes?camera=yard",
        lambda episodes: any(each["zone"] == "all" for each in episodes),
    )
    after = await home.get("/api/cameras/yard")
    assert after["statistics"]["reconnects"] == 0
    assert after["statistics"]["frames"] > before["statistics"]["frames"]


async def test_privacy_disconnects_at_once_and_comes_back(
    home: Home, cameras: RtspServer
) -> None:
    await add(home, yard(cameras))
    await home.until("/api/cameras/yard", is_live)
    async with home.http.patch("/api/cameras/yard", json={"privacy": True}) as answer:
        assert (await answer.json())["state"] == "off"
    async with home.http.get("/api/cameras/yard/snapshot.jpg") as answer:
        assert answer.status == 409
    async with home.http.patch("/api/cameras/yard", json={"privacy": False}):
        await home.until("/api/cameras/yard", is_live)


async def test_a_sub_stream_that_fails_is_told_while_the_camera_stays_live(
    home: Home, cameras: RtspServer
) -> None:
    cameras.fault("yard-sub", "refuse")
    await add(home, yard(cameras))
    camera = await home.until(
        "/api/cameras/yard", lambda it: is_live(it) and it["reason"]
    )
    assert "sub stream" in camera["reason"]


async def test_a_wrong_password_is_told_in_words(
    home: Home, cameras: RtspServer
) -> None:
    await add(home, yard(cameras, main_url=cameras.url("yard"), username="owner"))
    camera = await home.until(
        "/api/cameras/yard", lambda it: it["state"] == "unauthorised"
    )
    assert "password" in camera["reason"]


async def test_a_killed_connection_is_made_again_and_recording_goes_on(
    home: Home, cameras: RtspServer
) -> None:
    await add(home, yard(cameras))
    await home.until("/api/cameras/yard", is_live)
    cameras.fault("*", "kill")
    await home.until(
        "/api/cameras/yard",
        lambda it: it["state"] == "live" and it["statistics"]["reconnects"] > 0,
    )
    assert home.engine.index.storage_use()[0].size_bytes > 0


async def test_cameras_and_recordings_outlive_the_engine(
    tmp_path: Path, cameras: RtspServer
) -> None:
    data = tmp_path / "data"
    config = CameraConfig(
        id="yard",
        name="Yard",
        main_url=cameras.url("yard"),
        username="owner",
        password=PASSWORD,
    )
    async with Engine(data, port=0) as engine:
        await engine.cameras.add(config)

        async def is_recorded() -> bool:
            return bool(engine.index.storage_use())

        await until(is_recorded)
    async with Engine(data, port=0) as engine:
        assert [each.config.id for each in engine.cameras.list()] == ["yard"]
        assert engine.index.storage_use()[0].size_bytes > 0
    assert PASSWORD.encode() not in (data / "index.db").read_bytes()


async def test_a_second_engine_on_the_same_data_is_refused(tmp_path: Path) -> None:
    async with Engine(tmp_path, port=0):
        with pytest.raises(DataInUse):
            Engine(tmp_path, port=0)


async def test_a_taken_port_leaves_the_data_free(tmp_path: Path) -> None:
    async with Engine(tmp_path / "one", port=0) as first:
        port = first.server.address[1]
        with pytest.raises(OSError, match=r"in use|address"):
            async with Engine(tmp_path / "two", port=port):
                pass
    async with Engine(tmp_path / "two", port=0):
        pass
