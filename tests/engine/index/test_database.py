"""Threads read while others close: nothing runs on a connection that is gone."""

import sqlite3
import threading
from pathlib import Path

import pytest

from neighborcam.engine.errors import StorageError
from neighborcam.engine.index.database import Database, connect


def test_closing_waits_for_whoever_reads(tmp_path: Path) -> None:
    """A task that was cancelled leaves its thread in the middle of a query."""
    path = tmp_path / "x.db"
    database = Database(path, connect(path, readonly=False))
    reading, go_on, done = threading.Event(), threading.Event(), threading.Event()
    found: list[int] = []

    def slowly(connection: sqlite3.Connection) -> None:
        rows = connection.execute("SELECT 1 UNION SELECT 2")
        found.extend(next(rows))
        reading.set()
        go_on.wait()
        found.extend(next(rows))

    def close() -> None:
        database.close()
        done.set()

    reader = threading.Thread(target=database.read, args=(slowly,), daemon=True)
    reader.start()
    reading.wait()
    closer = threading.Thread(target=close, daemon=True)
    closer.start()
    assert not done.wait(0.2)
    go_on.set()
    for each in (reader, closer):
        each.join()
    assert found == [1, 2]


def test_nothing_is_read_or_written_after_the_end(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    database = Database(path, connect(path, readonly=False))
    database.read(lambda connection: connection.execute("SELECT 1"))
    database.close()
    for work in (database.read, database.write):
        with pytest.raises(StorageError, match="is closed"):
            work(lambda connection: connection.execute("SELECT 1"))
