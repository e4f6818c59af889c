"""What a camera does: detect, record, take part in sharing, stay dark."""

from dataclasses import dataclass
from typing import Any, Final, Literal, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.restore_state import RestoredExtraData, RestoreEntity

from .coordinator import EngineCoordinator, EngineEntry
from .entity import CameraEntity, add_per_camera
from .models import RecordingMode

PARALLEL_UPDATES = 0

RECORDED_BEFORE: Final = "recorded_before"


@dataclass(frozen=True, kw_only=True)
class CameraSwitchDescription(SwitchEntityDescription):
    """A switch of one yes-or-no field of the camera."""

    key: Literal["detection", "sharing", "privacy"]
    # "Turn off everything in this room" must not make a dark camera see again:
    # configuration is not reached by areas.
    entity_category: EntityCategory | None = EntityCategory.CONFIG


SWITCHES: Final = (
    CameraSwitchDescription(key="detection"),
    CameraSwitchDescription(key="sharing"),
    CameraSwitchDescription(key="privacy"),
)


async def async_setup_entry(
    _hass: HomeAssistant, entry: EngineEntry, add: AddConfigEntryEntitiesCallback
) -> None:
    """Make the switches of every camera."""
    add_per_camera(
        entry,
        add,
        lambda engine, camera: [
            *(CameraSwitch(engine, camera.id, each) for each in SWITCHES),
            RecordingSwitch(engine, camera.id),
        ],
    )


class CameraSwitch(CameraEntity, SwitchEntity):
    """One yes-or-no field of the camera."""

    entity_description: CameraSwitchDescription

    def __init__(
        self,
        coordinator: EngineCoordinator,
        camera: str,
        description: CameraSwitchDescription,
    ) -> None:
        super().__init__(coordinator, camera, description.key)
        self.entity_description = description

    @property
    @override
    def is_on(self) -> bool:
        on: bool = getattr(self.camera, self.entity_description.key)
        return on

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        await self.async_change(**{self.entity_description.key: True})

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        await self.async_change(**{self.entity_description.key: False})


class RecordingSwitch(CameraEntity, SwitchEntity, RestoreEntity):
    """Recording on or off; on is the mode that was chosen before."""

    _attr_entity_category = EntityCategory.CONFIG

    def __init__(self, coordinator: EngineCoordinator, camera: str) -> None:
        super().__init__(coordinator, camera, "recording")
        self._before = RecordingMode.EPISODES  # the least that records
        self._remember()

    def _remember(self) -> None:
        if self.available and self.is_on:
            self._before = self.camera.recording

    @property
    @override
    def is_on(self) -> bool:
        return self.camera.recording is not RecordingMode.OFF

    @property
    @override
    def extra_restore_state_data(self) -> RestoredExtraData:
        return RestoredExtraData({RECORDED_BEFORE: self._before.value})

    @override
    async def async_added_to_hass(self) -> None:
        await super().async_added_to_hass()
        restored = await self.async_get_last_extra_data()
        before = restored.as_dict().get(RECORDED_BEFORE) if restored else None
        if before == RecordingMode.CONTINUOUS:
            self._before = RecordingMode.CONTINUOUS
        self._remember()

    @callback
    def async_entity_id_changed(self, old_entity_id: str) -> None:
        """Stay added under the new name: nothing here depends on it (2026.11)."""

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        self._remember()
        super()._handle_coordinator_update()

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        if not self.is_on:
            await self.async_change(recording=self._before.value)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        await self.async_change(recording=RecordingMode.OFF.value)
