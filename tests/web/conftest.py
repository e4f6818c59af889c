"""A page in Chromium, watched for errors and for requests that leave the house."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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
from tests.web.police import Police, policed_hub
from tests.web.running_hub import RunningHub

SLOW_MS = 30_000  # upper bounds only: a busy machine with two cores needs them
expect.set_options(timeout=SLOW_MS)
PAGES = ("index.html", "hub.html", "desk.html")


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


@contextmanager
def watching(browser: Browser, home: str, **options: Any) -> Iterator[Watched]:
    """Open a page that must stay without errors and ask nobody but its home.

    ``options``: of the browser's context, where a test wants others.
    """
    if not all((WEB_DIR / each).is_file() for each in PAGES):
        pytest.fail("the pages are not built: call script/build-web", pytrace=False)
    usual = {"viewport": {"width": 1360, "height": 900}, "locale": "en-US"}
    context = browser.new_context(**(usual | options))
    page = context.new_page()
    page.set_default_timeout(SLOW_MS)
    watched = Watched(page)
    page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    page.on("console", watched.console)
    page.on("request", lambda asked: watched.asks(asked.url, home))
    yield watched
    context.close()
    told = [
        text
        for text in watched.complaints
        if not any(word in text for word in watched.forgiven)
    ]
    assert told == []
    assert watched.abroad == []


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
    """Open a page of the engine."""
    with watching(browser, engine.url) as seen:
        yield seen


@pytest.fixture
def page(watched: Watched, engine: FakeEngine) -> Page:
    """The page of a device that has just paired by its link."""
    watched.page.goto(f"{engine.url}#pair={engine.pairing_code()}")
    watched.page.locator("nc-home-page").wait_for()
    return watched.page


@pytest.fixture
def policed(tmp_path: Path) -> Iterator[tuple[RunningHub, Police]]:
    """A hub, and the police that is a member of it."""
    with policed_hub(tmp_path / "hub") as running:
        yield running
