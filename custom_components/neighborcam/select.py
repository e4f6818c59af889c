"""When each camera is recorded."""

from typing import override

from homeassistant.components.select import SelectEntity
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import EngineCoordinator, EngineEntry
from .entity import CameraEntity, add_per_camera
from .models import RecordingMode

PARALLEL_UPDATES = 0


async def async_setup_entry(
    _hass: HomeAssistant, entry: EngineEntry, add: AddConfigEntryEntitiesCallback
) -> None:
    """Make the choice of every camera."""
    add_per_camera(
        entry, add, lambda engine, camera: [RecordingChoice(engine, camera.id)]
    )


class RecordingChoice(CameraEntity, SelectEntity):
    """Record always, around episodes, or never."""

    _attr_entity_category = EntityCategory.CONFIG
    _attr_options = [mode.value for mode in RecordingMode]  # noqa: RUF012 - as Home Assistant declares it

    def __init__(self, coordinator: EngineCoordinator, camera: str) -> None:
        super().__init__(coordinator, camera, "recording_mode")

    @property
    @override
    def current_option(self) -> str:
        return self.camera.recording.value

    @override
    async def async_select_option(self, option: str) -> None:
        await self.async_change(recording=option)
