"""`script/demo --request`: a newcomer plays an officer, a supervisor and an owner."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import (
    BrowserContext,
    Locator,
    Page,
    expect,
    sync_playwright,
)

from demo.render import render
from demo.scenes import PASSER_BY
from demo.screenshot import BROWSER_OPTIONS
from demo.started import StartedDemo, started_demo

pytestmark = [pytest.mark.browser, pytest.mark.journey, pytest.mark.timeout(600)]

SLOW_MS = 60_000  # upper bounds: two cores run hub, town, engine, desks and Chromium
CASE = "2026-004711"


@dataclass
class Played:
    """Four tabs, as the demo's text says; pictures of each step lie in ``folder``."""

    demo: StartedDemo
    context: BrowserContext
    folder: Path
    complaints: list[str]
    taken: int = 0

    def tab(self, link: str) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(SLOW_MS)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(link)
        return page

    def look(self, page: Page, name: str) -> None:
        self.taken += 1
        page.screenshot(path=self.folder / f"{self.taken:02}-{name}.png")


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[StartedDemo]:
    clip = tmp_path / "Street.mp4"
    render(PASSER_BY, clip, size=(640, 360), fps=10, gop_s=1.0)
    ports = ("--port", "0", "--hub-port", "0")
    with started_demo("--request", "--video", str(clip), *ports) as running:
        yield running


@pytest.fixture
def played(chromium_path: str, demo: StartedDemo, tmp_path: Path) -> Iterator[Played]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path, args=BROWSER_OPTIONS
        )
        context = browser.new_context(
            viewport={"width": 1280, "height": 900}, locale="en-US"
        )
        complaints: list[str] = []
        yield Played(demo, context, tmp_path, complaints)
        browser.close()
    assert complaints == []


def test_officer_supervisor_and_owner_are_played_in_a_browser(played: Played) -> None:
    expect.set_options(timeout=SLOW_MS)
    officer = unlocked(played, played.demo.officer)
    supervisor = unlocked(played, played.demo.supervisor)
    home = played.tab(played.demo.page)
    ask(played, officer, supervisor)
    answer(played, home)
    read_the_log(played)
    open_it(played, officer)
    account_for_it(played, officer)
    see_receipts(played, home)


def unlocked(played: Played, link: str) -> Page:
    page = played.tab(link)
    page.get_by_label("Passphrase", exact=True).fill(played.demo.password)
    page.get_by_role("button", name="Unlock").click()
    page.get_by_role("heading", name="Cases").wait_for()
    return page


def ask(played: Played, officer: Page, supervisor: Page) -> None:
    """Write, sign, countersign on the other desk, submit."""
    officer.get_by_role("link", name="New request").click()
    officer.get_by_label("Case number").fill(CASE)
    officer.get_by_label("Offence").select_option("burglary")
    officer.get_by_label("Why is it necessary").fill("No camera of the city saw it.")
    officer.get_by_label("What are you looking for?").fill(
        "A van that left in a hurry."
    )
    officer.get_by_label("scene").check()
    officer.get_by_role("button", name="Circle in the middle").click()
    expect(officer.get_by_role("main").get_by_text("It may be asked.")).to_be_visible()
    played.look(officer, "request")
    officer.get_by_role("button", name="Look at it and sign").click()
    played.look(officer, "preview")
    officer.get_by_role("button", name="Sign as officer").click()
    link = carried(officer)
    played.look(officer, "signed")
    supervisor.get_by_role("link", name="Countersign").click()
    carry_in(supervisor.locator("nc-carry-in"), link)
    supervisor.get_by_role("button", name="Sign as supervisor").click()
    played.look(supervisor, "countersign")
    supervisor.get_by_role("button", name="Yes, sign").click()
    link = carried(supervisor)
    officer.get_by_role("link", name="Countersign").click()
    carry_in(officer.locator("nc-carry-in"), link)
    officer.get_by_role("button", name="Submit to the stewards").click()
    expect(
        officer.get_by_role("main").get_by_text("It is with the stewards now")
    ).to_be_visible()
    played.look(officer, "submitted")


def answer(played: Played, home: Page) -> None:
    """The steward let it pass; the owner looks at a clip, and approves."""
    open_requests(home)
    played.look(home, "requests")
    home.get_by_role("button", name="Look at it").click()
    home.get_by_role("button", name="Make the clip and look at it").click()
    film = home.get_by_label("The clip that would leave")
    home.wait_for_function("v => v.readyState >= 2", arg=film.element_handle())
    played.look(home, "clip")
    home.get_by_label("Words to the agency").fill("It turned left.")
    home.get_by_role("button", name="Approve these clips").click()
    expect(home.get_by_text("It turned left.")).to_be_visible()
    played.look(home, "approved")


def open_requests(home: Page) -> None:
    home.get_by_role("button", name="Neighbours").click()
    home.get_by_role("button", name="Requests").click()
    home.get_by_role("button", name="Look at it").wait_for()


def read_the_log(played: Played) -> None:
    hub = played.tab(played.demo.hub)
    played.look(hub, "hub")
    hub.get_by_role("link", name="Public log").click()
    words = hub.get_by_role("main").get_by_text("A van that left in a hurry.")
    expect(words.first).to_be_visible()
    played.look(hub, "log")


def open_it(played: Played, officer: Page) -> None:
    """Collect until it is there; several homes took part, and one answered."""
    officer.get_by_role("link", name="Cases").click()
    officer.get_by_role("heading", name=CASE).click()
    collect = officer.get_by_role("button", name="Collect now")
    words = officer.get_by_role("main").get_by_text("It turned left.")
    deadline = time.monotonic() + SLOW_MS / 1000
    while not words.count():
        assert time.monotonic() < deadline
        collect.click()
        officer.wait_for_timeout(1000)
    expect(
        officer.get_by_role("main").get_by_text("7 homes took part").first
    ).to_be_visible()
    officer.get_by_role("button", name="Open", exact=True).click()
    film = officer.locator("video")
    film.wait_for()
    officer.wait_for_function("v => v.readyState >= 2", arg=film.element_handle())
    played.look(officer, "opened")


def account_for_it(played: Played, officer: Page) -> None:
    officer.get_by_role("button", name="End it: resolved").click()
    officer.get_by_role("button", name="Yes, end it").click()
    officer.get_by_label("What came of it").select_option("helped")
    officer.get_by_role("button", name="File the outcome").click()
    officer.get_by_role("button", name="Look what would be deleted").click()
    officer.get_by_role("button", name="Delete, and attest it").click()
    officer.get_by_role("button", name="Yes, destroy and attest").click()
    expect(officer.get_by_role("main").get_by_text("Attested: deleted")).to_be_visible()
    played.look(officer, "closed")


def see_receipts(played: Played, home: Page) -> None:
    home.reload()
    open_requests(home)
    home.get_by_role("button", name="Look at it").click()
    expect(home.get_by_text("The agency says that it has deleted it")).to_be_visible()
    home.get_by_text(
        "The agency says that it has deleted it"
    ).scroll_into_view_if_needed()
    played.look(home, "receipts")


def carried(page: Page) -> str:
    """Return the text that the page wants to have carried elsewhere."""
    return page.locator("nc-carry-out textarea").input_value()


def carry_in(part: Locator, text: str) -> None:
    part.get_by_role("textbox").fill(text)
    part.get_by_role("button", name="Read").click()
