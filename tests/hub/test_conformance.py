"""Each part with two implementations behaves the same in both.

A whole hub runs on SQLite, files and one process, and on PostgreSQL, S3 and NATS.
"""

import asyncio
import gc
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from demo.ports import free_port
from demo.town_home import CELL, new_id
from neighborcam.hub.app import Hub
from neighborcam.hub.blobs import Blobs
from neighborcam.hub.errors import NotFound, StorageFailed
from neighborcam.hub.fanout.interface import QUEUE, Fanout, Lagging
from neighborcam.hub.fanout.local import LocalFanout
from neighborcam.hub.fanout.nats import NatsFanout
from neighborcam.hub.settings import HubSettings
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import INVITES, METADATA, SETTINGS
from neighborcam.hub.store.settings import count_on, counted, put_setting, setting
from neighborcam.protocol.alerts import ReactionKind
from neighborcam.protocol.feed import Published, Withdrawn
from neighborcam.protocol.standing import Standing
from tests.hub.clock import REGION, Clock
from tests.hub.conftest import Town
from tests.hub.services import empty, make_bucket
from tests.hub.test_feed import headlines, next_events, read

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: Any, tmp_path: Path) -> AsyncIterator[Database]:
    url = f"sqlite:///{tmp_path / 'hub.sqlite'}"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql")
        await empty(url)
    opened = await Database.open(url)
    yield opened
    await opened.close()


@pytest.fixture(params=["local", "nats"])
async def fanout(request: Any) -> AsyncIterator[Fanout]:
    made: Fanout = LocalFanout()
    if request.param == "nats":
        made = await NatsFanout.open(request.getfixturevalue("nats"), new_id())
    yield made
    await made.close()


@pytest.fixture(params=["files", "memory", "s3"])
async def blobs(request: Any, tmp_path: Path) -> Blobs:
    if request.param == "files":
        return Blobs.in_folder(tmp_path / "blobs")
    if request.param == "memory":
        return Blobs.in_memory()
    url: str = request.getfixturevalue("s3")
    await make_bucket()
    return Blobs.at(f"{url}/{new_id()}")


# --- databases


async def test_migrations_make_exactly_the_tables_of_the_schema(
    database: Database,
) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection)
        return list(compare_metadata(context, METADATA))

    async with database.read() as tx:
        assert await tx.run_sync(differences) == []


async def test_a_write_happens_whole_or_not(database: Database) -> None:
    async def fail() -> None:
        async with database.write() as tx:
            await put_setting(tx, "a", b"1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with database.read() as tx:
        assert await setting(tx, "a") is None


async def test_numbers_are_given_in_the_order_in_which_they_are_seen(
    database: Database,
) -> None:
    seen: list[int] = []

    async def write() -> None:
        async with database.write() as tx:
            number = await count_on(tx, "alerts")
            await asyncio.sleep(0.01)
            seen.append(number)

    await asyncio.gather(*(write() for _ in range(8)))
    assert seen == list(range(1, 9))
    async with database.read() as tx:
        assert await counted(tx, "alerts") == 8


async def test_a_reader_does_not_see_what_is_not_written_yet(
    database: Database,
) -> None:
    async with database.write() as tx:
        await put_setting(tx, "a", b"1")
        async with database.read() as other:
            assert await setting(other, "a") is None


async def test_a_reader_sees_one_moment(database: Database) -> None:
    async with database.read() as tx:
        assert await setting(tx, "a") is None
        async with database.write() as other:
            await put_setting(other, "a", b"1")
        assert await setting(tx, "a") is None


async def test_a_database_error_quotes_nothing(database: Database) -> None:
    async def twice() -> None:
        async with database.write() as tx:
            for _ in range(2):
                await tx.execute(insert(SETTINGS).values(name="a", value=b"secret"))

    with pytest.raises(StorageFailed) as problem:
        await twice()
    assert "secret" not in str(problem.value)


async def test_a_database_without_a_free_connection_says_that_it_failed(
    tmp_path: Path,
) -> None:
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{tmp_path / 'hub.sqlite'}",
        pool_size=1,
        max_overflow=0,
        pool_timeout=0.01,
    )
    database = Database(engine)
    async with database.read():
        for busy in (database.read, database.write):
            with pytest.raises(StorageFailed, match="try again"):
                async with busy():
                    pass
    await database.close()


async def test_moments_come_back_as_they_were(database: Database) -> None:
    async with database.write() as tx:
        await tx.execute(insert(INVITES).values(code=b"c", expires=Clock().at))
        assert await tx.scalar(select(INVITES.c.expires)) == Clock().at


async def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'hub.sqlite'}"
    database = await Database.open(url)
    async with database.write() as tx:
        await tx.execute(text("update alembic_version set version_num = '9999'"))
    await database.close()
    before = (tmp_path / "hub.sqlite").read_bytes()
    with pytest.raises(StorageFailed, match="newer version"):
        await Database.open(url)
    assert (tmp_path / "hub.sqlite").read_bytes() == before


@pytest.mark.parametrize(
    "url", ["", "mysql://x", "nonsense", "postgresql://localhost:1/x"]
)
async def test_an_address_that_leads_nowhere_says_so(url: str) -> None:
    with pytest.raises(StorageFailed) as problem:
        await Database.open(url)
    assert "localhost" not in str(problem.value)


# --- blobs


async def test_blobs_come_back_until_they_are_removed(blobs: Blobs) -> None:
    await blobs.put("a", b"one")
    await blobs.put("a", b"two")
    await blobs.put("b", bytes(2**20))
    assert await blobs.get("a") == b"two"
    assert sorted(await blobs.names()) == ["a", "b"]
    await blobs.remove("a")
    await blobs.remove("a")
    with pytest.raises(NotFound):
        await blobs.get("a")
    assert await blobs.names() == ["b"]


async def test_a_store_that_is_away_says_so(
    s3: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    away = Blobs.at(f"{s3}/x")
    with pytest.raises(StorageFailed):
        await asyncio.wait_for(away.get("a"), 120)


@pytest.mark.parametrize("url", ["http://x/y", "nonsense"])
def test_blobs_have_one_kind_of_address(url: str) -> None:
    with pytest.raises(StorageFailed):
        Blobs.at(url)


# --- fan-out


def event(seq: int) -> Withdrawn:
    return Withdrawn(seq=seq, id=new_id(), standing=Standing.HIDDEN)


async def test_all_who_listen_to_a_region_hear_it_in_order(fanout: Fanout) -> None:
    async with (
        fanout.listen("r") as one,
        fanout.listen("r") as other,
        fanout.listen("elsewhere") as nobody,
    ):
        for seq in range(5):
            await fanout.publish("r", CELL, event(seq))
        for heard in (one, other):
            async with asyncio.timeout(30):
                assert [(await anext(heard)).seq for _ in range(5)] == [*range(5)]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(nobody), 0.05)


async def test_what_is_heard_is_what_was_published(fanout: Fanout) -> None:
    async with fanout.listen("r") as heard:
        await fanout.publish("r", CELL, event(7))
        async with asyncio.timeout(30):
            told = await anext(heard)
    assert (told.seq, told.cell) == (7, CELL)
    assert b'"standing":"hidden"' in told.data


async def test_who_is_too_slow_is_told_and_nobody_else_suffers(fanout: Fanout) -> None:
    async with fanout.listen("r") as slow, fanout.listen("r") as fast:
        for seq in range(QUEUE + 2):
            await fanout.publish("r", CELL, event(seq))
            async with asyncio.timeout(30):
                assert (await anext(fast)).seq == seq
        with pytest.raises(Lagging):
            await anext(slow)


async def test_listening_again_after_the_last_one_left(fanout: Fanout) -> None:
    for seq in range(3):
        async with fanout.listen("r") as heard:
            await fanout.publish("r", CELL, event(seq))
            async with asyncio.timeout(30):
                assert (await anext(heard)).seq == seq
    await fanout.publish("r", CELL, event(9))


async def test_a_listener_who_is_cancelled_leaves_no_subscription(nats: str) -> None:
    made, listening = await NatsFanout.open(nats, new_id()), asyncio.Event()

    async def listen() -> None:
        async with made.listen("r") as heard:
            listening.set()
            await anext(heard)

    task = asyncio.create_task(listen())
    await listening.wait()
    assert list(made._subscriptions) == ["r"]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert list(made._subscriptions) == []
    await made.close()


async def test_closing_ends_those_who_listen(fanout: Fanout) -> None:
    async with fanout.listen("r") as heard:
        await fanout.close()
        async with asyncio.timeout(30):
            with pytest.raises(StopAsyncIteration):
                await anext(heard)


async def test_no_nats_is_said_at_the_start() -> None:
    with pytest.raises(StorageFailed):
        await NatsFanout.open(f"nats://127.0.0.1:{free_port()}", "x")


# --- whole hubs


@pytest.fixture
async def two_nodes(
    postgresql: str, nats: str, s3: str, settings: HubSettings
) -> AsyncIterator[tuple[Town, Town]]:
    """Two nodes of one hub, behind one address that leads to the first."""
    await empty(postgresql)
    await make_bucket()
    clock = Clock()
    shared = replace(settings, database=postgresql, nats=nats, blobs=s3)
    other = replace(shared, port=free_port())
    async with (
        aiohttp.ClientSession() as session,
        Hub(shared, clock=clock, per_minute=10_000) as first,
        Hub(other, clock=clock, per_minute=10_000) as second,
    ):
        yield Town(first, clock, session), Town(second, clock, session)


async def test_two_nodes_are_one_hub(two_nodes: tuple[Town, Town]) -> None:
    one, two = two_nodes
    author = await one.home()
    reader = await one.home()
    port = two.hub.server.port
    elsewhere = type(reader.link)(one.session, f"http://localhost:{port}", one.clock)
    alert = await author.post(headline="across nodes")
    async with elsewhere.feed(REGION, None, await reader.reading_pass()) as messages:
        await read(messages)
        (event,) = await next_events(messages)
        assert isinstance(event, Published)
        there = replace(reader, link=elsewhere)
        token = await there.vote_token(alert.id, event.vote_key)
        assert token.prepared
        cancel = await author.cancel(alert)
        (event,) = await next_events(messages)
        assert event.alert == cancel
    assert await headlines(author) == ["across nodes", "across nodes"]
    key = (await one.hub.desk.alerts.get(alert.id)).vote_key  # type: ignore[union-attr]
    home = await two.home()
    await home.vote(alert, ReactionKind.CONFIRM, key)
    sizes = {
        (await (await each.get("/log/checkpoint")).text()).splitlines()[1]
        for each in two_nodes
    }
    assert len(sizes) == 1


async def test_whoever_is_cancelled_leaves_no_connection_behind(
    database: Database,
) -> None:
    """A client that hangs up cancels what reads for it, at any moment."""

    async def read() -> None:
        async with database.read() as tx:
            await tx.execute(select(SETTINGS))

    for steps in range(60):
        task = asyncio.create_task(read())
        for _ in range(steps % 30):
            await asyncio.sleep(0)
        task.cancel()
        if steps >= 30:  # again, while it ends
            await asyncio.sleep(0)
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    gc.collect()  # a connection that was forgotten would warn, which fails this test
    await read()
