"""The engine as Home Assistant's Supervisor runs it: a real process, a stand-in."""

import asyncio
import contextlib
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from yarl import URL

from demo.ports import free_port
from demo.supervisor import SESSION, USER, Supervisor, running
from neighborcam.commands.app import AppOptions, read_options
from neighborcam.engine.api.access import SHORTEST
from neighborcam.engine.errors import InvalidInput
from neighborcam.engine.index.store import Index
from neighborcam.engine.supervisor import Found
from neighborcam.engine.supervisor import Supervisor as Client

ANN = "0a1b2c"
DISCOVERY = Path(__file__).with_name("discovery.json")  # shared with home_assistant/


class App:
    """One app below one Supervisor."""

    def __init__(self, folder: Path, supervisor: Supervisor) -> None:
        self.data, self.media = folder / "data", folder / "media"
        self.supervisor = supervisor
        self.port = free_port()
        self.ingress_port = int(URL(supervisor.app).port or 0)
        self.data.mkdir()
        self.media.mkdir()

    def choose(self, **options: Any) -> None:
        """Write the options as the Supervisor does."""
        (self.data / "options.json").write_text(json.dumps(options))

    async def start(self, *, token: str | None = None) -> asyncio.subprocess.Process:
        """Start the program, told nothing but where things are."""
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "neighborcam.cli", "app"),
            *("--data", str(self.data), "--media", str(self.media)),
            *("--port", str(self.port), "--ingress-port", str(self.ingress_port)),
            *("--supervisor", "127.0.0.1", "--supervisor-url", self.supervisor.url),
            env={"SUPERVISOR_TOKEN": token or self.supervisor.token},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """Run it until the context ends, then stop it as the Supervisor does."""
        process = await self.start()
        assert process.stdout is not None
        try:
            line = await asyncio.wait_for(process.stdout.readline(), 60)
            assert line.startswith(b"NeighborCam is ready"), await failure(process)
            yield process
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            _, err = await asyncio.wait_for(process.communicate(), 30)
            self.log = err.decode()
        assert process.returncode == 0, self.log

    async def found(self) -> dict[str, Any]:
        """Return what the Supervisor was told, once it was."""
        async with asyncio.timeout(30):
            while not self.supervisor.discovered:  # noqa: ASYNC110 - a real process
                await asyncio.sleep(0.05)
        return self.supervisor.discovered["neighborcam"]

    async def ask(self, path: str, token: str) -> tuple[int, Any]:
        """Ask the API as Home Assistant does."""
        url = f"http://127.0.0.1:{self.port}{path}"
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            aiohttp.ClientSession() as session,
            session.get(url, headers=headers) as answer,
        ):
            return answer.status, await answer.json()


async def failure(process: asyncio.subprocess.Process) -> str:
    _, err = await process.communicate()
    return err.decode()


async def refused(app: App) -> str:
    """Start an app that has to fail in words, and return them."""
    process = await app.start()
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 1
    assert out == b""
    assert b"Traceback" not in err
    return err.decode()


@pytest.fixture
async def supervisor() -> AsyncIterator[Supervisor]:
    async with running(Supervisor(f"http://127.0.0.1:{free_port()}")) as made:
        yield made


@pytest.fixture
def app(tmp_path: Path, supervisor: Supervisor) -> App:
    return App(tmp_path, supervisor)


async def test_home_assistant_finds_the_app_and_its_token_administers(app: App) -> None:
    app.choose(log_level="debug", recordings="neighborcam-videos")
    async with app.running():
        found = await app.found()
        assert found["host"] == socket.gethostname()
        assert found["port"] == app.port
        status, info = await app.ask("/api/info", found["token"])
        assert (status, info["scope"]) == (200, "admin")
    assert found["token"] not in app.log
    assert app.supervisor.token not in app.log
    assert (app.media / "neighborcam-videos" / ".neighborcam").is_file()
    assert (app.data / "home-assistant.token").stat().st_mode & 0o077 == 0


async def test_a_token_that_a_full_disk_cut_off_opens_nothing(app: App) -> None:
    (app.data / "home-assistant.token").touch()  # full at the first start
    async with app.running():
        found = await app.found()
        assert len(found["token"]) >= SHORTEST
        assert (await app.ask("/api/info", found["token"]))[0] == 200
        assert (await app.ask("/api/info", ""))[0] == 401
    assert (app.data / "home-assistant.token").read_text().strip() == found["token"]


async def test_the_token_is_the_same_after_a_restart(app: App) -> None:
    async with app.running():
        before = await app.found()
    app.supervisor.discovered.clear()
    async with app.running():
        assert await app.found() == before
    with Index.open(app.data) as index:
        assert [each.name for each in index.tokens()] == ["Home Assistant"]


async def test_removing_the_integration_leaves_the_app_to_be_found_again(
    app: App,
) -> None:
    async with app.running(), aiohttp.ClientSession() as home_assistant:
        token = (await app.found())["token"]
        async with home_assistant.delete(
            f"http://127.0.0.1:{app.port}/api/tokens/self",
            headers={"Authorization": f"Bearer {token}"},
        ) as answer:
            assert answer.status == 409
        assert (await app.ask("/api/info", token))[0] == 200


async def test_a_user_of_home_assistant_comes_in_by_ingress(app: App) -> None:
    async with app.running(), aiohttp.ClientSession() as browser:
        page = app.supervisor.page
        cookies = {SESSION: app.supervisor.session(ANN)}
        async with browser.get(page) as answer:
            assert answer.status == 401
        async with browser.get(page, cookies=cookies) as answer:
            assert answer.status == 200
            assert "text/html" in answer.headers["Content-Type"]
        forged = {USER: "somebody else"}
        async with browser.post(
            f"{page}api/visit", cookies=cookies, headers=forged
        ) as answer:
            visit = await answer.json()
            assert visit["scope"] == "viewer"
        token = (await app.found())["token"]
        async with browser.put(
            f"http://127.0.0.1:{app.port}/api/administrators",
            json={"users": [ANN]},
            headers={"Authorization": f"Bearer {token}"},
        ) as answer:
            assert answer.status == 204
        headers = {"Authorization": f"Bearer {visit['token']}"}
        async with browser.get(
            f"{page}api/tokens", cookies=cookies, headers=headers
        ) as answer:
            assert answer.status == 200


async def test_the_app_waits_for_a_supervisor_that_is_not_ready(app: App) -> None:
    app.supervisor.fails = 2
    async with app.running():
        await app.found()
    assert "the Supervisor answers 502" in app.log


async def test_wrong_options_are_named(app: App) -> None:
    app.choose(log_level="loud")
    told = await refused(app)
    assert "'loud'" in told
    assert "log_level" in told
    assert "under Configuration" in told


async def test_two_apps_on_one_folder_are_one_too_many(app: App) -> None:
    async with app.running():
        assert "Stop it first" in await refused(app)


async def test_a_missing_media_folder_keeps_nothing_else_from_running(app: App) -> None:
    app.media.rmdir()
    async with app.running():
        status, _ = await app.ask("/api/cameras", (await app.found())["token"])
        assert status == 200


async def test_an_app_can_mend_its_index(app: App) -> None:
    async with app.running():
        pass
    (app.data / "index.db").write_bytes(b"no database " * 1000)
    assert "option `repair`" in await refused(app)
    app.choose(repair=True)
    async with app.running():
        pass
    assert "repair: " in app.log


@pytest.mark.parametrize(
    "text", ['{"recordings": "../x"}', '{"recordings": ""}', "[]", "{", '{"more": 1}']
)
def test_options_that_make_no_sense_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "options.json"
    path.write_text(text)
    with pytest.raises(InvalidInput, match="options of the app"):
        read_options(path)


def test_without_a_file_of_options_the_defaults_hold(tmp_path: Path) -> None:
    assert read_options(tmp_path / "options.json") == AppOptions()


async def test_a_supervisor_that_comes_late_is_told_as_soon_as_it_is_there() -> None:
    naps: list[float] = []

    async def nap(seconds: float) -> None:
        naps.append(seconds)

    made = Supervisor("", fails=12)
    async with running(made):
        client = Client(made.token, made.url, sleep=nap)
        await client.run(Found(host="h", port=1, token="t"))
    assert made.discovered == {"neighborcam": {"host": "h", "port": 1, "token": "t"}}
    assert len(naps) == 12
    assert all(0 < each <= 300 for each in naps)
    assert naps[0] < naps[6]


async def test_the_message_is_the_one_that_the_integration_knows(
    supervisor: Supervisor,
) -> None:
    message = json.loads(DISCOVERY.read_bytes())
    found = Found(**message["config"])
    assert not await Client(supervisor.token, supervisor.url).run_once(found)
    assert supervisor.discovered == {message["service"]: message["config"]}


async def test_no_supervisor_and_a_foreign_one_are_told_apart() -> None:
    found = Found(host="h", port=1, token="secret")
    away = Client("x", f"http://127.0.0.1:{free_port()}")
    assert "does not answer" in await away.run_once(found)
    made = Supervisor("")
    async with running(made):
        assert "401" in await Client("another", made.url).run_once(found)
    assert "secret" not in repr(found)
