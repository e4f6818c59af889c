"""Who becomes a steward, and who is one no more: never by one steward alone.

The first one comes by the code that the hub prints, which is worth nothing once there
is a steward. Later ones are invited by a steward and confirmed by another, as soon as
there is another. Stewards lay down the office themselves, or two others end it, as
when a passkey is lost. Where there are not two others, who runs the hub does it, at
the machine. All of it is in the public log, with the names of those who did it.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.errors import Conflict, NotFound, WrongCode
from neighborcam.hub.households import new_code
from neighborcam.hub.public_log import PublicLog
from neighborcam.hub.sessions import end_sessions
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import APPROVALS, OFFICES, OPENINGS, STEWARDS
from neighborcam.protocol.entries import StewardLeft

LASTS: Final = timedelta(days=7)
TWO: Final = 2

type Kind = Literal["appointment", "removal"]


class OfficeWish(msgspec.Struct, frozen=True, kw_only=True):
    """What a steward wants to be done about the office, and who agrees so far."""

    id: str
    kind: Kind
    name: str
    by: str
    seconded: str
    ends: datetime


class Offices:
    """Appointments and removals of stewards."""

    def __init__(
        self, database: Database, log: PublicLog, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._log = log
        self._clock = clock

    async def invite(self, name: str = "", *, by: str = "") -> str:
        """Return a code by which somebody becomes steward, once, within 7 days.

        ``by`` nobody it is the hub's own, for its first steward. It is for whoever has
        it when no ``name`` is given. Raises `Conflict` for a name that is taken.
        """
        code = new_code()
        async with self._database.write() as tx:
            if name in await _names(tx):
                raise Conflict("another steward has this name")
            await self._add(tx, "appointment", name, by, code=_hash(code))
        return code

    async def waiting(self) -> list[OfficeWish]:
        """Return what stewards want that was not done yet, the oldest first."""
        async with self._database.read() as tx:
            rows = await tx.execute(
                select(OFFICES)
                .where(OFFICES.c.ends > self._clock(), OFFICES.c.by != "")
                .order_by(OFFICES.c.ends, OFFICES.c.id)
            )
            return [
                OfficeWish(
                    id=row.id,
                    kind=row.kind,
                    name=row.name,
                    by=row.by,
                    seconded=row.seconded,
                    ends=row.ends,
                )
                for row in rows
            ]

    async def second(self, wish: str, steward: str) -> None:
        """Agree to what another steward wants.

        Raises `NotFound`, and `Conflict` for one's own wish or one about oneself.
        """
        async with self._database.write() as tx:
            row = (
                await tx.execute(
                    select(OFFICES).where(
                        OFFICES.c.id == wish,
                        OFFICES.c.ends > self._clock(),
                        OFFICES.c.by != "",
                    )
                )
            ).first()
            if row is None:
                raise NotFound("it was done, withdrawn, or is too old")
            if steward in {row.by, row.name}:
                raise Conflict("another steward has to agree")
            await tx.execute(
                update(OFFICES).where(OFFICES.c.id == wish).values(seconded=steward)
            )
            if row.kind == "removal":
                await self._end(tx, row.name, (row.by, steward))

    async def withdraw(self, wish: str) -> None:
        """Let go what a steward wanted; any steward may. Raises `NotFound`."""
        async with self._database.write() as tx:
            wanted = (OFFICES.c.id == wish) & (OFFICES.c.by != "")
            done = await tx.execute(delete(OFFICES).where(wanted))
            if done.rowcount == 0:
                raise NotFound("it was done, withdrawn, or is too old")

    async def remove(self, name: str, *, by: str) -> None:
        """Lay down the office, or want that another's ends.

        Raises `NotFound`, and `Conflict` when it would leave nobody or cannot be
        agreed to by a third.
        """
        async with self._database.write() as tx:
            names = await _names(tx)
            if name not in names:
                raise NotFound("there is no such steward")
            if len(names) == 1:
                raise Conflict("there has to be a steward: appoint another first")
            if name == by:
                await self._end(tx, name, (by,))
                return
            if len(names) <= TWO:
                raise Conflict(
                    "two others have to agree, and there are not; who runs the hub can"
                    " end it: neighborcam hub end-steward"
                )
            await tx.execute(
                delete(OFFICES).where(OFFICES.c.name == name, OFFICES.c.by == by)
            )
            await self._add(tx, "removal", name, by)

    async def end(self, name: str) -> None:
        """End an office by the word of who runs the hub. Raises `NotFound`."""
        async with self._database.write() as tx:
            if name not in await _names(tx):
                raise NotFound("there is no such steward")
            await self._end(tx, name, ())

    async def check(self, tx: AsyncConnection, code: str, name: str) -> Row[Any]:
        """Return the invite of a code that is good for ``name``.

        Raises `WrongCode`, and `Conflict` while another steward has to confirm it.
        """
        found = await tx.execute(
            select(OFFICES).where(
                OFFICES.c.code == _hash(code), OFFICES.c.ends > self._clock()
            )
        )
        row = found.first()
        names = await _names(tx)
        if row is None or (not row.by and names):
            raise WrongCode("the invite is used or too old: ask a steward")
        if row.name not in {"", name}:
            raise WrongCode("this invite is for another name")
        agreed = {row.by, row.seconded} & names
        if len(agreed) < min(TWO, len(names)):
            raise Conflict("another steward has to confirm your invite first")
        return row

    async def use(self, tx: AsyncConnection, invite: Row[Any]) -> tuple[str, ...]:
        """Take an invite; return who appoints."""
        await tx.execute(delete(OFFICES).where(OFFICES.c.id == invite.id))
        await tx.execute(delete(OFFICES).where(OFFICES.c.by == ""))
        return tuple(each for each in (invite.by, invite.seconded) if each)

    async def _add(
        self,
        tx: AsyncConnection,
        kind: Kind,
        name: str,
        by: str,
        *,
        code: bytes | None = None,
    ) -> None:
        await tx.execute(
            insert(OFFICES).values(
                id=secrets.token_hex(16),
                kind=kind,
                name=name,
                code=code,
                by=by,
                seconded="",
                ends=self._clock() + LASTS,
            )
        )

    async def _end(self, tx: AsyncConnection, name: str, by: tuple[str, ...]) -> None:
        """Take an office away, and whatever its holder had begun."""
        await tx.execute(delete(STEWARDS).where(STEWARDS.c.name == name))
        await end_sessions(tx, name)
        for table in (APPROVALS, OPENINGS):
            await tx.execute(delete(table).where(table.c.steward == name))
        theirs = (OFFICES.c.name == name) | (OFFICES.c.by == name)
        await tx.execute(delete(OFFICES).where(theirs))
        await tx.execute(
            update(OFFICES).where(OFFICES.c.seconded == name).values(seconded="")
        )
        now = self._clock().replace(microsecond=0)
        await self._log.add(tx, StewardLeft(at=now, steward=name, by=by))


async def forget_offices(tx: AsyncConnection, now: datetime) -> None:
    """Delete what was wanted a week ago and not done."""
    await tx.execute(delete(OFFICES).where(OFFICES.c.ends <= now))


async def _names(tx: AsyncConnection) -> set[str]:
    return set(await tx.scalars(select(STEWARDS.c.name)))


def _hash(code: str) -> bytes:
    return sha256(code.encode()).digest()
