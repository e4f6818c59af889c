"""The app's image, run as the Supervisor runs it, beside a stand-in for that."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

from demo.render import render_sizes
from demo.rtsp_server import RtspServer, running_server
from demo.scenes import PASSER_BY
from tests.conftest import CHECKOUT
from tests.image.podman import (
    GATEWAY,
    NETWORK,
    SUBNET,
    SUPERVISOR,
    Container,
    podman,
)

TOKEN = "what the Supervisor gave"
APP = "172.30.33.5"
OPTIONS = {"log_level": "info", "recordings": "neighborcam", "repair": False}


class Refused(AssertionError):
    """The answer is an error; its text begins with the status."""


def until[T](good: Callable[[], T], patience_s: float = 60) -> T:
    """Return the first true answer; what is not there yet may raise."""
    end = time.monotonic() + patience_s
    problem: Exception | None = None
    while time.monotonic() < end:
        try:
            if answer := good():
                return answer
        except (OSError, URLError, AssertionError) as error:
            problem = error
        time.sleep(0.1)
    raise AssertionError("it did not happen in time") from problem


def ask(
    url: str, *, method: str = "GET", token: str | None = None, body: Any = None
) -> Any:
    """Return the decoded answer of an API."""
    headers = {"Content-Type": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data=data, headers=headers, method=method)  # noqa: S310
    try:
        with urlopen(request, timeout=20) as answer:  # noqa: S310 - our own containers
            content = answer.read()
    except HTTPError as refusal:
        with refusal:
            raise Refused(f"{refusal.code}: {refusal.read()!r}") from None
    return json.loads(content) if content else None


@dataclass
class App:
    """The app below the stand-in, with folders of its own."""

    folder: Path
    container: Container
    options: dict[str, Any]
    owner: int = 0
    may_record: bool = True

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def media(self) -> Path:
        return self.folder / "media"

    def choose(self, **options: Any) -> None:
        """Write the options as the Supervisor does: root's own, at each start."""
        self.options = {**self.options, **options}
        path = self.data / "options.json"
        path.unlink(missing_ok=True)
        path.write_text(json.dumps(self.options, indent=2))
        path.chmod(0o600)
        shutil.chown(path, self.owner, self.owner)

    def run(self, *more: str) -> None:
        """Start it as the Supervisor starts an app."""
        self.choose()
        self.container = Container.run(
            "neighborcam-app",
            *("--network", NETWORK, "--ip", APP, "--hostname", "0a1b2c3d-neighborcam"),
            *("--add-host", f"supervisor:{SUPERVISOR}"),
            *("--env", f"SUPERVISOR_TOKEN={TOKEN}", "--env", "TZ=Europe/Berlin"),
            *("--tmpfs", "/tmp", "--volume", f"{self.data}:/data"),  # noqa: S108
            *("--volume", f"{self.media}:/media:{'rw' if self.may_record else 'ro'}"),
            *more,
        )

    def found(self) -> dict[str, Any]:
        """Return what Home Assistant was told, once it was."""
        url = f"http://{SUPERVISOR}/stand-in/discovered"
        found: dict[str, Any] = until(lambda: ask(url).get("neighborcam"))
        return found

    def api(self, path: str, **more: Any) -> Any:
        """Ask the engine as Home Assistant does."""
        token = self.found()["token"]
        until(lambda: self.container.exec("healthy")[0] == 0)
        return ask(f"http://{APP}:8480{path}", token=token, **more)

    def check(self) -> str:
        """Prove the data folder with the program of the image."""
        made = Container.run(
            "neighborcam-check",
            *("--network", "none", "--volume", f"{self.data}:/data"),
            *("--volume", f"{self.media}:/media"),
            command=("check", "/data", "--media", "/media/neighborcam"),
        )
        podman("wait", made.name)
        said, status = made.log, made.state["ExitCode"]
        made.remove()
        assert status == 0, said
        return said


@pytest.fixture(scope="session")
def network() -> Iterator[None]:
    podman("network", "rm", "--force", NETWORK, check=False)
    podman("network", "create", "--subnet", SUBNET, "--gateway", GATEWAY, NETWORK)
    yield
    podman("network", "rm", "--force", NETWORK, check=False)


@pytest.fixture
def supervisor(network: None) -> Iterator[str]:  # noqa: ARG001 - it has to be there
    """Yield the address of a stand-in at the Supervisor's own address."""
    made = Container.run(
        "neighborcam-supervisor",
        *("--network", NETWORK, "--ip", SUPERVISOR, "--workdir", "/checkout"),
        *("--volume", f"{CHECKOUT / 'demo'}:/checkout/demo:ro"),
        *("--entrypoint", "/opt/neighborcam/bin/python"),
        command=(
            *("-m", "demo.supervisor", "--app", f"http://{APP}:8099"),
            *("--token", TOKEN, "--host", "0.0.0.0"),
        ),
    )
    try:
        until(lambda: ask(f"http://{SUPERVISOR}/stand-in/discovered") is not None)
        yield f"http://{SUPERVISOR}"
    finally:
        made.remove()


@pytest.fixture
def hub_address(network: None) -> str:  # noqa: ARG001 - it has to be there
    return "172.30.33.9"


@pytest.fixture
def app(supervisor: str, tmp_path: Path) -> Iterator[App]:  # noqa: ARG001 - likewise
    made = App(tmp_path, Container("neighborcam-app"), dict(OPTIONS))
    made.data.mkdir()
    made.media.mkdir()
    yield made
    made.container.remove()
    shutil.rmtree(tmp_path, ignore_errors=True)


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("clips")
    files = {folder / "main.mp4": (640, 360), folder / "sub.mp4": (320, 180)}
    render_sizes(PASSER_BY, files, fps=10, gop_s=1.0)
    return {"yard": folder / "main.mp4", "yard-sub": folder / "sub.mp4"}


@pytest.fixture
def cameras(network: None, clips: dict[str, Path]) -> Iterator[RtspServer]:  # noqa: ARG001
    with running_server(clips, host="0.0.0.0") as server:
        yield server
