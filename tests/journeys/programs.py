"""Programs of ours as processes of their own, as people start them; what they print."""

import asyncio
import contextlib
import re
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

_PATIENCE_S = 60.0
_ROUND_S = "4"


def command(*words: str, ago: float = 0.0, domain: Path | None = None) -> list[str]:
    """Return the command line of a program whose rounds last seconds."""
    options = ["--round", _ROUND_S, "--ago", str(ago)]
    options += ["--domain", str(domain)] if domain else []
    return [sys.executable, "-m", "demo.hurried", *options, *words]


@contextlib.asynccontextmanager
async def program(
    *words: str,
    until: str,
    log: Path,
    ago: float = 0.0,
    domain: Path | None = None,
) -> AsyncIterator[re.Match[str]]:
    """Run a program; yield what it printed when ``until`` matches. Its end is clean."""
    with log.open("ab") as told:
        process = await asyncio.create_subprocess_exec(
            *command(*words, ago=ago, domain=domain),
            stdout=asyncio.subprocess.PIPE,
            stderr=told,
        )
    try:
        yield await _ready(process, until)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(_PATIENCE_S):
            await process.communicate()
    written = await asyncio.to_thread(log.read_text)
    assert process.returncode == 0, written[-2000:]
    assert "Traceback" not in written


async def _ready(process: asyncio.subprocess.Process, until: str) -> re.Match[str]:
    assert process.stdout is not None
    said = ""
    async with asyncio.timeout(_PATIENCE_S):
        while line := await process.stdout.readline():
            said += line.decode()
            if found := re.search(until, said):
                return found
    raise AssertionError(f"it ended, and had said {said!r}")


@dataclass(frozen=True, kw_only=True)
class DeskProgram:
    """`neighborcam agency` on one folder: a process for each action."""

    folder: Path
    passphrase: Path
    ago: float = 0.0

    async def __call__(self, *words: str) -> str:
        """Do an action that has to work; return what it printed."""
        options = ["--desk", str(self.folder), "--yes"]
        options += ["--passphrase-file", str(self.passphrase)]
        process = await asyncio.create_subprocess_exec(
            *command("agency", *words, *options, ago=self.ago),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode == 0, f"{words[0]}: {err.decode()}"
        return out.decode().strip("\n")

    async def carried(self, name: str, *words: str) -> str:
        """Do an action, and keep what it printed as a file that can be carried."""
        path = self.folder.with_name(f"{self.folder.name}-{name}")
        path.write_text(await self(*words))
        return str(path)


@dataclass
class EngineClient:
    """A client of an engine's API, paired by its link."""

    session: aiohttp.ClientSession
    url: str
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    async def paired(cls, session: aiohttp.ClientSession, link: str) -> "EngineClient":
        url, _, code = link.partition("/#pair=")
        client = cls(session, url)
        told = await client.post("/api/pair", {"code": code, "name": "A journey"})
        client.headers["Authorization"] = f"Bearer {told['token']}"
        return client

    async def get(self, path: str) -> Any:
        return msgspec.json.decode(await self.ask("GET", path))

    async def post(self, path: str, body: Any) -> Any:
        told = await self.ask("POST", path, body)
        return msgspec.json.decode(told) if told else None

    async def ask(self, method: str, path: str, body: Any = None) -> bytes:
        data = None if body is None else msgspec.json.encode(body)
        sent = {"Content-Type": "application/json", **self.headers}
        address = f"{self.url}{path}"
        async with self.session.request(
            method, address, data=data, headers=sent
        ) as answer:
            told = await answer.read()
            assert answer.ok, f"{method} {path}: {answer.status} {told!r}"
            return told
