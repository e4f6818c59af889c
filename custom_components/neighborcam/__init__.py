"""NeighborCam: Home Assistant's view of an engine with its cameras and alerts."""

from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.helpers.typing import ConfigType

from .administrators import follow_administrators
from .card import async_remove_card, async_setup_card
from .const import DOMAIN, PLATFORMS
from .coordinator import EngineCoordinator, EngineEntry
from .devices import current_identifiers, follow_devices
from .errors import EngineFailure
from .feed import async_setup_feed
from .issues import follow_issues
from .relay import relay_happenings
from .services import async_setup_services
from .views import async_setup_views

CONFIG_SCHEMA: Final = cv.config_entry_only_config_schema(DOMAIN)


async def async_setup(hass: HomeAssistant, _config: ConfigType) -> bool:
    """Register what belongs to no single engine."""
    async_setup_services(hass)
    async_setup_views(hass)
    async_setup_feed(hass)
    await async_setup_card(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: EngineEntry) -> bool:
    """Connect to one engine."""
    coordinator = EngineCoordinator(hass, entry)
    entry.runtime_data = coordinator
    await coordinator.async_start()
    relay_happenings(entry)
    follow_devices(entry)
    follow_issues(entry)
    follow_administrators(hass, entry)
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: EngineEntry) -> bool:
    """Take the entities away; the connection ends with the entry's tasks."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: EngineEntry) -> None:
    """Let the engine forget our token; it may be gone already."""
    if not hass.config_entries.async_entries(DOMAIN):
        await async_remove_card(hass)
    try:
        await EngineCoordinator(hass, entry).client.revoke()
    except EngineFailure:
        return


async def async_migrate_entry(_hass: HomeAssistant, entry: EngineEntry) -> bool:
    """Refuse entries of a newer integration; there are no older ones."""
    return entry.version == 1


async def async_remove_config_entry_device(
    _hass: HomeAssistant, entry: EngineEntry, device: DeviceEntry
) -> bool:
    """Allow removing the device of a camera that the engine no longer has."""
    return not device.identifiers & current_identifiers(entry.runtime_data)
