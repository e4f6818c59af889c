"""Who runs a hub, and how to reach them: public, or doctor asks for it."""

from dataclasses import replace

import aiohttp

from neighborcam.hub.app import Hub
from neighborcam.hub.doctor import examine
from neighborcam.hub.settings import HubSettings
from tests.hub.clock import Clock

WHO = "Mill Lane Neighbours, hello@mill-lane.example"


async def test_everybody_can_read_who_runs_a_hub(
    settings: HubSettings, clock: Clock, session: aiohttp.ClientSession
) -> None:
    assert any("--contact" in each for each in await examine(settings))
    named = replace(settings, contact=WHO)
    async with Hub(named, clock=clock), session.get(f"{named.url}/api/hub") as answer:
        assert (await answer.json())["contact"] == WHO
    assert not any("--contact" in each for each in await examine(named))
