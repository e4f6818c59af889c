"""Writes clips into Home Assistant's media folder while the engine sends them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, Final

from aiohttp import ClientResponse
from homeassistant.components.http.auth import async_sign_path
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from homeassistant.util.ulid import ulid_now

from .client import api_path
from .const import DOMAIN
from .coordinator import EngineCoordinator
from .entity import wish
from .errors import OddAnswer

CHUNK: Final = 1024 * 1024
# Two hours at 16 Mbit/s are 14 GB; more is no clip, and would fill the disk.
LARGEST_CLIP: Final = 16 * 1024**3  # bytes
LINK_LIFE: Final = timedelta(hours=24)
PREFERRED: Final = "local"


@dataclass(frozen=True, kw_only=True)
class ClipWish:
    """What to export: an episode of a camera, or a span of its recording."""

    camera: str
    episode: str | None = None
    started_at: datetime
    ended_at: datetime

    @property
    def path(self) -> str:
        """The engine's path of the clip; raises `WishRefused` for an odd id."""
        of_camera = api_path("cameras", self.camera)  # its id will name a folder
        if self.episode is not None:
            return f"{api_path('episodes', self.episode)}/clip.mp4"
        return f"{of_camera}/clip.mp4"

    @property
    def query(self) -> dict[str, str] | None:
        """The span; an episode has its own."""
        if self.episode is not None:
            return None
        return {
            "start": self.started_at.isoformat(),
            "end": self.ended_at.isoformat(),
            "exact": "true",
        }


@dataclass(frozen=True, kw_only=True)
class Export:
    """A clip in the media folder, and what it really holds."""

    path: Path
    size_bytes: int
    started_at: datetime
    ended_at: datetime


def media_folder(hass: HomeAssistant) -> Path:
    """Return where media are kept; raises `HomeAssistantError` when nowhere."""
    folders = hass.config.media_dirs
    folder = folders.get(PREFERRED) or next(iter(folders.values()), None)
    if folder is None:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="no_media_folder"
        )
    return Path(folder)


def media_told(hass: HomeAssistant, path: Path) -> dict[str, Any]:
    """Tell where a kept file is: for playing, for programs and as a signed link."""
    place = next(
        f"{name}/{path.relative_to(folder).as_posix()}"
        for name, folder in hass.config.media_dirs.items()
        if path.is_relative_to(folder)
    )
    url = async_sign_path(hass, f"/media/{place}", LINK_LIFE, use_content_user=True)
    return {
        "media_content_id": f"media-source://media_source/{place}",
        "path": str(path),
        "url": url,
    }


async def export(coordinator: EngineCoordinator, asked: ClipWish) -> Export:
    """Write a clip; raises `HomeAssistantError` in words, and leaves no half of it."""
    hass = coordinator.hass
    folder = media_folder(hass)
    try:
        return await wish(_fetch(coordinator, asked, folder))
    except OSError as problem:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="clip_not_kept",
            translation_placeholders={"reason": problem.strerror or ""},
        ) from problem


async def _fetch(
    coordinator: EngineCoordinator, asked: ClipWish, folder: Path
) -> Export:
    async with coordinator.client.open(asked.path, asked.query) as response:
        started_at = _moment(response, "Clip-Started-At") or asked.started_at
        ended_at = _moment(response, "Clip-Ended-At") or asked.ended_at
        span = f"{started_at:%Y%m%dT%H%M%SZ}-{ended_at:%Y%m%dT%H%M%SZ}"
        path = folder / DOMAIN / asked.camera / f"{span}.mp4"
        size = await _write(coordinator.hass, response, path)
    return Export(path=path, size_bytes=size, started_at=started_at, ended_at=ended_at)


async def _write(hass: HomeAssistant, response: ClientResponse, path: Path) -> int:
    """Write beside ``path`` and move it there when complete; return its size."""
    draft = path.with_suffix(f".{ulid_now()}.part")
    file = await hass.async_add_executor_job(_begin, draft)
    size = 0
    try:
        async for chunk in response.content.iter_chunked(CHUNK):
            size += len(chunk)
            if size > LARGEST_CLIP:
                raise OddAnswer("the engine's clip is too large")
            await hass.async_add_executor_job(file.write, chunk)
        await hass.async_add_executor_job(_finish, file, draft, path)
    finally:
        await hass.async_add_executor_job(_discard, file, draft)
    return size


def _begin(draft: Path) -> IO[bytes]:
    draft.parent.mkdir(parents=True, exist_ok=True)
    return draft.open("wb")


def _finish(file: IO[bytes], draft: Path, path: Path) -> None:
    file.close()
    draft.replace(path)


def _discard(file: IO[bytes], draft: Path) -> None:
    """Leave nothing of a clip that did not come whole; a finished one has moved."""
    file.close()
    draft.unlink(missing_ok=True)


def _moment(response: ClientResponse, header: str) -> datetime | None:
    told = dt_util.parse_datetime(response.headers.get(header, ""))
    return dt_util.as_utc(told) if told is not None and told.tzinfo else None
