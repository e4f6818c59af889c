"""A running hub with stewards and a police that joined a week ago."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from demo.agency import MakeBelieveAgency
from demo.agency_client import AgencyClient, MakeBelieveDomain
from demo.steward import Steward
from demo.town_home import CELL
from neighborcam.protocol.cells import center
from neighborcam.protocol.requests import SignedRequest
from tests.web.running_hub import RunningHub

HERE = center(CELL)  # latitude, longitude
WEEK = timedelta(days=7, minutes=1)


class ShiftedClock:
    """The time, a week ago at first."""

    def __init__(self) -> None:
        self.shift = WEEK

    def __call__(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC) - self.shift


class Police:
    """The police of a running hub."""

    def __init__(self, hub: RunningHub, clock: ShiftedClock) -> None:
        self.hub = hub
        self.clock = clock
        place = (HERE[1], HERE[0])
        self.agency = MakeBelieveAgency(now=clock(), place=place)
        self.client = AgencyClient(self.agency, hub.session, hub.url)

    async def announce(self, domain: MakeBelieveDomain) -> None:
        """Have two stewards let it in: members may object from now on."""
        hub, agency = self.hub.hub, self.agency.record.id
        self.ann = await Steward.appointed(hub, "ann")
        bob = await Steward.appointed(hub, "bob")
        domain.serve(self.agency)
        await self.client.apply()
        await self.ann.look_into(agency)
        await self.ann.approve_agency(agency)
        try:
            await bob.approve_agency(agency)
        finally:
            await bob.close()

    async def join(self, domain: MakeBelieveDomain) -> None:
        """Become a member: announced a week ago, joined now."""
        await self.announce(domain)
        self.clock.shift -= WEEK
        await self.hub.hub.duties.run_once()
        self.agency.now = self.clock()
        self.agency.__post_init__()
        await self.client.certify()

    async def submit(self, **changes: Any) -> SignedRequest:
        """Send a request to the stewards."""
        signed = self.agency.signed_request(self.clock(), **changes)
        await self.client.ask(signed)
        return signed

    async def ask(self, **changes: Any) -> str:
        """Have a request logged."""
        signed = await self.submit(**changes)
        await self.ann.approve(signed.sha256)
        return signed.request.id

    async def close(self) -> None:
        """End the steward's session."""
        await self.ann.close()


@contextmanager
def policed_hub(
    folder: Path, *, ago: timedelta = timedelta(0), census: Path | None = None
) -> Iterator[tuple[RunningHub, Police]]:
    """Run a hub whose police may ask, from ``ago`` on."""
    clock, domain = ShiftedClock(), MakeBelieveDomain()
    clock.shift += ago
    with RunningHub(folder, clock=clock, resolver=domain, census=census) as hub:
        police = Police(hub, clock)
        hub.run(police.join(domain))
        try:
            yield hub, police
        finally:
            hub.run(police.close())
