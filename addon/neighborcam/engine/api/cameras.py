"""Handlers for cameras: list, add, change, try out."""

from typing import Any, Final

import msgspec
from aiohttp import web

from neighborcam.engine.api.desk import Call
from neighborcam.engine.api.errors import InvalidField
from neighborcam.engine.api.merge import converted, patched, require_unique
from neighborcam.engine.api.messages import (
    CameraProbe,
    CameraTest,
    CameraView,
    FoundDevice,
    OnvifDevice,
    OnvifProfile,
)
from neighborcam.engine.api.plumbing import json_response
from neighborcam.engine.api.ports import Ports
from neighborcam.engine.bus import CameraConfigured, CameraRemoved
from neighborcam.engine.config import CameraConfig, CameraId, Zone
from neighborcam.engine.errors import Conflict, InvalidInput

MAX_CAMERAS: Final = 64
MAX_AREAS: Final = 32  # zones, masks, privacy masks: each
_URL_FIELDS: Final = ("main_url", "sub_url")


async def list_cameras(call: Call[None, None]) -> tuple[CameraView, ...]:
    """Every camera with its state and statistics."""
    return call.desk.views()


async def add_camera(call: Call[None, dict[str, Any]]) -> web.Response:
    """Add a camera; credentials in its URLs are taken out of them."""
    config = _checked(call.ports, converted(call.body, CameraConfig))
    async with call.desk.changing:
        if any(s.config.id == config.id for s in call.ports.cameras.list()):
            raise Conflict(f"there is a camera {config.id} already")
        if len(call.ports.cameras.list()) >= MAX_CAMERAS:
            raise Conflict(f"one engine takes at most {MAX_CAMERAS} cameras")
        await call.ports.cameras.add(config)
    view = announce(call, config)
    response = json_response(view, 201)
    response.headers["Location"] = f"/api/cameras/{config.id}"
    return response


async def get_camera(call: Call[None, None]) -> CameraView:
    """One camera."""
    return call.desk.view(call.ports.cameras.get(call.camera))


async def change_camera(call: Call[None, dict[str, Any]]) -> CameraView:
    """Change a camera by JSON merge patch; null means the default."""
    async with call.desk.changing:
        current = call.ports.cameras.get(call.camera).config
        patch = _without_redacted(call.ports, call.body, current)
        config = _checked(call.ports, patched(current, patch))
        if config.id != current.id:
            raise InvalidField("id", "a camera's id cannot be changed: add a new one")
        await call.ports.cameras.update(config)
    return announce(call, config)


async def remove_camera(call: Call[None, None]) -> None:
    """Remove a camera; its recordings stay until retention takes them."""
    async with call.desk.changing:
        call.ports.cameras.get(call.camera)
        await call.ports.cameras.remove(call.camera)
    call.desk.bus.publish(CameraRemoved(camera=call.camera, at=call.ports.now()))


async def get_zones(call: Call[None, None]) -> tuple[Zone, ...]:
    """The zones of a camera."""
    return call.ports.cameras.get(call.camera).config.zones


async def put_zones(call: Call[None, tuple[Zone, ...]]) -> tuple[Zone, ...]:
    """Replace the zones of a camera."""
    async with call.desk.changing:
        current = call.ports.cameras.get(call.camera).config
        config = msgspec.structs.replace(current, zones=call.body)
        await call.ports.cameras.update(_checked(call.ports, config))
    return announce(call, config).zones


async def try_camera(call: Call[None, CameraTest]) -> CameraProbe:
    """Connect once without saving; a camera that fails is still an answer."""
    wish = msgspec.structs.asdict(call.body)
    camera = wish.pop("camera")
    given = {name: value for name, value in wish.items() if value is not None}
    if camera is None:
        current = CameraConfig(id="test", name="test", main_url=call.body.main_url)
    else:
        current = call.ports.cameras.get(camera).config
    patch = _without_redacted(call.ports, given, current)
    config = _checked(call.ports, patched(current, patch))
    return await call.ports.cameras.probe(config)


async def discover(call: Call[None, None]) -> tuple[FoundDevice, ...]:
    """Look for ONVIF devices on the network; takes a few seconds."""
    return tuple(await call.ports.cameras.discover())


async def onvif_profiles(call: Call[None, OnvifDevice]) -> tuple[OnvifProfile, ...]:
    """Ask an ONVIF device for its streams."""
    found = await call.ports.cameras.onvif_profiles(call.body)
    return tuple(_clean(call.ports, profile) for profile in found)


async def snapshot(call: Call[None, None]) -> web.Response:
    """The newest picture as JPEG, privacy masks black."""
    call.ports.cameras.get(call.camera)
    picture = await call.ports.cameras.snapshot(call.camera)
    return web.Response(body=picture, content_type="image/jpeg")


def announce(call: Call[None, Any], config: CameraConfig) -> CameraView:
    """Let everybody hear of a camera that is new or changed; return it."""
    camera = CameraId(config.id)
    call.desk.bus.publish(CameraConfigured(camera=camera, at=call.ports.now()))
    return call.desk.view(call.ports.cameras.get(camera))


def _clean(ports: Ports, profile: OnvifProfile) -> OnvifProfile:
    """Return a profile whose URL has no credentials, as some devices put there."""
    url = ports.redact(ports.split_credentials(profile.url).url)
    return msgspec.structs.replace(profile, url=url)


def _without_redacted(
    ports: Ports, patch: dict[str, Any], current: CameraConfig
) -> dict[str, Any]:
    """Drop URLs that a client sends back as it got them: with their secrets hidden."""
    return {
        name: value
        for name, value in patch.items()
        if name not in _URL_FIELDS
        or not getattr(current, name)
        or value != ports.redact(getattr(current, name))
    }


def _checked(ports: Ports, config: CameraConfig) -> CameraConfig:
    """Return ``config`` with clean URLs, or raise `InvalidInput` naming the field."""
    require_unique([zone.id for zone in config.zones], "zones")
    for name in ("zones", "masks", "privacy_masks"):
        if len(getattr(config, name)) > MAX_AREAS:
            raise InvalidField(name, f"a camera takes at most {MAX_AREAS} of these")
    for name in _URL_FIELDS:
        if getattr(config, name) is not None:
            config = _split(ports, config, name)
    return config


def _split(ports: Ports, config: CameraConfig, name: str) -> CameraConfig:
    try:
        address = ports.split_credentials(getattr(config, name))
    except InvalidInput as exc:
        raise InvalidField(name, str(exc)) from None
    changes: dict[str, Any] = {name: address.url}
    if address.username is not None:
        changes |= {"username": address.username, "password": address.password}
    return msgspec.structs.replace(config, **changes)
