"""A newcomer's first minutes: one command, a browser, a live picture, an episode."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from demo.render import render
from demo.scenes import PASSER_BY
from demo.screenshot import BROWSER_OPTIONS
from demo.started import started_demo

pytestmark = [pytest.mark.browser, pytest.mark.journey]


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    clip = tmp_path / "Street.mp4"
    render(PASSER_BY, clip, size=(640, 360), fps=10, gop_s=1.0, audio="aac")
    alone = ("--port", "0", "--without-home-assistant", "--without-town")
    with started_demo("--video", str(clip), *alone) as running:
        yield running.page


@pytest.fixture
def page(chromium_path: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path, args=BROWSER_OPTIONS
        )
        yield browser.new_page()
        browser.close()


def wait_until_it_plays(page: Page, video: str) -> None:
    begun = page.locator(video).first.evaluate("video => video.currentTime")
    deadline = time.monotonic() + 30
    while page.locator(video).first.evaluate("video => video.currentTime") <= begun:
        assert time.monotonic() < deadline, f"{video} does not play"
        page.wait_for_timeout(100)


def test_live_picture_first_episode_and_its_recording(address: str, page: Page) -> None:
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    wait_until_it_plays(page, "nc-live-video video")

    card = page.locator("nc-episode-card").first
    expect(card.locator("img")).to_be_visible(timeout=40_000)
    card.click()
    wait_until_it_plays(page, "nc-clip-video video")
    assert complaints == []
