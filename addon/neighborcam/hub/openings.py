"""Two stewards open an envelope together (spec/moderation.md).

The first share waits in the database, so the other steward may reach another node, on
another day. The second is never kept: both in one place would name the household to
whoever reads the database.

Who was told knows both, and could make up a share that names somebody else. So the
account that may be closed is the one that was named first. What is kept of that is
bound to a ticket, a random number which only that steward has: without it one cannot
try out which household it is.
"""

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub import households
from neighborcam.hub.cases import waiting_case
from neighborcam.hub.errors import Conflict, NotFound, WrongAuthor
from neighborcam.hub.public_log import PublicLog
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import CASES, ENVELOPES, OPENINGS
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.entries import AccountClosed, EnvelopeOpened
from neighborcam.protocol.envelopes import Share, combine

WAITS: Final = timedelta(days=3)  # two people, over a weekend
_SEAL_BYTES: Final = 32
_DOMAIN: Final = "neighborcam opening"


class Told(NamedTuple):
    """Who looks into a case, and the random number that they keep to themselves."""

    steward: str
    ticket: str

    def seal(self, case: str, household: str) -> bytes:
        """Return by what to know again whom they were told."""
        said = f"{_DOMAIN}\0{case}\0{self.steward}\0{household}"
        return hmac.digest(bytes.fromhex(self.ticket), said.encode(), "sha256")


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
        self, case: str, share: Share, *, by: Told, reason: str
    ) -> str | None:
        """Take a steward's share; with the second one, return who it was.

        The opening is in the public log before anybody learns the household. Whoever
        did not hear the answer gives the same share again, and is told again.

        Raises `NotFound`, `Conflict`, also for another share once the envelope is
        open, `WrongAuthor` for a share of something else and
        `CannotOpen` for two that do not belong together.
        """
        async with self._database.write() as tx:
            row = await waiting_case(tx, case)
            if share.subject != row.subject:
                raise WrongAuthor("the share is of something else")
            first = await self._first(tx, case)
            if first is None or first.steward == by.steward:
                await self._keep(tx, case, share, by.steward, first)
                return None
            household = combine(_share(first), share)
            if first.told != by.steward:
                await self._tell(tx, row, first, by, household, reason)
        return household

    async def close_account(self, case: str, share: Share, *, by: Told) -> None:
        """Delete the account that this steward's share named, and say so in public.

        Nobody can say alone whose: the shares have to name it once more. Raises
        `NotFound` unless this steward was told, `Conflict` for another than they were.
        """
        async with self._database.write() as tx:
            await waiting_case(tx, case)
            first = await self._first(tx, case)
            if first is None or first.told != by.steward:
                raise NotFound("open the envelope first, with another steward")
            household = combine(_share(first), share)
            if not hmac.compare_digest(_seal(first), by.seal(case, household)):
                raise Conflict(
                    "close it where you were told who it was, with the share you gave"
                )
            if await households.remove(tx, household):
                closed = AccountClosed(
                    at=self._clock().replace(microsecond=0),
                    case=case,
                    stewards=tuple(sorted((first.steward, by.steward))),
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
        before: Row[Any] | None,
    ) -> None:
        """Keep the first share; the same steward's later one takes its place."""
        if before is not None and before.told is not None:
            if _share(before) != share:
                raise Conflict("the envelope is open, with the share that you gave")
            return
        await drop_opening(tx, case)
        await tx.execute(
            insert(OPENINGS).values(
                case=case,
                steward=steward,
                share=encode(share),
                at=self._clock(),
            )
        )

    async def _tell(
        self,
        tx: AsyncConnection,
        case: Row[Any],
        first: Row[Any],
        by: Told,
        household: str,
        reason: str,
    ) -> None:
        opened = EnvelopeOpened(
            at=self._clock().replace(microsecond=0),
            case=case.id,
            stewards=tuple(sorted((first.steward, by.steward))),
            reason=reason,
        )
        await self._log.add(tx, opened)
        told = update(OPENINGS).where(OPENINGS.c.case == case.id)
        sealed = encode(_share(first)) + by.seal(case.id, household)
        await tx.execute(told.values(told=by.steward, share=sealed))
        await tx.execute(delete(ENVELOPES).where(ENVELOPES.c.subject == case.subject))


def _share(opening: Row[Any]) -> Share:
    kept: bytes = opening.share
    return decode(kept if opening.told is None else kept[:-_SEAL_BYTES], Share)


def _seal(opening: Row[Any]) -> bytes:
    """Return what was kept of whom a steward was told, behind the share."""
    kept: bytes = opening.share
    return kept[-_SEAL_BYTES:]


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
