"""A town with two stewards and a police that is a member."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from demo.agency import MakeBelieveAgency
from demo.agency_client import AgencyClient, MakeBelieveDomain
from demo.steward import Steward
from neighborcam.hub.app import Hub
from neighborcam.hub.settings import HubSettings
from neighborcam.protocol.requests import SignedRequest
from tests.hub.clock import Clock
from tests.hub.conftest import Town

PLACE = (13.3751, 52.5172)  # longitude, latitude
WEEK = timedelta(days=7)


@dataclass
class Policed:
    """A town, its stewards and its police."""

    town: Town
    ann: Steward
    bob: Steward
    police: AgencyClient
    domain: MakeBelieveDomain

    @property
    def agency(self) -> MakeBelieveAgency:
        return self.police.agency

    async def announce(self) -> str:
        """Let the police apply, and both stewards say yes."""
        agency = self.agency.record.id
        self.domain.serve(self.agency)
        await self.police.apply()
        await self.ann.look_into(agency)
        await self.ann.approve_agency(agency)
        await self.bob.approve_agency(agency)
        return agency

    async def join(self) -> str:
        """Announce it, and let the week go by."""
        agency = await self.announce()
        self.town.clock.at += WEEK
        await self.town.hub.duties.run_once()
        self.agency.now = self.town.clock()
        self.agency.__post_init__()
        await self.police.certify()
        return agency

    def request(self, **changes: Any) -> SignedRequest:
        """Return a request of now, signed by both."""
        return self.agency.signed_request(self.town.clock(), **changes)

    async def ask(self, **changes: Any) -> str:
        """Have a request logged; return its id."""
        signed = self.request(**changes)
        await self.police.ask(signed)
        await self.ann.approve(signed.sha256)
        if signed.request.urgent:
            await self.bob.approve(signed.sha256)
        return signed.request.id


@pytest.fixture
async def policed(
    settings: HubSettings, clock: Clock, session: aiohttp.ClientSession
) -> AsyncIterator[Policed]:
    domain = MakeBelieveDomain()
    async with Hub(settings, clock=clock, per_minute=10_000, resolver=domain) as hub:
        town = Town(hub, clock, session)
        ann = await Steward.appointed(hub, "ann")
        bob = await Steward.appointed(hub, "bob")
        agency = MakeBelieveAgency(now=clock(), place=PLACE)
        police = AgencyClient(agency, session, settings.url)
        yield Policed(town, ann, bob, police, domain)
        await ann.close()
        await bob.close()
