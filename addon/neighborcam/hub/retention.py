"""Forgets on time: alerts, pictures, envelopes, keys of past days (spec/hub.md)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import CompoundSelect, delete, func, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.agency_alerts import forget_alert_reviews
from neighborcam.hub.blobs import Blobs
from neighborcam.hub.capsules import Capsules
from neighborcam.hub.chains import forget_versions
from neighborcam.hub.chunks import Chunks
from neighborcam.hub.envelope_shelf import LASTS
from neighborcam.hub.households import forget_invites
from neighborcam.hub.offices import forget_offices
from neighborcam.hub.openings import forget_openings
from neighborcam.hub.requests import forget_reviews
from neighborcam.hub.sessions import forget_sessions
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import (
    ALERTS,
    APPLICATIONS,
    APPROVALS,
    CASES,
    COMMENTS,
    ENVELOPES,
    ISSUED,
    MEDIA,
)
from neighborcam.hub.stray_blobs import StrayBlobs
from neighborcam.hub.supervision import Duty, do_all
from neighborcam.hub.token_keys import TokenKeys, good_epochs

POSTS: Final = timedelta(days=30)
REVIEWED: Final = timedelta(days=30)
APPLIED: Final = timedelta(days=90)
EVERY_S: Final = 3600.0


class Retention:
    """Sweeps once an hour, and at the start (`Supervisor`)."""

    def __init__(
        self,
        database: Database,
        blobs: Blobs,
        keys: TokenKeys,
        capsules: Capsules,
        chunks: Chunks,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._keys = keys
        self._capsules = capsules
        self._chunks = chunks
        self._strays = StrayBlobs(database, blobs, clock)
        self._clock = clock

    @property
    def duties(self) -> tuple[Duty, ...]:
        """What there is to forget; a store that is away keeps only its own."""
        return (
            Duty(name="pictures", every_s=EVERY_S, run_once=self._forget_pictures),
            Duty(name="rows", every_s=EVERY_S, run_once=self._forget_rows),
            Duty(name="pieces", every_s=EVERY_S, run_once=self._chunks.forget),
            Duty(name="strays", every_s=EVERY_S, run_once=self._strays.remove),
        )

    async def run_once(self) -> None:
        """Delete what is over; raises the first failure when all was tried."""
        await do_all(each.run_once for each in self.duties)

    async def _forget_pictures(self) -> None:
        now = self._clock()
        async with self._database.read() as tx:
            over = select(MEDIA.c.blob).where(MEDIA.c.expires <= now)
            blobs = list(await tx.scalars(over))
        # Blobs first: a row without its blob is noticed, a blob without row is not.
        for blob in blobs:
            await self._blobs.remove(blob)
        async with self._database.write() as tx:
            await tx.execute(delete(MEDIA).where(MEDIA.c.blob.in_(blobs)))

    async def _forget_rows(self) -> None:
        now = self._clock()
        async with self._database.write() as tx:
            await tx.execute(delete(ENVELOPES).where(ENVELOPES.c.expires <= now))
            await forget_openings(tx, now)
            await forget_offices(tx, now)
            await forget_sessions(tx, now)
            await forget_invites(tx, now)
            await self._forget_alerts(tx, now)
            await _forget_counts(tx, now)
            await self._keys.forget(tx)
            await self._capsules.forget(tx)
            await forget_reviews(tx, now - REVIEWED)
            await forget_alert_reviews(tx, now - REVIEWED)
            await tx.execute(delete(APPROVALS).where(APPROVALS.c.at <= now - REVIEWED))
            applied = APPLICATIONS.c.received
            await tx.execute(delete(APPLICATIONS).where(applied <= now - APPLIED))

    async def _forget_alerts(self, tx: AsyncConnection, now: datetime) -> None:
        """Delete alerts that ran out, or are 30 days old, and what hangs on them.

        With all their versions at once: while one can be read, it can be taken back.
        While stewards have to look at one, and can learn who sent it, it waits for
        them: else whoever threatens for an hour would be out of reach.
        """
        begun, ended = func.min(ALERTS.c.published), func.max(ALERTS.c.expires)
        may_wait = ALERTS.c.original.in_(_looked_into()) & (begun > now - LASTS)
        chains = (
            select(ALERTS.c.original)
            .group_by(ALERTS.c.original)
            .having(((ended <= now) & ~may_wait) | (begun <= now - POSTS))
        )
        over = list(
            await tx.scalars(select(ALERTS.c.id).where(ALERTS.c.original.in_(chains)))
        )
        await forget_versions(tx, over)


def _looked_into() -> CompoundSelect[Any]:
    """Return alerts that wait for a steward, themselves or with a comment."""
    undecided = CASES.c.decision.is_(None)
    alerts = select(ALERTS.c.original).join(CASES, CASES.c.subject == ALERTS.c.id)
    comments = (
        select(ALERTS.c.original)
        .join(COMMENTS, COMMENTS.c.alert == ALERTS.c.id)
        .join(CASES, CASES.c.subject == COMMENTS.c.id)
    )
    return union(alerts.where(undecided), comments.where(undecided))


async def _forget_counts(tx: AsyncConnection, now: datetime) -> None:
    """Delete how many tokens a household took, once nobody asks any more.

    Tokens of a day count while its tokens are good. Of those to vote with a household
    gets one for an alert, which lasts a month, or for an agency's notice.
    """
    is_of_a_day = ISSUED.c.scope.startswith(ISSUED.c.epoch)
    yesterday, long_ago = (min(good_epochs(at)) for at in (now, now - POSTS))
    await tx.execute(delete(ISSUED).where(is_of_a_day, ISSUED.c.epoch < yesterday))
    await tx.execute(delete(ISSUED).where(ISSUED.c.epoch < long_ago))
