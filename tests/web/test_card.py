"""The dashboard card in a real browser, with a Home Assistant that a test plays."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import copyfile
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.architecture.sources import CHECKOUT

pytestmark = pytest.mark.browser

SCRIPT = CHECKOUT / "custom_components/neighborcam/frontend/neighborcam-card.js"
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw=="
EPISODES = [
    {
        "id": "2",
        "started_at": "2026-11-24T10:05:00+00:00",
        "ended_at": None,
        "labels": [],
        "thumbnail": None,
        "clip": None,
    },
    {
        "id": "1",
        "started_at": "2026-11-24T09:00:00+00:00",
        "ended_at": "2026-11-24T09:00:08+00:00",
        "labels": ["person"],
        "thumbnail": PIXEL,
        "clip": "data:video/mp4;base64,",
    },
]


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing of it."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    if not SCRIPT.is_file():
        pytest.fail("the card is not built: call script/build-web", pytrace=False)
    copyfile(SCRIPT, tmp_path / SCRIPT.name)
    copyfile(Path(__file__).with_name("card.html"), tmp_path / "index.html")
    handler = partial(Quiet, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever).start()
        context = browser.new_context(locale="en-GB", timezone_id="UTC")
        opened = context.new_page()
        opened.set_default_timeout(30_000)
        complaints: list[str] = []
        abroad: list[str] = []
        home = f"http://127.0.0.1:{server.server_port}/"
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.on(
            "request",
            lambda asked: (
                abroad.append(asked.url)
                if not asked.url.startswith((home, "data:"))
                else None
            ),
        )
        opened.goto(home)
        opened.wait_for_function("() => window.ready")
        yield opened
        context.close()
        server.shutdown()
    assert complaints == []
    assert abroad == []


def show(
    page: Page,
    config: dict[str, Any] | None = None,
    states: dict[str, str] | None = None,
    *,
    language: str = "en",
    answer: object = None,
) -> None:
    """Give the card what Home Assistant would."""
    page.evaluate(
        """([config, states, language, answer]) => {
          if (answer !== null) window.answer = answer;
          for (const [id, state] of Object.entries(states)) {
            const [, attributes] = window.states[id] ?? [];
            window.states[id] = [state, attributes];
          }
          if (config !== null) window.card.setConfig(config);
          window.show(language);
        }""",
        [config, states or {}, language, answer],
    )


CONFIG = {"type": "custom:neighborcam-card", "camera": "camera.gate"}


def test_a_still_is_shown_and_becomes_live_while_something_moves(page: Page) -> None:
    show(page, CONFIG)
    expect(page.get_by_role("img", name="Gate")).to_be_visible()
    expect(page.locator(".name")).to_have_text("Gate")
    expect(page.locator(".chip")).to_have_count(0)
    show(page, states={"binary_sensor.gate_motion": "on"})
    live = page.locator(".live hui-card")
    expect(live).to_contain_text('"camera_view":"live"')
    expect(page.locator(".chip.moves")).to_have_text("Motion")
    show(page, states={"binary_sensor.gate_motion": "off"})
    expect(live).to_have_count(0)


def test_a_card_that_leaves_the_page_lets_go_of_the_stream(page: Page) -> None:
    show(page, {**CONFIG, "view": "live"})
    expect(page.locator(".live hui-card")).to_be_visible()
    assert page.evaluate("() => { card.remove(); return card.live }") is None


def test_the_strip_shows_today_and_plays_what_has_ended(page: Page) -> None:
    show(page, CONFIG, answer={"episodes": EPISODES})
    frames = page.locator(".strip button")
    expect(frames).to_have_count(2)
    expect(frames.nth(0)).to_be_disabled()
    expect(frames.nth(0)).to_have_text("10:05 · now")
    expect(frames.nth(1)).to_have_text("09:00 · Person · 8 s")
    frames.nth(1).press("Enter")
    dialog = page.get_by_role("dialog", name="Gate · 09:00 · Person · 8 s")
    expect(dialog.locator("video")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)


def test_the_strip_is_asked_for_again_only_when_something_happened(page: Page) -> None:
    show(page, CONFIG, answer={"episodes": []})
    expect(page.get_by_text("Nothing has moved today.")).to_be_visible()
    show(page, states={"sensor.other": "1"})
    show(
        page,
        states={"image.gate_latest": "10:05"},
        answer={"episodes": EPISODES},
    )
    expect(page.locator(".strip button")).to_have_count(2)
    asked = {"type": "neighborcam/episodes", "entity_id": "camera.gate"}
    assert page.evaluate("() => window.asked") == [asked, asked]


def test_without_a_strip_nothing_is_asked(page: Page) -> None:
    show(page, {**CONFIG, "filmstrip": False})
    expect(page.get_by_role("img", name="Gate")).to_be_visible()
    expect(page.locator(".strip, .note")).to_have_count(0)
    assert page.evaluate("() => window.asked") == []


def test_a_failure_of_the_strip_is_told_and_leaves_the_picture(page: Page) -> None:
    page.evaluate("() => { window.answer = new Error('the disk is gone') }")
    show(page, CONFIG)
    alert = page.get_by_role("alert")
    expect(alert).to_have_text("Today's episodes cannot be shown: the disk is gone")
    expect(page.get_by_role("img", name="Gate")).to_be_visible()


def test_open_requests_are_a_badge_that_says_that_answering_is_voluntary(
    page: Page,
) -> None:
    show(page, CONFIG, {"sensor.requests": "1"})
    badge = page.locator(".chip.request")
    expect(badge).to_have_text("1 open police request; answering is voluntary")
    show(page, states={"sensor.requests": "0"})
    expect(badge).to_have_count(0)


@pytest.mark.parametrize(
    ("config", "states", "words"),
    [
        ({**CONFIG, "camera": "camera.gone"}, {}, "does not exist any more"),
        (CONFIG, {"camera.gate": "unavailable"}, "engine does not answer"),
        (CONFIG, {"switch.gate_privacy": "on"}, "dark for everybody"),
        (CONFIG, {"camera.gate": "off"}, "switched off"),
        (CONFIG, {"binary_sensor.gate_connection": "off"}, "cannot be reached"),
    ],
)
def test_what_is_wrong_is_said_in_the_place_of_the_picture(
    page: Page, config: dict[str, Any], states: dict[str, str], words: str
) -> None:
    show(page, {**config, "view": "live"}, states)
    expect(page.get_by_role("alert")).to_contain_text(words)
    expect(page.locator(".stage > img, .live")).to_have_count(0)


def test_it_speaks_german(page: Page) -> None:
    show(page, CONFIG, {"binary_sensor.gate_motion": "on"}, language="de")
    expect(page.locator(".chip.moves")).to_have_text("Bewegung")


def test_it_follows_the_theme(page: Page) -> None:
    show(page, CONFIG, answer={"episodes": EPISODES})
    page.evaluate(
        "() => document.documentElement.style.setProperty("
        "'--secondary-text-color', 'rgb(1, 2, 3)')"
    )
    expect(page.locator(".when").first).to_have_css("color", "rgb(1, 2, 3)")


def test_the_editor_asks_for_one_of_our_cameras(page: Page) -> None:
    form = page.evaluate("() => card.constructor.getConfigForm().schema")
    assert [field["name"] for field in form] == [
        *("camera", "view", "title", "filmstrip"),
    ]
    (only,) = form[0]["selector"]["entity"]["filter"]
    assert only == {"integration": "neighborcam", "domain": "camera"}
    labels = page.evaluate(
        "() => ['camera', 'view', 'title', 'filmstrip'].map((name) =>"
        " card.constructor.getConfigForm().computeLabel({ name }))"
    )
    assert labels == ["Camera", "Picture", "Title", "Today's episodes"]
    show(page, CONFIG)
    stub = page.evaluate("() => card.constructor.getStubConfig(card.hass)")
    assert stub == {"camera": "camera.gate"}


def test_a_wrong_configuration_is_refused_in_words(page: Page) -> None:
    refused = page.evaluate(
        "() => { try { card.setConfig({}) } catch (error) { return error.message } }"
    )
    assert refused == "camera: choose a camera of NeighborCam"


def test_it_is_offered_where_cards_are_chosen(page: Page) -> None:
    (offered,) = page.evaluate("() => window.customCards")
    assert offered["type"] == "neighborcam-card"
    assert page.evaluate("() => card.getCardSize()") == 7
    assert page.evaluate("() => card.getGridOptions().columns") == 12
