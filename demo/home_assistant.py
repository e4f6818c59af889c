"""A real Home Assistant beside the demo's engine: started, logged in to, set up."""

import asyncio
import contextlib
import os
import secrets
import signal
import socket
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import ClientError

from demo import dashboard
from demo.home_assistant_client import (
    HomeAssistantClient,
    HomeAssistantRefused,
    Login,
)
from demo.home_assistant_folder import CHECKOUT, INTEGRATION, write_folder

PORT: Final = 8481
EXECUTABLE: Final = CHECKOUT / ".venv-ha" / "bin" / "hass"
CARD: Final = INTEGRATION / "frontend" / "neighborcam-card.js"
LOG: Final = "hass.log"
START_S: Final = 120.0
STOP_S: Final = 20.0


class HomeAssistantFailed(Exception):
    """It did not start or could not be set up; the text says what and what to do."""


@dataclass(frozen=True, kw_only=True)
class RunningHomeAssistant:
    """Where it is and how to log in."""

    url: str
    login: Login
    pid: int

    @property
    def dashboard(self) -> str:
        """The address of the demo's dashboard."""
        return f"{self.url}/{dashboard.PATH}/street"


@contextlib.asynccontextmanager
async def home_assistant(
    folder: Path, port: int = PORT, *, executable: Path = EXECUTABLE
) -> AsyncIterator[RunningHomeAssistant]:
    """Start a Home Assistant in ``folder``, make its first user, end it afterwards.

    Raises `HomeAssistantFailed`.
    """
    port = _free(port)
    if await asyncio.to_thread((folder / "configuration.yaml").exists):
        raise HomeAssistantFailed(f"{folder} is in use already; name a new folder")
    await asyncio.to_thread(write_folder, folder, port)
    process = _start(executable, folder)
    try:
        url = f"http://127.0.0.1:{port}"
        login = Login(username="demo", password=secrets.token_urlsafe(9))
        async with _told_as_failure(folder), HomeAssistantClient.open(url) as client:
            await _until_up(client, process, "/api/onboarding")
            await client.onboard(login)
        yield RunningHomeAssistant(url=url, login=login, pid=process.pid)
    finally:
        await asyncio.to_thread(_stop, process)


@contextlib.asynccontextmanager
async def restarted(
    folder: Path, running: RunningHomeAssistant, *, executable: Path = EXECUTABLE
) -> AsyncIterator[subprocess.Popen[bytes]]:
    """Start the Home Assistant of a folder again, where it was before.

    Raises `HomeAssistantFailed`.
    """
    process = await asyncio.to_thread(_start, executable, folder)
    try:
        async with (
            _told_as_failure(folder),
            HomeAssistantClient.open(running.url) as client,
        ):
            await _until_up(client, process, "/auth/providers")
        yield process
    finally:
        await asyncio.to_thread(_stop, process)


async def add_engine(running: RunningHomeAssistant, link: str, folder: Path) -> None:
    """Add the engine by its pairing link and write the dashboard.

    Raises `HomeAssistantFailed`.
    """
    async with (
        _told_as_failure(folder),
        HomeAssistantClient.open(running.url) as client,
    ):
        await client.log_in(running.login)
        await client.add_engine(link)
        async with client.commands() as commands:
            entities = await commands.call("config/entity_registry/list")
            await commands.call(
                "lovelace/dashboards/create",
                url_path=dashboard.PATH,
                title=dashboard.TITLE,
                icon="mdi:cctv",
                mode="storage",
                show_in_sidebar=True,
                require_admin=False,
            )
            config = dashboard.dashboard(entities, with_card=CARD.is_file())
            await commands.call(
                "lovelace/config/save", url_path=dashboard.PATH, config=config
            )


@contextlib.asynccontextmanager
async def _told_as_failure(folder: Path) -> AsyncIterator[None]:
    try:
        yield
    except (HomeAssistantRefused, ClientError, TimeoutError) as problem:
        why = str(problem) or type(problem).__name__
        raise HomeAssistantFailed(f"{why}; its log is {folder / LOG}") from problem


def _free(port: int) -> int:
    """Return the port, any free one for 0. Raises `HomeAssistantFailed`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as problem:
            raise HomeAssistantFailed(
                f"port {port} cannot be used ({problem.strerror}); choose another with"
                " --home-assistant-port"
            ) from problem
        found: int = probe.getsockname()[1]
        return found


def _start(executable: Path, folder: Path) -> subprocess.Popen[bytes]:
    # What it needs is locked and installed: --skip-pip keeps it from asking for more.
    command = [str(executable), "--skip-pip", "--config", str(folder)]
    with (folder / LOG).open("wb") as log:
        try:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches the demo, which ends all
            )
        except FileNotFoundError:
            raise HomeAssistantFailed(
                "it is not installed: call script/setup home-assistant"
            ) from None


async def _until_up(
    client: HomeAssistantClient, process: subprocess.Popen[bytes], path: str
) -> None:
    async with asyncio.timeout(START_S):
        while not await client.is_up(path):
            if process.poll() is not None:
                raise HomeAssistantRefused("it ended as soon as it was started")
            await asyncio.sleep(0.2)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
