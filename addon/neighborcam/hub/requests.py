"""Requests of agencies: checked, reviewed by stewards, logged, ended.

Nobody sees a request before it stands in the public log; where it stands after that,
the log says.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Row, Select, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.approvals import Approvals
from neighborcam.hub.errors import Conflict, IdTaken, NotFound, TooMany
from neighborcam.hub.misuse import note_misuse
from neighborcam.hub.public_log import PublicLog
from neighborcam.hub.review_context import Context, context
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import REVIEWS
from neighborcam.protocol.accounting import Account, check_account, is_said
from neighborcam.protocol.agency_entries import (
    AgencySaid,
    RequestLogged,
    RequestRefused,
)
from neighborcam.protocol.approvals import Approval
from neighborcam.protocol.areas import km2
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.entries import read_entry
from neighborcam.protocol.errors import BadSignature, InvalidMessage
from neighborcam.protocol.register_rules import (
    URGENT,
    check_agency_word,
    check_new_request,
)
from neighborcam.protocol.register_state import Duty
from neighborcam.protocol.request_limits import is_stale
from neighborcam.protocol.request_states import RequestState, Step, after_step
from neighborcam.protocol.request_wording import (
    Finding,
    check_wording,
    findings,
)
from neighborcam.protocol.requests import (
    Deletion,
    Ending,
    Outcome,
    SignedRequest,
    Spoken,
    check_word,
)

MOST_WAITING: Final = 100
LAPSED: Final = "2 days from signature to log"
WITHDRAWN: Final = "withdrawn by the agency"


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """A request that waits for stewards, with what they should look at."""

    sha256: str
    request: SignedRequest
    agency: str
    findings: tuple[Finding, ...]
    context: Context
    km2: float
    hours: float
    approvals: tuple[str, ...]
    needed: int
    received: datetime


class RequestStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Where a request is; ``entry`` and ``proof`` once it is in the log."""

    id: str
    state: RequestState
    reason: str = ""
    logged: datetime | None = None
    index: int | None = None
    entry: bytes | None = None
    proof: str | None = None
    due: dict[Duty, datetime] = msgspec.field(default_factory=dict)


class Requests:
    """The requests of a hub."""

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

    async def submit(self, signed: SignedRequest) -> RequestState:
        """Take a request for review; the same again is answered alike.

        Raises `BadSignature`, `OutsideLimits`, `BadProof`, `IdTaken`, and `Conflict`
        or `TooMany` when enough wait already.
        """
        try:
            return await self._submit(signed)
        except BadSignature:
            async with self._database.write() as tx:
                await note_misuse(tx, self._log, signed, self._clock())
            raise

    async def _submit(self, signed: SignedRequest) -> RequestState:
        body, request = encode(signed), signed.request
        async with self._database.write() as tx:
            row = await _review(tx, request.id)
            if row is not None:
                if row.body != body:
                    raise IdTaken("another request has this id")
                return RequestState(row.state)
            register = await self._log.register(tx)
            check_new_request(register, signed, self._clock())
            check_wording(request)
            await _check_room(tx, request.agency, register.rules.open)
            state = after_step(RequestState.COUNTERSIGNED, Step.SUBMIT)
            await tx.execute(
                insert(REVIEWS).values(
                    request=request.id,
                    agency=request.agency,
                    sha256=signed.sha256,
                    body=body,
                    received=self._clock(),
                    state=state,
                )
            )
        return state

    async def queue(self) -> list[Review]:
        """Return the requests that wait for stewards, urgent ones first."""
        async with self._database.read() as tx:
            rows = await tx.execute(_all_waiting())
            found = [await self._view(tx, row) for row in rows]
        return sorted(found, key=lambda each: not each.request.request.urgent)

    async def approve(self, sha256: str, approval: Approval) -> bool:
        """Take a steward's approval; with enough the request is logged, and open.

        Everything is checked again: what was allowed when it came may not be now.
        Raises `NotFound`, `Conflict`, `NotASteward`, and what `submit` raises.
        """
        subject = bytes.fromhex(sha256)
        async with self._database.write() as tx:
            row = await _waiting(tx, sha256)
            signed = decode(row.body, SignedRequest)
            register = await self._log.register(tx)
            check_new_request(register, signed, self._clock())
            given = await self._approvals.add(
                tx, register, signed.request.agency, "request", subject, approval
            )
            if len(given) < _needed(signed):
                return False
            now = self._clock().replace(microsecond=0)
            await self._log.add(
                tx, RequestLogged(at=now, request=signed, approvals=given)
            )
            await self._settle(tx, row, Step.LOG)
        return True

    async def refuse(self, sha256: str, *, rule: str, fact: str, steward: str) -> None:
        """Refuse a request in public, without its text. Raises `NotFound`."""
        async with self._database.write() as tx:
            row = await _waiting(tx, sha256)
            await self._refuse(tx, row, rule=rule, fact=fact, steward=steward)

    async def _refuse(
        self, tx: AsyncConnection, row: Row[Any], *, rule: str, fact: str, steward: str
    ) -> None:
        request = decode(row.body, SignedRequest).request
        await self._log.add(
            tx,
            RequestRefused(
                at=self._clock().replace(microsecond=0),
                agency=request.agency,
                request=row.sha256,
                offence=request.offence,
                rule=rule,
                fact=fact,
                steward=steward,
            ),
        )
        await self._settle(tx, row, Step.REFUSE, f"{rule}: {fact}")

    async def stale(self) -> list[str]:
        """Return the hashes of requests that wait, and cannot be logged any more."""
        now = self._clock()
        async with self._database.read() as tx:
            rows = list(await tx.execute(_all_waiting()))
        return [
            row.sha256
            for row in rows
            if is_stale(decode(row.body, SignedRequest).request, now)
        ]

    async def lapse(self, sha256: str, tx: AsyncConnection) -> None:
        """Refuse a request at which nobody looked in time, unless it was decided."""
        row = (await tx.execute(_all_waiting(sha256))).first()
        if row is not None:
            await self._refuse(
                tx, row, rule=LAPSED, fact="No steward decided in time.", steward=""
            )

    async def _settle(
        self, tx: AsyncConnection, row: Row[Any], step: Step, reason: str = ""
    ) -> None:
        state = after_step(RequestState(row.state), step)
        await tx.execute(
            update(REVIEWS)
            .where(REVIEWS.c.request == row.request)
            .values(state=state, reason=reason)
        )
        await self._approvals.forget(tx, "request", bytes.fromhex(row.sha256))

    async def hear(self, spoken: Spoken) -> None:
        """Log what an agency says of its request; the same again is fine.

        Raises `BadSignature`, `InvalidMessage`, `IllegalStanding`.
        """
        word = spoken.word
        if not isinstance(word, Ending | Outcome | Deletion):
            raise InvalidMessage("this is no word about a request's end")
        async with self._database.write() as tx:
            register, now = await self._log.register(tx), self._clock()
            if word.request not in register.requests:
                await self._withdraw_review(tx, word)
                return
            asked = check_agency_word(register, word, spoken.certificate, now)
            if is_said(asked, word):
                return
            check_account(asked, word, now)
            await self._log.add(
                tx,
                AgencySaid(
                    at=now.replace(microsecond=0),
                    word=word,
                    certificate=spoken.certificate,
                ),
            )

    async def _withdraw_review(self, tx: AsyncConnection, word: Account) -> None:
        row = await _review(tx, word.request)
        is_waiting = row is not None and row.state == RequestState.REVIEW
        if row is None or not (is_waiting or row.reason == WITHDRAWN):
            raise NotFound("there is no such request")
        if not isinstance(word, Ending):
            raise Conflict("the request waits for a steward: nothing came of it yet")
        signed = decode(row.body, SignedRequest)
        if word.certificate != signed.officer.sha256:
            raise BadSignature("only the officer who asked can withdraw it")
        check_word(word, signed.officer.certificate.key)
        if is_waiting:
            await self._settle(tx, row, Step.WITHDRAW, WITHDRAWN)

    async def status(self, request: str) -> RequestStatus:
        """Return where a request is. Raises `NotFound`."""
        async with self._database.read() as tx:
            register = await self._log.register(tx)
            asked = register.requests.get(request)
            row = await _review(tx, request)
        if asked is None:
            if row is None:
                raise NotFound("there is no such request")
            return RequestStatus(
                id=request, state=RequestState(row.state), reason=row.reason
            )
        (data,) = await self._log.entries(asked.index, 1)
        entry = read_entry(data)
        assert entry is not None  # noqa: S101 - the register has read it
        proof = await self._log.prove(entry)
        now = self._clock()
        return RequestStatus(
            id=request,
            state=asked.state_at(now),
            logged=asked.logged,
            index=asked.index,
            entry=data,
            proof=proof.encode().decode(),
            due=asked.due(now),
        )

    async def _view(self, tx: AsyncConnection, row: Row[Any]) -> Review:
        signed = decode(row.body, SignedRequest)
        given = await self._approvals.all(tx, "request", bytes.fromhex(row.sha256))
        request = signed.request
        register = await self._log.register(tx)
        return Review(
            sha256=row.sha256,
            request=signed,
            agency=register.agency(request.agency).record.name,
            findings=findings(request),
            context=context(register, request, self._clock()),
            km2=km2(request.area),
            hours=request.hours,
            approvals=tuple(each.steward for each in given),
            needed=_needed(signed),
            received=row.received,
        )


async def forget_reviews(tx: AsyncConnection, before: datetime) -> None:
    """Delete requests that were decided, or came, before a moment."""
    await tx.execute(delete(REVIEWS).where(REVIEWS.c.received <= before))


async def _check_room(tx: AsyncConnection, agency: str, most: int) -> None:
    waiting = [row.agency for row in await tx.execute(_all_waiting())]
    if waiting.count(agency) >= most:
        raise Conflict(f"{most} requests of yours wait for a steward: withdraw one")
    if len(waiting) >= MOST_WAITING:
        raise TooMany(f"{len(waiting)} requests wait for the stewards: try again later")


def _all_waiting(sha256: str | None = None) -> Select[Any]:
    query = select(REVIEWS).where(REVIEWS.c.state == RequestState.REVIEW)
    if sha256 is not None:
        query = query.where(REVIEWS.c.sha256 == sha256)
    return query.order_by(REVIEWS.c.received)


def _needed(signed: SignedRequest) -> int:
    return URGENT if signed.request.urgent else 1


async def _review(tx: AsyncConnection, request: str) -> Row[Any] | None:
    query = select(REVIEWS).where(REVIEWS.c.request == request)
    return (await tx.execute(query)).first()


async def _waiting(tx: AsyncConnection, sha256: str) -> Row[Any]:
    row = (await tx.execute(select(REVIEWS).where(REVIEWS.c.sha256 == sha256))).first()
    if row is None:
        raise NotFound("there is no such request")
    if row.state != RequestState.REVIEW:
        raise Conflict("the request is decided")
    return row
