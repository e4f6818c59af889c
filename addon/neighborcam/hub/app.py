"""The hub of a neighbourhood, wired. Read it from top to bottom: this is all."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

import aiohttp

from neighborcam import __version__
from neighborcam.hub.agencies import Agencies
from neighborcam.hub.agency_alerts import AgencyAlerts
from neighborcam.hub.alerts import Alerts, Rules
from neighborcam.hub.api.desk import Desk
from neighborcam.hub.api.openapi import document
from neighborcam.hub.api.server import HubServer
from neighborcam.hub.applications import Applications
from neighborcam.hub.approvals import Approvals
from neighborcam.hub.asking import Asking
from neighborcam.hub.blobs import Blobs
from neighborcam.hub.breakers import Breakers
from neighborcam.hub.capsules import Capsules
from neighborcam.hub.census import load_census
from neighborcam.hub.chunks import Chunks
from neighborcam.hub.domains import PublicResolver, Resolver
from neighborcam.hub.duties import Duties
from neighborcam.hub.fanout.interface import Fanout
from neighborcam.hub.fanout.local import LocalFanout
from neighborcam.hub.fanout.nats import NatsFanout
from neighborcam.hub.following import Following
from neighborcam.hub.households import Households
from neighborcam.hub.media import MediaShelf
from neighborcam.hub.moderation import Moderation
from neighborcam.hub.offices import Offices
from neighborcam.hub.openings import Openings
from neighborcam.hub.public_log import PublicLog
from neighborcam.hub.replies import Replies
from neighborcam.hub.reports import Reports
from neighborcam.hub.requests import Requests
from neighborcam.hub.retention import Retention
from neighborcam.hub.sessions import Sessions
from neighborcam.hub.settings import HubSettings
from neighborcam.hub.stewards import Stewards
from neighborcam.hub.store.database import Database
from neighborcam.hub.supervision import Supervisor
from neighborcam.hub.takedowns import Takedowns
from neighborcam.hub.token_keys import TokenKeys
from neighborcam.hub.witnessing import Witness
from neighborcam.protocol.cells import CROWD
from neighborcam.protocol.entries import HubOpened, Release

WEB_DIR: Final = Path(__file__).parent.parent / "engine" / "web" / "dist"


def utc_now() -> datetime:
    """Return the host's time."""
    return datetime.now(UTC)


class Hub:
    """A hub that runs as long as the context lasts.

    Entering raises `StorageFailed` when database, blobs or NATS cannot be used and
    `OSError` when the port is taken; nothing runs then.
    """

    desk: Desk
    server: HubServer

    def __init__(
        self,
        settings: HubSettings,
        *,
        clock: Callable[[], datetime] = utc_now,
        per_minute: int | None = None,
        resolver: Resolver | None = None,
    ) -> None:
        self._resolver = resolver or PublicResolver()
        self._settings = settings
        self._clock = clock
        self._breakers = (
            Breakers(clock, per_minute=per_minute) if per_minute else Breakers(clock)
        )
        self._stack = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as stack:
            self.desk = await self._wire(stack)
            await self._open_log()
            self.duties = Duties(
                self.desk.database,
                self.desk.log,
                self.desk.requests,
                self.desk.agency_alerts,
                self._settings,
                self._clock,
            )
            self.server = HubServer(self.desk)
            await self.server.start()
            stack.push_async_callback(self.server.stop)
            self.retention = Retention(
                self.desk.database,
                self.blobs,
                self.desk.keys,
                self.desk.capsules,
                self.desk.chunks,
                self._clock,
            )
            session = await stack.enter_async_context(aiohttp.ClientSession())
            asking = Asking(self.desk.database, self.desk.log, self._settings.witnesses)
            for duty in (
                *self.duties.duties,
                *self.retention.duties,
                *asking.duties(session),
            ):
                task = asyncio.create_task(self.desk.supervisor.run(duty))
                stack.push_async_callback(_end, task)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def _wire(self, stack: contextlib.AsyncExitStack) -> Desk:
        settings, clock = self._settings, self._clock
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        database = await Database.open(
            settings.database or f"sqlite:///{settings.data_dir / 'hub.sqlite'}"
        )
        stack.push_async_callback(database.close)
        self.blobs = Blobs.of(settings)
        log = await PublicLog.open(database, settings.origin, clock)
        fanout = await self._fanout(log)
        stack.push_async_callback(fanout.close)
        following = Following(database, fanout, clock)
        stack.push_async_callback(following.close)
        census = load_census(settings.census) if settings.census else None
        keys = TokenKeys(database, log, clock)
        rules = Rules(people_in=census, crowd=CROWD, takes_media=settings.takes_media)
        alerts = Alerts(database, keys, log, fanout, rules, clock)
        approvals = Approvals(clock)
        sessions = Sessions(database, clock)
        offices = Offices(database, log, clock)
        return Desk(
            settings=settings,
            database=database,
            log=log,
            keys=keys,
            households=Households(database, keys, clock),
            alerts=alerts,
            replies=Replies(database, keys, log, alerts, clock),
            reports=Reports(database, clock),
            takedowns=Takedowns(database, alerts, clock),
            media=MediaShelf(database, self.blobs, clock),
            moderation=Moderation(database, log, alerts, clock),
            openings=Openings(database, log, clock),
            applications=Applications(database, log, approvals, self._resolver, clock),
            agencies=Agencies(database, log, approvals, clock),
            agency_alerts=AgencyAlerts(database, log, approvals, alerts, clock),
            requests=Requests(database, log, approvals, clock),
            capsules=Capsules(database, log, keys, clock),
            chunks=Chunks(database, self.blobs, keys, log, clock),
            sessions=sessions,
            offices=offices,
            stewards=Stewards(database, log, sessions, offices, settings, clock),
            witness=await Witness.open(database, settings.origin, clock),
            supervisor=Supervisor(database, clock),
            following=following,
            breakers=self._breakers,
            census=census,
            clock=clock,
            crowd=CROWD,
            web_dir=settings.web_dir or WEB_DIR,
            openapi=document(),
        )

    async def _fanout(self, log: PublicLog) -> Fanout:
        if self._settings.nats:
            return await NatsFanout.open(self._settings.nats, log.key.id.hex())
        return LocalFanout()

    async def _open_log(self) -> None:
        """Write the first entry, and one for each version that runs."""
        log = self.desk.log
        now = self._clock().replace(microsecond=0)
        async with self.desk.database.write() as tx:
            if await log.size(tx) == 0:
                await log.add(tx, HubOpened(at=now, name=self._settings.name))
            if not await log.has_release(tx, __version__):
                await log.add(tx, Release(at=now, version=__version__))


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
