"""An alert and its versions: one thing to vote on, to hide, to take back, to forget.

What is said to an old version is said to the alert. Otherwise an author who changes a
word would leave all disputes behind, and a household could vote once for each version.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

from sqlalchemy import Row, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.errors import Conflict, NotFound, WrongAuthor
from neighborcam.hub.events import alert_row
from neighborcam.hub.store.schema import (
    ALERTS,
    CASES,
    COMMENTS,
    ISSUED,
    MEDIA,
    TAKEDOWNS,
    VETO_KEYS,
    VOTES,
)
from neighborcam.protocol.alerts import Alert, MsgType, Origin, Scope
from neighborcam.protocol.canonical import decode
from neighborcam.protocol.errors import OutsideLimits
from neighborcam.protocol.limits import LONGEST, SKEW, VERSIONS
from neighborcam.protocol.standing import Happening, Standing, after

_WIDER: Final = (Scope.REGION, Scope.HUB, Scope.PUBLIC)
_TICK: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, kw_only=True)
class Chain:
    """The versions of an alert, the oldest first; the first of them is the alert."""

    rows: Sequence[Row[Any]]

    @classmethod
    async def of(cls, tx: AsyncConnection, original: str) -> Self:
        """Return the chain that begins with an alert; empty if there is none."""
        rows = await tx.execute(
            select(ALERTS)
            .where(ALERTS.c.original == original)
            .order_by(ALERTS.c.published, ALERTS.c.id)
        )
        return cls(rows=list(rows))

    @classmethod
    async def around(cls, tx: AsyncConnection, alert: str) -> Self:
        """Return the chain of a version. Raises `NotFound`."""
        row = await alert_row(tx, alert)
        if row is None:
            raise NotFound("there is no such alert")
        return await cls.of(tx, row.original)

    @property
    def ids(self) -> list[str]:
        """The ids of all versions."""
        return [row.id for row in self.rows]

    @property
    def versions(self) -> list[Row[Any]]:
        """All but the cancel."""
        return [row for row in self.rows if row.msg_type != MsgType.CANCEL]

    @property
    def cancel(self) -> Row[Any] | None:
        """What took it back, if something did that may be seen."""
        for row in self.rows:
            if row.msg_type == MsgType.CANCEL and row.standing == Standing.SHOWN:
                return row
        return None

    @property
    def current(self) -> Row[Any] | None:
        """The newest version that is shown."""
        shown = [row for row in self.versions if row.standing == Standing.SHOWN]
        return shown[-1] if shown else None

    @property
    def head(self) -> Row[Any]:
        """What stands: the cancel, or the newest version. Raises `NotFound`."""
        head = self.cancel or self.current
        if head is None:
            raise NotFound("there is no such alert")
        return head

    @property
    def was_seen(self) -> bool:
        """Whether anybody may have seen a version of it."""
        return any(row.standing not in _UNSEEN for row in self.rows)

    @property
    def is_in_doubt(self) -> bool:
        """Whether a steward has to look at whatever its author says next."""
        return any(row.standing != Standing.SHOWN for row in self.rows)

    def check_lasts(self, now: datetime) -> None:
        """Raise `NotFound` for an alert that ran out: nothing is said to it then."""
        if max(row.expires for row in self.rows) <= now:
            raise NotFound("there is no such alert")

    def next_moment(self, now: datetime) -> datetime:
        """Return when the next version is published: after all before, for everybody.

        Two updates in one moment, or a node whose clock is behind, would leave it to
        each reader which one is the newer.
        """
        moments: list[datetime] = [row.published + _TICK for row in self.rows]
        return max([now, *moments])

    def check_next(self, alert: Alert, now: datetime) -> None:
        """Raise unless ``alert`` may be the next version.

        `NotFound` when there is nothing of which it could be one, or that is over,
        `WrongAuthor`, `Conflict`, and `OutsideLimits`, which names the field.
        """
        ends = max((row.expires for row in self.rows), default=now)
        if ends <= now or self.rows[0].id != alert.original:
            raise NotFound("there is no alert of which this is a version")
        first = self.rows[0]
        if first.author_key != alert.author_key:
            raise WrongAuthor("only its author can change or cancel an alert")
        if decode(first.body, Alert).origin is Origin.AGENCY:
            raise WrongAuthor("an agency changes and cancels its alerts at its desk")
        is_cancel = alert.msg_type is MsgType.CANCEL
        if len(self.versions) != len(self.rows):
            raise Conflict("it was taken back: write a new one")
        # One more for the cancel: what is wrong can be taken back, however often it
        # was changed.
        if len(self.rows) >= (VERSIONS if is_cancel else VERSIONS - 1):
            raise Conflict(f"an alert has at most {VERSIONS} versions")
        if first.cell != alert.cell:
            raise OutsideLimits("cell", "a version is for the cell of the first one")
        if any(
            _WIDER.index(alert.scope) < _WIDER.index(row.scope) for row in self.rows
        ):
            raise OutsideLimits("scope", "a version reaches all whom others reached")
        if is_cancel and alert.expires < ends:
            raise OutsideLimits("expires", "a cancel stays as long as the alert would")
        if alert.expires > first.published + LONGEST + SKEW:
            raise OutsideLimits("expires", "more than 30 days after the first version")


_UNSEEN: Final = frozenset({Standing.REVIEW, Standing.GONE})


async def withdraw_unseen(tx: AsyncConnection, chain: Chain) -> None:
    """Let go what nobody has seen of an alert that is taken back, and its cases."""
    waiting = [row.id for row in chain.rows if row.standing == Standing.REVIEW]
    gone = after(Standing.REVIEW, Happening.TAKEN_BACK)
    await tx.execute(
        update(ALERTS).where(ALERTS.c.id.in_(waiting)).values(standing=gone)
    )
    await tx.execute(
        delete(CASES).where(CASES.c.subject.in_(waiting), CASES.c.decision.is_(None))
    )


async def retire_media(
    tx: AsyncConnection, original: str, by: str, now: datetime
) -> None:
    """End the pictures of all versions but one: who took one out wants it gone."""
    others = select(ALERTS.c.id).where(ALERTS.c.original == original, ALERTS.c.id != by)
    await tx.execute(update(MEDIA).where(MEDIA.c.alert.in_(others)).values(expires=now))


async def forget_versions(tx: AsyncConnection, versions: list[str]) -> None:
    """Delete alerts with all that hangs on them, but for envelopes and pictures."""
    comments = select(COMMENTS.c.id).where(COMMENTS.c.alert.in_(versions))
    is_about = CASES.c.subject.in_(versions) | CASES.c.subject.in_(comments)
    await tx.execute(delete(CASES).where(is_about))
    for table in (VOTES, COMMENTS, TAKEDOWNS):
        await tx.execute(delete(table).where(table.c.alert.in_(versions)))
    # Who has had a token to object to an agency gets no second one.
    agencies = select(VETO_KEYS.c.agency)
    scope = ISSUED.c.scope
    await tx.execute(delete(ISSUED).where(scope.in_(versions), scope.not_in(agencies)))
    await tx.execute(delete(ALERTS).where(ALERTS.c.id.in_(versions)))
