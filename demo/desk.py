"""A desk with an answered request, served: for the README's picture.

A police joins a hub, asks, is let by a steward, and a home answers with a clip. Time
is moved, so that a week's notice and a day's round take no time.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import aiohttp
import msgspec

from demo.agency import MakeBelieveAgency
from demo.agency_client import AgencyClient, MakeBelieveDomain
from demo.answering import give_clip, post_capsule, write_answer
from demo.steward import Steward
from demo.town import PLACE, free_port
from demo.town_home import join
from neighborcam.agency.casebook import Casebook, DeskSettings
from neighborcam.agency.desk import Desk
from neighborcam.agency.hub_client import HubClient
from neighborcam.agency.keyring import Keyring
from neighborcam.agency.lock import DeskLock
from neighborcam.agency.page.room import Room
from neighborcam.agency.page.server import DeskServer
from neighborcam.hub.app import Hub
from neighborcam.hub.settings import HubSettings
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.requests import countersign

PASSPHRASE: Final = "a passphrase of the demo"  # noqa: S105 - it guards nothing
_NOTICE: Final = timedelta(days=7, minutes=1)
_ROUND: Final = timedelta(days=1, minutes=6)


class MovedClock:
    """The time, moved by ``by``."""

    def __init__(self) -> None:
        self.by = -_NOTICE - _ROUND

    def __call__(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC) + self.by


@dataclass(frozen=True, kw_only=True)
class ServedDesk:
    """A desk's page; ``link`` lets one browser in, the passphrase unlocks it."""

    link: str
    passphrase: str = PASSPHRASE


@asynccontextmanager
async def served_desk(folder: Path, clip: bytes) -> AsyncIterator[ServedDesk]:
    """Serve a desk that has one case, with an answer that was opened."""
    clock, domain = MovedClock(), MakeBelieveDomain()
    port = free_port()
    settings = HubSettings(
        data_dir=folder / "hub",
        port=port,
        base_url=f"http://localhost:{port}",
        name="Milltown",
    )
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(
            Hub(settings, clock=clock, per_minute=10_000, resolver=domain)
        )
        session = await stack.enter_async_context(aiohttp.ClientSession())
        agency = await _joined(hub, session, clock, domain)
        desk = _desk(folder / "desk", hub, agency, clock)
        await _answered(hub, session, agency, desk, clip, clock)
        stack.enter_context(DeskLock(folder / "desk"))
        server = DeskServer(Room(folder / "desk", clock))
        await server.start()
        stack.push_async_callback(server.stop)
        yield ServedDesk(link=server.link)


async def _joined(
    hub: Hub,
    session: aiohttp.ClientSession,
    clock: MovedClock,
    domain: MakeBelieveDomain,
) -> MakeBelieveAgency:
    latitude, longitude = PLACE
    agency = MakeBelieveAgency(now=clock(), place=(longitude, latitude))
    client = AgencyClient(agency, session, hub.desk.settings.url)
    domain.serve(agency)
    await client.apply()
    ann = await Steward.appointed(hub, "ann")
    bob = await Steward.appointed(hub, "bob")
    await ann.look_into(agency.record.id)
    await ann.approve_agency(agency.record.id)
    await bob.approve_agency(agency.record.id)
    for each in (ann, bob):
        await each.close()
    clock.by += _NOTICE
    await hub.duties.run_once()
    agency.now = clock()
    agency.__post_init__()
    await client.certify()
    return agency


def _desk(folder: Path, hub: Hub, agency: MakeBelieveAgency, clock: MovedClock) -> Desk:
    ring, book = Keyring.make(folder, PASSPHRASE), Casebook(folder)
    ring.keys.own = agency.officer.key.private_bytes_raw()
    ring.keys.issued = agency.officer.issued
    ring.keys.held = [agency.officer.issued]
    ring.save()
    url = hub.desk.settings.url
    book.set_up(DeskSettings(hub=url, log=hub.desk.log.key.vkey))
    return Desk(book, ring, HubClient(url), clock)


async def _answered(
    hub: Hub,
    session: aiohttp.ClientSession,
    agency: MakeBelieveAgency,
    desk: Desk,
    clip: bytes,
    clock: MovedClock,
) -> None:
    asked = agency.request(clock(), case_ref="2026-004711")
    asked = msgspec.structs.replace(asked, seal_to=desk.new_seal(asked.id))
    signed = countersign(
        await desk.sign(asked), agency.supervisor.issued, agency.supervisor.key
    )
    await desk.submit(signed)
    cem = await Steward.appointed(hub, "cem")
    await cem.approve(signed.sha256)
    await cem.close()
    code = await hub.desk.households.invite_by_steward()
    home = await join(session, hub.desk.settings.url, code, clock)
    item = await give_clip(home, asked.id, clip, clock())
    answer, _ = write_answer(
        asked.id,
        items=(item,),
        text="A white van, it turned left at the school.",
        holds_originals=True,
    )
    await post_capsule(home, asked.id, asked.seal_to, encode(answer))
    clock.by += _ROUND
    await desk.collect(asked.id)
    await desk.open(asked.id, answer.id, 0)
