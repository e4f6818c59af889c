"""What an officer does at the desk: ask, collect, open, tell back, delete.

Each step is written down before the next begins, so that a crash repeats a step and
loses none. One thing is done at a time.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Literal

from neighborcam.agency import files
from neighborcam.agency.alert_drafting import AlertDraft, ExaminedAlert
from neighborcam.agency.alerting import Alerting, ToldAlert
from neighborcam.agency.asking import Asking
from neighborcam.agency.case_state import CaseState, KeptAnswer
from neighborcam.agency.casebook import Casebook, Notes
from neighborcam.agency.closing import Closing
from neighborcam.agency.collecting import Collected, Collecting
from neighborcam.agency.custody import Line
from neighborcam.agency.erasing import Erasing
from neighborcam.agency.exporting import Exporting
from neighborcam.agency.hub_client import HubClient
from neighborcam.agency.keyring import Keyring
from neighborcam.agency.log_keeper import LogKeeper
from neighborcam.agency.opening import Opened, Opening
from neighborcam.agency.parts import Parts
from neighborcam.agency.replies import Replies
from neighborcam.protocol.agency_alerts import SignedAlert
from neighborcam.protocol.register import Register
from neighborcam.protocol.requests import Request, SignedRequest


class Desk:
    """One officer's or supervisor's desk. ``clock`` gives aware UTC.

    Whoever makes one holds the folder's lock. Desks of one folder share a ``turn``.
    """

    def __init__(
        self,
        casebook: Casebook,
        keyring: Keyring,
        client: HubClient,
        clock: Callable[[], datetime],
        *,
        turn: asyncio.Lock | None = None,
    ) -> None:
        policy = casebook.settings.policy
        self.parts = Parts(
            book=casebook,
            ring=keyring,
            notes=Notes(casebook, keyring),
            client=client,
            log=LogKeeper(casebook.folder, client, policy, clock),
            clock=clock,
        )
        replies = Replies(self.parts)
        erasing = Erasing(self.parts, replies)
        self._replies = replies
        self._asking = Asking(self.parts)
        self._alerting = Alerting(self.parts)
        self._collecting = Collecting(self.parts, replies, erasing)
        self._opening = Opening(self.parts, replies)
        self._exporting = Exporting(self.parts, self._opening)
        self._closing = Closing(self.parts, replies, erasing)
        self._turn = turn or asyncio.Lock()

    # -- asking ----------------------------------------------------------------------

    def new_seal(self, request: str) -> str:
        """Make the keys of a request and return the recipient of its answers."""
        return self.parts.ring.new_case(request)

    async def register(self) -> Register:
        """Return what the hub's public log says."""
        async with self._turn:
            return await self.parts.log.register()

    async def problems(self, request: Request) -> str | None:
        """Return what keeps a request from being asked; None when nothing does."""
        async with self._turn:
            return await self._asking.problems(request)

    async def sign(self, request: Request) -> SignedRequest:
        """Sign a request as its officer. Raises `NotNow` outside of the limits."""
        async with self._turn:
            return await self._asking.sign(request)

    async def look_at(self, signed: SignedRequest) -> None:
        """Raise `NotNow` unless a supervisor may sign what an officer signed."""
        async with self._turn:
            await self._asking.look_at(signed)

    async def countersign(self, signed: SignedRequest) -> SignedRequest:
        """Sign what an officer signed, as a supervisor."""
        async with self._turn:
            return await self._asking.countersign(signed)

    async def submit(self, signed: SignedRequest) -> str:
        """Send a request to the hub; return its state there."""
        async with self._turn:
            return await self._asking.submit(signed)

    # -- warning ---------------------------------------------------------------------

    async def examine_alert(self, draft: AlertDraft, before: str = "") -> ExaminedAlert:
        """Look at an alert, or an update of one, while it is written."""
        async with self._turn:
            return await self._alerting.examine(draft, before)

    async def warn(self, draft: AlertDraft, before: str = "") -> SignedAlert:
        """Sign an alert, or an update of one, and send it to the stewards."""
        async with self._turn:
            return await self._alerting.send(draft, before)

    async def take_back(self, alert: str) -> SignedAlert:
        """Cancel an alert of the agency, whoever signed it."""
        async with self._turn:
            return await self._alerting.cancel(alert)

    async def warn_again(self, alert: str) -> str:
        """Send an alert that is signed once more; return how it stands."""
        async with self._turn:
            return await self._alerting.again(alert)

    async def alerts(self) -> list[ToldAlert]:
        """Return the agency's alerts, and where they are."""
        async with self._turn:
            return await self._alerting.told()

    # -- answers ---------------------------------------------------------------------

    async def collect(self, request: str) -> Collected:
        """Fetch the rounds that are over."""
        async with self._turn:
            return await self._collecting.run(request)

    def state(self, request: str) -> CaseState:
        """Return what this desk knows of a request."""
        return self.parts.notes.get(request)

    def answers(self, request: str) -> list[KeptAnswer]:
        """Return the answers to a request, the oldest first."""
        kept = self.state(request).answers.values()
        return sorted(kept, key=lambda each: (each.at, each.id))

    def custody(self, request: str) -> tuple[Line, ...]:
        """Return what was done with the evidence of a request."""
        signed = self.parts.book.request(request)
        return self.parts.book.custody(signed).lines()

    async def open(self, request: str, answer: str, number: int) -> Opened:
        """Fetch, open and check a clip; its owner learns of it."""
        async with self._turn:
            return await self._opening.open(request, answer, number)

    async def copy_out(self, request: str, answer: str, number: int) -> Opened:
        """Return a clip that leaves the desk, as whoever gave it learns."""
        async with self._turn:
            return await self._opening.take_out(
                request, answer, number, "saved", again=True
            )

    async def save(self, request: str, answer: str, number: int, path: Path) -> None:
        """Copy a clip out of the desk, as a plain file."""
        files.write(path, (await self.copy_out(request, answer, number)).clip)

    async def copied(self, request: str, answer: str, number: int) -> None:
        """Write down that a clip was copied to evidence, and tell its owner."""
        async with self._turn:
            await self._opening.note_copy(request, answer, number)

    async def export(self, request: str, answer: str, number: int) -> bytes:
        """Return a clip for a court, as a ZIP that proves itself."""
        async with self._turn:
            return await self._exporting.bundle(request, answer, number)

    async def question(self, request: str, answer: str, text: str) -> None:
        """Ask who answered something; nobody learns who that is."""
        async with self._turn:
            await self._opening.question(request, answer, text)

    async def deliver(self, request: str) -> int:
        """Send what waits to be told to owners; return how much waits still."""
        async with self._turn:
            state = self.state(request)
            await self._replies.deliver(request, state, all_of_it=True)
            return state.untold

    # -- the end ---------------------------------------------------------------------

    async def end(self, request: str, how: Literal["resolved", "withdrawn"]) -> None:
        """End a request before its time."""
        async with self._turn:
            await self._closing.end(request, how)

    async def file_outcome(self, request: str, result: str, text: str) -> None:
        """Say what came of a request."""
        async with self._turn:
            await self._closing.outcome(request, result, text)

    async def erase(self, request: str, answer: str) -> None:
        """Destroy one answer, and tell its owner."""
        async with self._turn:
            await self._closing.erase(request, answer)

    async def before_deletion(self, request: str) -> list[str]:
        """Return what somebody should know before `delete`. Raises `NotNow`."""
        async with self._turn:
            return await self._closing.before_deletion(request)

    async def delete(self, request: str, fate: str = "") -> None:
        """Destroy answers and keys, tell the owners, and attest it to the hub."""
        async with self._turn:
            await self._closing.delete(request, fate)
