"""Finds which engine and camera somebody means, in any of the entries."""

from collections.abc import Iterator
from typing import Final

from homeassistant.components.camera import DOMAIN as CAMERA
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.service import async_get_config_entry
from homeassistant.helpers.target import (
    TargetSelection,
    async_extract_referenced_entity_ids,
)
from homeassistant.helpers.typing import ConfigType

from .const import DOMAIN
from .coordinator import EngineCoordinator

_KEY: Final = "camera"  # of a camera's own entity; see camera.py


def loaded_engines(hass: HomeAssistant) -> Iterator[EngineCoordinator]:
    """Yield every engine that is set up."""
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        yield entry.runtime_data


def engine_named(hass: HomeAssistant, entry_id: str | None) -> EngineCoordinator:
    """Return the engine of an entry, the only one for None.

    Raises `ServiceValidationError` when there is none such, or one must be chosen.
    """
    coordinator: EngineCoordinator = async_get_config_entry(
        hass, DOMAIN, entry_id
    ).runtime_data
    return coordinator


def engine_that_knows(call: ServiceCall, what: str) -> EngineCoordinator:
    """Return the engine that knows the alert or request which a call names.

    Ids are those of the hub. Raises as `engine_named`.
    """
    entry_id = call.data.get("config_entry_id")
    if entry_id is None:
        for coordinator in loaded_engines(call.hass):
            known = {*coordinator.data.alerts, *coordinator.data.requests}
            if call.data[what] in known:
                return coordinator
    return engine_named(call.hass, entry_id)


def camera_named(hass: HomeAssistant, entity_id: str) -> tuple[EngineCoordinator, str]:
    """Return the engine and id of a camera; raises `ServiceValidationError`."""
    for coordinator in loaded_engines(hass):
        for camera in coordinator.data.cameras:
            if entity_of_camera(coordinator, camera) == entity_id:
                return coordinator, camera
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="no_camera_of_ours",
        translation_placeholders={"entity": entity_id},
    )


def entity_of_camera(coordinator: EngineCoordinator, camera: str) -> str | None:
    """Return the entity of a camera, None when it has none (any more)."""
    unique_id = f"{coordinator.config_entry.unique_id}_{camera}_{_KEY}"
    registry = er.async_get(coordinator.hass)
    return registry.async_get_entity_id(CAMERA, DOMAIN, unique_id)


def targeted(hass: HomeAssistant, target: ConfigType) -> set[str]:
    """Return the entities that a target means now: areas and labels change."""
    found = async_extract_referenced_entity_ids(hass, TargetSelection(target))
    return found.referenced | found.indirectly_referenced
