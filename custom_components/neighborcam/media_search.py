"""Finds episodes by words: a camera, a zone, a day, what they show."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from homeassistant.components.media_source import BrowseMediaSource
from homeassistant.util import dt as dt_util

from .media_browsing import day_bounds
from .media_ids import Day, OfCamera
from .media_items import Desk
from .media_words import SEPARATOR, Words
from .models import Camera, Episode, Label
from .told import zone_name

MOST_FOUND: Final = 100
_PAGE: Final = 200  # the engine's own limit of one answer
_MOST_PAGES: Final = 10  # of a camera; a rare thing may be further back than that


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody looks for. All of ``names`` must fit; any day and label does."""

    names: tuple[str, ...]
    labels: frozenset[Label]
    days: tuple[date, ...]

    @property
    def is_nothing(self) -> bool:
        """Whether no word was given."""
        return not (self.names or self.labels or self.days)

    def parts_of(self, camera: Camera) -> list[str | None]:
        """Return which zones are meant, None for the whole picture; may be empty."""
        if self._fits(camera.name):
            return [None]
        return [
            zone.id for zone in camera.zones if self._fits(f"{camera.name} {zone.name}")
        ]

    def _fits(self, name: str) -> bool:
        return all(word in name.casefold() for word in self.names)


def understand(query: str, words: Words) -> Wanted:
    """Return what the words of a query mean; what is no day or label is a name."""
    names: list[str] = []
    labels: set[Label] = set()
    days: list[date] = []
    for word in query.casefold().replace(",", " ").split():
        label, day = words.label_meant(word), words.day_meant(word)
        if label is not None:
            labels.add(label)
        elif day is not None:
            days.append(day)
        else:
            names.append(word)
    return Wanted(names=tuple(names), labels=frozenset(labels), days=tuple(days))


def found_folders(
    desk: Desk, wanted: Wanted, cameras: list[Camera]
) -> list[BrowseMediaSource]:
    """Return the cameras that are meant by name, or their days."""
    if wanted.labels or not wanted.names:
        return []
    found = []
    for camera in cameras:
        if wanted.parts_of(camera) != [None]:
            continue
        of = {"entry_id": desk.entry_id, "camera": camera.id}
        found += [
            desk.folder(
                Day(**of, day=day), f"{camera.name}{SEPARATOR}{desk.words.day(day)}"
            )
            for day in wanted.days
        ] or [desk.folder(OfCamera(**of), camera.name)]
    return found


async def found_episodes(
    desk: Desk, wanted: Wanted, cameras: list[Camera]
) -> list[tuple[Episode, BrowseMediaSource]]:
    """Return the newest episodes that fit, in no order; raises `EngineFailure`."""
    return [
        (episode, _item(desk, camera, episode))
        for camera in cameras
        for episode in await _of_camera(desk, wanted, camera)
    ]


async def _of_camera(desk: Desk, wanted: Wanted, camera: Camera) -> list[Episode]:
    parts = wanted.parts_of(camera)
    if not parts:
        return []
    query = {"camera": camera.id}
    if len(wanted.labels) == 1:
        query["label"] = next(iter(wanted.labels)).value
    found: list[Episode] = []
    for bounds in [_bounds(day) for day in wanted.days] or [{}]:
        found += [
            episode
            async for episode in _newest(desk, {**query, **bounds}, parts)
            if not wanted.labels or not wanted.labels.isdisjoint(episode.labels)
        ][:MOST_FOUND]
    return found


def _bounds(day: date) -> dict[str, str]:
    start, end = day_bounds(day)
    return {"start": start.isoformat(), "end": end.isoformat()}


async def _newest(
    desk: Desk, query: dict[str, str], parts: list[str | None]
) -> AsyncIterator[Episode]:
    """Yield what the engine has, page by page."""
    for _ in range(_MOST_PAGES):
        page = await desk.coordinator.client.episodes(limit=str(_PAGE), **query)
        for episode in page:
            if episode.zone in parts:
                yield episode
        if len(page) < _PAGE:
            return
        query = {**query, "before": page[-1].id}


def _item(desk: Desk, camera: Camera, episode: Episode) -> BrowseMediaSource:
    zone = zone_name(desk.coordinator, episode)
    item = desk.episode(episode, camera.name, *([zone] if zone else []))
    day = dt_util.as_local(episode.started_at).date()
    item.title = f"{day}{SEPARATOR}{item.title}"
    return item
