"""Take the README's pictures: pages of engine, hub, Home Assistant and desk.

python -m demo.screenshot [--out docs/images] [--model FILE] [--only desk]
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.async_api import async_playwright
from playwright.sync_api import Page, sync_playwright

from demo.desk import served_desk
from demo.police import ServedDesk
from demo.render import render
from demo.scenes import SCENES
from demo.started import StartedDemo, started_demo

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
    """Start the demo, wait for episodes, take the pictures, end the demo."""
    parser = argparse.ArgumentParser(prog="python -m demo.screenshot")
    parser.add_argument("--out", type=Path, default=Path("docs/images"))
    parser.add_argument("--model", type=Path, help="a YOLOX-nano ONNX file, for labels")
    parser.add_argument("--only", choices=["desk"], help="this picture alone")
    options = parser.parse_args()
    asyncio.run(_take_desk(options.out / "desk.png"))
    if options.only:
        return 0
    arguments = ["--port", "0", "--home-assistant-port", "0", "--hub-port", "0"]
    if options.model is not None:
        arguments += ["--model", str(options.model)]
    with started_demo(*arguments) as demo:
        with _browser(1280, 720) as page:
            _take_engine(page, demo, options.out / "engine.png")
        with _browser(1280, 720) as page:
            take_hub(page, demo, options.out / "hub.png")
        with _browser(1280, 800) as page:
            log_in(page, demo)
            _take_dashboard(page, options.out / "home-assistant.png")
    return 0


def log_in(page: Page, demo: StartedDemo) -> None:
    """Open the demo's dashboard as a person does."""
    page.goto(demo.dashboard)
    page.locator("input[name=username]").fill(demo.username)
    page.locator("input[name=password]").fill(demo.password)
    page.keyboard.press("Enter")
    page.locator("hui-root").wait_for()


@contextmanager
def _browser(width: int, height: int) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=BROWSER_OPTIONS
        )
        page = browser.new_page(
            viewport={"width": width, "height": height}, locale="en-US"
        )
        page.set_default_timeout(PATIENCE_MS)
        yield page
        browser.close()


def _take_engine(page: Page, demo: StartedDemo, out: Path) -> None:
    page.goto(demo.page)
    page.locator("nc-episode-card img").nth(EPISODES - 1).wait_for()
    page.wait_for_timeout(3000)  # a moment for pictures that are on their way
    page.screenshot(path=out)


def take_hub(page: Page, demo: StartedDemo, out: Path) -> None:
    """Take the picture of the hub's public page."""
    page.goto(demo.hub)
    page.locator(".leaflet-container path").nth(EPISODES).wait_for()
    page.wait_for_timeout(1000)  # the map settles
    page.screenshot(path=out)


async def _take_desk(out: Path) -> None:
    """Take the picture of a case at an agency's desk, with a clip to look at."""
    with tempfile.TemporaryDirectory(prefix="neighborcam-") as name:
        clip = Path(name) / "street.mp4"
        render(SCENES["street"], clip, size=(640, 360), fps=10, duration_s=12)
        async with served_desk(Path(name), clip.read_bytes()) as desk:
            await _look_at_desk(desk, out)


async def _look_at_desk(desk: ServedDesk, out: Path) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=BROWSER_OPTIONS
        )
        page = await browser.new_page(
            viewport={"width": 1280, "height": 900}, locale="en-US"
        )
        page.set_default_timeout(PATIENCE_MS)
        await page.goto(desk.link)
        await page.get_by_label("Passphrase").fill(desk.passphrase)
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="2026-004711").click()
        await page.get_by_role("button", name="Open", exact=True).click()
        await page.locator("video").evaluate("video => { video.currentTime = 6; }")
        await page.wait_for_timeout(3000)  # the picture of that moment
        await page.screenshot(path=out)
        await browser.close()


def _take_dashboard(page: Page, out: Path) -> None:
    page.locator("video").nth(1).wait_for()
    page.wait_for_function(
        "() => document.querySelector('home-assistant')"
        ".hass.states['binary_sensor.street_motion']?.state === 'on'"
    )
    page.wait_for_timeout(3000)  # likewise
    page.screenshot(path=out)


if __name__ == "__main__":
    sys.exit(main())
