"""What this home hears: the feeds of the regions around it, and what clients see."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from typing import Final, Literal

import msgspec

from neighborcam.engine.errors import NotFound, StorageError
from neighborcam.engine.index.feed_store import FeedRow
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.neighbours import AlertView, Preferences
from neighborcam.engine.sharing.chains import Known
from neighborcam.engine.sharing.filters import Place, regions, vote_regions
from neighborcam.engine.sharing.hub_link import HubLink
from neighborcam.engine.sharing.known_alerts import KnownAlerts
from neighborcam.engine.sharing.listening import Listening, Say
from neighborcam.engine.sharing.logged_alerts import LoggedAlerts
from neighborcam.engine.sharing.supervised import Supervised
from neighborcam.engine.sharing.views import alert_view
from neighborcam.engine.sharing.votes import Votes
from neighborcam.protocol.feed import Event, Published

_LOG: Final = logging.getLogger(__name__)

type TellAlert = Callable[[str, AlertView | str], None]


class Hearing:
    """The alerts of the neighbourhood, as far as this home wants to hear of them.

    ``say`` hears how each region does, ``keep_to`` which regions still count.
    ``read_log`` is called when an agency's alert came: what it is, only the log tells.
    """

    def __init__(
        self,
        link: HubLink,
        place: Place,
        preferences: Preferences,
        store: SharingStore,
        votes: Votes,
        work: Supervised,
        reading_pass: Callable[[], Awaitable[str]],
        tell: TellAlert,
        say: Say,
        keep_to: Callable[[frozenset[str]], None],
        logged: LoggedAlerts,
        clock: Callable[[], datetime],
    ) -> None:
        self._link = link
        self._place = place
        self._radius_m = preferences.radius_m
        self._store = store
        self._votes = votes
        self._work = work
        self._reading_pass = reading_pass
        self._tell = tell
        self._say = say
        self._keep_to = keep_to
        self._logged = logged
        self._known = KnownAlerts(
            place, preferences, clock, store.letters.own_ids, logged.vouches
        )
        self.read_log: Callable[[], None] = lambda: None
        self._regions: frozenset[str] = frozenset()
        self._unwritten: dict[str, FeedRow | None] = {}  # None: it is over
        self._vote_regions = vote_regions(place)

    def start(self) -> None:
        """Go on from what was known, and listen."""
        rows = self._store.feed.rows()
        known = [_known(row) for row in rows]
        self._known.load(known, (row.id for row in rows if row.told))
        self._expect_votes(known)
        self._listen()

    def prefer(self, preferences: Preferences, *, listens: bool) -> None:
        """Hear something else from now on; in other regions if the radius wants it."""
        self._radius_m = preferences.radius_m
        self._known.change(preferences)
        if listens:
            self._listen()
        self._pass_on()
        self._keep([])

    def alerts(self) -> tuple[AlertView, ...]:
        """Return the alerts that clients see, the newest first."""
        return tuple(self._views(self._known.holding()))

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions that are listened to."""
        return tuple(sorted(self._regions))

    def need(self, alert: str) -> Published:
        """Return an alert, of this home's wishes or not. Raises `NotFound`."""
        event = self._known.get(alert)
        if event is None:
            raise NotFound("there is no such alert")
        return event

    def heard(self, alert: str) -> Literal["shown", "hidden"] | None:
        """Return what the feed said of an alert last; None when it never did."""
        if self._known.region_of(alert) is None:
            return None
        return "hidden" if self._known.get(alert) is None else "shown"

    def is_votable(self, alert: str) -> bool:
        """Tell whether this home has, or will have, its vote on an alert."""
        return self._known.region_of(alert) in self._vote_regions

    def see(self) -> None:
        """Tell clients what is another now: time passed, or this home spoke."""
        gone = self._known.prune()
        self._pass_on()
        self._keep([], gone)

    def silence(self) -> None:
        """Show nothing any more: the hub is not believed."""
        self._known.clear()
        self._pass_on()

    # -- `listening.Ear` -----------------------------------------------------------

    def take(
        self, region: str, events: Sequence[Event], cursor: int, *, is_backlog: bool
    ) -> None:
        """Take events of a feed."""
        changed = self._known.take(region, events)
        if is_backlog:
            self._known.note_backlog(each.id for each in changed)
        gone = self._known.prune() if self._known.is_flooded else []
        self._expect_votes(changed)
        if any(each.event and each.event.alert.agency for each in changed):
            self.read_log()
        self._pass_on()
        self._keep(changed, gone, cursor=(region, cursor))

    def rewind(self, region: str) -> None:
        """The hub lost its past."""
        self._keep(self._known.rewind(region), cursor=(region, None))

    def settle(self, region: str) -> None:
        """Forget what it has lost."""
        self._keep([], self._known.settle(region))
        self._pass_on()

    # -- parts -----------------------------------------------------------------------

    def _listen(self) -> None:
        wanted = frozenset(regions(self._place, self._radius_m))
        for region in self._regions - wanted:
            self._work.end(f"listening {region}")
        self._keep_to(wanted)
        for region in wanted - self._regions:
            listening = Listening(
                self._link,
                region,
                self._store.feed.cursor(region),
                self._reading_pass,
                self,
                self._say,
                is_rewound=self._known.is_rewound(region),
            )
            self._work.start(f"listening {region}", listening.run)
        self._regions = wanted

    def _expect_votes(self, known: Iterable[Known]) -> None:
        self._votes.expect(
            each.event
            for each in known
            if each.event is not None
            and each.region in self._vote_regions
            and not each.is_cancel
        )

    def _pass_on(self) -> None:
        news = self._known.news()
        seen = [about for _, about in news if not isinstance(about, str)]
        views = iter(self._views(seen) if seen else ())
        for what, about in news:
            self._tell(what, about if isinstance(about, str) else next(views))

    def _views(self, events: Iterable[Published]) -> list[AlertView]:
        mine, said = self._store.letters.own_ids(), self._store.votes()
        return [
            alert_view(
                each,
                mine=each.alert.id in mine,
                said=said.get(each.alert.original),
                agency=self._logged.name(each.alert),
            )
            for each in events
        ]

    def _keep(
        self,
        changed: Iterable[Known],
        gone: Sequence[str] = (),
        cursor: tuple[str, int | None] | None = None,
    ) -> None:
        """Write down what changed and what was told; without a disk it is told again.

        After a restart the hub is asked from the last cursor that was written. So that
        none stands behind what was not, that is written with it.
        """
        found = [*changed, *self._known.newly_told()]
        for each in found:
            told = self._known.was_told(each.id)
            self._unwritten[each.id] = _row(each, told=told)
        for id_ in gone:
            self._unwritten[id_] = None
        if not (self._unwritten or cursor):
            return
        rows = [row for row in self._unwritten.values() if row is not None]
        over = [id_ for id_, row in self._unwritten.items() if row is None]
        try:
            self._store.feed.keep(rows, over, cursor)
        except StorageError as problem:
            _LOG.warning("what the hub told is not written down: %s", problem)
        else:
            self._unwritten.clear()


def _known(row: FeedRow) -> Known:
    return Known(
        id=row.id,
        seq=row.seq,
        region=row.region,
        original=row.original,
        author=row.author,
        event=None
        if row.event is None
        else msgspec.json.decode(row.event, type=Published),
        until=row.until,
    )


def _row(known: Known, *, told: bool) -> FeedRow:
    return FeedRow(
        id=known.id,
        seq=known.seq,
        region=known.region,
        original=known.original,
        author=known.author,
        event=None if known.event is None else msgspec.json.encode(known.event),
        until=known.until,
        told=told,
    )
