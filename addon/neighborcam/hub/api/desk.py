"""What every handler can reach."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from neighborcam.hub.agencies import Agencies
from neighborcam.hub.agency_alerts import AgencyAlerts
from neighborcam.hub.alerts import Alerts
from neighborcam.hub.api.errors import BadRequest
from neighborcam.hub.applications import Applications
from neighborcam.hub.breakers import Breakers
from neighborcam.hub.capsules import Capsules
from neighborcam.hub.census import Census
from neighborcam.hub.chunks import Chunks
from neighborcam.hub.errors import NoPass
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
from neighborcam.hub.sessions import Sessions
from neighborcam.hub.settings import HubSettings
from neighborcam.hub.stewards import Stewards
from neighborcam.hub.store.database import Database
from neighborcam.hub.supervision import Supervisor
from neighborcam.hub.takedowns import Takedowns
from neighborcam.hub.token_keys import TokenKeys
from neighborcam.hub.witnessing import Witness

SESSION: Final = "neighborcam_steward"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The parts of the hub."""

    settings: HubSettings
    database: Database
    log: PublicLog
    keys: TokenKeys
    households: Households
    alerts: Alerts
    replies: Replies
    reports: Reports
    takedowns: Takedowns
    media: MediaShelf
    moderation: Moderation
    openings: Openings
    applications: Applications
    agencies: Agencies
    agency_alerts: AgencyAlerts
    requests: Requests
    capsules: Capsules
    chunks: Chunks
    sessions: Sessions
    offices: Offices
    stewards: Stewards
    witness: Witness
    supervisor: Supervisor
    following: Following
    breakers: Breakers
    census: Census | None
    clock: Callable[[], datetime]
    crowd: int
    web_dir: Path
    openapi: bytes
    sockets: set[asyncio.Task[None]] = field(default_factory=set)
    changes: set[asyncio.Future[Any]] = field(default_factory=set)


DESK: Final = web.AppKey("desk", Desk)


@dataclass(frozen=True, kw_only=True, slots=True)
class Call[Query, Body]:
    """One HTTP request, decoded; ``None`` where the route takes nothing."""

    http_request: web.Request
    desk: Desk
    query: Query
    body: Body

    def item(self, name: str) -> str:
        """Return a part of the path."""
        return self.http_request.match_info[name]

    async def is_member(self) -> bool:
        """Tell whether the pass of the day was shown; a wrong one raises `NoPass`."""
        header = self.http_request.headers.get("Authorization")
        if header is None:
            return False
        kind, _, text = header.partition(" ")
        if kind.lower() != "pass" or not await self.desk.keys.is_pass(text.strip()):
            raise NoPass("the pass is not of today: ask for another")
        return True

    async def need_pass(self) -> None:
        """Raise `NoPass` unless the pass of the day was shown."""
        if not await self.is_member():
            raise NoPass("send the header `Authorization: Pass <pass of the day>`")

    async def steward(self) -> str:
        """Return the steward who is logged in. Raises `NotASteward`, `BadRequest`.

        A change must come from the hub's own page: a cookie alone proves nothing.
        """
        origin = self.http_request.headers.get("Origin")
        if self.http_request.method != "GET" and origin != self.desk.settings.url:
            raise BadRequest("this is only for the hub's own page")
        return await self.desk.sessions.who(self.http_request.cookies.get(SESSION))
