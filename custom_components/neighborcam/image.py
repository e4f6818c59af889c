"""The best picture of each camera's latest episode."""

from typing import override

from homeassistant.components.image import Image, ImageEntity
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import EngineCoordinator, EngineEntry
from .entity import CameraEntity, add_per_camera
from .models import Episode

PARALLEL_UPDATES = 0


async def async_setup_entry(
    _hass: HomeAssistant, entry: EngineEntry, add: AddConfigEntryEntitiesCallback
) -> None:
    """Show the latest episode of every camera."""
    add_per_camera(
        entry, add, lambda engine, camera: [LatestEpisode(engine, camera.id)]
    )


class LatestEpisode(CameraEntity, ImageEntity):
    """The latest episode's thumbnail, fetched when somebody looks.

    While an episode lasts and has no picture yet, the one before it stays.
    """

    def __init__(self, coordinator: EngineCoordinator, camera: str) -> None:
        CameraEntity.__init__(self, coordinator, camera, "latest_episode")
        ImageEntity.__init__(self, coordinator.hass)
        self._shown: Episode | None = None
        self._follow()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        self._follow()
        super()._handle_coordinator_update()

    def _follow(self) -> None:
        latest = self.coordinator.data.last_episodes.get(self.camera_id)
        if latest is not None and not latest.has_thumbnail:
            return
        if _picture(latest) == _picture(self._shown):
            return
        self._shown = latest
        self._cached_image = None
        self._attr_image_last_updated = (
            None if latest is None else latest.ended_at or latest.started_at
        )

    @override
    async def async_image(self) -> bytes | None:
        shown = self._shown
        if shown is None:
            return None
        if self._cached_image is not None:
            return self._cached_image.content
        client = self.coordinator.client
        content = await self.async_wish(client.thumbnail(shown.id))
        if shown is self._shown:  # not of an episode that is history by now
            self._cached_image = Image(content_type=self.content_type, content=content)
        return content


def _picture(episode: Episode | None) -> object:
    """Return what tells pictures apart: a lasting episode may get a better one."""
    return episode and (episode.id, episode.ended_at)
