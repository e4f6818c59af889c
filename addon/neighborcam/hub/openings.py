"""Two stewards open an envelope together (spec/moderation.md).

The first share waits in the database, so the other steward may reach another node, on
another day. The second is never kept: both in one place would name the household to
whoever reads the database.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub import households
from neighborcam.hub.cases import waiting_case
from neighborcam.hub.errors import NotFound, WrongAuthor
from neighborcam.hub.public_log import PublicLog
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import CASES, ENVELOPES, OPENINGS
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.entries import AccountClosed, EnvelopeOpened
from neighborcam.protocol.envelopes import Share, combine

WAITS: Final = timedelta(days=3)  # two people, over a weekend


class Openings:
    """Shares that stewards bring, and whom they name."""

    def __init__(
        self, database: Database, log: PublicLog, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._log = log
        self._clock = clock

    async def envelope(self, case: str) -> bytes:
        """Return the envelope of what a case is about. Raises `NotFound`."""
        async with self._database.read() as tx:
            row = await waiting_case(tx, case)
            sealed: bytes | None = await tx.scalar(
                select(ENVELOPES.c.sealed).where(
                    ENVELOPES.c.subject == row.subject,
                    ENVELOPES.c.expires > self._clock(),
                )
            )
        if sealed is None:
            raise NotFound("there is no envelope, or it is older than 14 days")
        return sealed

    async def give_share(
        self, case: str, share: Share, *, steward: str, reason: str
    ) -> str | None:
        """Take a steward's share; with the second one, return who it was.

        The opening is in the public log before anybody learns the household. Whoever
        did not hear the answer gives the same share again, and is told again.

        Raises `NotFound`, `Conflict`, `WrongAuthor` for a share of something else and
        `CannotOpen` for two that do not belong together.
        """
        async with self._database.write() as tx:
            row = await waiting_case(tx, case)
            if share.subject != row.subject:
                raise WrongAuthor("the share is of something else")
            first = await self._first(tx, case)
            if first is None or first.steward == steward:
                told = first and first.told
                await self._keep(tx, case, share, steward, told)
                return None
            household = combine(decode(first.share, Share), share)
            if first.told != steward:
                await self._tell(tx, row, first, steward, reason)
        return household

    async def close_account(self, case: str, share: Share, *, steward: str) -> None:
        """Delete the account that this steward's share named, and say so in public.

        Nobody can say alone whose: the shares have to name it once more. Raises
        `NotFound` unless this steward was told.
        """
        async with self._database.write() as tx:
            await waiting_case(tx, case)
            first = await self._first(tx, case)
            if first is None or first.told != steward:
                raise NotFound("open the envelope first, with another steward")
            household = combine(decode(first.share, Share), share)
            if await households.remove(tx, household):
                closed = AccountClosed(
                    at=self._clock().replace(microsecond=0),
                    case=case,
                    stewards=tuple(sorted((first.steward, steward))),
                )
                await self._log.add(tx, closed)

    async def _first(self, tx: AsyncConnection, case: str) -> Row[Any] | None:
        """Return the share that waits, if it is not too old."""
        found = await tx.execute(
            select(OPENINGS).where(
                OPENINGS.c.case == case, OPENINGS.c.at > self._clock() - WAITS
            )
        )
        return found.first()

    async def _keep(
        self,
        tx: AsyncConnection,
        case: str,
        share: Share,
        steward: str,
        told: str | None,
    ) -> None:
        """Keep the first share; the same steward's later one takes its place."""
        await drop_opening(tx, case)
        await tx.execute(
            insert(OPENINGS).values(
                case=case,
                steward=steward,
                share=encode(share),
                at=self._clock(),
                told=told,
            )
        )

    async def _tell(
        self,
        tx: AsyncConnection,
        case: Row[Any],
        first: Row[Any],
        steward: str,
        reason: str,
    ) -> None:
        opened = EnvelopeOpened(
            at=self._clock().replace(microsecond=0),
            case=case.id,
            stewards=tuple(sorted((first.steward, steward))),
            reason=reason,
        )
        await self._log.add(tx, opened)
        told = update(OPENINGS).where(OPENINGS.c.case == case.id)
        await tx.execute(told.values(told=steward))
        await tx.execute(delete(ENVELOPES).where(ENVELOPES.c.subject == case.subject))


async def drop_opening(tx: AsyncConnection, case: str) -> None:
    """Delete the share that waits for a case."""
    await tx.execute(delete(OPENINGS).where(OPENINGS.c.case == case))


async def forget_openings(tx: AsyncConnection, now: datetime) -> None:
    """Delete shares that waited too long, or whose case is decided or gone."""
    waiting = select(CASES.c.id).where(CASES.c.decision.is_(None))
    await tx.execute(
        delete(OPENINGS).where(
            (OPENINGS.c.at <= now - WAITS) | OPENINGS.c.case.not_in(waiting)
        )
    )
