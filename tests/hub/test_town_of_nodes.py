"""A town's hub as it runs: nodes on PostgreSQL, NATS and S3, of which some die."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from demo.ports import free_port
from demo.town import utc_now
from demo.town_home import Home, join
from neighborcam.engine.errors import HubUnreachable
from neighborcam.engine.sharing.hub_link import HubLink
from neighborcam.hub import following
from neighborcam.hub.app import Hub
from neighborcam.hub.doctor import examine
from neighborcam.hub.settings import HubSettings
from neighborcam.protocol.checkpoints import LogPolicy, accept
from neighborcam.protocol.feed import Published
from neighborcam.protocol.merkle import check_consistency
from tests.hub import services
from tests.hub.clock import REGION
from tests.hub.services import empty, make_bucket
from tests.hub.test_feed import next_events, read
from tests.hub.test_moderation import jpeg, media

pytestmark = pytest.mark.timeout(180)


@contextlib.asynccontextmanager
async def node(settings: HubSettings, port: int) -> AsyncIterator[Process]:
    """Another node of a hub: a process of its own, which can be killed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "neighborcam.cli",
        "hub",
        f"--data={settings.data_dir / 'node'}",
        f"--port={port}",
        f"--url={settings.url}",
        f"--database={settings.database}",
        f"--nats={settings.nats}",
        f"--blobs={settings.blobs}",
        stdout=PIPE,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            assert b"The hub is ready" in await process.stdout.readline()
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def shared_by(settings: HubSettings, database: str, nats: str, s3: str) -> HubSettings:
    """Return what all nodes have; no other test puts files into this store."""
    blobs = s3.replace("pictures", "town")
    return replace(settings, database=database, nats=nats, blobs=blobs)


async def heard(messages: AsyncIterator[Any]) -> Published:
    (event,) = await next_events(messages)
    assert isinstance(event, Published)
    return event


async def test_an_alert_crosses_nodes_that_die_and_the_log_stays_one(
    postgresql: str, s3: str, settings: HubSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "POLL_S", 0.2)  # what is looked at without a hint
    await empty(postgresql)
    await make_bucket()
    async with contextlib.AsyncExitStack() as stack:
        fanout = stack.enter_context(ExitStack())
        nats = fanout.enter_context(services.nats())
        shared = shared_by(settings, postgresql, nats, s3)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        here = await stack.enter_async_context(Hub(shared, per_minute=10_000))
        port = free_port()
        there = await stack.enter_async_context(node(shared, port))
        url = f"http://localhost:{port}"

        async def home(at: str) -> Home:
            code = await here.desk.households.invite_by_steward()
            return await join(session, at, code, utc_now)

        author, other = await home(url), await home(url)
        reader = await home(shared.url)
        log = here.desk.log
        before = accept(await log.checkpoint(), LogPolicy(log=log.key), utc_now()).text
        day = await reader.reading_pass()
        async with reader.link.feed(REGION, None, day) as messages:
            await read(messages)
            await read(messages)

            # Written at one node, heard at the other; a picture lies in S3 for both.
            alert = await author.post(headline="with NATS")
            assert (await heard(messages)).alert == alert
            data = jpeg()
            seen = await author.post(media=(media(data),))
            await author.put_media(seen.id, media(data).sha256, data)
            shown = await here.desk.media.get(
                seen.id, media(data).sha256, is_member=False, is_steward=True
            )
            assert shown.type == "image/jpeg"

            # Without NATS it takes longer, on the same connection.
            fanout.close()
            alert = await author.post(headline="without NATS")
            assert (await heard(messages)).alert == alert

            # A node that is killed while it takes an alert: sent again, told once.
            last = other.alert(headline="while it died")
            post = other.signed(last, token=await other.token())
            sending = asyncio.create_task(other.send(post))
            await asyncio.sleep(0)
            there.kill()
            with contextlib.suppress(HubUnreachable):
                await sending
            other.link = HubLink(session, shared.url, utc_now)
            await other.send(post)
            assert (await heard(messages)).alert == last
            await other.send(post)
            cancel = await other.cancel(last)
            assert (await heard(messages)).alert == cancel, "nothing came twice"

        after = accept(await log.checkpoint(), LogPolicy(log=log.key), utc_now()).text
        proof = await log.consistency(before.size, after.size)
        check_consistency(before.size, after.size, proof, before.root, after.root)
        told = await examine(replace(shared, nats=""))
        assert not [each for each in told if "log" in each or "store" in each]
