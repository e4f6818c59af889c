"""SQLite as this engine uses it: one thread writes, every other thread reads.

WAL with ``synchronous=NORMAL``: a commit survives the death of the process, and a
power cut can lose only the newest ones. That is enough for rows about files that
were synced before (`recording/reconcile` puts lost rows back), and spares one disk
flush a second and camera.
"""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Final

from neighborcam.engine.errors import EngineError, StorageError
from neighborcam.engine.index.schema import damaged

_BUSY_MS: Final = 10_000

type _Reader = tuple[sqlite3.Connection, threading.RLock]
type Work[T] = Callable[[sqlite3.Connection], T]
type _Job = tuple[Work[Any], Future[Any]]


def connect(path: Path, *, readonly: bool) -> sqlite3.Connection:
    """Open a connection with our settings; transactions are explicit."""
    mode = "ro" if readonly else "rwc"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        autocommit=True,
        check_same_thread=False,  # closed by the thread that closes the index
    )
    try:
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        connection.execute("PRAGMA foreign_keys = ON")
        if not readonly:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
    except BaseException:
        connection.close()
        raise
    return connection


def translate(error: sqlite3.Error, path: Path) -> EngineError:
    """Say what an error of SQLite means for the owner."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return damaged(path)
    reasons = {
        sqlite3.SQLITE_FULL: "the disk is full",
        sqlite3.SQLITE_READONLY: "the folder is read-only",
        sqlite3.SQLITE_IOERR: "the disk reports errors",
        sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
        sqlite3.SQLITE_BUSY: "another program has locked it",
    }
    return StorageError(f"The index {path} failed: {reasons.get(code, str(error))}.")


class Database:
    """The writer thread and the readers' connections of one file."""

    def __init__(self, path: Path, writer: sqlite3.Connection) -> None:
        self._path = path
        self._writer = writer
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._gate = threading.Lock()  # no job may follow the end mark
        self._open = True
        self._local = threading.local()
        self._readers: list[_Reader] = []
        self._thread = threading.Thread(
            target=self._run, name="index-writer", daemon=True
        )
        self._thread.start()

    def write[T](self, work: Work[T]) -> T:
        """Run ``work`` in a transaction on the writer thread; return after its commit.

        Whatever ``work`` raises rolls back. Raises `StorageError` or
        `DataUnreadable` if SQLite fails, `StorageError` after `close`.
        """
        future: Future[T] = Future()
        with self._gate:
            self._check_open()
            self._jobs.put((work, future))
        return future.result()

    def read[T](self, work: Work[T]) -> T:
        """Run ``work`` on this thread's own connection, against a stable snapshot.

        Raises `StorageError` after `close`, and `DataUnreadable`.
        """
        try:
            connection, reading = self._reader()
            with reading:
                self._check_open()
                connection.execute("BEGIN")
                try:
                    return work(connection)
                finally:
                    connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise translate(error, self._path) from error

    def truncate_journal(self) -> None:
        """Move all that was committed into the file: the journal keeps nothing of it.

        Raises `StorageError`. A reader in the middle of something is waited for.
        """
        with self._gate:
            self._check_open()
        try:
            connection = connect(self._path, readonly=False)
            try:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.close()
        except sqlite3.Error as error:
            raise translate(error, self._path) from error

    def close(self) -> None:
        """Finish the queued writes and what is read now, and close every connection.

        A task that was cancelled leaves its thread reading: SQLite would run on freed
        memory, and take the whole program down.
        """
        with self._gate:
            if not self._open:
                return
            self._open = False
            self._jobs.put(None)
        self._thread.join()
        for connection, reading in self._readers:
            with reading:
                connection.close()
        self._writer.close()

    def _reader(self) -> _Reader:
        reader: _Reader | None = getattr(self._local, "reader", None)
        if reader is None:
            with self._gate:
                self._check_open()
                reader = connect(self._path, readonly=True), threading.RLock()
                self._readers.append(reader)
            self._local.reader = reader
        return reader

    def _check_open(self) -> None:
        if not self._open:
            raise StorageError(f"The index {self._path} is closed.")

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            work, future = job
            try:
                future.set_result(self._transact(work))
            except Exception as error:  # noqa: BLE001 - handed to the caller, who waits
                future.set_exception(error)

    def _transact(self, work: Work[Any]) -> Any:
        try:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                result = work(self._writer)
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise translate(error, self._path) from error
        return result
