"""What the media browser shows: cameras, their days, what happened, every hour."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from homeassistant.components.media_source import BrowseMediaSource
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .media_ids import (
    Day,
    Hours,
    OfCamera,
    OfEngine,
    OfEpisode,
    Picture,
    Pictures,
    Stretch,
)
from .media_items import LINK_LIFE, Desk, NoSuchMedia
from .models import Camera, Episode, Timeline
from .pictures import kept_pictures
from .views import signed_picture_url

# More would be no list that anybody reads; a search finds any day.
MOST_DAYS: Final = 92
MOST_EPISODES: Final = 500
MOST_PICTURES: Final = 500
HOUR: Final = timedelta(hours=1)

type Span = tuple[datetime, datetime]


async def browse(desk: Desk, what: OfEngine) -> BrowseMediaSource:
    """Return a folder with what is in it; raises `NoSuchMedia`, `EngineFailure`."""
    match what:
        case OfEpisode() | Stretch() | Picture():
            raise NoSuchMedia  # nothing is in these
        case OfCamera(camera=id_) if (camera := desk.cameras().get(id_)) is not None:
            return await _browse_camera(desk, what, camera)
        case OfCamera():
            raise NoSuchMedia
        case _:
            return _engine(desk)


async def _browse_camera(
    desk: Desk, what: OfCamera, camera: Camera
) -> BrowseMediaSource:
    match what:
        case Hours():
            return await _hours(desk, what)
        case Day():
            return await _day(desk, what)
        case Pictures():
            return await _pictures(desk, what)
        case _:
            return _camera(desk, camera)


def _engine(desk: Desk) -> BrowseMediaSource:
    latest = desk.coordinator.data.last_episodes
    cameras = [
        desk.folder(
            OfCamera(entry_id=desk.entry_id, camera=camera.id),
            camera.name,
            thumbnail=desk.thumbnail(latest.get(camera.id)),
        )
        for camera in desk.cameras().values()
    ]
    title = desk.coordinator.config_entry.title
    return desk.folder(OfEngine(entry_id=desk.entry_id), title, cameras)


def _camera(desk: Desk, camera: Camera) -> BrowseMediaSource:
    now = dt_util.utcnow()
    count = max((now - _oldest(desk, camera, now)).days + 1, 1)
    today = dt_util.now().date()
    days = [today - timedelta(days=ago) for ago in range(min(count, MOST_DAYS))]
    of = {"entry_id": desk.entry_id, "camera": camera.id}
    return desk.folder(
        OfCamera(**of),
        camera.name,
        [
            *(desk.folder(Day(**of, day=day), desk.words.day(day)) for day in days),
            desk.folder(Pictures(**of), desk.words.shown["pictures"]),
        ],
        not_shown=count - len(days),
    )


def _oldest(desk: Desk, camera: Camera, now: datetime) -> datetime:
    """Return the start of the day of the oldest thing that is known of a camera."""
    household = desk.coordinator.data
    kept = household.storage.cameras if household.storage else []
    latest = household.last_episodes.get(camera.id)
    known = [each.oldest_at or now for each in kept if each.camera == camera.id]
    if latest is not None:
        known.append(latest.started_at)
    oldest = min(known, default=now)
    return dt_util.start_of_local_day(dt_util.as_local(oldest))


async def _day(desk: Desk, what: Day) -> BrowseMediaSource:
    timeline = await _timeline(desk, what)
    whole = sorted(
        (each for each in timeline.episodes if each.zone is None),
        key=lambda each: each.started_at,
        reverse=True,
    )
    children = [
        desk.episode(each, *desk.zones_of(each, timeline.episodes))
        for each in whole[:MOST_EPISODES]
    ]
    if timeline.coverage:
        hours = Hours(entry_id=what.entry_id, camera=what.camera, day=what.day)
        children.insert(0, desk.folder(hours, desk.words.shown["hours"]))
    return desk.folder(
        what,
        desk.words.day(what.day),
        children,
        not_shown=max(len(whole) - MOST_EPISODES, 0),
    )


async def _hours(desk: Desk, what: Hours) -> BrowseMediaSource:
    timeline = await _timeline(desk, what)
    children = [
        desk.clip(
            Stretch(entry_id=what.entry_id, camera=what.camera, start=start, end=end),
            f"{dt_util.as_local(start):%H:%M} - {dt_util.as_local(end):%H:%M}",
            desk.thumbnail(_first_shown(timeline.episodes, start, end)),
        )
        for start, end in _recorded_hours(what.day, timeline)
    ]
    return desk.folder(what, desk.words.shown["hours"], children[::-1])


async def _timeline(desk: Desk, what: Day) -> Timeline:
    start, end = day_bounds(what.day)
    return await desk.coordinator.client.timeline(what.camera, start, end)


def day_bounds(day: date) -> Span:
    """Return when a day of Home Assistant's time zone begins and ends, in UTC."""
    start, end = (
        dt_util.as_utc(dt_util.start_of_local_day(each))
        for each in (day, day + timedelta(days=1))
    )
    return start, end


def _recorded_hours(day: date, timeline: Timeline) -> Iterator[Span]:
    """Yield what is recorded of each hour: from its first to its last moment.

    A gap within an hour stays in; the engine plays on behind it.
    """
    start, end = day_bounds(day)
    # Counted in UTC: the day that the clocks change has 23 or 25.
    marks = [start + number * HOUR for number in range((end - start) // HOUR + 1)]
    for begin, until in pairwise(marks):
        parts = [
            (max(span.started_at, begin), min(span.ended_at, until))
            for span in timeline.coverage
            if span.started_at < until and span.ended_at > begin
        ]
        if parts:
            yield min(part[0] for part in parts), max(part[1] for part in parts)


def _first_shown(
    episodes: list[Episode], start: datetime, end: datetime
) -> Episode | None:
    within = (
        each
        for each in episodes
        if start <= each.started_at < end and each.has_thumbnail
    )
    return min(within, key=lambda each: each.started_at, default=None)


async def _pictures(desk: Desk, what: Pictures) -> BrowseMediaSource:
    hass = desk.coordinator.hass
    try:
        kept = await hass.async_add_executor_job(kept_pictures, hass, what.camera)
    except HomeAssistantError:
        kept = []  # no media folder, so no picture
    of = {"entry_id": what.entry_id, "camera": what.camera}
    children = [
        desk.picture(
            Picture(**of, name=name),
            f"{dt_util.as_local(taken_at):%Y-%m-%d %H:%M:%S}",
            signed_picture_url(hass, **of, name=name, life=LINK_LIFE),
        )
        for name, taken_at in kept[:MOST_PICTURES]
    ]
    return desk.folder(
        what,
        desk.words.shown["pictures"],
        children,
        not_shown=len(kept) - len(children),
    )
