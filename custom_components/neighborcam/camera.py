"""The live video and the newest picture of each camera.

Home Assistant's stream component pulls MPEG-TS from the engine by a signed link, which
stands for no token and ends by itself; it is renewed while the stream runs.
"""

import asyncio
from datetime import datetime
from typing import Final, override

from homeassistant.components.camera import Camera, CameraEntityFeature
from homeassistant.components.camera.prefs import DynamicStreamSettings
from homeassistant.components.stream import Stream
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import event
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from . import models
from .const import LIVE_LINK_LIFE, LOGGER
from .coordinator import EngineCoordinator, EngineEntry
from .entity import CameraEntity, add_per_camera
from .errors import EngineFailure
from .models import CameraState, RecordingMode

PARALLEL_UPDATES = 0

STILL_LIFE_S: Final = 1.0  # several dashboards ask for the same picture
# Three more tries before a link ends, should the engine be away at one of them.
RENEW_EVERY: Final = LIVE_LINK_LIFE / 4

_FAILED: Final = frozenset(
    {CameraState.UNREACHABLE, CameraState.UNAUTHORISED, CameraState.UNSUPPORTED}
)


async def async_setup_entry(
    _hass: HomeAssistant, entry: EngineEntry, add: AddConfigEntryEntitiesCallback
) -> None:
    """Show every camera of the engine."""
    add_per_camera(entry, add, lambda engine, camera: [EngineCamera(engine, camera.id)])


class EngineCamera(CameraEntity, Camera):
    """One camera: live video, still, on and off, motion detection."""

    _attr_name = None
    _attr_supported_features = CameraEntityFeature.STREAM | CameraEntityFeature.ON_OFF

    def __init__(self, coordinator: EngineCoordinator, camera: str) -> None:
        CameraEntity.__init__(self, coordinator, camera, "camera")
        Camera.__init__(self)
        self._still: tuple[float, bytes] | None = None  # taken at, JPEG
        self._taking = asyncio.Lock()
        self._was_connected = coordinator.connected

    @property
    @override
    def available(self) -> bool:
        return super().available and self.camera.state not in _FAILED

    @property
    @override
    def is_on(self) -> bool:
        return _shows_pictures(self.camera)

    @property
    @override
    def is_streaming(self) -> bool:
        return self.camera.is_live

    @property
    @override
    def is_recording(self) -> bool:
        camera = self.camera
        if not camera.is_live or camera.recording_problem:
            return False
        if camera.recording is RecordingMode.EPISODES:
            return self.coordinator.data.moves(camera.id)
        return camera.recording is RecordingMode.CONTINUOUS

    @property
    @override
    def motion_detection_enabled(self) -> bool:
        return self.camera.detection

    @override
    async def async_turn_on(self) -> None:
        await self.async_change(enabled=True)

    @override
    async def async_turn_off(self) -> None:
        await self.async_change(enabled=False)

    @override
    async def async_enable_motion_detection(self) -> None:
        await self.async_change(detection=True)

    @override
    async def async_disable_motion_detection(self) -> None:
        await self.async_change(detection=False)

    @override
    async def stream_source(self) -> str | None:
        """Return a fresh link to the live video; None while the camera is dark."""
        if not (self.available and self.is_on):
            return None
        return await self.async_wish(self._sign())

    async def _sign(self) -> str:
        path = f"/api/cameras/{self.camera_id}/live.ts"
        return await self.coordinator.client.sign(path, LIVE_LINK_LIFE)

    @override
    async def async_camera_image(
        self, width: int | None = None, height: int | None = None
    ) -> bytes | None:
        """Return the newest picture in full size; Home Assistant scales it."""
        if not (self.available and self.is_on):
            return None
        async with self._taking:
            now = self.hass.loop.time()
            if self._still is None or now - self._still[0] > STILL_LIFE_S:
                client = self.coordinator.client
                picture = await self.async_wish(client.snapshot(self.camera_id))
                self._still = (now, picture)
            return self._still[1]

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        self.async_on_remove(
            event.async_track_time_interval(
                self.hass, self._renew, RENEW_EVERY, cancel_on_shutdown=True
            )
        )

    @callback
    def async_entity_id_changed(self, old_entity_id: str) -> None:
        """Stay added under the new name: nothing here depends on it (2026.11)."""

    @override
    async def async_will_remove_from_hass(self) -> None:
        await super().async_will_remove_from_hass()
        if stream := self._let_go():
            await stream.stop()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        if self.available and not self.is_on:
            self._still = None
            if stream := self._let_go():
                self.coordinator.config_entry.async_create_task(
                    self.hass, stream.stop(), f"stop the stream of {self.entity_id}"
                )
        if self.coordinator.connected and not self._was_connected:
            # An engine that started again signs with another key.
            self.coordinator.config_entry.async_create_task(
                self.hass, self._renew(), f"renew the link of {self.entity_id}"
            )
        self._was_connected = self.coordinator.connected
        super()._handle_coordinator_update()

    def _let_go(self) -> Stream | None:
        """Return the stream to be stopped, no longer ours; its end is for good."""
        stream, self.stream = self.stream, None
        if stream is not None:
            # Ours alone: a stream that is kept loaded would not stop, and the
            # shared settings outlive this entity.
            stream.dynamic_stream_settings = DynamicStreamSettings(preload_stream=False)
        return stream

    async def _renew(self, _now: datetime | None = None) -> None:
        """Give a running stream a link for its next start, without a restart."""
        if self.stream is None or not self.available:
            return
        try:
            link = await self._sign()
        except EngineFailure as failure:
            LOGGER.debug("The link of %s is not renewed: %s", self.entity_id, failure)
            return
        if self.stream is not None:
            self.stream.source = link


def _shows_pictures(camera: models.Camera) -> bool:
    return camera.enabled and not camera.privacy
