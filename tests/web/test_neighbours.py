"""The neighbourhood in the engine's page: a real hub, real sharing, Chromium."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from demo.town_home import CELL
from neighborcam.hub.moderation import Case
from neighborcam.protocol.alerts import Scope
from neighborcam.protocol.cells import center
from tests.web.conftest import Watched
from tests.web.running_hub import RunningHub

pytestmark = pytest.mark.browser

HERE = center(CELL)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[RunningHub]:
    with RunningHub(tmp_path / "hub") as running:
        yield running


def invite(hub: RunningHub) -> str:
    home = hub.home
    return hub.run(home.link.invite(home.member, "0" * 32))


def join(page: Page, hub: RunningHub) -> None:
    page.get_by_role("button", name="Neighbours").click()
    page.get_by_label("Invite, the whole link").fill(invite(hub))
    page.get_by_label("Latitude").fill(str(HERE[0]))
    page.get_by_label("Longitude").fill(str(HERE[1]))
    expect(page.get_by_role("button", name="Join the hub")).to_be_disabled()
    page.get_by_label("I want this home to take part").check()
    page.get_by_role("button", name="Join the hub").click()
    expect(page.get_by_role("status").filter(has_text="connected")).to_be_visible()


def test_joining_shows_the_alerts_that_are_near(page: Page, hub: RunningHub) -> None:
    hub.post(headline="Smoke above the school")
    join(page, hub)
    expect(page.get_by_role("heading", name="Smoke above the school")).to_be_visible()


def test_an_invite_that_is_none_is_told_in_words(page: Page, watched: Watched) -> None:
    watched.forgiven = ("400",)
    page.get_by_role("button", name="Neighbours").click()
    page.get_by_label("Invite, the whole link").fill("https://hub.example/join")
    page.get_by_label("Latitude").fill("52.5")
    page.get_by_label("Longitude").fill("13.4")
    page.get_by_label("I want this home to take part").check()
    page.get_by_role("button", name="Join the hub").click()
    expect(page.get_by_role("alert")).to_contain_text("whole link")


def test_an_alert_is_looked_at_before_it_leaves_and_stands_in_the_diary(
    page: Page, hub: RunningHub
) -> None:
    join(page, hub)
    page.get_by_role("button", name="Write").click()
    page.get_by_label("What happened?").fill("A tree lies across the lane")
    page.get_by_label("Kind").select_option("hazard")
    page.get_by_role("button", name="See what would leave").click()
    expect(page.get_by_text("This would leave, and nothing else")).to_be_visible()
    expect(page.get_by_text("a hexagon of about 0.66 km²")).to_be_visible()
    page.get_by_role("button", name="Diary").click()
    expect(page.get_by_text("Nothing has left this home")).to_be_visible()
    page.get_by_role("button", name="Write").click()
    page.get_by_label("What happened?").fill("A tree lies across the lane")
    page.get_by_role("button", name="See what would leave").click()
    page.get_by_role("button", name="Send to the neighbours").click()
    expect(page.get_by_text("alert: A tree lies across the lane")).to_be_visible()
    page.get_by_role("button", name="Alerts", exact=True).click()
    expect(
        page.get_by_role("heading", name="A tree lies across the lane")
    ).to_be_visible()


def test_a_household_says_one_thing_and_comments(page: Page, hub: RunningHub) -> None:
    hub.post(headline="Smoke above the school")
    join(page, hub)
    page.get_by_role("button", name="It is so").click()
    expect(page.get_by_role("button", name="Comments (0)")).to_be_visible()
    page.get_by_role("button", name="Comments (0)").click()
    page.get_by_label("Comment", exact=True).fill("I see it too")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text(re.compile("I see it too"))).to_be_visible()
    expect(page.get_by_role("button", name="Comments (1)")).to_be_visible()


async def waiting(hub: RunningHub) -> list[Case]:
    """Return the cases that wait, once one does: the home sends by itself."""
    async with asyncio.timeout(60):
        while not (cases := await hub.hub.desk.moderation.queue()):  # noqa: ASYNC110 - what happens elsewhere
            await asyncio.sleep(0.05)
    return cases


def test_an_author_reads_the_reasons_and_asks_for_another_look(
    page: Page, hub: RunningHub
) -> None:
    join(page, hub)
    page.get_by_role("button", name="Write").click()
    page.get_by_label("What happened?").fill("Grandfather did not come home")
    page.get_by_label("Kind").select_option("missing_person")
    page.get_by_role("button", name="See what would leave").click()
    page.get_by_role("button", name="Send to the neighbours").click()
    mine = page.get_by_role("article", name="Grandfather did not come home")
    expect(mine).to_contain_text("cannot read it now")
    moderation = hub.hub.desk.moderation
    (case,) = hub.run(waiting(hub))
    why = {"rule": "No private data", "fact": "A name", "steward": "ann"}
    hub.run(moderation.decide(case.id, "refused", **why))
    mine.get_by_role("button", name="What did stewards decide?").click()
    expect(mine.get_by_role("list", name="Decisions")).to_contain_text(
        "No private data"
    )
    mine.get_by_label("Why is that wrong?").fill("He is my own grandfather")
    mine.get_by_role("button", name="Ask for another look").click()
    expect(mine).to_contain_text("Another steward decides")
    (appeal,) = hub.run(waiting(hub))
    assert (appeal.opened_by, appeal.reason) == ("appeal", "He is my own grandfather")


def test_a_member_reads_at_the_hub_s_own_page(page: Page, hub: RunningHub) -> None:
    hub.post(scope=Scope.REGION, headline="Smoke above the school")
    join(page, hub)
    with page.expect_popup() as opening:
        page.get_by_role("button", name="Open the hub").click()
    tab = opening.value
    expect(tab.get_by_role("heading", name="Smoke above the school")).to_be_visible()
    assert "pass" not in tab.url
    expect(tab.get_by_text("All alerts of your region")).to_be_visible()


def test_wishes_are_kept_and_leaving_turns_sharing_off(
    page: Page, hub: RunningHub
) -> None:
    join(page, hub)
    page.get_by_role("button", name="Membership").click()
    page.get_by_label("Within how many metres").fill("1200")
    page.get_by_label("Noise").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Diary").click()
    page.get_by_role("button", name="Membership").click()
    expect(page.get_by_label("Within how many metres")).to_have_value("1200")
    expect(page.get_by_label("Noise")).to_be_checked()
    page.get_by_role("button", name="Leave the hub").click()
    page.get_by_role("button", name="Yes, leave").click()
    expect(page.get_by_text("Sharing is off: nothing leaves this home")).to_be_visible()
