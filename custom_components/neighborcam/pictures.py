"""Pictures that the owner takes: kept in Home Assistant's own media folder."""

from pathlib import Path

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinator import EngineCoordinator
from .entity import wish


async def take_picture(coordinator: EngineCoordinator, camera: str) -> Path:
    """Keep the newest picture of a camera; raises `HomeAssistantError` in words."""
    picture = await wish(coordinator.client.snapshot(camera))
    folders = coordinator.hass.config.media_dirs
    folder = next((Path(path) for path in folders.values()), None)
    if folder is None:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="no_media_folder"
        )
    path = folder / DOMAIN / camera / f"{dt_util.utcnow():%Y%m%dT%H%M%S%fZ}.jpg"
    try:
        await coordinator.hass.async_add_executor_job(_write, path, picture)
    except OSError as problem:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="picture_not_kept",
            translation_placeholders={"reason": problem.strerror or ""},
        ) from problem
    return path


def _write(path: Path, picture: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    draft.write_bytes(picture)
    draft.replace(path)
