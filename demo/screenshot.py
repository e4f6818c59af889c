"""Take the README's picture: the demo's page in Chromium, with its first episodes.

python -m demo.screenshot docs/images/engine.png [--model FILE]
"""

import argparse
import contextlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

EPISODES = 4
PATIENCE_MS = 120_000
BROWSER_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def main() -> int:
    """Start the demo, wait for episodes, take the picture, end the demo."""
    parser = argparse.ArgumentParser(prog="python -m demo.screenshot")
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", type=Path, help="a YOLOX-nano ONNX file, for labels")
    options = parser.parse_args()
    with _demo(options.model) as page:
        _take(page, options.out)
    return 0


@contextlib.contextmanager
def _demo(model: Path | None) -> Iterator[str]:
    """Run the demo on a free port; yield the address that signs in."""
    command = [sys.executable, "-m", "demo.run", "--port", "0"]
    if model is not None:
        command += ["--model", str(model)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield _address(running)
    finally:
        running.terminate()
        running.wait()


def _address(running: subprocess.Popen[str]) -> str:
    for line in running.stdout or ():
        if found := re.search(r"http://\S+#pair=\w+", line):
            return found[0]
    raise RuntimeError("the demo ended before its page was ready")


def _take(address: str, out: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=BROWSER_OPTIONS
        )
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto(address)
        thumbnails = page.locator("nc-episode-card img")
        thumbnails.nth(EPISODES - 1).wait_for(timeout=PATIENCE_MS)
        page.wait_for_timeout(3000)  # a moment for pictures that are on their way
        page.screenshot(path=out)
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
