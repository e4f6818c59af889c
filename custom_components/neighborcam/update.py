"""Says when the engine is older than this integration expects.

Where the engine is an app, the Supervisor says so itself.
"""

from typing import Final, override

from awesomeversion import AwesomeVersion, AwesomeVersionException
from homeassistant.components.update import (
    UpdateDeviceClass,
    UpdateEntity,
    UpdateEntityFeature,
)
from homeassistant.config_entries import SOURCE_HASSIO
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.loader import async_get_integration

from .const import DOMAIN
from .coordinator import EngineCoordinator, EngineEntry
from .entity import EngineEntity
from .texts import async_text

PARALLEL_UPDATES = 0

RELEASES: Final = "https://github.com/neighborcam/neighborcam/releases"


async def async_setup_entry(
    hass: HomeAssistant, entry: EngineEntry, add: AddConfigEntryEntitiesCallback
) -> None:
    """Watch the version of an engine that the Supervisor does not watch."""
    if entry.source == SOURCE_HASSIO:
        return
    integration = await async_get_integration(hass, DOMAIN)
    add([EngineUpdate(entry.runtime_data, str(integration.version))])


class EngineUpdate(EngineEntity, UpdateEntity):
    """The engine's version; it is updated where it was installed."""

    _attr_device_class = UpdateDeviceClass.FIRMWARE
    _attr_supported_features = UpdateEntityFeature.RELEASE_NOTES
    _attr_title = "NeighborCam"
    _attr_release_url = RELEASES

    def __init__(self, coordinator: EngineCoordinator, ours: str) -> None:
        super().__init__(coordinator, "engine")
        self._ours = ours

    @property
    @override
    def installed_version(self) -> str:
        return self.coordinator.data.engine.version

    @property
    @override
    def latest_version(self) -> str:
        """Our own version: the two are released together."""
        if _is_older(self.installed_version, self._ours):
            return self._ours
        return self.installed_version

    @override
    async def async_release_notes(self) -> str:
        return await async_text(self.hass, "engine_update", "release_notes")


def _is_older(one: str, other: str) -> bool:
    """Compare releases; a build made on the way to a release is not older than it."""
    try:
        return AwesomeVersion(one.partition(".dev")[0]) < AwesomeVersion(other)
    except AwesomeVersionException:
        return False  # a version of somebody's own making
