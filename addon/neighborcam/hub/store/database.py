"""One database, opened and brought up to date; reading and writing transactions.

Writers go one after another (a lock in the database, so it holds for several nodes).
So what is numbered (events, entries of the log) is visible in the order of its
numbers, and no reader that remembers the last number can miss one.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, Self

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from neighborcam.hub.errors import StorageFailed

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_WRITERS: Final = 0x6E63_6875_62  # one number for all nodes: "nchub"
_BUSY_S: Final = 15
_AWAY: Final = (DBAPIError, NoConnection, OSError)  # the pool's timeout is no other
_DRIVERS: Final = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}


class Database:
    """A migrated database. Errors of disk or server come out as `StorageFailed`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._is_sqlite = engine.dialect.name == "sqlite"
        # PostgreSQL's default shows each statement another moment; SQLite does not.
        self._reading: dict[str, Any] = (
            {} if self._is_sqlite else {"isolation_level": "REPEATABLE READ"}
        )
        self._writing = asyncio.Lock()  # SQLite: wait here, not in its busy loop
        self._open = 0
        self._none_open = asyncio.Event()
        self._none_open.set()

    @classmethod
    async def open(cls, url: str) -> Self:
        """Open and migrate. Raises `StorageFailed` when it cannot or is newer."""
        engine = _engine(url)
        database = cls(engine)
        try:
            async with database.read() as connection:
                await connection.run_sync(_refuse_newer)
            async with database.write() as tx:
                await tx.run_sync(_migrate)
        except BaseException:
            await database.close()
            raise
        return database

    async def close(self) -> None:
        """Close all connections, once whoever reads or writes has ended."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_BUSY_S):
                await self._none_open.wait()
        await self._engine.dispose()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection that sees one moment of the database."""
        try:
            async with self._connected() as plain:
                connection = await plain.execution_options(**self._reading)
                async with connection.begin():
                    yield connection
        except _AWAY as problem:
            raise _failed(problem) from problem

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Yield a transaction; all of it happens, or nothing."""
        try:
            async with self._writing, self._connected() as plain:
                tx = await plain.execution_options(neighborcam_writes=True)
                async with tx.begin():
                    await self._wait_for_turn(tx)
                    yield tx
        except _AWAY as problem:
            raise _failed(problem) from problem

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection; whoever is cancelled meanwhile leaves none behind.

        A driver that is cancelled while it opens or closes a connection forgets it.
        """
        connection = self._engine.connect()
        self._open += 1
        self._none_open.clear()
        try:
            await _finished(connection.start(), or_else=connection.close)
            try:
                yield connection
            finally:
                await _finished(connection.close())
        finally:
            self._open -= 1
            if not self._open:
                self._none_open.set()

    async def _wait_for_turn(self, tx: AsyncConnection) -> None:
        if not self._is_sqlite:  # its BEGIN IMMEDIATE has waited already
            lock = text("select pg_advisory_xact_lock(:lock)")
            await tx.execute(lock, {"lock": _WRITERS})


async def _finished(
    work: Awaitable[object], *, or_else: Callable[[], Awaitable[None]] | None = None
) -> None:
    """Let ``work`` end even if we are cancelled, again and again; then undo it."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as problem:
            cancelled = problem
    if cancelled is None:
        task.result()
        return
    if or_else is not None and not task.cancelled() and task.exception() is None:
        await _finished(or_else())
    raise cancelled


def _failed(problem: Exception) -> StorageFailed:
    # The text of a database error quotes values; only its kind may be told.
    return StorageFailed(
        f"the hub's database does not answer ({type(problem).__name__}); try again"
    )


def _engine(url: str) -> AsyncEngine:
    try:
        parsed = make_url(url)
        driver = _DRIVERS[parsed.get_backend_name()]
    except (ArgumentError, KeyError):
        raise StorageFailed(
            "the database's address must begin with sqlite:/// or postgresql://"
        ) from None
    engine = create_async_engine(parsed.set(drivername=driver), pool_pre_ping=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, of the right kind
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",  # what was answered must survive a power cut
        "foreign_keys = ON",
        "secure_delete = ON",  # deleted means gone from the file
        f"busy_timeout = {_BUSY_S * 1000}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("neighborcam_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _refuse_newer(connection: Connection) -> None:
    try:
        current = MigrationContext.configure(connection).get_current_revision()
    except OperationalError:
        return
    known = {
        each.revision
        for each in ScriptDirectory.from_config(_config()).walk_revisions()
    }
    if current is not None and current not in known:
        raise StorageFailed(
            "the hub's database was written by a newer version: update NeighborCam"
        )


def _migrate(connection: Connection) -> None:
    command.upgrade(_config(connection), "head")
