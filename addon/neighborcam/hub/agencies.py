"""Agencies: how they apply, are announced, objected to, suspended and restored.

What an agency may do stands in the public log; here is only what waits for it.
"""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import msgspec
from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.approvals import Approvals
from neighborcam.hub.domains import Resolver, check_domain
from neighborcam.hub.errors import (
    Conflict,
    NotAllowed,
    NotFound,
    TooMany,
    WrongToken,
)
from neighborcam.hub.public_log import PublicLog
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import (
    APPLICATIONS,
    HOUSEHOLDS,
    VETO_KEYS,
    VETOES,
)
from neighborcam.hub.token_keys import check_token, make_key, private_der, public_der
from neighborcam.protocol.agencies import (
    MEMBERSHIP_LASTS,
    NOTICE,
    IssuedCertificate,
    SignedAgency,
    SignedRevocation,
    Veto,
    check_agency,
    check_certificate,
    check_record,
)
from neighborcam.protocol.agency_entries import (
    AgencyAnnounced,
    AgencyRenewed,
    AgencyRestored,
    AgencySuspended,
    CallBack,
    CertificateLogged,
    CertificateRevoked,
)
from neighborcam.protocol.approval_subjects import (
    announcement,
    renewal,
    restoration,
)
from neighborcam.protocol.approvals import Approval
from neighborcam.protocol.areas import km2
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.errors import BadSignature
from neighborcam.protocol.feed import SHOWN_FROM
from neighborcam.protocol.register_rules import TWO, enough_vetoes
from neighborcam.protocol.register_state import RegisterState, Standing

MOST_APPLICATIONS: Final = 50
RENEWAL: Final = "renewal"
RESTORATION: Final = "restoration"


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


class Agencies:
    """The agencies of a hub."""

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

    async def applications(self) -> list[Application]:
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
            given = await self._approvals.add(tx, register, "agency", subject, approval)
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
                ),
            )
            await tx.execute(delete(VETO_KEYS).where(VETO_KEYS.c.agency == agency))
            await tx.execute(
                insert(VETO_KEYS).values(
                    agency=agency, private=private_der(key), public=public_der(key)
                )
            )
        return True

    async def refuse(self, agency: str) -> None:
        """Drop an application."""
        async with self._database.write() as tx:
            row = await _need(tx, agency)
            await self._forget(tx, row, await self._log.register(tx))

    async def _forget(
        self, tx: AsyncConnection, row: Row[Any], register: RegisterState
    ) -> None:
        mine = APPLICATIONS.c.agency == row.agency
        await tx.execute(delete(APPLICATIONS).where(mine))
        await self._approvals.forget(tx, "agency", _subject(row, register))

    async def veto(self, veto: Veto) -> None:
        """Count a household's objection; once for each. Raises `WrongToken`."""
        async with self._database.write() as tx:
            register = await self._log.register(tx)
            known = register.agencies.get(veto.agency)
            if known is None or known.standing is not Standing.ANNOUNCED:
                raise Conflict("there is nothing to object to")
            public = await tx.scalar(
                select(VETO_KEYS.c.public).where(VETO_KEYS.c.agency == veto.agency)
            )
            if public is None:
                raise WrongToken("nobody can object to this agency")
            check_token(public, veto.token)
            name = sha256(veto.token.prepared).digest()
            if await tx.scalar(select(VETOES.c.token).where(VETOES.c.token == name)):
                return
            await tx.execute(insert(VETOES).values(token=name, agency=veto.agency))

    async def veto_key(self, agency: str) -> bytes | None:
        """Return the public key of an agency's veto tokens while they count."""
        async with self._database.read() as tx:
            found: bytes | None = await tx.scalar(
                select(VETO_KEYS.c.public).where(VETO_KEYS.c.agency == agency)
            )
        return found

    async def objections(self, agency: str) -> tuple[int, int]:
        """Return how many households object to an agency, and how many keep it out.

        Fewer than three are told as none, as with reactions.
        """
        async with self._database.read() as tx:
            counted = await count_vetoes(tx, agency)
            homes = await tx.scalar(select(func.count()).select_from(HOUSEHOLDS)) or 0
        return counted if counted >= SHOWN_FROM else 0, enough_vetoes(homes)

    async def certify(self, issued: IssuedCertificate) -> str:
        """Log a certificate's hash. Raises `BadSignature`, `OutsideLimits`."""
        async with self._database.write() as tx:
            register = await self._log.register(tx)
            agency = register.agency(issued.certificate.agency)
            certificate = check_certificate(issued, agency.record.key)
            if certificate.not_after <= self._clock():
                raise BadSignature("the certificate has run out")
            if issued.sha256 not in register.certificates:
                await self._log.add(
                    tx,
                    CertificateLogged(
                        at=self._clock().replace(microsecond=0),
                        agency=certificate.agency,
                        sha256=issued.sha256,
                        role=certificate.role,
                        not_after=certificate.not_after,
                    ),
                )
        return issued.sha256

    async def revoke(self, signed: SignedRevocation) -> None:
        """Log that a certificate counts no more; the same again is fine."""
        async with self._database.write() as tx:
            register = await self._log.register(tx)
            if signed.revocation.certificate not in register.revoked:
                now = self._clock().replace(microsecond=0)
                await self._log.add(tx, CertificateRevoked(at=now, revocation=signed))

    async def suspend(self, entry: AgencySuspended) -> None:
        """Suspend an agency; its open requests end. Raises `NotFound`, `Conflict`."""
        async with self._database.write() as tx:
            await self._need_standing(tx, entry.agency, Standing.MEMBER)
            await self._log.add(tx, entry)

    async def restore(self, agency: str, fact: str, approval: Approval) -> bool:
        """Take an approval; with the second the agency may ask again.

        Raises `Conflict` when it is not suspended, or still owes something.
        """
        async with self._database.write() as tx:
            await self._need_standing(tx, agency, Standing.SUSPENDED)
            register = await self._log.register(tx)
            subject = restoration(agency, fact, register.ends(agency))
            if register.is_late(agency, self._clock()):
                raise Conflict("it still owes an outcome or a deletion")
            given = await self._approvals.add(
                tx, register, RESTORATION, subject, approval
            )
            if len(given) < TWO:
                return False
            now = self._clock().replace(microsecond=0)
            await self._log.add(
                tx, AgencyRestored(at=now, agency=agency, fact=fact, approvals=given)
            )
            await self._approvals.forget(tx, RESTORATION, subject)
        return True

    async def renew(self, agency: str, until: datetime, approval: Approval) -> bool:
        """Take an approval; with the second the agency is a member ``until``."""
        async with self._database.write() as tx:
            register = await self._log.register(tx)
            known = register.agencies.get(agency)
            if known is None:
                raise NotFound("there is no such agency")
            subject = renewal(agency, known.until, until)
            now = self._clock().replace(microsecond=0)
            if until > now + MEMBERSHIP_LASTS:
                raise Conflict("an agency is renewed for a year at most")
            given = await self._approvals.add(tx, register, RENEWAL, subject, approval)
            if len(given) < TWO:
                return False
            await self._log.add(
                tx,
                AgencyRenewed(at=now, agency=agency, approvals=given, until=until),
            )
            await self._approvals.forget(tx, RENEWAL, subject)
        return True

    async def _need_standing(
        self, tx: AsyncConnection, agency: str, standing: Standing
    ) -> None:
        register = await self._log.register(tx)
        known = register.agencies.get(agency)
        if known is None:
            raise NotFound("there is no such agency")
        if known.standing is not standing:
            raise Conflict(f"this agency is {known.standing}")

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


async def count_vetoes(tx: AsyncConnection, agency: str) -> int:
    """Return how many households object to an agency."""
    counted = select(func.count()).where(VETOES.c.agency == agency)
    return await tx.scalar(counted) or 0


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
