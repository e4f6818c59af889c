"""What agencies warn of: checked, approved by a steward, logged, and only then told.

Until then it is in no table that feeds read. A cancel is logged at once: what takes
back must not wait, and says nothing new (spec/alerts.md).
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from sqlalchemy import Row, Select, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.alert_context import AlertContext, alert_context
from neighborcam.hub.alerts import Alerts
from neighborcam.hub.approvals import Approvals
from neighborcam.hub.chains import Chain
from neighborcam.hub.errors import Conflict, IdTaken, NotFound, TooMany
from neighborcam.hub.ids import WAITING_ALERT, check_id, check_unsaid
from neighborcam.hub.public_log import PublicLog
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import AGENCY_ALERTS
from neighborcam.hub.token_keys import make_key, private_der, public_der
from neighborcam.protocol.agency_alert_limits import NEW_IN_IT
from neighborcam.protocol.agency_alert_rules import check_new_alert
from neighborcam.protocol.agency_alert_wording import (
    alert_findings,
    check_alert_wording,
)
from neighborcam.protocol.agency_alerts import (
    APPROVED_AS,
    SignedAlert,
    check_alert_signature,
)
from neighborcam.protocol.agency_entries import AgencyAlertLogged, AgencyAlertRefused
from neighborcam.protocol.alerts import MsgType
from neighborcam.protocol.approvals import Approval
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.errors import BadSignature
from neighborcam.protocol.register import Register
from neighborcam.protocol.request_wording import Finding
from neighborcam.protocol.standing import Happening, Standing, after
from neighborcam.protocol.vouching import check_known

MOST_WAITING: Final = 100
LAPSED: Final = "a steward, before it expires"
WITHDRAWN: Final = "cancelled by the agency"


class AlertReview(msgspec.Struct, frozen=True, kw_only=True):
    """An agency's alert that waits for a steward, with what to look at."""

    sha256: str
    alert: SignedAlert
    agency: str  # its name
    findings: tuple[Finding, ...]
    context: AlertContext
    received: datetime


class AlertStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Where an agency's alert is: in review, shown (logged at ``index``), removed."""

    id: str
    standing: Standing
    reason: str = ""
    index: int | None = None


class AgencyAlerts:
    """The alerts of agencies of a hub."""

    def __init__(
        self,
        database: Database,
        log: PublicLog,
        approvals: Approvals,
        alerts: Alerts,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._log = log
        self._approvals = approvals
        self._alerts = alerts
        self._clock = clock

    async def submit(self, signed: SignedAlert) -> Standing:
        """Take an alert for review, or a cancel; the same again is answered alike.

        Raises `BadSignature`, `OutsideLimits`, `IdTaken`, and `Conflict` or `TooMany`
        when enough wait already.
        """
        async with self._database.write() as tx:
            register = await self._log.register(tx)
            known = await _known(tx, register, signed)
            if known is not None:
                return known
            if not signed.is_cancel:
                return await self._keep_for_review(tx, register, signed)
            if await self._withdraw(tx, register, signed):
                return Standing.GONE
            self._check(register, signed)
            await self._publish(tx, signed, (), None)
        await self._alerts.tell(signed.alert.id)
        return Standing.SHOWN

    async def queue(self) -> list[AlertReview]:
        """Return the alerts that wait for a steward, the oldest first."""
        async with self._database.read() as tx:
            rows = list(await tx.execute(_all_waiting()))
            register = await self._log.register(tx)
        return [self._view(register, row) for row in rows]

    async def approve(self, sha256: str, approval: Approval) -> None:
        """Log what a steward approved, and tell it to all.

        Everything is checked again: what was allowed when it came may not be now.
        Raises `NotFound`, `Conflict`, `NotASteward`, and what `submit` raises.
        """
        key = await asyncio.to_thread(make_key)
        async with self._database.write() as tx:
            row = await _waiting(tx, sha256)
            signed = decode(row.body, SignedAlert)
            register = await self._log.register(tx)
            self._check(register, signed)
            given = await self._approvals.add(
                tx,
                register,
                signed.agency,
                APPROVED_AS,
                bytes.fromhex(sha256),
                approval,
            )
            await self._publish(tx, signed, given, key)
            await self._settle(tx, row, Happening.APPROVED)
        await self._alerts.tell(signed.alert.id)

    async def refuse(self, sha256: str, *, rule: str, fact: str, steward: str) -> None:
        """Refuse an alert in public, without its text. Raises `NotFound`."""
        async with self._database.write() as tx:
            row = await _waiting(tx, sha256)
            await self._refuse(tx, row, rule=rule, fact=fact, steward=steward)

    async def status(self, alert: str) -> AlertStatus:
        """Return where an alert is. Raises `NotFound`."""
        async with self._database.read() as tx:
            register = await self._log.register(tx)
            row = await _row(tx, alert)
        logged = register.alerts.get(alert)
        if logged is not None:
            return AlertStatus(id=alert, standing=Standing.SHOWN, index=logged.index)
        if row is None:
            raise NotFound("there is no such alert of an agency")
        return AlertStatus(id=alert, standing=Standing(row.standing), reason=row.reason)

    async def expired(self) -> list[str]:
        """Return the hashes of alerts that wait, and hold no more."""
        async with self._database.read() as tx:
            rows = list(await tx.execute(_all_waiting()))
        now = self._clock()
        return [
            row.sha256
            for row in rows
            if decode(row.body, SignedAlert).alert.expires <= now
        ]

    async def lapse(self, sha256: str, tx: AsyncConnection) -> None:
        """Refuse an alert at which nobody looked in time, unless it was decided."""
        row = (await tx.execute(_all_waiting(sha256))).first()
        if row is not None:
            await self._refuse(
                tx, row, rule=LAPSED, fact="No steward decided in time.", steward=""
            )

    # -- parts -----------------------------------------------------------------------

    def _check(self, register: Register, signed: SignedAlert) -> None:
        check_new_alert(register, signed, self._clock())
        self._alerts.check_place(signed.alert.cell)
        if not signed.is_cancel:
            check_alert_wording(signed.alert)

    async def _keep_for_review(
        self, tx: AsyncConnection, register: Register, signed: SignedAlert
    ) -> Standing:
        self._check(register, signed)
        await check_id(tx, register, signed.alert.id)
        waiting = [row.agency for row in await tx.execute(_all_waiting())]
        if waiting.count(signed.agency) >= NEW_IN_IT:
            raise Conflict(f"{NEW_IN_IT} alerts of yours wait for a steward")
        if len(waiting) >= MOST_WAITING:
            raise TooMany(f"{len(waiting)} alerts wait for the stewards")
        await tx.execute(
            insert(AGENCY_ALERTS).values(
                alert=signed.alert.id,
                agency=signed.agency,
                sha256=signed.sha256,
                body=encode(signed),
                received=self._clock(),
                standing=Standing.REVIEW,
            )
        )
        return Standing.REVIEW

    async def _withdraw(
        self, tx: AsyncConnection, register: Register, signed: SignedAlert
    ) -> bool:
        """Take what still waits out of the queue; tell whether it did."""
        row = await _row(tx, signed.alert.original)
        if signed.alert.original in register.alerts or row is None:
            return False
        now, root = self._clock(), register.agency(signed.agency).record.key
        check_alert_signature(signed, root, now)
        check_known(register, signed.officer, now)
        if row.agency != signed.agency:
            raise BadSignature("it is another agency's alert")
        if row.standing == Standing.REVIEW:
            await self._settle(tx, row, Happening.TAKEN_BACK, WITHDRAWN)
        return True

    async def _publish(
        self,
        tx: AsyncConnection,
        signed: SignedAlert,
        approvals: tuple[Approval, ...],
        key: RSAPrivateKey | None,
    ) -> None:
        alert = signed.alert
        await check_unsaid(tx, alert.id, but=WAITING_ALERT)
        chain = await Chain.of(tx, alert.original)
        if chain.rows:
            keys = chain.rows[0].vote_private, chain.rows[0].vote_public
        elif key is not None and alert.msg_type is MsgType.ALERT:
            keys = private_der(key), public_der(key)
        else:
            raise NotFound("the alert is over: there is nothing to change")
        now = self._clock().replace(microsecond=0)
        entry = AgencyAlertLogged(at=now, alert=signed, approvals=approvals)
        await self._log.add(tx, entry)
        shown = Standing.SHOWN
        await self._alerts.keep(tx, alert, signed.sig, shown, chain, keys)

    async def _refuse(
        self, tx: AsyncConnection, row: Row[Any], *, rule: str, fact: str, steward: str
    ) -> None:
        signed = decode(row.body, SignedAlert)
        await self._log.add(
            tx,
            AgencyAlertRefused(
                at=self._clock().replace(microsecond=0),
                agency=signed.agency,
                alert=row.sha256,
                category=signed.alert.category,
                rule=rule,
                fact=fact,
                steward=steward,
            ),
        )
        await self._settle(tx, row, Happening.REFUSED, f"{rule}: {fact}")

    async def _settle(
        self,
        tx: AsyncConnection,
        row: Row[Any],
        happening: Happening,
        reason: str = "",
    ) -> None:
        standing = after(Standing(row.standing), happening)
        await tx.execute(
            update(AGENCY_ALERTS)
            .where(AGENCY_ALERTS.c.alert == row.alert)
            .values(standing=standing, reason=reason)
        )
        await self._approvals.forget(tx, APPROVED_AS, bytes.fromhex(row.sha256))

    def _view(self, register: Register, row: Row[Any]) -> AlertReview:
        signed = decode(row.body, SignedAlert)
        return AlertReview(
            sha256=row.sha256,
            alert=signed,
            agency=register.agency(signed.agency).record.name,
            findings=alert_findings(signed.alert),
            context=alert_context(register, signed, self._clock()),
            received=row.received,
        )


async def forget_alert_reviews(tx: AsyncConnection, before: datetime) -> None:
    """Delete alerts of agencies that came before a moment; the log keeps its own."""
    await tx.execute(delete(AGENCY_ALERTS).where(AGENCY_ALERTS.c.received <= before))


async def _known(
    tx: AsyncConnection, register: Register, signed: SignedAlert
) -> Standing | None:
    """Return how an alert stands that came before. Raises `IdTaken` for another."""
    row, logged = await _row(tx, signed.alert.id), register.alerts.get(signed.alert.id)
    if logged is not None:
        if logged.signed != signed:
            raise IdTaken("another alert has this id")
        return Standing.SHOWN
    if row is not None:
        if row.body != encode(signed):
            raise IdTaken("another alert has this id")
        return Standing(row.standing)
    return None


def _all_waiting(sha256: str | None = None) -> Select[Any]:
    query = select(AGENCY_ALERTS).where(AGENCY_ALERTS.c.standing == Standing.REVIEW)
    if sha256 is not None:
        query = query.where(AGENCY_ALERTS.c.sha256 == sha256)
    return query.order_by(AGENCY_ALERTS.c.received)


async def _row(tx: AsyncConnection, alert: str) -> Row[Any] | None:
    query = select(AGENCY_ALERTS).where(AGENCY_ALERTS.c.alert == alert)
    return (await tx.execute(query)).first()


async def _waiting(tx: AsyncConnection, sha256: str) -> Row[Any]:
    query = select(AGENCY_ALERTS).where(AGENCY_ALERTS.c.sha256 == sha256)
    row = (await tx.execute(query)).first()
    if row is None:
        raise NotFound("there is no such alert of an agency")
    if row.standing != Standing.REVIEW:
        raise Conflict("the alert is decided")
    return row
