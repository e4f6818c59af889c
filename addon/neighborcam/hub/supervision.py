"""What a hub does by itself, looked after: each duty alone, by one node at a time.

A duty that fails stops no other; it is tried again, later and later, and anybody can
see that it fails. Which node does it stands in the database, as a lease: a node that
dies loses it by itself.
"""

import asyncio
import logging
import secrets
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random, SystemRandom
from typing import Final

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub.errors import HubError
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import SETTINGS
from neighborcam.hub.store.settings import put_setting, setting
from neighborcam.protocol.errors import ProtocolError

LEASE_S: Final = 600.0  # what takes longer is ended, so nobody does it beside
_PREFIX: Final = "duty-"
_FIRST_S: Final = 10.0
_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Duty:
    """Something to do every so often. ``run_once`` raises when it was not done.

    With ``is_shared`` one node does it for all; without, each does it for itself.
    """

    name: str
    every_s: float
    run_once: Callable[[], Awaitable[None]]
    is_shared: bool = True
    retry_s: float = LEASE_S  # at most so long after a failure


class DutyState(msgspec.Struct, frozen=True, kw_only=True):
    """How a duty stands: who holds it, when it is due, and what went wrong."""

    holder: str = ""
    held_until: datetime | None = None
    due: datetime | None = None
    done: datetime | None = None
    failures: int = 0  # in a row
    problem: str = ""


class Supervisor:
    """Runs duties. Its clock is the hub's; ``sleep`` and ``dice`` are of tests."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        dice: Random | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._sleep = sleep
        self._dice = dice or SystemRandom()
        self._node = secrets.token_hex(8)
        self._own: dict[str, DutyState] = {}

    async def run(self, duty: Duty) -> None:
        """Do a duty at the start, and for ever."""
        wait = await self.turn(duty, at_start=True)
        while True:
            await self._sleep(wait)
            wait = await self.turn(duty)

    async def turn(self, duty: Duty, *, at_start: bool = False) -> float:
        """Do a duty if it is due and nobody does it; return seconds to the next turn.

        It raises nothing but being cancelled; then another node may have the duty.
        """
        problem = ""
        try:
            wait = await self._take(duty, at_start=at_start)
            if wait > 0:
                return wait
            async with asyncio.timeout(LEASE_S):
                await duty.run_once()
        except asyncio.CancelledError:
            await self._put_down(duty)
            raise
        except Exception as error:  # noqa: BLE001 - the outermost place of a duty
            problem = _told(duty, error)
        return await self._settle(duty, problem)

    async def states(self) -> dict[str, DutyState]:
        """Return how each duty stands that was tried, here and on other nodes."""
        async with self._database.read() as tx:
            return self._own | await duty_states(tx)

    async def _take(self, duty: Duty, *, at_start: bool) -> float:
        """Take the lease and return 0, or the seconds until there is a chance of it."""
        if not duty.is_shared:
            return 0
        now = self._clock()
        async with self._database.write() as tx:
            known = await _state(tx, duty.name)
            held = _seconds(known.held_until, now, LEASE_S)
            due = 0 if at_start else _seconds(known.due, now, duty.every_s)
            if wait := max(held if known.holder != self._node else 0, due):
                return wait + self._dice.uniform(0, min(wait, _FIRST_S))
            await _put(
                tx,
                duty.name,
                msgspec.structs.replace(
                    known,
                    holder=self._node,
                    held_until=now + timedelta(seconds=LEASE_S),
                ),
            )
        return 0

    async def _settle(self, duty: Duty, problem: str) -> float:
        known = self._own.get(duty.name, DutyState())
        failures = known.failures + 1 if problem else 0
        wait = duty.every_s
        if problem:
            wait = min(_FIRST_S * 2 ** min(failures - 1, 20), duty.retry_s)
        wait *= self._dice.uniform(0.5, 1)
        now = self._clock()
        settled = DutyState(
            due=now + timedelta(seconds=wait),
            done=known.done if problem else now,
            failures=failures,
            problem=problem,
        )
        self._own[duty.name] = settled
        if duty.is_shared:
            await self._write_down(duty, settled)
        return wait

    async def _write_down(self, duty: Duty, settled: DutyState) -> None:
        """Tell the other nodes; without a database they wait for the lease's end."""
        try:
            async with self._database.write() as tx:
                if settled.done is None:
                    done = (await _state(tx, duty.name)).done
                    settled = msgspec.structs.replace(settled, done=done)
                await _put(tx, duty.name, settled)
        except HubError as problem:
            _LOG.warning("duty %s: not written down: %s", duty.name, problem)

    async def _put_down(self, duty: Duty) -> None:
        """Let go of a lease that this node holds, so that another need not wait."""
        if not duty.is_shared:
            return
        try:
            async with self._database.write() as tx:
                known = await _state(tx, duty.name)
                if known.holder == self._node:
                    free = msgspec.structs.replace(known, holder="", held_until=None)
                    await _put(tx, duty.name, free)
        except HubError as problem:
            _LOG.info("duty %s: the lease stays until it ends: %s", duty.name, problem)


async def do_all(steps: Iterable[Callable[[], Awaitable[None]]]) -> None:
    """Do each once, now, whatever became of those before; then raise the first failure.

    What the log refuses, or somebody else did meanwhile, must wait.
    """
    failed: list[Exception] = []
    for step in steps:
        try:
            await step()
        except (HubError, ProtocolError) as problem:
            failed.append(problem)
    if failed:
        raise failed[0]


async def duty_states(tx: AsyncConnection) -> dict[str, DutyState]:
    """Return how each shared duty stands."""
    return {name: each async for name, each in _all(tx)}


async def _all(tx: AsyncConnection) -> AsyncIterator[tuple[str, DutyState]]:
    rows = await tx.execute(
        select(SETTINGS.c.name, SETTINGS.c.value)
        .where(SETTINGS.c.name.startswith(_PREFIX, autoescape=True))
        .order_by(SETTINGS.c.name)
    )
    for row in rows:
        yield (
            row.name.removeprefix(_PREFIX),
            msgspec.json.decode(row.value, type=DutyState),
        )


async def _state(tx: AsyncConnection, name: str) -> DutyState:
    data = await setting(tx, _PREFIX + name)
    return msgspec.json.decode(data, type=DutyState) if data else DutyState()


async def _put(tx: AsyncConnection, name: str, state: DutyState) -> None:
    await put_setting(tx, _PREFIX + name, msgspec.json.encode(state))


def _seconds(until: datetime | None, now: datetime, most: float) -> float:
    """Return how long until then; a moment that cannot be is none.

    A node whose clock was years ahead for a minute must not keep a duty from being
    done for years.
    """
    left = (until - now).total_seconds() if until else 0
    return left if 0 < left <= most else 0


def _told(duty: Duty, error: Exception) -> str:
    """Log a failure; return it in words that tell nothing secret."""
    if isinstance(error, HubError | ProtocolError):
        _LOG.warning("duty %s waits: %s", duty.name, error)
        return str(error)
    kind = type(error).__name__
    where = "".join(traceback.format_tb(error.__traceback__))
    _LOG.error("duty %s failed: %s\n%s", duty.name, kind, where)
    return kind
