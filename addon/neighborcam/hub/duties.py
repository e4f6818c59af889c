"""What the hub does by itself when a day has come: nobody can be talked out of it.

Agencies join or are vetoed when their notice is over; who owes an outcome or a
deletion is flagged and suspended.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.agencies import count_vetoes
from neighborcam.hub.errors import HubError
from neighborcam.hub.public_log import PublicLog
from neighborcam.hub.settings import HubSettings
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import HOUSEHOLDS, VETO_KEYS, VETOES
from neighborcam.protocol.agencies import MEMBERSHIP_LASTS
from neighborcam.protocol.agency_entries import (
    AgencyJoined,
    AgencySuspended,
    AgencyVetoed,
    Overdue,
    RulesSet,
)
from neighborcam.protocol.register import Register
from neighborcam.protocol.register_rules import is_vetoed
from neighborcam.protocol.register_state import Duty, Standing
from neighborcam.protocol.request_limits import RequestRules, monthly_for

EVERY_S: Final = 900
_HUNDRED: Final = 100
_LOG: Final = logging.getLogger(__name__)


class Duties:
    """Done four times an hour, and at the start."""

    def __init__(
        self,
        database: Database,
        log: PublicLog,
        settings: HubSettings,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._log = log
        self._settings = settings
        self._clock = clock

    async def run(self) -> None:
        """Go on for ever; a failure is tried again later."""
        while True:
            try:
                await self.run_once()
            except HubError as problem:
                _LOG.warning("duties wait: %s", problem)
            await asyncio.sleep(EVERY_S)

    async def run_once(self) -> None:
        """Do what is due, each in a transaction with its entry in the log."""
        async with self._database.write() as tx:
            now = self._clock().replace(microsecond=0)
            await self._set_rules(tx, now)
            await self._end_notices(tx, now)
            await self._flag_overdue(tx, now)

    async def _set_rules(self, tx: AsyncConnection, now: datetime) -> None:
        """Log the rules when they change; households count in full hundreds."""
        register = await self._log.register(tx)
        households = await _households(tx)
        rounded = -(-households // _HUNDRED) * _HUNDRED
        rules = RequestRules(
            area_km2=self._settings.request_area_km2,
            window_hours=self._settings.request_window_hours,
            look_back_days=self._settings.request_look_back_days,
            expiry_days=self._settings.request_expiry_days,
            monthly=monthly_for(rounded),
            households=rounded,
        )
        if rules != register.rules:
            await self._log.add(tx, RulesSet(at=now, rules=rules))

    async def _end_notices(self, tx: AsyncConnection, now: datetime) -> None:
        register = await self._log.register(tx)
        over = [
            (id_, agency)
            for id_, agency in register.agencies.items()
            if agency.standing is Standing.ANNOUNCED and agency.notice_until <= now
        ]
        for id_, _agency in over:
            vetoes, households = await count_vetoes(tx, id_), await _households(tx)
            if is_vetoed(vetoes, households):
                await self._log.add(
                    tx,
                    AgencyVetoed(
                        at=now, agency=id_, households=households, vetoes=vetoes
                    ),
                )
            else:
                until = now + MEMBERSHIP_LASTS
                await self._log.add(
                    tx,
                    AgencyJoined(
                        at=now,
                        agency=id_,
                        until=until,
                        households=households,
                        vetoes=vetoes,
                    ),
                )
            await tx.execute(delete(VETO_KEYS).where(VETO_KEYS.c.agency == id_))
            await tx.execute(delete(VETOES).where(VETOES.c.agency == id_))

    async def _flag_overdue(self, tx: AsyncConnection, now: datetime) -> None:
        register = await self._log.register(tx)
        for asked, what in list(register.late(now)):
            agency, request = asked.request.agency, asked.request.id
            if what not in asked.overdue:
                await self._log.add(
                    tx, Overdue(at=now, agency=agency, request=request, what=what)
                )
            await self._suspend(tx, agency, request, what, now)

    async def _suspend(
        self, tx: AsyncConnection, agency: str, request: str, what: Duty, now: datetime
    ) -> None:
        register: Register = await self._log.register(tx)
        if register.agencies[agency].standing is not Standing.MEMBER:
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
