"""Devices: one for the engine and one for each camera, coming and going with it."""

from homeassistant.core import callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo

from .const import DOMAIN
from .coordinator import EngineCoordinator, EngineEntry
from .models import Camera

MANUFACTURER = "NeighborCam"


def engine_device(coordinator: EngineCoordinator) -> DeviceInfo:
    """Describe the engine's own device."""
    hello = coordinator.data.engine
    return DeviceInfo(
        identifiers={(DOMAIN, hello.id)},
        name=hello.name,
        manufacturer=MANUFACTURER,
        model="Engine",
        sw_version=hello.version,
        entry_type=DeviceEntryType.SERVICE,
        configuration_url=str(coordinator.client.url),
    )


def camera_device(coordinator: EngineCoordinator, camera: Camera) -> DeviceInfo:
    """Describe a camera's device; the engine's must exist."""
    described = DeviceInfo(
        identifiers={camera_identifier(coordinator, camera.id)},
        name=camera.name,
        manufacturer=MANUFACTURER,
        model="Camera",
    )
    entry = coordinator.config_entry
    engine = dr.async_get(coordinator.hass).async_get_device_by_identifier(
        (DOMAIN, str(entry.unique_id)), entry.entry_id
    )
    if engine is not None:
        described["via_device_id"] = engine.id
    return described


def camera_identifier(coordinator: EngineCoordinator, camera: str) -> tuple[str, str]:
    """Return what identifies a camera's device."""
    return (DOMAIN, f"{coordinator.config_entry.unique_id}_{camera}")


def current_identifiers(coordinator: EngineCoordinator) -> set[tuple[str, str]]:
    """Return what identifies the devices that the engine has now."""
    return {(DOMAIN, str(coordinator.config_entry.unique_id))} | {
        camera_identifier(coordinator, camera) for camera in coordinator.data.cameras
    }


@callback
def follow_devices(entry: EngineEntry) -> None:
    """Add, rename and remove devices as the engine has them, now and from now on."""
    coordinator = entry.runtime_data
    registry = dr.async_get(coordinator.hass)
    shown: dict[str, str] = {}

    @callback
    def look() -> None:
        wanted = {
            "": f"{coordinator.data.engine.name} {coordinator.data.engine.version}",
            **{each.id: each.name for each in coordinator.data.cameras.values()},
        }
        if wanted == shown:
            return
        shown.clear()
        shown.update(wanted)
        _create(coordinator, registry)
        _remove_stale(coordinator, registry)

    look()
    entry.async_on_unload(coordinator.async_add_listener(look))


def _create(coordinator: EngineCoordinator, registry: dr.DeviceRegistry) -> None:
    entry_id = coordinator.config_entry.entry_id
    registry.async_get_or_create(config_entry_id=entry_id, **engine_device(coordinator))
    for camera in coordinator.data.cameras.values():
        registry.async_get_or_create(
            config_entry_id=entry_id, **camera_device(coordinator, camera)
        )


def _remove_stale(coordinator: EngineCoordinator, registry: dr.DeviceRegistry) -> None:
    entry_id = coordinator.config_entry.entry_id
    current = current_identifiers(coordinator)
    for device in dr.async_entries_for_config_entry(registry, entry_id):
        if not device.identifiers & current:
            registry.async_remove_device(device.id)
