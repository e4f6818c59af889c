"""Versions of alerts, brought together: which one stands, whatever came first.

Pure: the same events in any order, however often, make the same chains.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from neighborcam.protocol.alerts import Alert, MsgType, Origin
from neighborcam.protocol.feed import Published


@dataclass(frozen=True, kw_only=True)
class Known:
    """An alert as the feed told it last; ``event`` None: it was withdrawn.

    Of one that was withdrawn before it was seen, its author is not known: empty.
    """

    id: str
    seq: int
    region: str
    original: str
    author: bytes
    event: Published | None
    until: datetime  # kept that long: what takes back must outlast what it took back

    @property
    def is_cancel(self) -> bool:
        """Whether it takes an alert back."""
        return self.event is not None and self.event.alert.msg_type is MsgType.CANCEL


@dataclass(frozen=True, kw_only=True)
class Chain:
    """An alert with its versions, the newest first, and what took it back."""

    ids: frozenset[str]  # of all of it, withdrawn ones too
    versions: tuple[Published, ...]
    cancel: Published | None
    until: datetime
    seq: int  # the newest of all of it


def author_of(alert: Alert) -> bytes:
    """Return who may change and cancel an alert.

    Whoever has the key of its first version; of an agency's any of its officers.
    """
    if alert.origin is Origin.AGENCY:
        return b"agency " + (alert.agency or "").encode()
    return alert.author_key


def chains(known: Iterable[Known]) -> list[Chain]:
    """Return the chains of what is known; what another key signed is in none."""
    rows = {each.id: each for each in known}
    groups: defaultdict[tuple[str, bytes], list[Known]] = defaultdict(list)
    for row in rows.values():
        first = rows.get(row.original)
        # Who is not the author of the first version can neither change nor cancel it.
        # One that was withdrawn before it was seen may be anybody's.
        if first is None or not first.author or first.author == row.author:
            groups[row.original, row.author].append(row)
    return [_chain(group) for group in groups.values()]


def _chain(group: list[Known]) -> Chain:
    events = [each.event for each in group if each.event is not None]
    events.sort(key=lambda each: (each.published, each.alert.id), reverse=True)
    cancels = [each for each in events if each.alert.msg_type is MsgType.CANCEL]
    return Chain(
        ids=frozenset(each.id for each in group),
        versions=tuple(e for e in events if e.alert.msg_type is not MsgType.CANCEL),
        cancel=cancels[0] if cancels else None,
        until=max(each.until for each in group),
        seq=max(each.seq for each in group),
    )
