"""A real server over a real index; cameras that behave, without threads."""

import asyncio
import io
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from yarl import URL

from demo.ports import free_port
from neighborcam.engine.api.ingress import Ingress
from neighborcam.engine.api.messages import (
    CameraProbe,
    CameraStatistics,
    FoundDevice,
    OnvifDevice,
    OnvifProfile,
    Scope,
)
from neighborcam.engine.api.ports import (
    CameraStatus,
    Container,
    Ports,
    StreamName,
)
from neighborcam.engine.api.server import ApiServer
from neighborcam.engine.bus import Bus
from neighborcam.engine.camera.address import redact, split_credentials
from neighborcam.engine.config import CameraConfig, CameraId
from neighborcam.engine.errors import CameraUnauthorised, Conflict, NotFound
from neighborcam.engine.frigate.translation import translate
from neighborcam.engine.index.rows import EpisodeRow
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.index.store import Index
from neighborcam.engine.settings import Settings, load_settings, save_settings
from neighborcam.engine.sharing.neighbourhood import Neighbourhood
from neighborcam.engine.states import CameraState
from tests.engine.sharing.homes import empty_house, no_recordings

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
PASSWORD = "hunter2-very-secret"
JPEG = b"\xff\xd8\xff\xe0 a picture \xff\xd9"


class Clock:
    """Time that stands still until a test moves it."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        """Return the time."""
        return self.at

    def advance(self, **by: float) -> None:
        """Let time pass."""
        self.at += timedelta(**by)


class Viewer:
    """A live view fed by the test; ends when told."""

    mime = 'video/mp4; codecs="avc1.64001f"'

    def __init__(self) -> None:
        self.chunks: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.closed = asyncio.Event()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        chunk = await self.chunks.get()
        if chunk is None:
            raise StopAsyncIteration
        return chunk

    def close(self) -> None:
        """Note that nobody watches any more."""
        self.closed.set()


@dataclass
class Cameras:
    """Keeps configs in memory; every camera is live unless it is off."""

    configs: dict[str, CameraConfig] = field(default_factory=dict)
    viewers: list[Viewer] = field(default_factory=list)
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    fault: Exception | None = None
    probed: CameraConfig | None = None

    def list(self) -> Sequence[CameraStatus]:
        """Return every camera."""
        return [self._status(config) for config in self.configs.values()]

    def get(self, camera: CameraId) -> CameraStatus:
        """Return one camera."""
        if self.fault:
            raise self.fault
        if camera not in self.configs:
            raise NotFound(f"there is no camera {camera!r}")
        return self._status(self.configs[camera])

    async def add(self, config: CameraConfig) -> None:
        """Keep a new camera."""
        self.configs[config.id] = config

    async def update(self, config: CameraConfig) -> None:
        """Keep a changed camera."""
        await asyncio.sleep(0)  # as the real one: others run meanwhile
        self.configs[config.id] = config

    async def remove(self, camera: CameraId) -> None:
        """Forget a camera."""
        del self.configs[camera]

    async def probe(self, config: CameraConfig) -> CameraProbe:
        """Answer as a camera with one password would."""
        self.probed = config
        if config.password != PASSWORD:
            return CameraProbe(
                ok=False, state=CameraState.UNAUTHORISED, reason="the password is wrong"
            )
        return CameraProbe(
            ok=True, state=CameraState.LIVE, reason="", codec="h264", picture=JPEG
        )

    async def discover(self) -> Sequence[FoundDevice]:
        """Find one device."""
        return [FoundDevice(host="192.0.2.7", port=80, name="Porch")]

    async def onvif_profiles(self, device: OnvifDevice) -> Sequence[OnvifProfile]:
        """Return a stream whose URL repeats the credentials, as some devices do."""
        if device.password != PASSWORD:
            raise CameraUnauthorised("the device refused the password")
        url = f"rtsp://admin:{PASSWORD}@192.0.2.7/s?pwd={PASSWORD}"
        return [
            OnvifProfile(
                token="a", name="main", codec="h264", width=1280, height=720, url=url
            )
        ]

    async def snapshot(self, camera: CameraId) -> bytes:
        """Return a picture."""
        assert camera in self.configs
        return JPEG

    def open_live(
        self, camera: CameraId, stream: StreamName, container: Container
    ) -> Viewer:
        """Open a view that the test feeds."""
        if not self.get(camera).config.enabled:
            raise Conflict("the camera is off")
        assert stream in StreamName
        assert container in Container
        viewer = Viewer()
        self.viewers.append(viewer)
        self.opened.set()
        return viewer

    def _status(self, config: CameraConfig) -> CameraStatus:
        return CameraStatus(
            config=config,
            state=CameraState.LIVE if config.enabled else CameraState.OFF,
            reason="",
            statistics=CameraStatistics(frames=42, received_bytes=4200),
        )


@dataclass(frozen=True)
class Span:
    """Where a clip begins and ends."""

    started_at: datetime
    ended_at: datetime


class Exports:
    """Writes clips of known bytes; the test may hold it up or let it fail."""

    def __init__(self) -> None:
        self.made: list[Path] = []
        self.fault: Exception | None = None

    def __call__(
        self,
        camera: CameraId,  # noqa: ARG002 - the port's signature
        start: datetime,
        end: datetime,
        *,
        exact: bool,
        out: Path,
    ) -> Span:
        """Write a clip."""
        if self.fault:
            raise self.fault
        out.write_bytes(bytes(range(256)) * 4)
        self.made.append(out)
        return Span(start - timedelta(seconds=0 if exact else 1), end)


@dataclass(frozen=True)
class Pictures:
    """Pictures beside the recordings."""

    folder: Path

    def thumbnail(self, episode: EpisodeRow) -> Path:
        """Return its place."""
        return self.folder / f"{episode.id}.jpg"

    def preview(self, episode: EpisodeRow) -> Path:
        """Return its place."""
        return self.folder / f"{episode.id}-preview.jpg"


class SettingsKeeper:
    """Settings in the real index."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def current(self) -> Settings:
        """Return what is stored."""
        return load_settings(self._index)

    async def change(self, settings: Settings) -> None:
        """Store."""
        await asyncio.to_thread(save_settings, self._index, settings)


@dataclass
class House:
    """A running engine as the API sees it."""

    server: ApiServer
    bus: Bus
    index: Index
    cameras: Cameras
    exports: Exports
    pictures: Pictures
    clock: Clock
    session: aiohttp.ClientSession
    web_dir: Path
    ingress: Ingress

    def url(self, path: str) -> URL:
        """Return a path's URL, its query as it is."""
        host, port = self.server.address
        return URL(f"http://{host}:{port}{path}", encoded=True)

    async def token(self, scope: Scope = Scope.ADMIN) -> str:
        """Pair a new client."""
        code = self.server.pairing.issue(scope).code
        async with self.session.post(
            self.url("/api/pair"), json={"code": code, "name": "test"}
        ) as answer:
            assert answer.status == 201
            token: str = (await answer.json())["token"]
            return token

    async def ask(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: Any = None,
        data: bytes | io.BytesIO | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Any]:
        """Return status and body, decoded when it is JSON."""
        sent = dict(headers or {})
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        payload = msgspec.json.encode(body) if body is not None else data
        async with self.session.request(
            method, self.url(path), data=payload, headers=sent
        ) as answer:
            content = await answer.read()
            if answer.content_type == "application/json" and content:
                return answer.status, msgspec.json.decode(content)
            return answer.status, content


@pytest.fixture
def index(tmp_path: Path, clock: Clock) -> Iterator[Index]:
    folder = tmp_path / "data"
    folder.mkdir()
    with Index.open(folder, clock) as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def house(index: Index, clock: Clock, tmp_path: Path) -> AsyncIterator[House]:
    bus = Bus(asyncio.get_running_loop())
    cameras, exports, pictures = Cameras(), Exports(), Pictures(tmp_path)
    shared = SharingStore.open(tmp_path)
    neighbourhood = Neighbourhood(
        shared,
        tmp_path / "evidence",
        lambda _what, _about: None,
        no_recordings,
        empty_house(tmp_path),
        clock,
    )
    ports = Ports(
        cameras=cameras,
        index=index,
        export_clip=exports,
        pictures=pictures,
        settings=SettingsKeeper(index),
        split_credentials=split_credentials,
        redact=redact,
        media_dir=index.media_dir,
        now=clock,
        neighbourhood=neighbourhood,
        requests=neighbourhood.requests,
        translate=translate,
    )
    ingress = Ingress(host="127.0.0.1", port=free_port(), supervisor="127.0.0.1")
    server = ApiServer(
        ports,
        bus,
        cache_dir=tmp_path / "clips",
        port=0,
        ingress=ingress,
        web_dir=tmp_path / "web",
    )
    await server.start()
    async with aiohttp.ClientSession() as session:
        yield House(
            server=server,
            bus=bus,
            index=index,
            cameras=cameras,
            exports=exports,
            pictures=pictures,
            clock=clock,
            session=session,
            web_dir=tmp_path / "web",
            ingress=ingress,
        )
    await server.stop()
    shared.close()


@pytest.fixture
async def admin(house: House) -> str:
    return await house.token()


@pytest.fixture
def porch(house: House) -> CameraConfig:
    config = CameraConfig(
        id="porch",
        name="Porch",
        main_url=f"rtsp://192.0.2.9/main?pwd={PASSWORD}",
        username="admin",
        password=PASSWORD,
    )
    house.cameras.configs["porch"] = config
    return config
