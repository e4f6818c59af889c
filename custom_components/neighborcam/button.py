"""What is done once: keep a picture, alert the neighbours."""

from typing import Any, override

from homeassistant.components.button import ButtonEntity
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .callers import is_in_person
from .coordinator import EngineCoordinator, EngineEntry
from .entity import CameraEntity, add_for_sharing, add_per_camera
from .pictures import take_picture
from .texts import async_text

PARALLEL_UPDATES = 0


async def async_setup_entry(
    _hass: HomeAssistant, entry: EngineEntry, add: AddConfigEntryEntitiesCallback
) -> None:
    """Make the buttons of every camera; that for alerts once sharing is on."""
    add_per_camera(entry, add, lambda engine, camera: [TakePicture(engine, camera.id)])
    add_for_sharing(
        entry,
        add,
        lambda engine: [AlertNeighbours(engine, id_) for id_ in engine.data.cameras],
    )


class TakePicture(CameraEntity, ButtonEntity):
    """Keep the newest picture among Home Assistant's media."""

    def __init__(self, coordinator: EngineCoordinator, camera: str) -> None:
        super().__init__(coordinator, camera, "snapshot")

    @property
    @override
    def available(self) -> bool:
        return super().available and self.camera.is_live

    @override
    async def async_press(self) -> None:
        await self.async_wish(take_picture(self.coordinator, self.camera_id))


class AlertNeighbours(CameraEntity, ButtonEntity):
    """Ask the neighbours to keep their eyes open: a fixed sentence, and no picture.

    A picture leaves after somebody looked at it; a button shows none.
    """

    def __init__(self, coordinator: EngineCoordinator, camera: str) -> None:
        super().__init__(coordinator, camera, "alert_neighbours")

    @property
    @override
    def available(self) -> bool:
        sharing = self.coordinator.data.sharing
        return super().available and sharing.is_on and self.camera.sharing

    @override
    async def async_press(self) -> None:
        await self.async_wish(self.coordinator.client.publish_alert(await self._wish()))

    async def _wish(self) -> dict[str, Any]:
        """Return the alert; it claims nothing that a button cannot know."""
        pressed_by = self._context or Context()
        return {
            "category": "info",
            "urgency": "immediate",
            "severity": "unknown",
            "certainty": "unknown",
            "headline": await async_text(self.hass, "alert_button", "headline"),
            "text": await async_text(self.hass, "alert_button", "text"),
            "instruction": "",
            "automatic": not await is_in_person(self.hass, pressed_by),
        }
