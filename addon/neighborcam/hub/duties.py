"""What the hub does by itself when a day has come: nobody can be talked out of it.

Agencies join or are vetoed when their notice is over; who owes an outcome or a
deletion is flagged and suspended; a request at which no steward looked is refused.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.agencies import count_vetoes
from neighborcam.hub.errors import HubError, StorageFailed
from neighborcam.hub.public_log import PublicLog
from neighborcam.hub.requests import Requests
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
from neighborcam.protocol.errors import ProtocolError
from neighborcam.protocol.register_rules import is_vetoed
from neighborcam.protocol.register_state import Duty, Standing

EVERY_S: Final = 900
LATER: Final = datetime.max.replace(tzinfo=UTC)
_HUNDRED: Final = 100
_LOG: Final = logging.getLogger(__name__)

type _Duty = Callable[[AsyncConnection, datetime], Awaitable[None]]


class Duties:
    """Done four times an hour, and at the start."""

    def __init__(
        self,
        database: Database,
        log: PublicLog,
        requests: Requests,
        settings: HubSettings,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._log = log
        self._requests = requests
        self._settings = settings
        self._clock = clock

    async def run(self) -> None:
        """Go on for ever; a failure is tried again later."""
        while True:
            try:
                await self.run_once()
            except (HubError, ProtocolError) as problem:
                _LOG.warning("duties wait: %s", problem)
            await asyncio.sleep(EVERY_S)

    async def run_once(self) -> None:
        """Do what is due, each in a transaction with its entry in the log.

        What cannot be done is told in the operator's log, and keeps nothing else from
        being done. Raises `StorageFailed`, and `ProtocolError` for a broken log.
        """
        now = self._clock().replace(microsecond=0)
        await self._try("the rules", self._set_rules, now)
        async with self._database.read() as tx:
            register = await self._log.register(tx)
            over = [
                id_
                for id_, agency in register.agencies.items()
                if agency.standing is Standing.ANNOUNCED and agency.notice_until <= now
            ]
            late = [(asked.request.id, what) for asked, what in register.late(now)]
        for agency in over:
            await self._try("a notice", partial(self._end_notice, agency), now)
        for request, what in late:
            await self._try("a flag", partial(self._flag, request, what), now)
            await self._try("a suspension", partial(self._suspend, request, what), now)
        for sha256 in await self._requests.stale():
            await self._try("a refusal", partial(self._lapse, sha256), now)

    async def _try(self, name: str, duty: _Duty, now: datetime) -> None:
        """Do one thing; what the log refuses, or somebody else did, must wait."""
        try:
            async with self._database.write() as tx:
                await duty(tx, now)
        except StorageFailed:
            raise
        except (HubError, ProtocolError) as problem:
            _LOG.warning("%s waits: %s", name, problem)

    async def _lapse(self, sha256: str, tx: AsyncConnection, _now: datetime) -> None:
        await self._requests.lapse(sha256, tx)

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
        self, request: str, what: Duty, tx: AsyncConnection, now: datetime
    ) -> None:
        """Say that a duty's day has passed."""
        asked = (await self._log.register(tx)).requests[request]
        if asked.due(now).get(what, LATER) <= now and what not in asked.overdue:
            agency = asked.request.agency
            flag = Overdue(at=now, agency=agency, request=request, what=what)
            await self._log.add(tx, flag)

    async def _suspend(
        self, request: str, what: Duty, tx: AsyncConnection, now: datetime
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
