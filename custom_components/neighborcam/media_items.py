"""The folders and leaves of the media browser."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components.media_player import (
    CONTENT_AUTH_EXPIRY_TIME,
    MediaClass,
)
from homeassistant.components.media_source import BrowseMediaSource
from homeassistant.components.websocket_api import current_connection
from homeassistant.exceptions import HomeAssistantError

from .callers import may
from .const import DOMAIN
from .coordinator import EngineCoordinator
from .entity import wish_error
from .errors import EngineFailure
from .media_ids import OfEngine, OfEpisode
from .media_words import Words
from .models import Camera, Episode
from .told import zone_name
from .views import JPEG, MP4, signed_url

# As long as Home Assistant lets a link live that it signs for a player.
LINK_LIFE: Final = timedelta(seconds=CONTENT_AUTH_EXPIRY_TIME)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One engine with the words to tell of it, for one who looks."""

    coordinator: EngineCoordinator
    words: Words

    @property
    def entry_id(self) -> str:
        """The id of the engine's entry."""
        return self.coordinator.config_entry.entry_id

    def cameras(self) -> dict[str, Camera]:
        """Return the cameras that the caller may see, by id."""
        connection = current_connection.get()
        user = connection.user if connection else None
        known = self.coordinator.data.cameras
        return {
            id_: camera
            for id_, camera in known.items()
            if may(user, self.coordinator, id_, POLICY_READ)
        }

    def folder(
        self,
        what: OfEngine,
        title: str,
        children: list[BrowseMediaSource] | None = None,
        *,
        thumbnail: str | None = None,
        not_shown: int = 0,
    ) -> BrowseMediaSource:
        """Return something that can be opened and searched."""
        return directory(
            str(what), title, children, thumbnail=thumbnail, not_shown=not_shown
        )

    def clip(
        self, what: OfEngine, title: str, thumbnail: str | None = None
    ) -> BrowseMediaSource:
        """Return something that plays."""
        return _leaf(what, title, MediaClass.VIDEO, MP4, thumbnail)

    def picture(
        self, what: OfEngine, title: str, thumbnail: str | None
    ) -> BrowseMediaSource:
        """Return something that is looked at."""
        return _leaf(what, title, MediaClass.IMAGE, JPEG, thumbnail)

    def episode(self, episode: Episode, *more: str) -> BrowseMediaSource:
        """Return an episode with its thumbnail."""
        return self.clip(
            OfEpisode.of(self.entry_id, episode),
            self.words.episode(episode, *more),
            self.thumbnail(episode),
        )

    def thumbnail(self, episode: Episode | None) -> str | None:
        """Return a link to an episode's thumbnail, None when it has none (yet)."""
        if episode is None or not episode.has_thumbnail:
            return None
        return signed_url(
            self.coordinator.hass,
            self.entry_id,
            "thumbnail",
            episode.id,
            life=LINK_LIFE,
        )

    def zones_of(self, whole: Episode, among: Iterable[Episode]) -> list[str]:
        """Return the names of the zones in which something moved meanwhile."""
        names = (
            zone_name(self.coordinator, each)
            for each in among
            if each.zone is not None and _overlap(whole, each)
        )
        return sorted({name for name in names if name})


def directory(
    identifier: str | None,
    title: str,
    children: list[BrowseMediaSource] | None = None,
    *,
    thumbnail: str | None = None,
    not_shown: int = 0,
) -> BrowseMediaSource:
    """Return something that can be opened and searched."""
    return BrowseMediaSource(
        domain=DOMAIN,
        identifier=identifier,
        media_class=MediaClass.DIRECTORY,
        media_content_type="",
        title=title,
        can_play=False,
        can_expand=True,
        can_search=True,
        search_media_classes=[MediaClass.VIDEO],
        children=children,
        thumbnail=thumbnail,
        not_shown=not_shown,
    )


def _leaf(
    what: OfEngine, title: str, kind: MediaClass, mime: str, thumbnail: str | None
) -> BrowseMediaSource:
    return BrowseMediaSource(
        domain=DOMAIN,
        identifier=str(what),
        media_class=kind,
        media_content_type=mime,
        title=title,
        can_play=True,
        can_expand=False,
        thumbnail=thumbnail,
    )


def _overlap(one: Episode, other: Episode) -> bool:
    return (other.ended_at is None or one.started_at <= other.ended_at) and (
        one.ended_at is None or other.started_at <= one.ended_at
    )


class NoSuchMedia(LookupError):
    """An identifier names nothing that there is, or that the caller may see."""


@contextmanager
def told_as(kind: type[HomeAssistantError]) -> Iterator[None]:
    """Raise what goes wrong as an error of Home Assistant's, in words."""
    try:
        yield
    except EngineFailure as failure:
        told = wish_error(failure)
        raise kind(
            translation_domain=told.translation_domain,
            translation_key=told.translation_key,
            translation_placeholders=told.translation_placeholders,
        ) from failure
    except (NoSuchMedia, OverflowError) as problem:  # a day before or after all time
        raise kind(
            translation_domain=DOMAIN, translation_key="no_such_media"
        ) from problem
