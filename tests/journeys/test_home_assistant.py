"""A newcomer's Home Assistant: log in, see the street, see motion, play a recording."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, sync_playwright

from demo.home_assistant import LOG
from demo.render import render
from demo.scenes import PASSER_BY
from demo.screenshot import BROWSER_OPTIONS, log_in
from demo.started import StartedDemo, started_demo
from tests.journeys.test_first_evening import wait_until_it_plays

pytestmark = [pytest.mark.browser, pytest.mark.journey, pytest.mark.timeout(300)]

SLOW_MS = (
    90_000  # a machine of two cores runs cameras, engine, Home Assistant, Chromium
)
MOTION = "binary_sensor.street_motion"
# Home Assistant says this of every custom integration.
FORGIVEN = "which has not been tested by Home Assistant"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where Home Assistant keeps its configuration and log."""
    return tmp_path_factory.mktemp("journey") / "home-assistant"


@pytest.fixture(scope="module")
def demo(data: Path) -> Iterator[StartedDemo]:
    clip = data.with_name("Street.mp4")
    render(PASSER_BY, clip, size=(640, 360), fps=10, gop_s=1.0)
    with started_demo(
        *("--video", str(clip), "--port", "0", "--hub-port", "0"),
        *("--home-assistant-port", "0", "--home-assistant-data", str(data)),
    ) as running:
        yield running


@pytest.fixture(scope="module")
def page(chromium_path: str, demo: StartedDemo) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path, args=BROWSER_OPTIONS
        )
        page = browser.new_page(viewport={"width": 1360, "height": 900}, locale="en-US")
        page.set_default_timeout(SLOW_MS)
        log_in(page, demo)
        yield page
        browser.close()


def wait_for_state(page: Page, entity: str, state: str) -> None:
    page.wait_for_function(
        "([entity, state]) => document.querySelector('home-assistant')"
        ".hass.states[entity]?.state === state",
        arg=[entity, state],
        timeout=SLOW_MS,
    )


def test_the_dashboard_plays_the_street(page: Page) -> None:
    page.locator("neighborcam-card .live video").wait_for(state="attached")
    wait_until_it_plays(page, "neighborcam-card .live video")


def test_motion_turns_on_and_off_with_the_scene(page: Page) -> None:
    for state in ("off", "on", "off"):
        wait_for_state(page, MOTION, state)


def test_neighbours_alerts_are_on_the_map_and_can_be_confirmed(page: Page) -> None:
    """They come from the demo's hub, which thirty homes share."""
    page.wait_for_function(
        "() => Object.values(document.querySelector('home-assistant').hass.states)"
        ".filter(s => s.entity_id.startsWith('geo_location.')"
        " && s.attributes.source === 'neighborcam').length >= 5",
        timeout=SLOW_MS,
    )


def test_an_alert_is_previewed_shared_and_seen_by_the_town(
    page: Page,
) -> None:
    share = (
        "async preview => (await document.querySelector('home-assistant').hass"
        ".callService('neighborcam', 'share_alert', {category: 'power',"
        " headline: 'No light in our lane', preview_only: preview}, undefined, false,"
        " true)).response.alert.headline"
    )
    assert page.evaluate(share, arg=True) == "No light in our lane"
    on_the_map = (
        "() => Object.values(document.querySelector('home-assistant').hass.states)"
        ".some(s => s.entity_id.startsWith('geo_location.')"
        " && s.attributes.headline === 'No light in our lane')"
    )
    page.wait_for_timeout(1000)
    assert not page.evaluate(on_the_map)  # a preview sends nothing
    page.evaluate(share, arg=False)
    # It comes back by way of the hub: what we see, the neighbours see.
    page.wait_for_function(on_the_map, timeout=SLOW_MS)


def test_our_card_shows_the_episodes_of_today_and_plays_one(page: Page) -> None:
    card = page.locator("neighborcam-card")
    card.locator(".strip button:enabled img").first.click()
    wait_until_it_plays(page, "neighborcam-card dialog video")
    page.keyboard.press("Escape")
    card.locator("dialog").wait_for(state="detached")


def test_a_recording_is_found_in_the_media_browser_and_plays(
    page: Page, demo: StartedDemo
) -> None:
    page.goto(urljoin(demo.dashboard, "/media-browser/browser"))
    for title in ("NeighborCam", "Street", "Today"):
        page.locator(".child", has_text=title).first.click()
    newest_but_one = page.locator(".child", has_text=re.compile(r"\d\d:\d\d:\d\d · \d"))
    newest_but_one.first.locator(".play").click(force=True)
    wait_until_it_plays(page, "video")


def test_home_assistant_has_nothing_to_say_against_us(data: Path) -> None:
    lines = (data / LOG).read_text().splitlines()
    assert any(FORGIVEN in line for line in lines)  # it is the right log
    told = [line for line in lines if re.search("WARNING|ERROR|CRITICAL", line)]
    against = [line for line in told if re.search("neighborcam", line, re.IGNORECASE)]
    assert [line for line in against if FORGIVEN not in line] == []
    assert [line for line in lines if "blocking call" in line] == []
