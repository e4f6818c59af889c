"""How sensitive each camera's motion detection is."""

from typing import override

from homeassistant.components.number import NumberEntity, NumberMode
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import EngineCoordinator, EngineEntry
from .entity import CameraEntity, add_per_camera

PARALLEL_UPDATES = 0


async def async_setup_entry(
    _hass: HomeAssistant, entry: EngineEntry, add: AddConfigEntryEntitiesCallback
) -> None:
    """Make the sensitivity of every camera."""
    add_per_camera(entry, add, lambda engine, camera: [Sensitivity(engine, camera.id)])


class Sensitivity(CameraEntity, NumberEntity):
    """1 sees only what is large and clear, 100 sees everything that changes."""

    _attr_entity_category = EntityCategory.CONFIG
    _attr_mode = NumberMode.SLIDER
    _attr_native_min_value = 1
    _attr_native_max_value = 100
    _attr_native_step = 1

    def __init__(self, coordinator: EngineCoordinator, camera: str) -> None:
        super().__init__(coordinator, camera, "sensitivity")

    @property
    @override
    def native_value(self) -> int:
        return self.camera.sensitivity

    @override
    async def async_set_native_value(self, value: float) -> None:
        await self.async_change(sensitivity=int(value))
