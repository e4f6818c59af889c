"""What the hub does by itself when a day has come: nobody can be talked out of it.

Agencies join or are vetoed when their notice is over; who owes an outcome or a
deletion is flagged and suspended; a request or an agency's alert at which no steward
looked is refused.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.agencies import count_vetoes
from neighborcam.hub.agency_alerts import AgencyAlerts
from neighborcam.hub.hiding import overdue_takedowns
from neighborcam.hub.public_log import PublicLog
from neighborcam.hub.requests import Requests
from neighborcam.hub.settings import HubSettings
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import HOUSEHOLDS, VETO_KEYS, VETOES
from neighborcam.hub.supervision import Duty, do_all
from neighborcam.protocol.agencies import MEMBERSHIP_LASTS
from neighborcam.protocol.agency_entries import (
    AgencyJoined,
    AgencySuspended,
    AgencyVetoed,
    Overdue,
    RulesSet,
)
from neighborcam.protocol.register_rules import is_vetoed
from neighborcam.protocol.register_state import Duty as Owed
from neighborcam.protocol.register_state import Standing

EVERY_S: Final = 900.0
LATER: Final = datetime.max.replace(tzinfo=UTC)
_HUNDRED: Final = 100
_LOG: Final = logging.getLogger(__name__)

type _Step = Callable[[AsyncConnection, datetime], Awaitable[None]]


class Duties:
    """Done four times an hour, and at the start (`Supervisor`)."""

    def __init__(
        self,
        database: Database,
        log: PublicLog,
        requests: Requests,
        alerts: AgencyAlerts,
        settings: HubSettings,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._log = log
        self._requests = requests
        self._alerts = alerts
        self._settings = settings
        self._clock = clock

    @property
    def duties(self) -> tuple[Duty, ...]:
        """What there is to do. None of it waits for another."""
        return (
            Duty(name="rules", every_s=EVERY_S, run_once=self._follow_rules),
            Duty(name="notices", every_s=EVERY_S, run_once=self._end_notices),
            Duty(name="overdue", every_s=EVERY_S, run_once=self._flag_overdue),
            Duty(name="unreviewed", every_s=EVERY_S, run_once=self._lapse_stale),
            Duty(name="takedowns", every_s=EVERY_S, run_once=self._remind),
        )

    async def run_once(self) -> None:
        """Do what is due, each in a transaction with its entry in the log.

        What cannot be done keeps nothing else from being done; then its error is
        raised.
        """
        await do_all(each.run_once for each in self.duties)

    async def _follow_rules(self) -> None:
        await self._do_each([self._set_rules])

    async def _end_notices(self) -> None:
        now = self._now()
        async with self._database.read() as tx:
            register = await self._log.register(tx)
        await self._do_each(
            partial(self._end_notice, id_)
            for id_, agency in register.agencies.items()
            if agency.standing is Standing.ANNOUNCED and agency.notice_until <= now
        )

    async def _flag_overdue(self) -> None:
        async with self._database.read() as tx:
            register = await self._log.register(tx)
        await self._do_each(
            partial(step, asked.request.id, what)
            for asked, what in register.late(self._now())
            for step in (self._flag, self._suspend)
        )

    async def _lapse_stale(self) -> None:
        stale = await self._requests.stale()
        expired = await self._alerts.expired()
        await self._do_each(
            (
                *(partial(self._lapse, sha256) for sha256 in stale),
                *(partial(self._lapse_alert, sha256) for sha256 in expired),
            )
        )

    async def _remind(self) -> None:
        """Say in the log that stewards are late; the queue says it to them."""
        async with self._database.read() as tx:
            late = await overdue_takedowns(tx, self._clock())
        if late:
            _LOG.warning("%d takedowns wait for a steward for a day", late)

    async def _do_each(self, steps: Iterable[_Step]) -> None:
        """Do each in a transaction of its own (`do_all`)."""
        await do_all(partial(self._do, step) for step in steps)

    async def _do(self, step: _Step) -> None:
        async with self._database.write() as tx:
            await step(tx, self._now())

    def _now(self) -> datetime:
        return self._clock().replace(microsecond=0)

    async def _lapse(self, sha256: str, tx: AsyncConnection, _now: datetime) -> None:
        await self._requests.lapse(sha256, tx)

    async def _lapse_alert(
        self, sha256: str, tx: AsyncConnection, _now: datetime
    ) -> None:
        await self._alerts.lapse(sha256, tx)

    async def _set_rules(self, tx: AsyncConnection, now: datetime) -> None:
        """Log the rules when they change; households count in full hundreds."""
        register = await self._log.register(tx)
        households = await _households(tx)
        rounded = -(-households // _HUNDRED) * _HUNDRED
        rules = self._settings.rules.of(rounded)
        if rules != register.rules:
            await self._log.add(tx, RulesSet(at=now, rules=rules))

    async def _end_notice(
        self, agency: str, tx: AsyncConnection, now: datetime
    ) -> None:
        """Let an agency join, or keep it out, when its notice is over."""
        register = await self._log.register(tx)
        if register.agencies[agency].standing is not Standing.ANNOUNCED:
            return  # another node was faster
        vetoes, households = await count_vetoes(tx, agency), await _households(tx)
        entry: AgencyVetoed | AgencyJoined
        if is_vetoed(vetoes, households):
            entry = AgencyVetoed(
                at=now, agency=agency, households=households, vetoes=vetoes
            )
        else:
            entry = AgencyJoined(
                at=now,
                agency=agency,
                until=now + MEMBERSHIP_LASTS,
                households=households,
                vetoes=vetoes,
            )
        await self._log.add(tx, entry)
        await tx.execute(delete(VETO_KEYS).where(VETO_KEYS.c.agency == agency))
        await tx.execute(delete(VETOES).where(VETOES.c.agency == agency))

    async def _flag(
        self, request: str, what: Owed, tx: AsyncConnection, now: datetime
    ) -> None:
        """Say that a duty's day has passed."""
        asked = (await self._log.register(tx)).requests[request]
        if asked.due(now).get(what, LATER) <= now and what not in asked.overdue:
            agency = asked.request.agency
            flag = Overdue(at=now, agency=agency, request=request, what=what)
            await self._log.add(tx, flag)

    async def _suspend(
        self, request: str, what: Owed, tx: AsyncConnection, now: datetime
    ) -> None:
        """Suspend who has a duty whose day has passed."""
        register = await self._log.register(tx)
        asked = register.requests[request]
        agency = asked.request.agency
        is_member = register.agencies[agency].standing is Standing.MEMBER
        if not is_member or asked.due(now).get(what, LATER) > now:
            return
        await self._log.add(
            tx,
            AgencySuspended(
                at=now,
                agency=agency,
                reason="outcome-overdue" if what == "outcome" else "deletion-overdue",
                request=request,
            ),
        )


async def _households(tx: AsyncConnection) -> int:
    return await tx.scalar(select(func.count()).select_from(HOUSEHOLDS)) or 0
