"""A desk with an answered request, served: for the README's picture.

A police joins a hub, asks, is let by a steward, and a home answers with a clip. Time
is moved, so that a week's notice and a day's round take no time.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

import aiohttp
import msgspec

from demo.agency import MakeBelieveAgency
from demo.agency_client import MakeBelieveDomain
from demo.answering import give_clip, post_capsule, write_answer
from demo.police import (
    NOTICE,
    MovedClock,
    ServedDesk,
    join_agency,
    serving,
    set_up_desk,
)
from demo.ports import free_port
from demo.steward import Steward
from demo.town_home import join
from neighborcam.agency.casebook import Casebook
from neighborcam.agency.desk import Desk
from neighborcam.agency.hub_client import HubClient
from neighborcam.hub.app import Hub
from neighborcam.hub.settings import HubSettings
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.requests import countersign

_ROUND: Final = timedelta(days=1, minutes=6)


@asynccontextmanager
async def served_desk(folder: Path, clip: bytes) -> AsyncIterator[ServedDesk]:
    """Serve a desk that has one case, with an answer that was opened."""
    clock, domain = MovedClock(-NOTICE - _ROUND), MakeBelieveDomain()
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
        agency = await join_agency(hub, session, clock, domain)
        ring = set_up_desk(folder / "desk", hub, agency.officer)
        book = Casebook(folder / "desk")
        desk = Desk(book, ring, HubClient(hub.desk.settings.url), clock)
        await _answered(hub, session, agency, desk, clip, clock)
        yield await stack.enter_async_context(serving(folder / "desk", clock))


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
