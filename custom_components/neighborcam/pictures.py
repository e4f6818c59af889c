"""Pictures that the owner takes: kept in Home Assistant's own media folder."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinator import EngineCoordinator
from .entity import wish
from .exports import media_folder

_STAMP: Final = "%Y%m%dT%H%M%S%fZ"
_NAME: Final = re.compile(r"[0-9]{8}T[0-9]{12}Z\.jpg")


async def take_picture(coordinator: EngineCoordinator, camera: str) -> Path:
    """Keep the newest picture of a camera; raises `HomeAssistantError` in words."""
    picture = await wish(coordinator.client.snapshot(camera))
    folder = _folder(coordinator.hass, camera)
    path = folder / f"{dt_util.utcnow():{_STAMP}}.jpg"
    try:
        await coordinator.hass.async_add_executor_job(_write, path, picture)
    except OSError as problem:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="picture_not_kept",
            translation_placeholders={"reason": problem.strerror or ""},
        ) from problem
    return path


def kept_pictures(hass: HomeAssistant, camera: str) -> list[tuple[str, datetime]]:
    """Return names and times of a camera's pictures, newest first; reads the disk.

    ``camera`` is checked by the caller: it names a folder. Raises `HomeAssistantError`
    without a media folder.
    """
    try:
        names = sorted(each.name for each in _folder(hass, camera).iterdir())
    except OSError:
        return []  # none was taken yet
    taken = ((name, _taken_at(name)) for name in reversed(names))
    return [(name, at) for name, at in taken if at is not None]


def kept_picture(hass: HomeAssistant, camera: str, name: str) -> Path | None:
    """Return where a picture is, None unless it is one of ours; reads the disk."""
    if _taken_at(name) is None:
        return None
    folder = _folder(hass, camera)
    path = (folder / name).resolve()
    if path.parent != folder.resolve() or not path.is_file():
        return None  # gone, or a link to somewhere else
    return path


def _folder(hass: HomeAssistant, camera: str) -> Path:
    return media_folder(hass) / DOMAIN / camera


def _taken_at(name: str) -> datetime | None:
    if not _NAME.fullmatch(name):
        return None
    try:
        return datetime.strptime(name, f"{_STAMP}.jpg").replace(tzinfo=UTC)
    except ValueError:
        return None


def _write(path: Path, picture: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    draft.write_bytes(picture)
    draft.replace(path)
