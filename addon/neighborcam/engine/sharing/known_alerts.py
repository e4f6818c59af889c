"""The alerts that this home knows, and which of them it is told of.

What clients should see follows from all that is known, the owner's wishes and the
time. What they are told is the difference to what they saw before: no order of events
and no restart can make them see anything else.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

import msgspec

from neighborcam.engine.neighbours import Preferences
from neighborcam.engine.sharing.chains import Chain, Known, author_of, chains
from neighborcam.engine.sharing.filters import (
    Place,
    breaks_quiet,
    is_quiet,
    wanted,
)
from neighborcam.engine.sharing.receiving import check_received
from neighborcam.protocol.alerts import Alert, Origin
from neighborcam.protocol.errors import ProtocolError
from neighborcam.protocol.feed import Event, Published, Withdrawn
from neighborcam.protocol.limits import LONGEST

type News = tuple[str, Published | str]  # received, changed or ended; which

MOST: Final = 2000  # alerts that are kept; a flood must not fill a home's memory
MOST_SHOWN: Final = 300
_REWOUND: Final = -1  # the hub began its numbers anew: whatever comes is newer


def is_neighbours(alert: Alert) -> bool:
    """Tell whether an alert is a neighbour's: nobody has to vouch for it."""
    return alert.origin is not Origin.AGENCY


class KnownAlerts:
    """Takes events of the feeds; tells what is new to this home's clients.

    ``mine`` returns the ids of what this home wrote: that is always shown. What
    ``vouches`` does not vouch for, an agency's that is not logged, is kept, not shown.
    """

    def __init__(
        self,
        place: Place,
        preferences: Preferences,
        clock: Callable[[], datetime],
        mine: Callable[[], Collection[str]] = frozenset,
        vouches: Callable[[Alert], bool] = is_neighbours,
    ) -> None:
        self._place = place
        self._preferences = preferences
        self._clock = clock
        self._mine = mine
        self._vouches = vouches
        self._known: dict[str, Known] = {}
        self._shown: dict[str, Published] = {}
        self._told: set[str] = set()  # to clients, once; kept over a restart
        self._untaken: set[str] = set()  # told, and not asked for by `newly_told`

    def load(self, known: Iterable[Known], told: Iterable[str]) -> None:
        """Go on from what was known: whoever comes now is shown it without news."""
        self._known = {each.id: each for each in known}
        self._told = set(told)
        self._shown = self._visible()

    # -- what comes ----------------------------------------------------------------

    def take(self, region: str, events: Iterable[Event]) -> list[Known]:
        """Take what a feed told; return what changed. Forged alerts change nothing."""
        changed: dict[str, Known] = {}
        for event in events:
            known = self._after(region, event)
            if known is not None:
                self._known[known.id] = changed[known.id] = known
        return list(changed.values())

    def rewind(self, region: str) -> list[Known]:
        """The hub lost its past: take what it tells now, however it is numbered."""
        rows = [
            replace(each, seq=_REWOUND)
            for each in self._known.values()
            if each.region == region
        ]
        self._known |= {each.id: each for each in rows}
        return rows

    def is_rewound(self, region: str) -> bool:
        """Tell whether the hub lost its past, and has not told all again."""
        return any(self._rewound(region))

    def settle(self, region: str) -> list[str]:
        """Forget what the hub did not tell again since `rewind`; return which."""
        return self._forget(self._rewound(region))

    def _rewound(self, region: str) -> Iterator[str]:
        return (
            each.id
            for each in self._known.values()
            if each.region == region and each.seq == _REWOUND
        )

    @property
    def is_flooded(self) -> bool:
        """Whether far more came than is kept."""
        return len(self._known) > 2 * MOST

    def prune(self) -> list[str]:
        """Forget what is over, and what is too much; return which."""
        now = self._clock()
        found = sorted(chains(self._known.values()), key=lambda each: -each.seq)
        gone: set[str] = set(self._known) - {i for each in found for i in each.ids}
        mine = frozenset(self._mine()) if len(self._known) > MOST else frozenset()
        kept = 0
        for chain in found:
            kept += len(chain.ids)
            if chain.until <= now or (kept > MOST and not chain.ids & mine):
                gone |= chain.ids
        return self._forget(gone)

    def clear(self) -> None:
        """Show nothing of it any more: the hub is not believed."""
        self._known.clear()

    # -- what clients see ------------------------------------------------------------

    def change(self, preferences: Preferences) -> None:
        """Use other preferences. What they bring back is no news of today."""
        before = self._visible(is_night=False).keys()
        self._preferences = preferences
        self._note(self._visible(is_night=False).keys() - before)

    def note_backlog(self, ids: Iterable[str]) -> None:
        """Take some alerts for told: they were there before this home came."""
        seen = self._visible(is_night=False, is_logged=False)
        self._note(seen.keys() & set(ids))

    def news(self) -> list[News]:
        """Return what clients have to be told now, once."""
        before, self._shown = self._shown, self._visible()
        news: list[News] = []
        for id_, event in self._shown.items():
            if id_ not in self._told:
                news.append(("received", event))
            elif id_ not in before or not _alike(before[id_], event):
                news.append(("changed", event))
        news += [("ended", id_) for id_ in before if id_ not in self._shown]
        self._note(self._shown.keys())
        return news

    def newly_told(self) -> list[Known]:
        """Return what was told since the last time that this was asked."""
        ids, self._untaken = self._untaken, set()
        return [self._known[id_] for id_ in ids if id_ in self._known]

    def was_told(self, id_: str) -> bool:
        """Tell whether clients were told of an alert."""
        return id_ in self._told

    def holding(self) -> tuple[Published, ...]:
        """Return the alerts that clients see, the newest first."""
        return tuple(self._shown.values())

    def get(self, id_: str) -> Published | None:
        """Return one alert, shown or not; None for one that was withdrawn."""
        known = self._known.get(id_)
        return known.event if known is not None else None

    def region_of(self, id_: str) -> str | None:
        """Return the region from which an alert was heard."""
        known = self._known.get(id_)
        return known.region if known is not None else None

    # -- parts -----------------------------------------------------------------------

    def _after(self, region: str, event: Event) -> Known | None:
        """Return what is known after an event; None when it changes nothing."""
        id_ = event.id if isinstance(event, Withdrawn) else event.alert.id
        before = self._known.get(id_)
        if before is not None and event.seq <= before.seq:
            return None
        if isinstance(event, Withdrawn):
            return self._withdrawn(region, event, before)
        if not self._is_good(region, event, before):
            return None
        return Known(
            id=id_,
            seq=event.seq,
            region=region,
            original=event.alert.original,
            author=author_of(event.alert),
            event=event,
            until=max(event.alert.expires, event.published + LONGEST),
        )

    def _withdrawn(self, region: str, event: Withdrawn, before: Known | None) -> Known:
        if before is not None:
            return replace(before, seq=event.seq, event=None)
        return Known(
            id=event.id,
            seq=event.seq,
            region=region,
            original=event.id,
            author=b"",
            event=None,
            until=self._clock() + LONGEST,
        )

    def _is_good(self, region: str, event: Published, before: Known | None) -> bool:
        if before is not None and before.author:
            if before.author != author_of(event.alert):
                return False
            if before.event is not None and before.event.alert != event.alert:
                return False
        try:
            check_received(event, region, self._clock())
        except ProtocolError:
            return False
        return True

    def _visible(
        self, *, is_night: bool = True, is_logged: bool = True
    ) -> dict[str, Published]:
        quiet = is_night and is_quiet(self._clock(), self._preferences)
        mine = frozenset(self._mine())
        known = self._known.values()
        rows = map(self._as_vouched, known) if is_logged else known
        found = (self._seen(each, mine, quiet=quiet) for each in chains(rows))
        seen = [each for each in found if each is not None]
        seen.sort(key=_newest_last, reverse=True)
        seen.sort(key=lambda each: each.alert.id not in mine)
        most = sorted(seen[:MOST_SHOWN], key=_newest_last, reverse=True)
        return {each.alert.id: each for each in most}

    def _as_vouched(self, known: Known) -> Known:
        """Return an alert as it can be shown: what nobody vouches for as withdrawn."""
        if known.event is None or self._vouches(known.event.alert):
            return known
        return replace(known, event=None)

    def _seen(
        self, chain: Chain, mine: frozenset[str], *, quiet: bool
    ) -> Published | None:
        """Return what of a chain clients see."""
        told = chain.ids & self._told
        if chain.cancel is not None:
            # Whoever was told has to hear it; to all others nothing happened.
            return self._unexpired(chain.cancel if told else None)
        if not (chain.ids & mine or any(map(self._is_wanted, chain.versions))):
            return None
        versions = chain.versions
        if quiet and not chain.ids & mine:
            versions = tuple(
                each
                for each in versions
                if each.alert.id in told or breaks_quiet(each.alert)
            )
        return self._unexpired(versions[0] if versions else None)

    def _is_wanted(self, event: Published) -> bool:
        return wanted(event.alert, self._place, self._preferences)

    def _unexpired(self, event: Published | None) -> Published | None:
        if event is None or event.alert.expires <= self._clock():
            return None
        return event

    def _forget(self, ids: Iterable[str]) -> list[str]:
        gone = list(ids)
        for id_ in gone:
            self._known.pop(id_, None)
            self._told.discard(id_)
        return gone

    def _note(self, ids: Collection[str]) -> None:
        self._untaken |= set(ids) - self._told
        self._told |= set(ids)


def _newest_last(event: Published) -> tuple[datetime, str]:
    return event.published, event.alert.id


def _alike(one: Published, other: Published) -> bool:
    """Tell whether two states of an alert look the same to whoever reads it."""
    return msgspec.structs.replace(one, seq=other.seq) == other
