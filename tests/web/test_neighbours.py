"""The neighbourhood in the engine's page: a real hub, real sharing, Chromium."""

import asyncio
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from demo.town_home import CELL
from neighborcam.engine.config import CameraConfig
from neighborcam.engine.errors import HubMisbehaves
from neighborcam.hub.moderation import Case
from neighborcam.hub.store.schema import ALERTS
from neighborcam.protocol.alerts import Alert, Category, MsgType, Scope
from neighborcam.protocol.canonical import decode
from neighborcam.protocol.cells import center
from tests.web.conftest import Watched
from tests.web.fake_engine import FakeEngine, jpeg, picture
from tests.web.running_hub import RunningHub
from tests.web.test_page import begin_motion, end_motion

pytestmark = pytest.mark.browser

HERE = center(CELL)
OTHER_CELL = "881f1d4885fffff"
BYTES_OF = """
async image => Array.from(new Uint8Array(await (await fetch(image.src)).arrayBuffer()))
"""


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[RunningHub]:
    with RunningHub(tmp_path / "hub") as running:
        yield running


@pytest.fixture
def shared(engine: FakeEngine, door: CameraConfig) -> CameraConfig:
    """A camera whose pictures its owner lets be shared, beside one that is private."""
    for config in (
        msgspec.structs.replace(door, sharing=True),
        msgspec.structs.replace(door, id="garden", name="Garden", sharing=True),
        msgspec.structs.replace(door, id="hall", name="Hall"),
    ):
        engine.cameras.configs[config.id] = config
        engine.index.put_camera(config)
    return engine.cameras.configs[door.id]


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


def item(page: Page, headline: str) -> Locator:
    return page.locator("nc-alert-item").filter(has_text=headline)


def test_an_episode_becomes_an_alert_whose_exact_bytes_were_looked_at(
    shared: CameraConfig,
    page: Page,
    engine: FakeEngine,
    hub: RunningHub,
    watched: Watched,
) -> None:
    watched.forgiven = ("400",)
    for camera in (shared.id, "garden", "hall"):
        end_motion(engine, camera, begin_motion(engine, camera))
    join(page, hub)
    page.keyboard.press("Escape")
    page.locator("nc-episode-card").filter(has_text="Front door").click()
    page.get_by_role("button", name="Share").click()
    shown = page.get_by_role("img", name="The picture that would leave")
    expect(shown).to_be_visible()
    page.get_by_label("Theft").check(force=True)
    headline = page.get_by_label("What happened?")
    expect(headline).to_have_value(re.compile(r"^Theft, at \d"))
    expect(page.get_by_label("More")).to_have_value(re.compile("camera “Front door”"))
    page.get_by_label("More").fill("My bicycle. Reward for whoever finds it")
    expect(page.get_by_role("status", name="Advice")).to_contain_text("A reward sends")
    page.get_by_role("button", name="Add a picture").click()
    offered = page.get_by_role("group", name="Episodes of today")
    expect(offered.get_by_role("button")).to_have_count(1)  # the hall is private
    offered.get_by_role("button", name="Add Garden").click()
    garden = page.get_by_role("figure", name=re.compile("^Garden"))
    expect(garden.get_by_role("img")).to_be_visible()
    garden.get_by_role("button", name="Leave out Garden").click()
    page.get_by_label("When did it happen?").fill("2020-01-01T10:00")
    page.get_by_role("button", name="See what would leave").click()
    expect(page.get_by_role("alert")).to_contain_text("longer ago than 7 days")
    page.get_by_role("button", name="Diary").click()
    expect(page.get_by_text("Nothing has left this home")).to_be_visible()
    page.get_by_role("button", name="Write").click()
    page.get_by_label("When did it happen?").fill("")
    expect(headline).to_have_value(re.compile(r"^Theft, at \d"))
    page.get_by_role("button", name="See what would leave").click()
    expect(page.get_by_text("This would leave, and nothing else")).to_be_visible()
    expect(page.get_by_text("a hexagon of about 0.66 km²")).to_be_visible()
    expect(shown).to_be_visible()
    looked_at = sha256(bytes(shown.evaluate(BYTES_OF))).hexdigest()
    page.get_by_role("button", name="Send to the neighbours").click()
    expect(page.get_by_text("On its way to the hub").first).to_be_visible()

    async def arrived() -> Alert:
        async with hub.hub.desk.database.read() as tx:
            return decode((await tx.scalars(select(ALERTS.c.body))).one(), Alert)

    page.get_by_role("button", name="Diary").click()
    diary = page.get_by_role("list", name="What left this home")
    expect(diary.get_by_text("sent", exact=True)).to_have_count(2)  # words, picture
    assert [each.sha256 for each in hub.run(arrived()).media] == [looked_at]


def test_an_invite_that_is_none_is_told_in_words(page: Page, watched: Watched) -> None:
    watched.forgiven = ("400",)
    page.get_by_role("button", name="Neighbours").click()
    page.get_by_label("Invite, the whole link").fill("https://hub.example/join")
    page.get_by_label("Latitude").fill("52.5")
    page.get_by_label("Longitude").fill("13.4")
    page.get_by_label("I want this home to take part").check()
    page.get_by_role("button", name="Join the hub").click()
    expect(page.get_by_role("alert")).to_contain_text("whole link")


def write(page: Page, headline: str, category: str = "Hazard") -> None:
    page.get_by_role("button", name="Write", exact=True).click()
    page.get_by_label(category, exact=True).check(force=True)
    page.get_by_label("What happened?").fill(headline)
    page.get_by_role("button", name="See what would leave").click()
    page.get_by_role("button", name="Send to the neighbours").click()


def test_an_author_says_more_that_it_is_over_and_takes_it_back(
    page: Page, hub: RunningHub
) -> None:
    join(page, hub)
    write(page, "A tree lies across the lane")
    own = item(page, "A tree lies across the lane")
    expect(own).to_contain_text("Yours")
    own.get_by_role("button", name="I know more").click()
    form = page.get_by_role("form", name="What you know now")
    form.get_by_label("More").fill("The fire brigade saws it up.")
    form.get_by_role("button", name="Tell it").click()
    expect(own).to_contain_text("saws it up")
    expect(own).to_contain_text("Updated")
    own.get_by_role("button", name="It is over").click()
    own.get_by_role("button", name="Yes, it is over").click()
    expect(own.get_by_role("list", name="State")).to_contain_text("Over")
    own.get_by_role("button", name="Take back").click()
    own.get_by_role("button", name="Yes, take it back").click()
    expect(own).to_contain_text("Cancelled")
    expect(own.get_by_role("button")).to_have_count(0)


def test_list_and_map_show_how_alerts_stand_on_a_phone_too(
    page: Page, hub: RunningHub
) -> None:
    fire = hub.post(headline="Smoke above the school", severity="severe")
    lamp = hub.post(category=Category.POWER, headline="Dark", cell=OTHER_CELL)
    join(page, hub)
    expect(page.locator("nc-alert-item")).to_have_count(2)
    hexagons = page.locator("nc-hub-map path.cell")
    expect(hexagons).to_have_count(2)
    hexagons.and_(page.locator(f"[data-cell='{lamp.cell}']")).focus()
    page.keyboard.press("Enter")
    expect(item(page, "Dark")).to_have_attribute("selected", "")
    hub.update(lamp, headline="Light again", urgency="past", msg_type=MsgType.UPDATE)
    over = item(page, "Light again").get_by_role("list", name="State")
    expect(over).to_contain_text("Over")
    expect(over).to_contain_text("Updated")
    expect(page.locator("nc-alert-item").last).to_contain_text("Light again")
    page.set_viewport_size({"width": 360, "height": 740})
    body = page.locator("nc-neighbours nc-dialog .body")
    assert body.evaluate("each => each.scrollWidth <= each.clientWidth")
    page.get_by_role("button", name="Map", exact=True).click()
    expect(item(page, "Smoke")).to_be_hidden()
    expect(hexagons.first).to_be_visible()
    page.get_by_role("button", name="List", exact=True).click()
    hub.run(hub.home.cancel(fire))
    expect(item(page, "Smoke")).to_contain_text("Cancelled")
    hub.run(hub._close())
    away = page.get_by_role("status").filter(has_text="cannot be reached")
    expect(away).to_be_visible()
    hub.run(hub._open())


def test_what_waits_for_a_hub_that_is_away_is_told_and_can_be_taken_back(
    page: Page, hub: RunningHub, engine: FakeEngine
) -> None:
    join(page, hub)
    write(page, "A lamp is out")
    expect(item(page, "A lamp is out")).to_be_visible()
    hub.run(hub._close())
    write(page, "A tree lies across the lane")
    waiting = page.get_by_role("region", name="On its way")
    expect(waiting).to_contain_text("Waits for the hub")
    waiting.get_by_role("button", name="Take back").click()
    waiting.get_by_role("button", name="Yes, take it back").click()
    expect(waiting).to_contain_text("cancel: A tree")
    hub.run(hub._open())
    assert engine.neighbourhood.is_on


def test_a_household_says_one_thing_comments_and_reports(
    page: Page, hub: RunningHub
) -> None:
    alert = hub.post(headline="Smoke above the school", severity="severe")
    hub.run(hub.home.comment(alert, "It was the neighbour at number 12"))
    join(page, hub)
    smoke = item(page, "Smoke above the school")
    for told in ("Fire", "Severe", "Not confirmed yet", "Comments (1)"):
        expect(smoke).to_contain_text(told)
    smoke.get_by_role("button", name="It is so").click()
    said = smoke.get_by_role("button", name="It is so", exact=True)
    expect(said).to_have_attribute("aria-pressed", "true")
    smoke.get_by_role("button", name="Comments").click()
    smoke.get_by_label("Comment", exact=True).fill("I see it too")
    smoke.get_by_role("button", name="Send").click()
    expect(smoke.get_by_text("I see it too")).to_be_visible()
    expect(smoke.get_by_role("button", name="Comments (2)")).to_be_visible()
    comments = smoke.get_by_role("list", name="Comments")
    comments.get_by_role("button", name="Report").click()
    smoke.get_by_label("What is wrong with this comment?").fill("It names a house")
    smoke.get_by_role("button", name="Report to the stewards").click()
    smoke.get_by_role("button", name="Report", exact=True).first.click()
    smoke.get_by_label("What is wrong with this alert?").fill("There is no smoke")
    smoke.get_by_role("button", name="Report to the stewards").click()
    page.get_by_role("button", name="Diary").click()
    reports = page.get_by_role("listitem").filter(has_text="report:")
    expect(reports.get_by_text("sent", exact=True)).to_have_count(2)
    reasons = {case.reason for case in hub.run(hub.hub.desk.moderation.queue())}
    assert reasons == {"It names a house", "There is no smoke"}


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
    write(page, "Grandfather did not come home", "Missing person")
    page.get_by_role("button", name="Diary").click()
    mine = page.get_by_role("article", name="Grandfather did not come home")
    expect(mine).to_contain_text("A steward looks at it first")
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
    assert tab.evaluate("window.opener") is None
    expect(tab.get_by_text("All alerts of your region")).to_be_visible()


def test_wishes_are_kept_and_an_invite_is_read_from_a_photo_of_its_qr_code(
    page: Page, hub: RunningHub
) -> None:
    join(page, hub)
    page.get_by_role("button", name="Membership").click()
    expect(page.get_by_role("region", name="Mill Lane")).to_contain_text(hub.url)
    page.get_by_label("Within how many metres").fill("1200")
    page.get_by_label("Noise").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Diary").click()
    page.get_by_role("button", name="Membership").click()
    expect(page.get_by_label("Within how many metres")).to_have_value("1200")
    expect(page.get_by_label("Noise")).to_be_checked()
    page.get_by_role("button", name="Make an invite").click()
    link = page.get_by_label("Invite for a neighbour").input_value()
    code = page.get_by_role("img", name="The invite as a QR code")
    photo = code.screenshot()
    page.get_by_role("button", name="Leave the hub").click()
    page.get_by_role("button", name="Yes, leave").click()
    expect(page.get_by_text("Sharing is off: nothing leaves this home")).to_be_visible()
    reader = page.get_by_label("Read it from a photo")
    blank = jpeg(picture(30))
    reader.set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": blank})
    expect(page.get_by_role("alert")).to_contain_text("No QR code was found")
    reader.set_input_files({"name": "b.png", "mimeType": "image/png", "buffer": photo})
    expect(page.get_by_label("Invite, the whole link")).to_have_value(link)
    expect(page.get_by_text("This leads to the hub at localhost")).to_be_visible()


def test_a_hub_that_lied_is_trusted_again_only_after_the_reasons_were_shown(
    page: Page, hub: RunningHub, engine: FakeEngine
) -> None:
    hub.post(headline="Smoke above the school")
    join(page, hub)
    expect(item(page, "Smoke above the school")).to_be_visible()

    async def lose_trust() -> None:
        life = engine.neighbourhood._life
        assert life is not None
        life._trust.lose(HubMisbehaves("its log has two pasts", "evidence/7.json"))

    engine.run(lose_trust())
    why = page.get_by_role("region", name="does not believe Mill Lane any more")
    expect(why).to_contain_text("its log has two pasts")
    expect(why).to_contain_text("evidence/7.json")
    expect(item(page, "Smoke above the school")).to_have_count(0)
    again = why.get_by_role("button", name="Trust it again")
    expect(again).to_be_disabled()
    why.get_by_label("I have read why").check()
    again.click()
    expect(item(page, "Smoke above the school")).to_be_visible()
    expect(why).to_have_count(0)
