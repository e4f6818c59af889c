"""Where a new camera comes from, and what it is called."""

from homeassistant.components.camera import async_get_stream_source
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import slugify

from .const import DOMAIN
from .coordinator import EngineCoordinator


async def stream_source(hass: HomeAssistant, entity_id: str) -> str:
    """Return the stream of a camera of Home Assistant; one of ours would be a loop.

    It may hold a password: it is for the engine, and nobody else. Raises
    `ServiceValidationError`.
    """
    known = er.async_get(hass).async_get(entity_id)
    if known is not None and known.platform == DOMAIN:
        raise _invalid("camera_is_ours", entity_id)
    try:
        source = await async_get_stream_source(hass, entity_id)
    except HomeAssistantError:
        source = None  # unknown, off or unavailable
    if not source:
        raise _invalid("camera_has_no_stream", entity_id)
    return source


def free_id(coordinator: EngineCoordinator, name: str) -> str:
    """Return an id made of the name that no camera of the engine has."""
    base = slugify(name, separator="-")[:56].strip("-") or "camera"
    number, made = 1, base
    while made in coordinator.data.cameras:
        number += 1
        made = f"{base}-{number}"
    return made


def _invalid(key: str, entity_id: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={"entity": entity_id},
    )
