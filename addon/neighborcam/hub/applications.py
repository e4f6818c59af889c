"""Agencies that want to join: what stewards find out, until two of them announce it.

What stands in the public log is an agency; here is only what waits for that.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.approvals import Approvals
from neighborcam.hub.chains import Chain, forget_versions
from neighborcam.hub.domains import Resolver, check_domain
from neighborcam.hub.errors import Conflict, NotAllowed, NotFound, TooMany
from neighborcam.hub.public_log import PublicLog
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import APPLICATIONS, ISSUED, VETO_KEYS
from neighborcam.hub.token_keys import make_key, private_der, public_der
from neighborcam.protocol.agencies import (
    NOTICE,
    SignedAgency,
    check_agency,
    check_record,
)
from neighborcam.protocol.agency_entries import (
    AgencyAnnounced,
    ApplicationRefused,
    CallBack,
)
from neighborcam.protocol.approval_subjects import announcement
from neighborcam.protocol.approvals import Approval
from neighborcam.protocol.areas import km2
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.register_rules import TWO
from neighborcam.protocol.register_state import RegisterState, Standing

MOST_APPLICATIONS: Final = 50


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """An agency that wants to join, and what stewards found."""

    id: str
    agency: SignedAgency
    received: datetime
    domain_checked: datetime | None
    call_back: CallBack | None
    km2: float  # of its district
    approvals: tuple[str, ...]
    subject: str  # what is approved: this very record; hexadecimal


class Applications:
    """The applications at a hub."""

    def __init__(
        self,
        database: Database,
        log: PublicLog,
        approvals: Approvals,
        resolver: Resolver,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._log = log
        self._approvals = approvals
        self._resolver = resolver
        self._clock = clock

    async def apply(self, signed: SignedAgency) -> str:
        """Take an application; return the agency's id. The same again is fine.

        Raises `BadSignature`, `OutsideLimits` for a record by which nobody can join,
        `NotAllowed` for kinds that this hub does not take, `TooMany`.
        """
        record, body = check_agency(signed), encode(signed)
        check_record(record)
        async with self._database.write() as tx:
            register = await self._log.register(tx)
            if record.kind not in register.rules.kinds:
                raise NotAllowed(f"this hub takes no {record.kind} bodies")
            known = register.agencies.get(record.id)
            if known is not None and known.standing is not Standing.VETOED:
                return record.id
            row = await _application(tx, record.id)
            if row is not None and row.body == body:
                return record.id
            if row is None:
                await _check_room(tx)
            else:  # what stewards found was about another record
                await self._forget(tx, row, register)
            await tx.execute(
                insert(APPLICATIONS).values(
                    agency=record.id, body=body, received=self._clock()
                )
            )
        return record.id

    async def waiting(self) -> list[Application]:
        """Return what waits for stewards, the oldest first."""
        async with self._database.read() as tx:
            register = await self._log.register(tx)
            rows = await tx.execute(
                select(APPLICATIONS).order_by(APPLICATIONS.c.received)
            )
            return [await self._view(tx, row, register) for row in rows]

    async def check_domain(self, agency: str) -> None:
        """Look at domain and DNS. Raises `Conflict`, saying what is missing."""
        async with self._database.read() as tx:
            row = await _need(tx, agency)
        await check_domain(decode(row.body, SignedAgency), self._resolver)
        await self._note(agency, row.body, domain_checked=self._clock())

    async def call_back(self, agency: str, directory: str, steward: str) -> None:
        """Write down that a steward called the agency, and whose number that was."""
        now = self._clock().replace(microsecond=0)
        made = CallBack(at=now, directory=directory, steward=steward)
        async with self._database.read() as tx:
            row = await _need(tx, agency)
            register = await self._log.register(tx)
        if not register.may_decide(steward, agency):
            raise NotAllowed("you said that you are close to this agency")
        await self._note(agency, row.body, call_back=encode(made))

    async def _note(self, agency: str, body: bytes, **what: Any) -> None:
        async with self._database.write() as tx:
            await tx.execute(
                update(APPLICATIONS)
                .where(APPLICATIONS.c.agency == agency, APPLICATIONS.c.body == body)
                .values(**what)
            )

    async def approve(self, agency: str, approval: Approval) -> bool:
        """Take a steward's approval; with the second announce the agency.

        Raises `Conflict` before domain and call-back are checked, `NotASteward`.
        """
        key = make_key()
        async with self._database.write() as tx:
            row = await _need(tx, agency)
            if row.domain_checked is None or row.call_back is None:
                raise Conflict("check its domain and call it back first")
            register = await self._log.register(tx)
            subject = _subject(row, register)
            given = await self._approvals.add(
                tx, register, agency, "agency", subject, approval
            )
            if len(given) < TWO:
                return False
            now = self._clock().replace(microsecond=0)
            await self._forget(tx, row, register)
            await self._log.add(
                tx,
                AgencyAnnounced(
                    at=now,
                    agency=decode(row.body, SignedAgency),
                    call_back=decode(row.call_back, CallBack),
                    approvals=given,
                    until=now + NOTICE,
                    veto_key=public_der(key),
                ),
            )
            # Homes would get tokens of one of two keys, and cry foul: who posted under
            # the id of an agency knew it before it applied.
            await forget_versions(tx, (await Chain.of(tx, agency)).ids)
            await tx.execute(delete(VETO_KEYS).where(VETO_KEYS.c.agency == agency))
            # Announced again: every home gets a token of the new key.
            await tx.execute(delete(ISSUED).where(ISSUED.c.scope == agency))
            await tx.execute(
                insert(VETO_KEYS).values(
                    agency=agency, private=private_der(key), public=public_der(key)
                )
            )
        return True

    async def refuse(self, agency: str, *, rule: str, fact: str, steward: str) -> None:
        """Drop an application, in public. Raises `NotFound`, `NotAllowed`."""
        async with self._database.write() as tx:
            row = await _need(tx, agency)
            register = await self._log.register(tx)
            if not register.may_decide(steward, agency):
                raise NotAllowed("you said that you are close to this agency")
            await self._forget(tx, row, register)
            refused = ApplicationRefused(
                at=self._clock().replace(microsecond=0),
                agency=agency,
                rule=rule,
                fact=fact,
                steward=steward,
            )
            await self._log.add(tx, refused)

    async def _forget(
        self, tx: AsyncConnection, row: Row[Any], register: RegisterState
    ) -> None:
        mine = APPLICATIONS.c.agency == row.agency
        await tx.execute(delete(APPLICATIONS).where(mine))
        await self._approvals.forget(tx, "agency", _subject(row, register))

    async def _view(
        self, tx: AsyncConnection, row: Row[Any], register: RegisterState
    ) -> Application:
        signed, subject = decode(row.body, SignedAgency), _subject(row, register)
        given = await self._approvals.all(tx, "agency", subject)
        return Application(
            id=row.agency,
            agency=signed,
            km2=km2(signed.agency.jurisdiction),
            received=row.received,
            domain_checked=row.domain_checked,
            call_back=decode(row.call_back, CallBack) if row.call_back else None,
            approvals=tuple(each.steward for each in given),
            subject=subject.hex(),
        )


async def _application(tx: AsyncConnection, agency: str) -> Row[Any] | None:
    return (
        await tx.execute(select(APPLICATIONS).where(APPLICATIONS.c.agency == agency))
    ).first()


async def _check_room(tx: AsyncConnection) -> None:
    waiting = await tx.scalar(select(func.count()).select_from(APPLICATIONS)) or 0
    if waiting >= MOST_APPLICATIONS:
        raise TooMany(
            f"{waiting} applications wait for the stewards: call one of them, and apply"
            " when they have decided some"
        )


def _subject(row: Row[Any], register: RegisterState) -> bytes:
    """Return what stewards approve: the record itself, after the last veto."""
    return announcement(decode(row.body, SignedAgency), register.ends(row.agency))


async def _need(tx: AsyncConnection, agency: str) -> Row[Any]:
    row = await _application(tx, agency)
    if row is None:
        raise NotFound("there is no such application")
    return row
