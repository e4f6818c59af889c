"""Actions that add, change and remove cameras of an engine; for admins."""

from typing import Any, Final

from homeassistant.core import ServiceCall
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util.json import JsonObjectType
from probatio import (
    All,
    Coerce,
    Exclusive,
    In,
    Length,
    Marker,
    Optional,
    Range,
    Required,
    Schema,
)

from .camera_sources import free_id, stream_source
from .const import DOMAIN
from .coordinator import EngineCoordinator
from .discreet import hide, uncovered
from .engines import camera_named, engine_named
from .entity import wish
from .models import CameraTest, RecordingMode
from .recording_actions import CAMERA, ENGINE
from .told import camera_told

NAME: Final = All(cv.string, Length(min=1, max=120))
URL: Final = All(cv.string, Length(min=1, max=2048), hide)  # may hold a password
LOGIN: Final = All(cv.string, Length(max=256))
SETTINGS: Final[dict[Marker, Any]] = {
    Optional("sub_url"): URL,
    Optional("username"): LOGIN,
    Optional("password"): All(LOGIN, hide),
    Optional("detection"): cv.boolean,
    Optional("sharing"): cv.boolean,
    Optional("sensitivity"): All(Coerce(int), Range(min=0, max=100)),
    Optional("recording"): In([mode.value for mode in RecordingMode]),
    Optional("audio"): cv.boolean,
    Optional("keep_days"): All(Coerce(float), Range(min=1, max=3650)),
}
SECRET: Final = ("main_url", "sub_url", "username", "password")
ADD: Final = Schema(
    {
        **ENGINE,
        Required("name"): NAME,
        Exclusive("main_url", "source"): URL,
        Exclusive("source_entity", "source"): cv.entity_id,
        Optional("try_first", default=True): cv.boolean,
        **SETTINGS,
    }
)
UPDATE: Final = CAMERA.extend(
    {
        Optional("name"): NAME,
        Optional("main_url"): URL,
        Optional("enabled"): cv.boolean,
        Optional("privacy"): cv.boolean,
        Optional("try_first", default=True): cv.boolean,
        **SETTINGS,
    }
)
# What a connection needs; it is tried again only when one of these changes.
_CONNECTION: Final = ("main_url", "username", "password")
_OURS: Final = ("config_entry_id", "camera", "source_entity", "try_first")


async def add_camera(call: ServiceCall) -> JsonObjectType:
    """Add a camera, tried first; answers the camera and what the try found."""
    coordinator = engine_named(call.hass, call.data.get("config_entry_id"))
    settings = {
        **_settings(call),
        "main_url": await _address(call),
        "id": free_id(coordinator, call.data["name"]),
    }
    tried = await _try(coordinator, settings) if call.data["try_first"] else None
    camera = await wish(coordinator.client.add_camera(settings))
    return {
        "camera": camera_told(coordinator, camera),
        "tried": _tried(tried),
    }


async def update_camera(call: ServiceCall) -> JsonObjectType:
    """Change a camera; a new address is tried first."""
    coordinator, camera = camera_named(call.hass, call.data["camera"])
    settings = _settings(call)
    if not settings:
        raise _invalid("nothing_to_change")
    tried = None
    if "main_url" in settings and call.data["try_first"]:
        tried = await _try(coordinator, settings)
    changed = await wish(coordinator.client.change_camera(camera, settings))
    return {"camera": camera_told(coordinator, changed), "tried": _tried(tried)}


async def remove_camera(call: ServiceCall) -> None:
    """Remove a camera from its engine; its recordings stay until their time is up."""
    coordinator, camera = camera_named(call.hass, call.data["camera"])
    await wish(coordinator.client.remove_camera(camera))


def _settings(call: ServiceCall) -> dict[str, Any]:
    given = uncovered(call.data)
    return {name: value for name, value in given.items() if name not in _OURS}


async def _address(call: ServiceCall) -> str:
    if "main_url" in call.data:
        return str(call.data["main_url"].value)
    if "source_entity" not in call.data:
        raise _invalid("camera_needs_source")
    return await stream_source(call.hass, call.data["source_entity"])


async def _try(coordinator: EngineCoordinator, settings: dict[str, Any]) -> CameraTest:
    """Let the engine connect once; raises in the camera's words when it fails."""
    probe: dict[str, Any] = {
        name: settings[name] for name in _CONNECTION if name in settings
    }
    tried = await wish(coordinator.client.try_camera(probe))
    if not tried.ok:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="camera_failed",
            translation_placeholders={"reason": tried.reason or tried.state.value},
        )
    return tried


def _tried(tried: CameraTest | None) -> dict[str, Any] | None:
    """Tell what a try found; the picture is large, and shown by the flow."""
    if tried is None:
        return None
    return {
        "codec": tried.codec,
        "width": tried.width,
        "height": tried.height,
        "fps": tried.fps,
        "has_audio": tried.has_audio,
    }


def _invalid(key: str) -> ServiceValidationError:
    return ServiceValidationError(translation_domain=DOMAIN, translation_key=key)
