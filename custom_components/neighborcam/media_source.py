"""Recordings in Home Assistant's media browser: browsed, searched and played."""

from datetime import datetime, timedelta
from typing import Final, override

from homeassistant.components.media_player import (
    BrowseError,
    MediaClass,
    SearchMedia,
    SearchMediaQuery,
)
from homeassistant.components.media_source import (
    BrowseMediaSource,
    MediaSource,
    MediaSourceItem,
    PlayMedia,
    Unresolvable,
)
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinator import EngineCoordinator, EngineEntry
from .errors import EngineFailure, EngineUnreachable
from .media_browsing import browse
from .media_ids import Day, OfCamera, OfEngine, OfEpisode, Picture, Stretch, parse_id
from .media_items import LINK_LIFE, Desk, NoSuchMedia, directory, told_as
from .media_search import (
    MOST_FOUND,
    Wanted,
    found_episodes,
    found_folders,
    understand,
)
from .media_words import Words
from .models import Camera, Episode
from .pictures import kept_picture
from .views import (
    JPEG,
    LONGEST_SPAN,
    MP4,
    signed_picture_url,
    signed_span_url,
    signed_url,
)

# What was just recorded may not be on the disk yet, and two clocks never agree.
NEWEST: Final = timedelta(seconds=3)


class EngineMedia(MediaSource):
    """All engines: camera, day, episode; pictures; the recording by the hour."""

    name = "NeighborCam"

    def __init__(self, hass: HomeAssistant) -> None:
        super().__init__(DOMAIN)
        self._hass = hass

    @override
    async def async_browse_media(self, item: MediaSourceItem) -> BrowseMediaSource:
        words = await Words.load(self._hass)
        with told_as(BrowseError):
            if item.identifier:
                what = _parsed(item.identifier)
                return await browse(self._desk(what, words), what)
            entries = self._entries()
            if len(entries) == 1:
                what = OfEngine(entry_id=entries[0].entry_id)
                return await browse(self._desk(what, words), what)
        folders = [directory(entry.entry_id, entry.title) for entry in entries]
        return directory(None, str(self.name), folders)

    @override
    async def async_search_media(
        self, item: MediaSourceItem, query: SearchMediaQuery
    ) -> SearchMedia:
        words = await Words.load(self._hass)
        wanted = understand(query.search_query, words)
        classes = query.media_filter_classes
        with told_as(BrowseError):
            what = _parsed(item.identifier) if item.identifier else None
            if wanted.is_nothing or (classes and MediaClass.VIDEO not in classes):
                return SearchMedia(result=[])
            if isinstance(what, Day) and not wanted.days:
                wanted = Wanted(
                    names=wanted.names, labels=wanted.labels, days=(what.day,)
                )
            places = [(desk, _cameras(desk, what)) for desk in self._desks(what, words)]
            folders = [
                folder
                for desk, cameras in places
                if not classes  # who asks for videos wants no folder
                for folder in found_folders(desk, wanted, cameras)
            ]
            return SearchMedia(result=[*folders, *await _episodes(places, wanted)])

    @override
    async def async_resolve_media(self, item: MediaSourceItem) -> PlayMedia:
        with told_as(Unresolvable):
            what = _parsed(item.identifier)
            coordinator = self._engine(what)
            match what:
                case OfEpisode():
                    episode = await coordinator.client.episode(what.episode)
                    return PlayMedia(_clip_url(coordinator, episode), MP4)
                case Stretch():
                    return PlayMedia(_span_url(coordinator, what), MP4)
                case Picture():
                    return await self._picture(what)
                case _:
                    raise NoSuchMedia  # a folder

    async def _picture(self, what: Picture) -> PlayMedia:
        try:
            path = await self._hass.async_add_executor_job(
                kept_picture, self._hass, what.camera, what.name
            )
        except HomeAssistantError:
            path = None  # no media folder any more
        if path is None:
            raise NoSuchMedia
        url = signed_picture_url(
            self._hass, what.entry_id, what.camera, what.name, life=LINK_LIFE
        )
        return PlayMedia(url, JPEG, path=path)

    def _entries(self) -> list[EngineEntry]:
        """Return the engines that could be shown; raises `BrowseError` for none."""
        entries = self._hass.config_entries.async_entries(
            DOMAIN, include_ignore=False, include_disabled=False
        )
        if not entries:
            raise BrowseError(
                translation_domain=DOMAIN, translation_key="no_engine_set_up"
            )
        return entries

    def _engine(self, what: OfEngine) -> EngineCoordinator:
        """Return the engine that something belongs to; raises `EngineUnreachable`."""
        entry = self._hass.config_entries.async_get_entry(what.entry_id)
        if entry is None or entry.domain != DOMAIN:
            raise NoSuchMedia
        if entry.state is not ConfigEntryState.LOADED:
            raise EngineUnreachable("the engine is not set up now")
        coordinator: EngineCoordinator = entry.runtime_data
        return coordinator

    def _desk(self, what: OfEngine, words: Words) -> Desk:
        return Desk(coordinator=self._engine(what), words=words)

    def _desks(self, what: OfEngine | None, words: Words) -> list[Desk]:
        if what is not None:
            return [self._desk(what, words)]
        loaded = self._hass.config_entries.async_loaded_entries(DOMAIN)
        return [Desk(coordinator=each.runtime_data, words=words) for each in loaded]


async def async_get_media_source(hass: HomeAssistant) -> EngineMedia:
    """Offer the recordings of every engine."""
    return EngineMedia(hass)


def _parsed(identifier: str) -> OfEngine:
    what = parse_id(identifier)
    if what is None:
        raise NoSuchMedia
    return what


def _cameras(desk: Desk, what: OfEngine | None) -> list[Camera]:
    """Return where to search: in one camera, or in all that the caller may see."""
    cameras = desk.cameras()
    if not isinstance(what, OfCamera):
        return list(cameras.values())
    return [camera for id_, camera in cameras.items() if id_ == what.camera]


async def _episodes(
    places: list[tuple[Desk, list[Camera]]], wanted: Wanted
) -> list[BrowseMediaSource]:
    """Return the newest; an engine that is away hides none of the others."""
    found: list[tuple[Episode, BrowseMediaSource]] = []
    failures: list[EngineFailure] = []
    for desk, cameras in places:
        try:
            found += await found_episodes(desk, wanted, cameras)
        except EngineFailure as failure:
            failures.append(failure)
    if failures and len(failures) == len(places):
        raise failures[0]
    found.sort(key=lambda each: each[0].started_at, reverse=True)
    return [item for _, item in found[:MOST_FOUND]]


def _clip_url(coordinator: EngineCoordinator, episode: Episode) -> str:
    """Return a link to an episode; one that lasts is played up to now."""
    entry_id = coordinator.config_entry.entry_id
    if episode.ended_at is not None:
        return signed_url(
            coordinator.hass, entry_id, "clip", episode.id, life=LINK_LIFE
        )
    end = dt_util.utcnow() - NEWEST
    return _signed(
        coordinator,
        episode.camera,
        max(episode.started_at - NEWEST, end - LONGEST_SPAN),
        end,
    )


def _span_url(coordinator: EngineCoordinator, what: Stretch) -> str:
    return _signed(coordinator, what.camera, what.start, what.end)


def _signed(
    coordinator: EngineCoordinator, camera: str, start: datetime, end: datetime
) -> str:
    if not timedelta() < end - start <= LONGEST_SPAN:
        raise NoSuchMedia
    return signed_span_url(
        coordinator.hass,
        coordinator.config_entry.entry_id,
        camera,
        start,
        end,
        life=LINK_LIFE,
    )
