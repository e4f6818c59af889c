"""A page in Chromium, watched for errors and for requests that leave the house."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from demo.screenshot import BROWSER_OPTIONS
from neighborcam.engine.api.server import WEB_DIR
from neighborcam.engine.config import CameraConfig
from tests.web.fake_engine import FakeEngine, Video, make_video

SLOW_MS = 30_000  # upper bounds only: a busy machine with two cores needs them
expect.set_options(timeout=SLOW_MS)


@dataclass
class Watched:
    """A page and what it did wrong. ``forgiven``: words of errors a test expects."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    abroad: list[str] = field(default_factory=list)
    forgiven: tuple[str, ...] = ()

    def console(self, line: ConsoleMessage) -> None:
        """Note an error that the page or the browser wrote."""
        if line.type == "error":
            self.complaints.append(line.text)

    def asks(self, url: str, home: str) -> None:
        """Note a request that leaves the house."""
        if not url.startswith((home, "blob:", "data:")):
            self.abroad.append(url)


@pytest.fixture(scope="session")
def video() -> Video:
    return make_video(seconds=40)


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium_path, args=BROWSER_OPTIONS
        )
        yield opened
        opened.close()


@pytest.fixture
def engine(tmp_path: Path, video: Video) -> Iterator[FakeEngine]:
    if not (WEB_DIR / "index.html").is_file():
        pytest.fail("the page is not built: call script/build-web", pytrace=False)
    with FakeEngine(tmp_path, video) as running:
        yield running


@pytest.fixture
def door(engine: FakeEngine) -> CameraConfig:
    config = CameraConfig(
        id="front-door", name="Front door", main_url="rtsp://192.0.2.9/main"
    )
    engine.cameras.configs[config.id] = config
    engine.index.put_camera(config)
    return config


@pytest.fixture
def watched(browser: Browser, engine: FakeEngine) -> Iterator[Watched]:
    """Open a page that must stay without errors and inside the house."""
    context = browser.new_context(viewport={"width": 1360, "height": 900})
    page = context.new_page()
    page.set_default_timeout(SLOW_MS)
    seen = Watched(page)
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("console", seen.console)
    page.on("request", lambda asked: seen.asks(asked.url, engine.url))
    yield seen
    context.close()
    told = [
        text
        for text in seen.complaints
        if not any(word in text for word in seen.forgiven)
    ]
    assert told == []
    assert seen.abroad == []


@pytest.fixture
def page(watched: Watched, engine: FakeEngine) -> Page:
    """The page of a device that has just paired by its link."""
    watched.page.goto(f"{engine.url}#pair={engine.pairing_code()}")
    watched.page.locator("nc-home-page").wait_for()
    return watched.page
