"""Agencies of the public log: objected to, certified, suspended, restored, renewed.

What an agency may do stands in the log; here is what leads to its next entry.
"""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.approvals import Approvals
from neighborcam.hub.errors import (
    Conflict,
    NotFound,
    WrongToken,
)
from neighborcam.hub.public_log import PublicLog
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import (
    HOUSEHOLDS,
    VETO_KEYS,
    VETOES,
)
from neighborcam.hub.token_keys import check_token
from neighborcam.protocol.agencies import (
    MEMBERSHIP_LASTS,
    IssuedCertificate,
    SignedRevocation,
    Veto,
    check_certificate,
)
from neighborcam.protocol.agency_entries import (
    AgencyRenewed,
    AgencyRestored,
    AgencySuspended,
    CertificateLogged,
    CertificateRevoked,
    StewardInterest,
)
from neighborcam.protocol.approval_subjects import (
    renewal,
    restoration,
)
from neighborcam.protocol.approvals import Approval
from neighborcam.protocol.errors import BadSignature
from neighborcam.protocol.feed import SHOWN_FROM
from neighborcam.protocol.register_rules import TWO, enough_vetoes
from neighborcam.protocol.register_state import Standing
from neighborcam.protocol.vouching import check_revocable

RENEWAL: Final = "renewal"
RESTORATION: Final = "restoration"


class Agencies:
    """The agencies of a hub."""

    def __init__(
        self,
        database: Database,
        log: PublicLog,
        approvals: Approvals,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._log = log
        self._approvals = approvals
        self._clock = clock

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
        """Log that a certificate counts no more; the same again is fine.

        Raises `BadSignature` for one that is not the agency's own, or not logged.
        """
        async with self._database.write() as tx:
            register = await self._log.register(tx)
            if signed.revocation.certificate in register.revoked:
                return
            check_revocable(register, signed)
            now = self._clock().replace(microsecond=0)
            await self._log.add(tx, CertificateRevoked(at=now, revocation=signed))

    async def declare_interest(self, agency: str, steward: str) -> None:
        """Log that a steward is close to an agency; the same again is fine."""
        async with self._database.write() as tx:
            register = await self._log.register(tx)
            if (steward, agency) not in register.interests:
                now = self._clock().replace(microsecond=0)
                await self._log.add(
                    tx, StewardInterest(at=now, steward=steward, agency=agency)
                )

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
                tx, register, agency, RESTORATION, subject, approval
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
            given = await self._approvals.add(
                tx, register, agency, RENEWAL, subject, approval
            )
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


async def count_vetoes(tx: AsyncConnection, agency: str) -> int:
    """Return how many households object to an agency."""
    counted = select(func.count()).where(VETOES.c.agency == agency)
    return await tx.scalar(counted) or 0
