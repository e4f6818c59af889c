"""The alerts that this home knows: checked, filtered, in memory only."""

from collections.abc import Callable, Iterable
from datetime import datetime

from neighborcam.engine.neighbours import Preferences
from neighborcam.engine.sharing.filters import (
    Place,
    breaks_quiet,
    is_quiet,
    wanted,
)
from neighborcam.protocol.alerts import MsgType
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.errors import BadSignature
from neighborcam.protocol.feed import Event, Published, Withdrawn
from neighborcam.protocol.signing import verify

type News = tuple[str, Published | str]  # received, changed or ended; which


class KnownAlerts:
    """Takes events of the feed; tells what is new to this home."""

    def __init__(
        self, place: Place, preferences: Preferences, clock: Callable[[], datetime]
    ) -> None:
        self._place = place
        self._preferences = preferences
        self._clock = clock
        self._known: dict[str, Published] = {}
        self._held: dict[str, Published] = {}  # came in quiet hours, not told yet

    def take(self, events: Iterable[Event]) -> list[News]:
        """Return what changed. Forged alerts are dropped, whoever sent them."""
        told: list[News] = []
        for event in events:
            if isinstance(event, Withdrawn):
                told += self._drop(event.id)
            elif self._is_good(event):
                told += self._add(event)
        return told

    def tick(self) -> list[News]:
        """Return what has run out, and what the end of the quiet hours lets through."""
        now = self._clock()
        over = [id_ for id_, each in self._known.items() if each.alert.expires <= now]
        told = [news for id_ in over for news in self._drop(id_)]
        if not is_quiet(now, self._preferences):
            held, self._held = self._held, {}
            told += [("received", each) for id_, each in held.items()]
        return told

    def change(self, preferences: Preferences) -> list[News]:
        """Use other preferences; return what is not wanted any more."""
        self._preferences = preferences
        gone = [
            id_
            for id_, each in self._known.items()
            if not wanted(each.alert, self._place, preferences)
        ]
        return [news for id_ in gone for news in self._drop(id_)]

    def holding(self) -> tuple[Published, ...]:
        """Return the alerts that hold, the newest first."""
        now = self._clock()
        hold = (e for e in self._known.values() if e.alert.expires > now)
        return tuple(sorted(hold, key=lambda each: each.published, reverse=True))

    def get(self, id_: str) -> Published | None:
        """Return one alert."""
        return self._known.get(id_)

    def clear(self) -> None:
        """Forget all of them."""
        self._known.clear()
        self._held.clear()

    def _is_good(self, event: Published) -> bool:
        alert = event.alert
        before = self._known.get(alert.original)
        if before is not None and before.alert.author_key != alert.author_key:
            return False  # another key than the first version's
        known = self._known.get(alert.id)
        if known is not None and known.alert != alert:
            return False
        try:
            verify(alert.author_key, "alert", encode(alert), event.sig)
        except BadSignature:
            return False
        return alert.expires > self._clock()

    def _add(self, event: Published) -> list[News]:
        alert = event.alert
        before = self._known.get(alert.id)
        first = alert.original
        concerns_known = first != alert.id and first in self._known
        if not (wanted(alert, self._place, self._preferences) or concerns_known):
            return self._drop(alert.id)
        if alert.msg_type is MsgType.CANCEL and not concerns_known and before is None:
            return []  # of an alert that this home never heard of
        self._known[alert.id] = event
        if before is not None:
            return [("changed", event)] if alert.id not in self._held else []
        if is_quiet(self._clock(), self._preferences) and not breaks_quiet(alert):
            self._held[alert.id] = event
            return []
        return [("received", event)]

    def _drop(self, id_: str) -> list[News]:
        self._held.pop(id_, None)
        return [("ended", id_)] if self._known.pop(id_, None) else []
