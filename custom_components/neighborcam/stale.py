"""Takes entities out of the registry whose thing in the engine is gone."""

from collections.abc import Container

from homeassistant.core import callback
from homeassistant.helpers import entity_registry as er

from .coordinator import EngineCoordinator


@callback
def remove_stale(
    coordinator: EngineCoordinator, domain: str, key: str, current: Container[str]
) -> None:
    """Remove a domain's entities that have a translation ``key`` and are not current.

    ``current`` holds unique ids. Also takes what went while Home Assistant was down.
    """
    registry = er.async_get(coordinator.hass)
    entry_id = coordinator.config_entry.entry_id
    for entity in er.async_entries_for_config_entry(registry, entry_id):
        if (
            entity.domain == domain
            and entity.translation_key == key
            and entity.unique_id not in current
        ):
            registry.async_remove(entity.entity_id)
