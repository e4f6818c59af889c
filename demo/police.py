"""A police that is a member of a demo's hub, and the desks of its people.

It joined a week ago: the hub's clock is moved there and back, so that nobody waits.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import aiohttp

from demo.agency import MakeBelieveAgency, Officer
from demo.agency_client import AgencyClient, MakeBelieveDomain
from demo.steward import Steward
from demo.town import PLACE
from neighborcam.agency.casebook import Casebook, DeskSettings
from neighborcam.agency.keyring import Keyring
from neighborcam.agency.lock import DeskLock
from neighborcam.agency.page.room import Room
from neighborcam.agency.page.server import DeskServer
from neighborcam.hub.app import Hub

PASSPHRASE: Final = "a passphrase of the demo"  # noqa: S105 - it guards nothing
NOTICE: Final = timedelta(days=7, minutes=1)


class MovedClock:
    """The time, moved by ``by``."""

    def __init__(self, by: timedelta) -> None:
        self.by = by

    def __call__(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC) + self.by


@dataclass(frozen=True, kw_only=True)
class ServedDesk:
    """A desk's page; ``link`` lets one browser in, the passphrase unlocks it."""

    link: str
    passphrase: str = PASSPHRASE


async def join_agency(
    hub: Hub,
    session: aiohttp.ClientSession,
    clock: MovedClock,
    domain: MakeBelieveDomain,
    recipient: str = "",
) -> MakeBelieveAgency:
    """Let a police join a hub: the clock is a week later then.

    Two stewards are appointed for it; envelopes are sealed to ``recipient``.
    """
    latitude, longitude = PLACE
    agency = MakeBelieveAgency(now=clock(), place=(longitude, latitude))
    client = AgencyClient(agency, session, hub.desk.settings.url)
    domain.serve(agency)
    await client.apply()
    ann = await Steward.appointed(hub, "ann", recipient)
    bob = await Steward.appointed(hub, "bob", recipient)
    await ann.look_into(agency.record.id)
    await ann.approve_agency(agency.record.id)
    await bob.approve_agency(agency.record.id)
    for each in (ann, bob):
        await each.close()
    clock.by += NOTICE
    await hub.duties.run_once()
    agency.now = clock()
    agency.__post_init__()
    await client.certify()
    return agency


def set_up_desk(folder: Path, hub: Hub, officer: Officer) -> Keyring:
    """Make a desk as somebody leaves it who has a certified key."""
    ring = Keyring.make(folder, PASSPHRASE)
    ring.keys.own = officer.key.private_bytes_raw()
    ring.keys.issued = officer.issued
    ring.keys.held = [officer.issued]
    ring.save()
    log = hub.desk.log.key.vkey
    Casebook(folder).set_up(DeskSettings(hub=hub.desk.settings.url, log=log))
    return ring


@asynccontextmanager
async def serving(folder: Path, clock: MovedClock) -> AsyncIterator[ServedDesk]:
    """Serve the page of a desk while the context lasts."""
    with DeskLock(folder):
        server = DeskServer(Room(folder, clock))
        await server.start()
        try:
            yield ServedDesk(link=server.link)
        finally:
            await server.stop()
