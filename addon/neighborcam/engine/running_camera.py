"""One camera while it runs: its streams, and what listens to them."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from neighborcam.engine.api.messages import CameraStatistics
from neighborcam.engine.api.ports import CameraStatus, Container, StreamName
from neighborcam.engine.camera.address import stream_urls
from neighborcam.engine.camera.decode import decode_picture, jpeg
from neighborcam.engine.camera.live import LiveViewers, Viewer
from neighborcam.engine.camera.onvif_events import OnvifEvents
from neighborcam.engine.camera.packet import MediaKind, PacketSink
from neighborcam.engine.camera.ring import PacketRing
from neighborcam.engine.camera.worker import StreamWorker
from neighborcam.engine.config import CameraConfig, CameraId, Gate
from neighborcam.engine.errors import Conflict, NotFound
from neighborcam.engine.facts import (
    CameraStateChanged,
    EngineFact,
    EpisodeId,
    HintReceived,
    MotionEnded,
    MotionStarted,
)
from neighborcam.engine.index.store import Index
from neighborcam.engine.index.ulid import new_ulid
from neighborcam.engine.motion.gate import EcoGate, GateSlot, MotionGate, WholeGate
from neighborcam.engine.motion.pipeline import MotionPipeline
from neighborcam.engine.recording.media_folder import MediaFolder
from neighborcam.engine.recording.recorder import Recorder
from neighborcam.engine.states import CameraState

_LOG: Final = logging.getLogger(__name__)
_RING_S: Final = 12.0  # what stills and previews are decoded from
_PICTURE_WIDTH: Final = 1280

# A change of anything else needs another connection or another recorder.
_APPLIED_LIVE: Final = frozenset(
    {
        "name",
        "detection",
        "gate",
        "sensitivity",
        "zones",
        "masks",
        "privacy_masks",
        "recording",
        "pre_roll_s",
        "post_roll_s",
        "keep_days",
        "keep_bytes",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What every camera of the house shares. ``tell`` is safe from any thread."""

    index: Index
    folder: MediaFolder
    tell: Callable[[EngineFact], None]
    clock: Callable[[], datetime]
    allow_files: bool


class RunningCamera:
    """Starts, changes and stops the parts of one camera.

    `start`, `configure` and `stop` are called one after the other; `stop` blocks for
    as long as the disk takes to finish the open segment.
    """

    def __init__(self, config: CameraConfig, around: Surroundings) -> None:
        self.config = config
        self.ring = PacketRing(max_s=_RING_S)
        self._id = CameraId(config.id)
        self._around = around
        self._states = {
            StreamName.MAIN: (CameraState.OFF, ""),
            StreamName.SUB: (CameraState.OFF, ""),
        }
        self._told: tuple[CameraState, str] = (CameraState.OFF, "")
        self._episodes = 0
        self._viewers = {name: LiveViewers() for name in StreamName}
        self._slot = GateSlot(self._gate(config))
        self._recorder = Recorder(
            config,
            around.index,
            around.folder.path,
            self._hear,
            around.clock,
            open_file=around.folder.open_file,
        )
        self._workers: dict[StreamName, StreamWorker] = {}
        self._events: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Connect, unless the camera is off or dark; on the loop."""
        if not self.config.enabled or self.config.privacy:
            return
        self._recorder.start()
        self._workers = self._make_workers()
        for worker in self._workers.values():
            worker.start()
        if self.config.onvif is not None:
            self._events = asyncio.create_task(
                self._onvif_events().run(), name=f"events {self._id}"
            )

    def can_apply(self, config: CameraConfig) -> bool:
        """Whether `configure` can take ``config`` without a new connection."""
        return all(
            getattr(self.config, name) == getattr(config, name)
            for name in CameraConfig.__struct_fields__
            if name not in _APPLIED_LIVE
        )

    def configure(self, config: CameraConfig) -> None:
        """Apply what `can_apply` allows, without losing a picture."""
        self.config = config
        self._recorder.configure(config)
        self._slot.replace(self._gate(config))

    async def stop(self) -> None:
        """Disconnect, finish what is being written and end live views."""
        if self._events is not None:
            self._events.cancel()
            await asyncio.gather(self._events, return_exceptions=True)
            self._events = None
        for viewers in self._viewers.values():
            viewers.end_all()
        workers, self._workers = self._workers, {}
        await asyncio.gather(
            *(asyncio.to_thread(worker.stop) for worker in workers.values())
        )
        if workers:
            await asyncio.to_thread(self._recorder.stop)

    def hear(self, fact: EngineFact) -> None:
        """Act on a fact about this camera before the rest of the house hears it."""
        if isinstance(fact, MotionStarted) and fact.zone is None:
            self._episodes += 1
            self._recorder.episode_started(fact.episode, fact.at)
        elif isinstance(fact, MotionEnded) and fact.zone is None:
            self._recorder.episode_ended(fact.episode, fact.at)
        elif isinstance(fact, HintReceived):
            self._slot.hint(active=fact.active)

    def status(self) -> CameraStatus:
        """Return the camera as it is now."""
        state, reason = self._told
        return CameraStatus(
            config=self.config,
            state=state,
            reason=reason,
            statistics=self._statistics(),
        )

    def snapshot(self) -> bytes:
        """Return the newest key frame as JPEG. Raises `Conflict` when there is none."""
        try:
            stream_format, packets = self.ring.newest_gop()
            key = [each for each in packets if each.kind is MediaKind.VIDEO][:1]
            picture = decode_picture(stream_format.video, key, key[0].shown_at)
        except (LookupError, IndexError):
            raise Conflict(
                f"{self.config.name} has sent no picture yet; its state is"
                f" {self._told[0]}."
            ) from None
        return jpeg(picture, _PICTURE_WIDTH, self.config.privacy_masks)

    def open_live(self, stream: StreamName, container: Container) -> Viewer:
        """Begin a live view; on the loop. Raises `Conflict` or `CameraError`."""
        if not self._workers:
            raise Conflict(f"{self.config.name} is switched off.")
        if stream not in self._workers:
            raise NotFound(f"{self.config.name} has no {stream} stream.")
        return self._viewers[stream].open_viewer(
            container.value,
            asyncio.get_running_loop(),
        )

    def _make_workers(self) -> dict[StreamName, StreamWorker]:
        addresses = stream_urls(self.config, allow_files=self._around.allow_files)
        main: list[PacketSink] = [
            self.ring,
            self._recorder,
            self._viewers[StreamName.MAIN],
        ]
        if addresses.sub is None:
            main.append(self._slot)
        streams = {StreamName.MAIN: (addresses.main, main)}
        if addresses.sub is not None:
            sub: list[PacketSink] = [self._viewers[StreamName.SUB], self._slot]
            streams[StreamName.SUB] = (addresses.sub, sub)
        return {
            name: StreamWorker(
                f"{self._id}/{name}",
                address,
                sinks,
                partial(self._stream_became, name),
                transport=self.config.transport,
                audio=self.config.audio and name is StreamName.MAIN,
                clock=self._around.clock,
            )
            for name, (address, sinks) in streams.items()
        }

    def _onvif_events(self) -> OnvifEvents:
        assert self.config.onvif is not None  # noqa: S101 - asked by the caller
        return OnvifEvents(
            self._id,
            self.config.onvif.host,
            self.config.onvif.port,
            self.config.username,
            self.config.password,
            self._hear,
            clock=self._around.clock,
        )

    def _gate(self, config: CameraConfig) -> MotionGate | None:
        if not config.detection:
            return None
        pipeline = MotionPipeline(
            config, self._hear, lambda at: EpisodeId(new_ulid(at))
        )
        return EcoGate(pipeline) if config.gate is Gate.ECO else WholeGate(pipeline)

    def _hear(self, fact: EngineFact) -> None:
        self.hear(fact)
        self._around.tell(fact)

    def _stream_became(self, name: StreamName, state: CameraState, reason: str) -> None:
        """Tell the camera's state, which is that of its main stream."""
        self._states[name] = (state, reason)
        main, why = self._states[StreamName.MAIN]
        _, sub_why = self._states[StreamName.SUB]
        if main is CameraState.LIVE and StreamName.SUB in self._workers and sub_why:
            why = f"Motion is not detected, because of the sub stream: {sub_why}"
        if (main, why) == self._told:
            return
        self._told = (main, why)
        _LOG.info("camera %s is %s %s", self._id, main, why)
        self._around.tell(
            CameraStateChanged(
                camera=self._id, at=self._around.clock(), state=main, reason=why
            )
        )

    def _statistics(self) -> CameraStatistics:
        main = self._workers.get(StreamName.MAIN)
        if main is None:
            return CameraStatistics(episodes=self._episodes)
        seen = main.statistics()
        video = seen.stream_format.video if seen.stream_format else None
        audio = seen.stream_format.audio if seen.stream_format else None
        return CameraStatistics(
            frames=seen.frames,
            received_bytes=seen.size_bytes,
            reconnects=seen.reconnects,
            episodes=self._episodes,
            fps=round(seen.fps, 2) or None,
            bits_per_s=round(seen.bits_per_s) or None,
            codec=video.codec if video else None,
            width=video.width if video else None,
            height=video.height if video else None,
            has_audio=audio is not None,
            last_frame_at=seen.last_packet_at,
        )
