"""How Home Assistant's media browser names what the engines have.

An identifier is a path: the entry, what it is, and its own parts, as in
``<entry>/day/front-door/2026-11-24``.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Self

from homeassistant.components.media_source import generate_media_source_id

from .client import api_path
from .const import DOMAIN
from .errors import EngineFailure
from .models import Episode


@dataclass(frozen=True, kw_only=True)
class OfEngine:
    """Everything of one engine; ``entry_id`` is its entry's."""

    entry_id: str

    def __str__(self) -> str:
        return self.entry_id


@dataclass(frozen=True, kw_only=True)
class OfCamera(OfEngine):
    """Everything of one camera."""

    camera: str

    def __str__(self) -> str:
        return f"{self.entry_id}/camera/{self.camera}"


@dataclass(frozen=True, kw_only=True)
class Day(OfCamera):
    """What a camera saw on a day of Home Assistant's time zone."""

    day: date

    def __str__(self) -> str:
        return f"{self.entry_id}/day/{self.camera}/{self.day}"


@dataclass(frozen=True, kw_only=True)
class Hours(Day):
    """The recording of a day by the hour."""

    def __str__(self) -> str:
        return f"{self.entry_id}/hours/{self.camera}/{self.day}"


@dataclass(frozen=True, kw_only=True)
class Stretch(OfCamera):
    """A span of the recording, to be played."""

    start: datetime
    end: datetime

    def __str__(self) -> str:
        span = "/".join(_stamp(each) for each in (self.start, self.end))
        return f"{self.entry_id}/span/{self.camera}/{span}"


@dataclass(frozen=True, kw_only=True)
class Pictures(OfCamera):
    """The pictures that the owner took of a camera."""

    def __str__(self) -> str:
        return f"{self.entry_id}/pictures/{self.camera}"


@dataclass(frozen=True, kw_only=True)
class Picture(OfCamera):
    """One of them."""

    name: str

    def __str__(self) -> str:
        return f"{self.entry_id}/picture/{self.camera}/{self.name}"


@dataclass(frozen=True, kw_only=True)
class OfEpisode(OfEngine):
    """An episode's clip, to be played."""

    episode: str

    @classmethod
    def of(cls, entry_id: str, episode: Episode) -> Self:
        """Name an episode."""
        return cls(entry_id=entry_id, episode=episode.id)

    def __str__(self) -> str:
        return f"{self.entry_id}/episode/{self.episode}"


def content_id(what: OfEngine) -> str:
    """Return what a media player takes as ``media_content_id``."""
    return generate_media_source_id(DOMAIN, str(what))


def parse_id(identifier: str) -> OfEngine | None:
    """Return what an identifier names, None for nothing that there could be."""
    entry_id, *rest = identifier.split("/")
    try:
        return _parsed(entry_id, rest)
    except (ValueError, EngineFailure):
        return None


def _parsed(  # noqa: PLR0911 - a table of forms
    entry_id: str, parts: list[str]
) -> OfEngine | None:
    match parts:
        case []:
            return OfEngine(entry_id=entry_id)
        case ["episode", episode]:
            api_path("episodes", episode)
            return OfEpisode(entry_id=entry_id, episode=episode)
        case [_, camera, *_]:
            api_path("cameras", camera)
    match parts:
        case ["camera", camera]:
            return OfCamera(entry_id=entry_id, camera=camera)
        case ["pictures", camera]:
            return Pictures(entry_id=entry_id, camera=camera)
        case ["picture", camera, name]:
            return Picture(entry_id=entry_id, camera=camera, name=name)
        case ["day" | "hours" as kind, camera, day]:
            made = Day if kind == "day" else Hours
            return made(entry_id=entry_id, camera=camera, day=date.fromisoformat(day))
        case ["span", camera, start, end]:
            return Stretch(
                entry_id=entry_id, camera=camera, start=_moment(start), end=_moment(end)
            )
        case _:
            return None


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.utcoffset() is None:
        raise ValueError(text)
    return moment
