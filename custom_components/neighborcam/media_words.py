"""The words of the media browser, and what somebody may mean by one in a search."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Self

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .models import Episode, Label
from .texts import async_texts

SEPARATOR: Final = " · "
_DAYS: Final = {"today": 0, "yesterday": 1}  # days ago


@dataclass(frozen=True, kw_only=True)
class Words:
    """The words of one language; those for a search of English too."""

    shown: dict[str, str]
    labels: dict[str, str]
    searched: dict[str, Label]
    days: dict[str, int]

    @classmethod
    async def load(cls, hass: HomeAssistant) -> Self:
        """Return the words of the language that Home Assistant is set to."""
        searched: dict[str, Label] = {}
        days: dict[str, int] = {}
        for language in ("en", hass.config.language):
            known = await async_texts(hass, "media_search", language)
            for label in Label:
                searched |= dict.fromkeys(_split(known[label.value]), label)
            for key, ago in _DAYS.items():
                days |= dict.fromkeys(_split(known[key]), ago)
        return cls(
            shown=await async_texts(hass, "media"),
            labels=await async_texts(hass, "label"),
            searched=searched,
            days=days,
        )

    def day(self, day: date) -> str:
        """Return a day's title; the ISO form reads the same everywhere."""
        ago = (dt_util.now().date() - day).days
        near = [self.shown[key] for key, days in _DAYS.items() if days == ago]
        return SEPARATOR.join([*near, day.isoformat()])

    def episode(self, episode: Episode, *more: str) -> str:
        """Return an episode's title: when, what it shows, how long, and ``more``."""
        return SEPARATOR.join(
            [
                f"{dt_util.as_local(episode.started_at):%H:%M:%S}",
                *(self.labels[label.value] for label in episode.labels),
                self._lasted(episode),
                *more,
            ]
        )

    def _lasted(self, episode: Episode) -> str:
        if episode.ended_at is None:
            return self.shown["lasting"]
        return _duration(episode.ended_at - episode.started_at)

    def label_meant(self, word: str) -> Label | None:
        """Return the label that a word names, None when it names none."""
        return self.searched.get(word)

    def day_meant(self, word: str) -> date | None:
        """Return the day that a word names: today, 2026-11-24 or 24.11.2026."""
        if word in self.days:
            return dt_util.now().date() - timedelta(days=self.days[word])
        for form in ("%Y-%m-%d", "%d.%m.%Y"):
            try:
                return datetime.strptime(word, form).date()  # noqa: DTZ007 - a day only
            except ValueError:
                continue
        return None


def _split(text: str) -> list[str]:
    return text.casefold().split()


def _duration(lasted: timedelta) -> str:
    """Return a duration by the symbols of SI, which need no translation."""
    seconds = max(round(lasted.total_seconds()), 1)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
