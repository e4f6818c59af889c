"""script/bench app: the app's image, from the start of its container to a picture.

Needs root and the image that script/test-image builds. One camera is known already, as
after an update of the app or a power cut; it sends a key frame every second.
"""

import argparse
import contextlib
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from demo.render import render_sizes
from demo.rtsp_server import RtspServer, running_server
from demo.scenes import PASSER_BY
from neighborcam.engine.api.access import Tokens
from neighborcam.engine.api.messages import Scope
from neighborcam.engine.clock import utc_now
from neighborcam.engine.config import CameraConfig
from neighborcam.engine.index.store import Index
from tests.bench.table import Row, save, show
from tests.image.podman import GATEWAY, NETWORK, SUBNET, Container, podman

_ADDRESS = "172.30.33.5"
_USER = 848


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="script/bench app")
    parser.add_argument("--starts", type=int, default=10)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    podman("network", "rm", "--force", NETWORK, check=False)
    podman("network", "create", "--subnet", SUBNET, "--gateway", GATEWAY, NETWORK)
    with tempfile.TemporaryDirectory(prefix="neighborcam-bench-") as made:
        folder = Path(made)
        files = {folder / "main.mp4": (1280, 720), folder / "sub.mp4": (320, 180)}
        render_sizes(PASSER_BY, files, fps=15, gop_s=1.0)
        clips = {"yard": folder / "main.mp4", "yard-sub": folder / "sub.mp4"}
        with running_server(clips, host="0.0.0.0") as cameras:
            token = _known(folder / "data", cameras)
            rows = [_start(folder / "data", token) for _ in range(options.starts)]
    podman("network", "rm", "--force", NETWORK, check=False)
    median: Row = {
        key: statistics.median(float(row[key]) for row in rows) for key in rows[0]
    }
    show(f"The app, from the start of its container, median of {len(rows)}", [median])
    save(options.json, {"app": [*rows]})
    return 0


def _known(data: Path, cameras: RtspServer) -> str:
    """Make a data folder with a camera; return a token for it."""
    address = f"rtsp://{GATEWAY}:{cameras.port}/yard"
    with Index.open(data) as index:
        index.put_camera(
            CameraConfig(
                id="yard", name="Yard", main_url=address, sub_url=f"{address}-sub"
            )
        )
        row, token = Tokens(()).make(name="bench", scope=Scope.VIEWER, now=utc_now())
        index.put_token(row)
    for path in (data, *data.rglob("*")):
        shutil.chown(path, _USER, _USER)
    return token


def _start(data: Path, token: str) -> Row:
    begun = time.monotonic()
    container = Container.run(
        "neighborcam-bench",
        *("--network", NETWORK, "--ip", _ADDRESS, "--volume", f"{data}:/data"),
        *("--read-only", "--tmpfs", "/tmp", "--user", f"{_USER}:{_USER}"),  # noqa: S108
        command=("engine", "--data", "/data", "--host", "0.0.0.0"),
    )
    try:
        url = f"http://{_ADDRESS}:8480"
        answers = _until(lambda: _get(f"{url}/healthz", token)) - begun
        picture = f"{url}/api/cameras/yard/snapshot.jpg"
        seen = _until(lambda: _get(picture, token)) - begun
        begun_to_stop = time.monotonic()
        container.stop()
        stopped = time.monotonic() - begun_to_stop
    finally:
        container.remove()
    return {"answers, s": answers, "first picture, s": seen, "stops in, s": stopped}


def _until(good: Callable[[], bool]) -> float:
    """Return when it was good."""
    while not good():
        time.sleep(0.02)
    return time.monotonic()


def _get(url: str, token: str) -> bool:
    headers = {"Authorization": f"Bearer {token}"}
    with contextlib.suppress(OSError, URLError):
        request = Request(url, headers=headers)  # noqa: S310 - our own container
        with urlopen(request, timeout=5) as answer:  # noqa: S310 - likewise
            return bool(answer.read())
    return False


if __name__ == "__main__":
    sys.exit(main())
