"""Forgets on time: alerts, pictures, envelopes, keys of past days (spec/hub.md)."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.blobs import Blobs
from neighborcam.hub.capsules import Capsules
from neighborcam.hub.chunks import Chunks
from neighborcam.hub.errors import HubError
from neighborcam.hub.households import INVITES_IN
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
    INVITED,
    INVITES,
    ISSUED,
    MEDIA,
    VOTES,
)
from neighborcam.hub.takedowns import forget_takedowns
from neighborcam.hub.token_keys import TokenKeys, good_epochs

POSTS: Final = timedelta(days=30)
REVIEWED: Final = timedelta(days=30)
APPLIED: Final = timedelta(days=90)
EVERY_S: Final = 3600
_LOG: Final = logging.getLogger(__name__)


class Retention:
    """Sweeps once an hour, and at the start."""

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
        self._clock = clock

    async def run(self) -> None:
        """Sweep for ever; a failure is tried again an hour later."""
        while True:
            try:
                await self.run_once()
            except HubError as problem:
                _LOG.warning("nothing was forgotten: %s", problem)
            await asyncio.sleep(EVERY_S)

    async def run_once(self) -> None:
        """Delete what is over."""
        now = self._clock()
        # Blobs first: a row without its blob is noticed, a blob without row is not.
        async with self._database.read() as tx:
            blobs = list(
                await tx.scalars(select(MEDIA.c.blob).where(MEDIA.c.expires <= now))
            )
        for blob in blobs:
            await self._blobs.remove(blob)
        async with self._database.write() as tx:
            await tx.execute(delete(MEDIA).where(MEDIA.c.expires <= now))
            await tx.execute(delete(ENVELOPES).where(ENVELOPES.c.expires <= now))
            await forget_openings(tx, now)
            await forget_sessions(tx, now)
            await tx.execute(delete(INVITES).where(INVITES.c.expires <= now))
            await tx.execute(delete(INVITED).where(INVITED.c.at <= now - INVITES_IN))
            await self._forget_alerts(tx, now)
            await tx.execute(delete(ISSUED).where(ISSUED.c.epoch < _oldest(now)))
            await self._keys.forget(tx)
            await self._capsules.forget(tx)
            await forget_reviews(tx, now - REVIEWED)
            await tx.execute(delete(APPROVALS).where(APPROVALS.c.at <= now - REVIEWED))
            applied = APPLICATIONS.c.received
            await tx.execute(delete(APPLICATIONS).where(applied <= now - APPLIED))
        await self._chunks.forget()

    async def _forget_alerts(self, tx: AsyncConnection, now: datetime) -> None:
        """Delete alerts that ran out, or are 30 days old, and what hangs on them.

        With all their versions at once: while one can be read, it can be taken back.
        """
        chains = (
            select(ALERTS.c.original)
            .group_by(ALERTS.c.original)
            .having(
                (func.max(ALERTS.c.expires) <= now)
                | (func.min(ALERTS.c.published) <= now - POSTS)
            )
        )
        over = list(
            await tx.scalars(select(ALERTS.c.id).where(ALERTS.c.original.in_(chains)))
        )
        if not over:
            return
        comments = select(COMMENTS.c.id).where(COMMENTS.c.alert.in_(over))
        await tx.execute(
            delete(CASES).where(
                CASES.c.subject.in_(over) | CASES.c.subject.in_(comments)
            )
        )
        for table in (VOTES, COMMENTS):
            await tx.execute(delete(table).where(table.c.alert.in_(over)))
        await forget_takedowns(tx, over)
        await tx.execute(delete(ISSUED).where(ISSUED.c.scope.in_(over)))
        await tx.execute(delete(ALERTS).where(ALERTS.c.id.in_(over)))


def _oldest(now: datetime) -> str:
    # Vote tokens of an alert are counted under the day they were asked for; an
    # alert lasts 30 days, so their rows go with it, or a month later at most.
    return min(good_epochs(now - POSTS))
