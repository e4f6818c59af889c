"""The engine and the fake cameras as processes of their own, as in a home."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final, Self

import psutil

NEIGHBORCAM: Final = (sys.executable, "-m", "neighborcam.cli")
_PATIENCE_S: Final = 60.0


def neighborcam(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end; its status is the caller's to judge."""
    return subprocess.run(
        [*NEIGHBORCAM, *arguments], check=False, capture_output=True, text=True
    )


def _ask(
    method: str, address: str, path: str, *, token: str = "", body: object = None
) -> Any:
    connection = HTTPConnection(address, timeout=_PATIENCE_S)
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        text = None if body is None else json.dumps(body)
        connection.request(method, path, text, headers)
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    if answer.status >= 400:
        raise RuntimeError(f"{method} {path}: {answer.status} {content.decode()}")
    return json.loads(content) if content else None


@dataclass(kw_only=True)
class FakeCameras:
    """`demo.rtsp_server` with ``urls`` of its cameras, cam0 first."""

    urls: Sequence[str]
    control: str
    process: psutil.Process

    def fault(self, name: str, mode: str) -> None:
        """Make a camera misbehave, or behave again (`ok`)."""
        _ask("POST", self.control, f"/{name}/{mode}")

    def pictures(self) -> list[int]:
        """Return how many pictures each camera has played."""
        status = _ask("GET", self.control, "/")
        return [status[f"cam{number}"]["pictures"] for number in range(len(self.urls))]


@contextmanager
def fake_cameras(files: Sequence[Path], count: int) -> Iterator[FakeCameras]:
    """Serve ``count`` cameras that play the files in turn."""
    command = [sys.executable, "-m", "demo.rtsp_server", *map(str, files)]
    command += ["--port", "0", "--control", "0", "--cameras", str(count)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        urls = [server.stdout.readline().strip() for _ in range(count)]
        line = server.stdout.readline()
        (control,) = re.findall(r"http://([\w.]+:\d+)/", line)
        yield FakeCameras(
            urls=urls, control=control, process=psutil.Process(server.pid)
        )
    finally:
        server.terminate()
        server.wait()


@dataclass(kw_only=True)
class EngineProcess:
    """`neighborcam engine` on a data folder; a context that ends it properly."""

    data: Path
    token: str
    log: Path
    address: str = ""
    _process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def process(self) -> psutil.Process:
        """The running process."""
        assert self._process is not None
        return psutil.Process(self._process.pid)

    def __enter__(self) -> Self:
        command = [*NEIGHBORCAM, "engine", "--data", str(self.data), "--port", "0"]
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if found := re.search(r"ready: http://([\w.:]+)/", line):
                self.address = found[1]
                return self
        raise RuntimeError(f"the engine did not start:\n{self.log.read_text()[-2000:]}")

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def kill(self) -> float:
        """End it with SIGKILL; return the instant."""
        assert self._process is not None
        instant = time.time()
        self._process.kill()
        self._process.wait()
        return instant

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Call the API; raises RuntimeError for a failure."""
        return _ask(method, self.address, path, token=self.token, body=body)

    def cameras(self) -> list[dict[str, Any]]:
        """Return every camera, by id."""
        found = self.ask("GET", "/api/cameras")
        return sorted(found, key=lambda camera: str(camera["id"]))

    def wait_until_live(self, patience_s: float = _PATIENCE_S) -> None:
        """Return when every camera is live and has sent pictures."""
        until = time.monotonic() + patience_s
        while time.monotonic() < until:
            views = self.cameras()
            if all(
                view["state"] == "live" and view["statistics"]["frames"] > 0
                for view in views
            ):
                return
            time.sleep(0.1)
        states = ", ".join(f"{view['id']} {view['state']}" for view in views)
        raise RuntimeError(f"not every camera is live after {patience_s:g} s: {states}")
