"""The engine of one home, wired. Read it from top to bottom: this is all there is."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final, Self

from neighborcam import __version__
from neighborcam.engine.announcing import Announced, Announcement
from neighborcam.engine.api.ingress import Ingress
from neighborcam.engine.api.messages import SCHEMA
from neighborcam.engine.api.ports import Ports
from neighborcam.engine.api.recordings import measure
from neighborcam.engine.api.server import DEFAULT_HOST, DEFAULT_PORT, ApiServer
from neighborcam.engine.bus import Bus, News, neighbour_news
from neighborcam.engine.camera.address import redact, split_credentials
from neighborcam.engine.cameras import RunningCameras
from neighborcam.engine.clock import utc_now
from neighborcam.engine.config import CameraId
from neighborcam.engine.errors import ModelUnavailable
from neighborcam.engine.facts import Fact, Label
from neighborcam.engine.frigate.translation import translate
from neighborcam.engine.index.rows import EpisodeRow
from neighborcam.engine.index.sharing_store import SharingStore, refuse_newer
from neighborcam.engine.index.store import Index
from neighborcam.engine.intake import Intake
from neighborcam.engine.measuring import Measuring
from neighborcam.engine.neighbours import AlertView
from neighborcam.engine.recording import picture_files
from neighborcam.engine.recording.clip import ClipResult, export_clip
from neighborcam.engine.recording.invariants import recover
from neighborcam.engine.recording.janitor import Janitor
from neighborcam.engine.recording.media_folder import MediaFolder
from neighborcam.engine.recording.pictures import EpisodePictures
from neighborcam.engine.recording.retention import StorageLimits
from neighborcam.engine.requests import RequestView, Span
from neighborcam.engine.running_camera import Surroundings
from neighborcam.engine.settings import Settings, load_settings, save_settings
from neighborcam.engine.sharing.answering import House
from neighborcam.engine.sharing.clip_maker import ClipMaker, Recorded
from neighborcam.engine.sharing.neighbourhood import Neighbourhood
from neighborcam.engine.sharing.studio import Studio
from neighborcam.engine.vision.labeller import Labeller
from neighborcam.engine.vision.models import find

_LOG: Final = logging.getLogger(__name__)
_CACHE: Final = "cache"
_EVIDENCE: Final = "evidence"  # what a hub showed that contradicts itself


def _opened(
    data_dir: Path, media_dir: Path | None, clock: Callable[[], datetime]
) -> tuple[Index, MediaFolder, Settings, SharingStore]:
    """Return what a data folder holds, mended after a crash."""
    refuse_newer(data_dir)  # before anything of the folder is touched
    index = Index.open(data_dir, clock, media_dir)
    folder = MediaFolder(index)
    try:
        if folder.is_ready:  # what is only away needs no mending
            for problem in recover(index, index.media_dir):
                _LOG.warning("mended: %s %s", problem.kind, problem.path)
        return index, folder, load_settings(index), SharingStore.open(data_dir)
    except BaseException:
        folder.close()
        index.close()
        raise


class PictureFiles:
    """Where the API finds the pictures of episodes (`api.ports.Pictures`)."""

    def __init__(self, media_dir: Path) -> None:
        self._media_dir = media_dir

    def thumbnail(self, episode: EpisodeRow) -> Path:
        """Return the path of the thumbnail, whether it exists or not."""
        return self._paths(episode).thumbnail

    def preview(self, episode: EpisodeRow) -> Path:
        """Return the path of the preview, whether it exists or not."""
        return self._paths(episode).preview

    def _paths(self, episode: EpisodeRow) -> picture_files.PicturePaths:
        return picture_files.paths(self._media_dir, episode.camera, episode.id)


class HouseSettings:
    """The settings in force (`api.ports.SettingsPort`)."""

    def __init__(
        self, index: Index, settings: Settings, apply: Callable[[Settings], None]
    ) -> None:
        self._index = index
        self._settings = settings
        self._apply = apply

    def current(self) -> Settings:
        """Return the settings in force."""
        return self._settings

    async def change(self, settings: Settings) -> None:
        """Apply and store. What cannot be applied raises, and nothing changes."""
        if settings == self._settings:
            return
        await asyncio.to_thread(self._apply, settings)
        await asyncio.to_thread(save_settings, self._index, settings)
        self._settings = settings


class Engine:
    """Everything of one data folder; an async context manager that runs it.

    Recordings lie in ``media_dir``, inside of the data folder unless it is named;
    ``ingress`` is the port of Home Assistant's Supervisor.
    Entering raises `DataInUse`, `DataUnreadable` or `StorageError` for the folder and
    `OSError` when the port is taken; nothing runs then. ``allow_files`` lets cameras
    be files: for the demo, never for what comes over the API.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        media_dir: Path | None = None,
        host: str = DEFAULT_HOST,
        port: int = DEFAULT_PORT,
        ingress: Ingress | None = None,
        allow_files: bool = False,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.index, self._folder, settings, self._shared = _opened(
            data_dir, media_dir, clock
        )
        loop = asyncio.get_running_loop()
        bus = Bus(loop)
        self._intake = Intake(loop, self.index, bus)
        self.cameras = RunningCameras(
            Surroundings(
                index=self.index,
                folder=self._folder,
                tell=self._intake.take,
                clock=clock,
                allow_files=allow_files,
            )
        )
        self._pictures = EpisodePictures(
            self.cameras.ring,
            self.index,
            self.index.media_dir,
            None,
            self._intake.take,
            self.cameras.privacy_masks,
        )
        # By the bus, not at once: what a picture belongs to is in the index by then.
        bus.listen(self._see)
        self._use_model(settings)
        self.settings = HouseSettings(self.index, settings, self._use_model)
        self._is_app = ingress is not None
        self._janitor = Janitor(self.index, self._folder, self._limits, clock)
        self._bus = bus
        self._clock = clock
        self.neighbourhood = self._joined(data_dir)
        ports = self._ports()
        cache = data_dir / _CACHE
        self.server = ApiServer(
            ports, bus, cache_dir=cache, host=host, port=port, ingress=ingress
        )
        self._tasks: list[asyncio.Task[None]] = []
        self._measuring = Measuring(
            bus.publish,
            clock,
            has_cameras=lambda: bool(self.cameras.list()),
            stored=partial(measure, ports),
        )

    def _joined(self, data_dir: Path) -> Neighbourhood:
        """Return the only door out."""
        return Neighbourhood(
            self._shared,
            data_dir / _EVIDENCE,
            self._tell,
            Studio(self._exported, data_dir),
            self._house(data_dir),
            self._clock,
        )

    def _ports(self) -> Ports:
        """Return what the API is built on."""
        media_dir = self.index.media_dir
        return Ports(
            cameras=self.cameras,
            index=self.index,
            export_clip=partial(export_clip, self.index, media_dir),
            pictures=PictureFiles(media_dir),
            settings=self.settings,
            split_credentials=split_credentials,
            redact=redact,
            media_dir=media_dir,
            now=self._clock,
            neighbourhood=self.neighbourhood,
            requests=self.neighbourhood.requests,
            translate=translate,
            labels=self._labels,
        )

    async def __aenter__(self) -> Self:
        try:
            await self.server.start()
        except OSError:
            self._close()
            raise
        self._tasks.append(asyncio.create_task(self._intake.run(), name="intake"))
        self._pictures.start()
        self._janitor.start()
        await self.cameras.start()
        self._measures = asyncio.create_task(self._measuring.run(), name="measuring")
        self._announcement = self._announced()
        if not self._is_app:  # Home Assistant hears of an app by its Supervisor
            await self._announcement.start()
        await self.neighbourhood.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop in the order in which things feed each other: nothing is lost."""
        await self.neighbourhood.stop()
        await self._announcement.stop()
        self._measures.cancel()
        await self.server.stop()
        await self.cameras.stop()
        await asyncio.to_thread(self._pictures.stop)
        await asyncio.to_thread(self._janitor.stop)
        self._intake.finish()
        await asyncio.gather(*self._tasks)
        await asyncio.gather(self._measures, return_exceptions=True)
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._shared.close()
        self._folder.close()
        self.index.close()

    def _announced(self) -> Announcement:
        host, port = self.server.address
        return Announcement(
            Announced(
                id=self.server.instance,
                name=self.settings.current().name,
                version=__version__,
                schema=SCHEMA,
                host=host,
                port=port,
            )
        )

    def _see(self, news: News) -> None:
        """Let episodes have their pictures."""
        if isinstance(news, Fact):
            self._pictures.take(news)

    def _tell(self, what: str, about: AlertView | RequestView | str | None) -> None:
        """Let clients hear of alerts, of requests, and of the hub."""
        self._bus.publish(neighbour_news(what, about, self._clock()))

    def _house(self, data_dir: Path) -> House:
        """Return what answers to agencies are made of."""
        return House(
            cameras=lambda: [each.config for each in self.cameras.list()],
            recorded=self._spans,
            maker=ClipMaker(self._exported, self._files, data_dir),
            data_dir=data_dir,
        )

    def _spans(
        self, camera: CameraId, start: datetime, end: datetime
    ) -> tuple[Span, ...]:
        """Return what is recorded of a camera between two moments."""
        return tuple(
            Span(start=each.started_at, end=each.ended_at)
            for each in self.index.coverage(camera, start, end)
        )

    def _files(
        self, camera: CameraId, start: datetime, end: datetime
    ) -> tuple[Recorded, ...]:
        """Return the files in which that is."""
        return tuple(
            Recorded(
                path=self.index.media_dir / each.path,
                started_at=each.started_at,
                ended_at=each.ended_at,
            )
            for each in self.index.segments(camera, start, end)
        )

    def _exported(
        self, camera: CameraId, start: datetime, end: datetime, out: Path
    ) -> ClipResult:
        """Write a stretch of a recording for a picture of it."""
        media_dir = self.index.media_dir
        return export_clip(
            self.index, media_dir, camera, start, end, exact=False, out=out
        )

    def _labels(self) -> tuple[Label, ...]:
        """Return what can be told apart now: nothing without a model."""
        return tuple(Label) if self._pictures.labeller is not None else ()

    def _limits(self) -> StorageLimits:
        settings = self.settings.current()
        return StorageLimits(
            keep_bytes=settings.keep_bytes, min_free_bytes=settings.min_free_bytes
        )

    def _use_model(self, settings: Settings) -> None:
        """Load the model for labels, or say why there are none."""
        self._pictures.labeller = None
        if not settings.labels:
            return
        named = Path(settings.model_path) if settings.model_path else None
        try:
            self._pictures.labeller = Labeller.load(find(self.index.data_dir, named))
        except ModelUnavailable as error:
            _LOG.info("episodes get no labels: %s", error)
