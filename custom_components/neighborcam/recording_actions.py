"""Actions on recordings: export, list, take a picture, hold and release."""

from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.core import ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType
from probatio import All, Coerce, Exclusive, In, Optional, Range, Required, Schema

from .callers import check_may_control, check_may_see, seen_cameras
from .const import DOMAIN
from .coordinator import EngineCoordinator
from .engines import camera_named, engine_named
from .entity import wish
from .exports import ClipWish, export, media_told
from .media_ids import OfEpisode, content_id
from .models import Episode, Label
from .pictures import take_picture
from .told import episode_told
from .views import Kind, signed_url

LONGEST_CLIP: Final = timedelta(hours=2)  # the engine's own limit
MOST_EPISODES: Final = 200  # the engine's own limit of one answer
USUAL_EPISODES: Final = 50
LINK_LIFE: Final = timedelta(hours=24)

ENGINE: Final = {Optional("config_entry_id"): cv.string}
EXPORT: Final = Schema(
    {
        **ENGINE,
        Exclusive("camera", "what"): cv.entity_id,
        Exclusive("episode", "what"): cv.string,
        Optional("start"): cv.datetime,
        Exclusive("end", "until"): cv.datetime,
        Exclusive("duration", "until"): cv.positive_time_period,
    }
)
LIST: Final = Schema(
    {
        **ENGINE,
        Optional("camera"): cv.entity_id,
        Optional("start"): cv.datetime,
        Optional("end"): cv.datetime,
        Optional("label"): In([label.value for label in Label]),
        Optional("limit", default=USUAL_EPISODES): All(
            Coerce(int), Range(min=1, max=MOST_EPISODES)
        ),
    }
)
CAMERA: Final = Schema({Required("camera"): cv.entity_id})
EPISODE: Final = Schema({**ENGINE, Required("episode"): cv.string})


async def export_clip(call: ServiceCall) -> JsonObjectType:
    """Write a clip into the media folder; answers where it is and what it holds."""
    coordinator, asked = await _clip_wish(call)
    kept = await export(coordinator, asked)
    return {
        **media_told(call.hass, kept.path),
        "camera": asked.camera,
        "started_at": kept.started_at.isoformat(),
        "ended_at": kept.ended_at.isoformat(),
        "size_bytes": kept.size_bytes,
    }


async def list_episodes(call: ServiceCall) -> JsonObjectType:
    """Answer episodes of the cameras that the caller may see, newest first."""
    coordinator, query = await _list_query(call)
    seen = await seen_cameras(call, coordinator)
    episodes = await wish(coordinator.client.episodes(**query))
    return {
        "episodes": [
            _with_links(coordinator, episode)
            for episode in episodes
            if episode.camera in seen
        ]
    }


async def take_snapshot(call: ServiceCall) -> JsonObjectType:
    """Keep the newest picture of a camera; answers where it is."""
    coordinator, camera = camera_named(call.hass, call.data["camera"])
    await check_may_control(call, coordinator, camera)
    path = await take_picture(coordinator, camera)
    return {**media_told(call.hass, path), "camera": camera}


async def hold_clip(call: ServiceCall) -> None:
    """Keep an episode's recording until it is released."""
    coordinator, episode = await _episode(call)
    await check_may_control(call, coordinator, episode.camera)
    await wish(coordinator.client.hold(episode.id))


async def release_clip(call: ServiceCall) -> None:
    """Give an episode's recording back to retention."""
    coordinator, episode = await _episode(call)
    await check_may_control(call, coordinator, episode.camera)
    await wish(coordinator.client.release(episode.id))


async def _episode(call: ServiceCall) -> tuple[EngineCoordinator, Episode]:
    coordinator = engine_named(call.hass, call.data.get("config_entry_id"))
    return coordinator, await wish(coordinator.client.episode(call.data["episode"]))


async def _clip_wish(call: ServiceCall) -> tuple[EngineCoordinator, ClipWish]:
    if "episode" in call.data:
        coordinator, episode = await _episode(call)
        await check_may_see(call, coordinator, episode.camera)
        return coordinator, ClipWish(
            camera=episode.camera,
            episode=episode.id,
            started_at=episode.started_at,
            ended_at=episode.ended_at or dt_util.utcnow(),
        )
    if "camera" not in call.data:
        raise _invalid("clip_of_what")
    coordinator, camera = camera_named(call.hass, call.data["camera"])
    await check_may_see(call, coordinator, camera)
    started_at, ended_at = _span(call.data)
    return coordinator, ClipWish(
        camera=camera, started_at=started_at, ended_at=ended_at
    )


def _span(data: dict[str, Any]) -> tuple[datetime, datetime]:
    if "start" not in data or not data.keys() & {"end", "duration"}:
        raise _invalid("clip_needs_span")
    start = dt_util.as_utc(data["start"])
    end = dt_util.as_utc(data["end"]) if "end" in data else start + data["duration"]
    if not timedelta() < end - start <= LONGEST_CLIP:
        raise _invalid("clip_span_odd")
    if end > dt_util.utcnow():
        raise _invalid("clip_of_the_future")
    return start, end


async def _list_query(call: ServiceCall) -> tuple[EngineCoordinator, dict[str, str]]:
    query = {"limit": str(call.data["limit"])}
    if "label" in call.data:
        query["label"] = call.data["label"]
    for bound in call.data.keys() & {"start", "end"}:
        query[bound] = dt_util.as_utc(call.data[bound]).isoformat()
    if "camera" not in call.data:
        return engine_named(call.hass, call.data.get("config_entry_id")), query
    coordinator, camera = camera_named(call.hass, call.data["camera"])
    await check_may_see(call, coordinator, camera)
    return coordinator, {**query, "camera": camera}


def _with_links(coordinator: EngineCoordinator, episode: Episode) -> dict[str, Any]:
    """Tell of an episode with links that work without logging in, for a day."""
    links: dict[str, Kind] = {"clip_url": "clip"}
    if episode.has_thumbnail:
        links["thumbnail_url"] = "thumbnail"
    entry_id = coordinator.config_entry.entry_id
    return {
        **episode_told(coordinator, episode),
        "media_content_id": content_id(OfEpisode.of(entry_id, episode)),
        **{
            name: signed_url(
                coordinator.hass,
                entry_id,
                kind,
                episode.id,
                life=LINK_LIFE,
                for_anyone=True,
            )
            for name, kind in links.items()
        },
    }


def _invalid(key: str) -> ServiceValidationError:
    return ServiceValidationError(translation_domain=DOMAIN, translation_key=key)
