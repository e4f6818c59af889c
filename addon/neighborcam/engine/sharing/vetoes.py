"""This home's objections to agencies that want to join its hub (spec/agencies.md).

The hub knows which home fetched the token for which agency. So every home fetches that
of every agency in its notice, at a moment drawn for it, and whoever objects does so at
another moment: neither tells the hub who it was. The key of the tokens stands in the
public log, the same for all.
"""

import logging
import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec

from neighborcam.engine.errors import (
    Conflict,
    EngineError,
    HubMisbehaves,
    HubRefused,
)
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.index.veto_store import VetoRow, VetoState
from neighborcam.engine.sharing.hub_link import HubLink
from neighborcam.engine.sharing.wallet import Wallet, may_wait
from neighborcam.protocol.agencies import Veto
from neighborcam.protocol.alerts import Token
from neighborcam.protocol.register_state import Agency, Standing

FETCHED_IN: Final = timedelta(days=1)
SENT_IN: Final = timedelta(hours=6)
RETRY: Final = timedelta(minutes=10)
_LOG: Final = logging.getLogger(__name__)


class Vetoes:
    """Fetches the tokens of all agencies in their notice, and sends what was said."""

    def __init__(
        self,
        link: HubLink,
        wallet: Wallet,
        store: SharingStore,
        clock: Callable[[], datetime],
        *,
        draw: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._link = link
        self._wallet = wallet
        self._store = store
        self._rows = store.vetoes
        self._clock = clock
        self._draw = draw

    def states(self) -> dict[str, VetoState]:
        """Return how this home's objections stand, by agency."""
        return {row.agency: row.state for row in self._rows.rows()}

    def say(self, agency: Agency) -> None:
        """Object. Raises `Conflict` when that was done, or its notice is over."""
        self._plan(agency)
        row = self._row(agency)
        if row is None:
            raise Conflict("the time to object to this agency is over")
        if row.state == "refused":
            raise Conflict("the hub took no objection of this home to this agency")
        if row.state != "none":
            raise Conflict("this home objects to this agency already")
        due_at = None if row.token is None else self._moment(agency, SENT_IN)
        self._rows.say(row.agency, due_at)

    async def run_once(self, agencies: Mapping[str, Agency]) -> None:
        """Do what is due. Raises `HubMisbehaves` and nothing else of a hub."""
        for agency in agencies.values():
            self._plan(agency)
        for row in self._rows.rows():
            about = agencies.get(row.agency)
            if about is None or not self._is_in_notice(about):
                self._end(row)
            elif row.due_at <= self._clock():
                await self._take(row, about)

    def _plan(self, agency: Agency) -> None:
        if self._is_in_notice(agency):
            due_at = self._moment(agency, FETCHED_IN)
            self._rows.plan(agency.record.id, agency.index, due_at)

    def _is_in_notice(self, agency: Agency) -> bool:
        is_new = agency.standing is Standing.ANNOUNCED
        return is_new and self._clock() < agency.notice_until

    def _row(self, agency: Agency) -> VetoRow | None:
        for row in self._rows.rows():
            if (row.agency, row.announced) == (agency.record.id, agency.index):
                return row
        return None

    def _moment(self, agency: Agency, within: timedelta) -> datetime:
        """Draw a moment; the second half of what is left is for a hub that is away."""
        now = self._clock()
        most = min(within, (agency.notice_until - now) / 2)
        return now + timedelta(seconds=self._draw(0.0, most.total_seconds()))

    async def _take(self, row: VetoRow, agency: Agency) -> None:
        try:
            if row.token is None:
                await self._fetch(row, agency)
            elif row.state == "waiting":
                await self._send(row, agency)
        except HubMisbehaves:
            raise
        except HubRefused as refused:
            if may_wait(refused):
                self._rows.postpone(row.agency, self._clock() + RETRY)
            else:
                self._refused(row, agency, refused)
        except EngineError as problem:
            _LOG.debug("an objection waits: %s", type(problem).__name__)
            self._rows.postpone(row.agency, self._clock() + RETRY)

    async def _fetch(self, row: VetoRow, agency: Agency) -> None:
        token = await self._wallet.token_about(row.agency, agency.veto_key)
        # Not at once: the hub would see that this token's home had waited for it.
        due_at = self._moment(agency, SENT_IN)
        self._rows.put_token(row.agency, msgspec.json.encode(token), due_at)

    async def _send(self, row: VetoRow, agency: Agency) -> None:
        token = msgspec.json.decode(row.token or b"", type=Token)
        veto = Veto(agency=row.agency, token=token)
        await self._link.send(f"/api/agencies/{row.agency}/veto", veto)
        self._rows.settle(row.agency, "sent")
        self._note(agency.record.name, "sent")

    def _refused(self, row: VetoRow, agency: Agency, refused: HubRefused) -> None:
        """Give up; whoever did not object yet hears so when he does."""
        self._rows.settle(row.agency, "refused")
        self._rows.postpone(row.agency, agency.notice_until)
        if row.state == "waiting":
            said = f"{refused.code}: {refused}"
            self._note(agency.record.name, "refused", said)

    def _end(self, row: VetoRow) -> None:
        self._rows.forget(row.agency)
        if row.state == "waiting":
            self._note(row.agency, "refused", "not sent: the time to object is over")

    def _note(self, agency: str, state: str, answer: str = "") -> None:
        self._store.note(
            kind="objection",
            summary=agency,
            size=0,
            at=self._clock(),
            state=state,
            answer=answer,
        )
