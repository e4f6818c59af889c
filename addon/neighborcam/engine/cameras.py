"""All cameras of the house: kept in the index, running in their threads."""

import asyncio
import re
from collections.abc import Sequence

from neighborcam.engine.api.messages import (
    CameraProbe,
    FoundDevice,
    OnvifDevice,
    OnvifProfile,
)
from neighborcam.engine.api.ports import CameraStatus, Container, StreamName
from neighborcam.engine.camera import onvif
from neighborcam.engine.camera.live import Viewer
from neighborcam.engine.camera.probe import probe
from neighborcam.engine.camera.ring import PacketRing
from neighborcam.engine.config import CameraConfig, CameraId, Polygon
from neighborcam.engine.errors import Conflict, NotFound
from neighborcam.engine.running_camera import RunningCamera, Surroundings


class RunningCameras:
    """The cameras the API speaks of (`api.ports.Cameras`).

    Changes are made one at a time; a camera that is slow to stop holds up a change of
    another camera, never its pictures.
    """

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._running: dict[CameraId, RunningCamera] = {}
        self._changing = asyncio.Lock()

    async def start(self) -> None:
        """Start every camera of the index."""
        for config in await asyncio.to_thread(self._around.index.cameras):
            self._run(config)

    async def stop(self) -> None:
        """Stop every camera, all at once."""
        async with self._changing:
            await asyncio.gather(*(each.stop() for each in self._running.values()))
            self._running.clear()

    def list(self) -> Sequence[CameraStatus]:
        """Return every camera, by name."""
        cameras = sorted(
            self._running.values(), key=lambda camera: _natural(camera.config.name)
        )
        return [camera.status() for camera in cameras]

    def get(self, camera: CameraId) -> CameraStatus:
        """Return one camera; raises `NotFound`."""
        return self._find(camera).status()

    async def add(self, config: CameraConfig) -> None:
        """Store and start a camera; `Conflict` when the id is taken."""
        async with self._changing:
            if config.id in self._running:
                raise Conflict(f"There is a camera {config.id!r} already.")
            await asyncio.to_thread(self._around.index.put_camera, config)
            self._run(config)

    async def update(self, config: CameraConfig) -> None:
        """Store a changed camera and apply it, without a gap where possible."""
        async with self._changing:
            running = self._find(CameraId(config.id))
            await asyncio.to_thread(self._around.index.put_camera, config)
            if running.can_apply(config):
                running.configure(config)
                return
            await running.stop()
            self._run(config)

    async def remove(self, camera: CameraId) -> None:
        """Stop and forget a camera; its recordings stay until retention takes them."""
        async with self._changing:
            running = self._find(camera)
            await asyncio.to_thread(self._around.index.delete_camera, camera)
            await running.stop()
            del self._running[camera]

    async def probe(self, config: CameraConfig) -> CameraProbe:
        """Connect once without saving."""
        result = await asyncio.to_thread(
            probe,
            config.main_url,
            config.username,
            config.password,
            transport=config.transport,
            privacy_masks=config.privacy_masks,
        )
        video = result.video
        return CameraProbe(
            ok=result.ok,
            state=result.state,
            reason=result.reason,
            codec=video.codec if video else None,
            width=video.width if video else None,
            height=video.height if video else None,
            fps=result.fps,
            has_audio=result.has_audio,
            picture=result.picture,
        )

    async def discover(self) -> Sequence[FoundDevice]:
        """Look for ONVIF devices in the network."""
        return [
            FoundDevice(
                host=found.host,
                port=found.port,
                name=found.name,
                hardware=found.hardware,
            )
            for found in await onvif.discover()
        ]

    async def onvif_profiles(self, device: OnvifDevice) -> Sequence[OnvifProfile]:
        """Ask a device for its streams."""
        description = await onvif.describe(
            device.host, device.port, device.username, device.password
        )
        return [
            OnvifProfile(
                token=profile.token,
                name=profile.name,
                codec=profile.codec,
                width=profile.width,
                height=profile.height,
                url=profile.url,
            )
            for profile in description.profiles
        ]

    async def snapshot(self, camera: CameraId) -> bytes:
        """Return the newest picture as JPEG."""
        return await asyncio.to_thread(self._find(camera).snapshot)

    def open_live(
        self, camera: CameraId, stream: StreamName, container: Container
    ) -> Viewer:
        """Begin a live view."""
        return self._find(camera).open_live(stream, container)

    def ring(self, camera: CameraId) -> PacketRing | None:
        """Return the packets a camera sent last; None when it is gone."""
        running = self._running.get(camera)
        return running.ring if running else None

    def privacy_masks(self, camera: CameraId) -> tuple[Polygon, ...]:
        """Return what is black in every still of a camera."""
        running = self._running.get(camera)
        return running.config.privacy_masks if running else ()

    def _run(self, config: CameraConfig) -> None:
        running = RunningCamera(config, self._around)
        self._running[CameraId(config.id)] = running
        running.start()

    def _find(self, camera: CameraId) -> RunningCamera:
        if (running := self._running.get(camera)) is None:
            raise NotFound(f"There is no camera {camera!r}.")
        return running


def _natural(name: str) -> tuple[tuple[int, int | str], ...]:
    """Order names as people do: Camera 2 before Camera 10."""
    parts = re.findall(r"\d+|\D+", name.casefold())
    return tuple((0, int(part)) if part.isdigit() else (1, part) for part in parts)
