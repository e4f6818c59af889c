"""The public log when several write it, and when writing it fails half-way."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from neighborcam.hub import public_log
from neighborcam.hub.errors import StorageFailed
from neighborcam.hub.public_log import PublicLog
from neighborcam.hub.store.database import Database
from neighborcam.hub.store.schema import LOG
from neighborcam.hub.store.settings import put_setting, setting
from neighborcam.protocol.checkpoint_text import CheckpointText
from neighborcam.protocol.checkpoints import LogPolicy, accept
from neighborcam.protocol.entries import HubOpened, Release
from neighborcam.protocol.errors import InvalidMessage
from neighborcam.protocol.merkle import Leaves, check_consistency, leaf_hash, root
from neighborcam.protocol.tiles import Tile
from tests.hub.clock import Clock
from tests.hub.services import empty

pytestmark = pytest.mark.timeout(120)

EACH = 12


@pytest.fixture
async def logs(postgresql: str) -> AsyncIterator[tuple[PublicLog, PublicLog]]:
    """Two nodes of one hub, which start at the same moment on an empty database."""
    await empty(postgresql)
    async with AsyncExitStack() as stack:

        async def start() -> PublicLog:
            database = await Database.open(postgresql)
            stack.push_async_callback(database.close)
            return await PublicLog.open(database, "hub.example", Clock())

        one, two = await asyncio.gather(start(), start())
        yield one, two


def release(version: str) -> Release:
    return Release(at=Clock().at, version=version)


async def add(log: PublicLog, entry: Release | HubOpened) -> int:
    async with log._database.write() as tx:
        return await log.add(tx, entry)


async def signed(log: PublicLog) -> CheckpointText:
    policy = LogPolicy(log=log.key)
    return accept(await log.checkpoint(), policy, log.clock()).text


async def in_the_database(log: PublicLog) -> list[bytes]:
    async with log._database.read() as tx:
        rows = list(await tx.execute(select(LOG).order_by(LOG.c.position)))
    assert [row.position for row in rows] == [*range(len(rows))]
    return [row.entry for row in rows]


def root_of(entries: list[bytes]) -> bytes:
    return root(Leaves([leaf_hash(each) for each in entries]), len(entries))


async def test_two_nodes_that_add_at_once_write_one_log(
    logs: tuple[PublicLog, PublicLog],
) -> None:
    one, two = logs
    assert one.key == two.key, "whoever came second took the key of the first"
    seen: list[CheckpointText] = []

    async def write(log: PublicLog, name: str) -> None:
        for number in range(EACH):
            await add(log, release(f"{name} {number}"))
            seen.append(await signed(log))

    async def read(log: PublicLog) -> None:
        """As homes do meanwhile, on the same node."""
        for _ in range(EACH):
            seen.append(text := await signed(log))
            await log.tile(Tile(level=0, index=0, width=text.size))
            await log.consistency(1, text.size)

    await add(one, HubOpened(at=Clock().at, name="Mill Lane"))
    work = [write(one, "a"), write(one, "b"), write(two, "c")]
    await asyncio.gather(*work, *(read(log) for log in logs for _ in range(3)))
    entries = await in_the_database(one)
    assert len(entries) == 1 + 3 * EACH
    roots = defaultdict(set)
    for each in seen:
        roots[each.size].add(each.root)
    for size, found in roots.items():
        assert found == {root_of(entries[:size])}
    last = await signed(one)
    for each in seen:
        proof = await two.consistency(each.size, last.size)
        check_consistency(each.size, last.size, proof, each.root, last.root)


async def test_a_node_that_dies_between_entry_and_checkpoint_leaves_neither(
    logs: tuple[PublicLog, PublicLog], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = logs
    await add(one, release("first"))
    before = await two.checkpoint()

    async def die(tx: AsyncConnection, name: str, value: bytes) -> None:
        """End the connection of the transaction, as the death of a process does."""
        mine = await tx.scalar(text("select pg_backend_pid()"))
        async with two._database.read() as other:
            kill = text("select pg_terminate_backend(:pid)")
            await other.execute(kill, {"pid": mine})
        await put_setting(tx, name, value)

    monkeypatch.setattr(public_log, "put_setting", die)
    with pytest.raises(StorageFailed):
        await add(one, release("lost"))
    monkeypatch.undo()
    assert await two.checkpoint() == before
    assert await add(two, release("second")) == 1
    assert await add(one, release("third")) == 2
    entries = await in_the_database(one)
    assert (await signed(one)).root == root_of(entries)
    assert b"lost" not in b"".join(entries)


async def test_what_was_stored_though_the_commit_failed_is_built_on(
    logs: tuple[PublicLog, PublicLog],
) -> None:
    one, two = logs
    await add(one, release("first"))

    async def commit_and_fail() -> None:
        async with one._database.write() as tx:
            await one.add(tx, release("second"))
            await tx.commit()
            raise ConnectionResetError

    with pytest.raises(StorageFailed):
        await commit_and_fail()
    assert await add(one, release("third")) == 2
    assert (await signed(two)).root == root_of(await in_the_database(two))


async def test_the_tree_of_a_failed_transaction_is_nobodys_past(
    logs: tuple[PublicLog, PublicLog],
) -> None:
    """The last leaf is the same, what stands before it is not."""
    log, other = logs

    async def add_two(first: str, *, fails: bool) -> None:
        async with log._database.write() as tx:
            await log.add(tx, release(first))
            await log.add(tx, release("last"))
            if fails:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await add_two("never was", fails=True)
    await add_two("was", fails=False)
    for each in (log, other):
        text = await signed(each)
        assert text.root == root_of(await in_the_database(each))
        async with each._database.read() as tx:
            assert (await each.register(tx)).size == text.size


async def test_a_database_that_was_set_back_gets_no_second_future(
    logs: tuple[PublicLog, PublicLog],
) -> None:
    """As one does that was restored from yesterday while a node runs on."""
    one, two = logs
    await add(one, release("first"))
    past = await one.checkpoint()
    await add(one, release("second"))
    shown = await signed(one)
    async with two._database.write() as tx:
        await tx.execute(text("delete from log where position = 1"))
        await put_setting(tx, public_log._CHECKPOINT, past)
    with pytest.raises(StorageFailed, match="set back"):
        await add(one, release("another second"))
    await add(two, release("another second"))  # this one has shown nothing
    assert (await signed(two)).size == shown.size
    with pytest.raises(StorageFailed, match="set back"):
        await add(one, release("third"))


async def test_entries_that_were_changed_are_not_signed_again(
    logs: tuple[PublicLog, PublicLog],
) -> None:
    one, two = logs
    await add(one, release("first"))
    before = await one.checkpoint()
    async with two._database.write() as tx:
        forged = {"hash": leaf_hash(b"forged")}
        await tx.execute(text("update log set hash = :hash"), forged)
    with pytest.raises(StorageFailed, match="doctor"):
        await add(two, release("second"))
    assert await two.checkpoint() == before


@pytest.mark.parametrize(
    "entry",
    [
        release("long" * 20_000),
        HubOpened(at=Clock().at.replace(tzinfo=None), name="Mill Lane"),
        msgspec.structs.replace(release("x"), version=7),
    ],
    ids=["too long for a bundle", "a moment without a zone", "another type"],
)
async def test_what_nobody_could_read_does_not_enter(
    logs: tuple[PublicLog, PublicLog], entry: Any
) -> None:
    one, _ = logs
    await add(one, release("first"))
    with pytest.raises(InvalidMessage):
        await add(one, entry)
    async with one._database.read() as tx:
        assert await one.size(tx) == 1
        assert await setting(tx, public_log._CHECKPOINT) == await one.checkpoint()
