"""The real API server and index, over cameras made of one rendered video.

Runs in a thread with a loop of its own, so that tests may drive a browser.
"""

import asyncio
import io
import struct
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import av
import cv2
import numpy as np

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
from neighborcam.engine.bus import Bus, neighbour_news
from neighborcam.engine.camera.address import redact, split_credentials
from neighborcam.engine.config import CameraConfig, CameraId
from neighborcam.engine.errors import CameraUnauthorised, NotFound
from neighborcam.engine.facts import EngineFact
from neighborcam.engine.frigate.translation import translate
from neighborcam.engine.index.rows import EpisodeRow
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.index.store import Index
from neighborcam.engine.neighbours import AlertView
from neighborcam.engine.requests import RequestView
from neighborcam.engine.requests import Span as Stretch
from neighborcam.engine.settings import Settings, load_settings, save_settings
from neighborcam.engine.sharing.answering import House
from neighborcam.engine.sharing.clip_maker import ClipMaker, Recorded
from neighborcam.engine.sharing.neighbourhood import Neighbourhood
from neighborcam.engine.sharing.studio import Studio
from neighborcam.engine.states import CameraState

PASSWORD = "open-sesame"
SIZE = (320, 180)
FPS = 10


@dataclass(frozen=True, kw_only=True)
class Video:
    """Fragmented MP4, cut into init segment and fragments of one picture each."""

    mime: str
    whole: bytes
    init: bytes
    fragments: tuple[bytes, ...]


def picture(at: int) -> np.ndarray:
    """Return a street with a walker where `at` says: uint8[H, W, 3]."""
    width, height = SIZE
    rgb = np.empty((height, width, 3), np.uint8)
    rgb[:90] = np.linspace((150, 190, 220), (205, 220, 225), 90)[:, None]
    rgb[90:] = np.linspace((96, 124, 84), (120, 118, 108), height - 90)[:, None]
    rgb[50:110, 30:110] = (176, 132, 104)
    rgb[72:90, 46:62] = rgb[72:90, 78:94] = (70, 82, 96)
    x = 10 + at * 2 % (width - 30)
    rgb[104:148, x : x + 12] = (60, 62, 120)
    return rgb


def make_video(seconds: int) -> Video:
    """Encode a walker as H.264, one fragment a picture."""
    out = io.BytesIO()
    flags = {"movflags": "empty_moov+default_base_moof+frag_every_frame"}
    with av.open(out, "w", format="mp4", options=flags) as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        stream.options = {"preset": "ultrafast", "tune": "zerolatency", "g": str(FPS)}
        for at in range(seconds * FPS):
            frame = av.VideoFrame.from_ndarray(picture(at), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return _cut(out.getvalue())


def _cut(whole: bytes) -> Video:
    init, fragments = b"", []
    for kind, box in _boxes(whole):
        if kind in {b"ftyp", b"moov"}:
            init += box
        elif kind == b"moof":
            fragments.append(box)
        elif kind == b"mdat":
            fragments[-1] += box
    profile = init[init.index(b"avcC") + 5 :][:3].hex()
    mime = f'video/mp4; codecs="avc1.{profile}"'
    return Video(mime=mime, whole=whole, init=init, fragments=tuple(fragments))


def _boxes(whole: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(whole):
        size, kind = struct.unpack_from(">I4s", whole, at)
        yield kind, whole[at : at + size]
        at += size


def jpeg(rgb: np.ndarray) -> bytes:
    """Encode a picture."""
    good, coded = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
    assert good
    return coded.tobytes()


class Viewer:
    """Plays the video at its pace, as a camera does."""

    def __init__(self, video: Video, mime: str) -> None:
        self.mime = mime
        self._video = video

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._video.init
        for fragment in self._video.fragments:
            yield fragment
            await asyncio.sleep(1 / FPS)

    def close(self) -> None:
        """Nothing to let go of."""


@dataclass
class Cameras:
    """Cameras in memory; all show the same street."""

    video: Video
    configs: dict[str, CameraConfig] = field(default_factory=dict)
    mimes: dict[str, str] = field(default_factory=dict)  # to pretend another codec

    def list(self) -> Sequence[CameraStatus]:
        """Return every camera."""
        return [self._status(config) for config in self.configs.values()]

    def get(self, camera: CameraId) -> CameraStatus:
        """Return one camera."""
        if camera not in self.configs:
            raise NotFound("there is no such camera")
        return self._status(self.configs[camera])

    async def add(self, config: CameraConfig) -> None:
        """Keep a new camera."""
        self.configs[config.id] = config

    async def update(self, config: CameraConfig) -> None:
        """Keep a changed camera."""
        self.configs[config.id] = config

    async def remove(self, camera: CameraId) -> None:
        """Forget a camera."""
        del self.configs[camera]

    async def probe(self, config: CameraConfig) -> CameraProbe:
        """Answer as a camera with one password does."""
        if config.password != PASSWORD:
            reason = "the camera refused the user name or the password"
            return CameraProbe(ok=False, state=CameraState.UNAUTHORISED, reason=reason)
        return CameraProbe(
            ok=True,
            state=CameraState.LIVE,
            reason="",
            codec="h264",
            width=SIZE[0],
            height=SIZE[1],
            fps=FPS,
            picture=jpeg(picture(70)),
        )

    async def discover(self) -> Sequence[FoundDevice]:
        """Find one device."""
        return [FoundDevice(host="192.0.2.7", port=80, name="Porch camera")]

    async def onvif_profiles(self, device: OnvifDevice) -> Sequence[OnvifProfile]:
        """Return a large and a small stream to who knows the password."""
        if device.password != PASSWORD:
            raise CameraUnauthorised("the camera refused the user name or the password")
        return [
            OnvifProfile(
                token=name,
                name=name,
                codec="h264",
                width=width,
                height=width * 9 // 16,
                url=f"rtsp://192.0.2.7/{name}",
            )
            for name, width in (("small", 640), ("large", 1920))
        ]

    async def snapshot(self, camera: CameraId) -> bytes:
        """Return a picture."""
        self.get(camera)
        return jpeg(picture(40))

    def open_live(
        self, camera: CameraId, stream: StreamName, container: Container
    ) -> Viewer:
        """Begin to play."""
        del stream, container
        return Viewer(self.video, self.mimes.get(camera, self.video.mime))

    def _status(self, config: CameraConfig) -> CameraStatus:
        dark = config.privacy or not config.enabled
        return CameraStatus(
            config=config,
            state=CameraState.OFF if dark else CameraState.LIVE,
            reason="",
            statistics=CameraStatistics(),
        )


@dataclass(frozen=True)
class Span:
    """Where a clip begins and ends."""

    started_at: datetime
    ended_at: datetime


@dataclass(frozen=True)
class Pictures:
    """Thumbnails beside the index."""

    folder: Path

    def thumbnail(self, episode: EpisodeRow) -> Path:
        """Return its place."""
        return self.folder / f"{episode.id}.jpg"

    def preview(self, episode: EpisodeRow) -> Path:
        """Return its place."""
        return self.folder / f"{episode.id}-preview.jpg"


class HouseSettings:
    """Settings in the index."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def current(self) -> Settings:
        """Return what is stored."""
        return load_settings(self._index)

    async def change(self, settings: Settings) -> None:
        """Store."""
        await asyncio.to_thread(save_settings, self._index, settings)


class FakeEngine:
    """The server in its thread. ``with FakeEngine(...) as engine: engine.url``."""

    def __init__(self, folder: Path, video: Video) -> None:
        self.cameras = Cameras(video)
        self.pictures = Pictures(folder)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        (folder / "data").mkdir()
        self.index = Index.open(folder / "data", lambda: datetime.now(UTC))
        self._folder = folder
        self._port = 0
        self._shared = SharingStore.open(folder)
        self.neighbourhood = Neighbourhood(
            self._shared,
            folder / "evidence",
            self._tell,
            Studio(self._any_time, folder),
            self._house(),
            lambda: datetime.now(UTC),
        )
        self.bus: Bus
        self.server: ApiServer

    def __enter__(self) -> Self:
        self._thread.start()
        self.run(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self.stop_serving()
        self.run(self.neighbourhood.stop())
        self._shared.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self.index.close()

    @property
    def url(self) -> str:
        """Address of the page."""
        return f"http://127.0.0.1:{self._port}/"

    def run[T](self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the server's loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def pairing_code(self) -> str:
        """Let one more device in."""
        return self.server.pairing.issue(Scope.ADMIN).code

    def tell(self, fact: EngineFact) -> None:
        """Let something happen: stored, then told to the pages."""
        self.index.apply(fact)
        self.bus.publish(fact)

    def _tell(self, what: str, about: AlertView | RequestView | str | None) -> None:
        self.bus.publish(neighbour_news(what, about, datetime.now(UTC)))

    def stop_serving(self) -> None:
        """Go away, as an engine that restarts does."""
        self.run(self.server.stop())

    def serve_again(self) -> None:
        """Come back under the same address."""
        self.run(self._start())

    def _house(self) -> House:
        """Return what answers to agencies are made of: the video, whenever it was."""

        def files(_camera: str, start: datetime, end: datetime) -> tuple[Recorded, ...]:
            path = self._folder / "recording.mp4"
            path.write_bytes(self.cameras.video.whole)
            return (Recorded(path=path, started_at=start, ended_at=end),)

        return House(
            cameras=lambda: tuple(self.cameras.configs.values()),
            recorded=lambda _camera, start, end: (Stretch(start=start, end=end),),
            maker=ClipMaker(
                lambda camera, start, end, out: self._export(
                    camera, start, end, exact=False, out=out
                ),
                files,
                self._folder,
            ),
            data_dir=self._folder,
        )

    def _any_time(
        self, camera: CameraId, start: datetime, end: datetime, out: Path
    ) -> Span:
        return self._export(camera, start, end, exact=False, out=out)

    async def _start(self) -> None:
        self.bus = Bus(self._loop)
        export: Callable[..., Span] = self._export
        ports = Ports(
            cameras=self.cameras,
            index=self.index,
            export_clip=export,
            pictures=self.pictures,
            settings=HouseSettings(self.index),
            split_credentials=split_credentials,
            redact=redact,
            media_dir=self.index.media_dir,
            now=lambda: datetime.now(UTC),
            neighbourhood=self.neighbourhood,
            requests=self.neighbourhood.requests,
            translate=translate,
        )
        cache = self._folder / "clips"
        self.server = ApiServer(ports, self.bus, cache_dir=cache, port=self._port)
        await self.server.start()
        self._port = self.server.address[1]

    def _export(
        self,
        camera: CameraId,
        start: datetime,
        end: datetime,
        *,
        exact: bool,
        out: Path,
    ) -> Span:
        del camera, exact
        out.write_bytes(self.cameras.video.whole)
        return Span(start - timedelta(seconds=1), end)
