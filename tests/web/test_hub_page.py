"""The hub's page in a real browser, on a real hub."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from demo.town_home import CELL
from neighborcam.protocol.age_keys import ClassicIdentity
from neighborcam.protocol.alerts import Alert, Category, MsgType, Origin, Scope
from neighborcam.protocol.cells import region_of
from neighborcam.protocol.envelopes import open_share
from tests.web.conftest import Watched, watching
from tests.web.running_hub import NAME, RunningHub

pytestmark = pytest.mark.browser

# Controls without a name for a screen reader, through all shadow roots.
NAMELESS = """() => {
  const found = [];
  const walk = (root) => {
    for (const each of root.querySelectorAll("*")) {
      if (each.shadowRoot) walk(each.shadowRoot);
      if (!each.matches("button, a[href], input, select, textarea")) continue;
      const label = each.labels?.[0]?.textContent ?? "";
      const name = each.getAttribute("aria-label") ?? (label || each.textContent);
      if (!name.trim() && !each.closest("[hidden]")) found.push(each.outerHTML);
    }
  };
  walk(document);
  return found;
}"""
OTHER_CELL = "881f1d4885fffff"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[RunningHub]:
    with RunningHub(tmp_path / "hub") as running:
        yield running


@pytest.fixture
def seen(browser: Browser, hub: RunningHub) -> Iterator[Watched]:
    """Open a page of the hub."""
    with watching(browser, hub.url) as watched:
        yield watched


@pytest.fixture
def page(seen: Watched) -> Page:
    return seen.page


def card(page: Page, alert: Alert) -> Locator:
    return page.locator(f"nc-hub-alert[data-alert='{alert.original}']")


def hexagon(page: Page, alert: Alert) -> Locator:
    return page.locator(f"nc-hub-map path[data-cell='{alert.cell}']")


def with_authenticator(page: Page) -> None:
    """Give the browser a device that makes passkeys and says yes to everything."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
            }
        },
    )


def become_steward(
    page: Page, hub: RunningHub, name: str = "Ann", recipient: str = ""
) -> None:
    with_authenticator(page)
    page.goto(hub.steward_link())
    page.get_by_label("Name").fill(name)
    page.get_by_text("Key for envelopes").click()
    page.get_by_label("Recipient of age").fill(recipient)
    page.get_by_role("button", name="Become a steward").click()
    expect(page.get_by_text(f"Logged in as {name}")).to_be_visible()


def member_link(hub: RunningHub) -> str:
    day = hub.run(hub.home.reading_pass())
    return f"{hub.url}/#pass={day}&region={region_of(CELL)}"


def test_everybody_reads_public_alerts_on_a_list_and_a_map(
    hub: RunningHub, page: Page
) -> None:
    fire = hub.post(
        severity="severe",
        text="From the roof.\nNo flames yet.",
        instruction="Close the windows.",
    )
    storm = hub.post(
        category=Category.STORM,
        origin=Origin.AUTOMATION,
        cell=OTHER_CELL,
        headline="Gusts of 90 km/h",
        expires=fire.onset + timedelta(minutes=90),
    )
    hub.post(scope=Scope.REGION, headline="For members only")
    page.goto(hub.url)
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()
    expect(page.locator("nc-hub-alert")).to_have_count(2)
    told = card(page, fire)
    for text in ("Fire", "Severe", "No flames yet", "Close the windows"):
        expect(told).to_contain_text(text)
    # An onset is told by the quarter of an hour: it may be this very second.
    expect(told.locator("header time")).to_have_text(re.compile("ago|now"))
    expect(card(page, storm)).to_contain_text("Automatic, unverified")
    expect(page.locator("nc-hub-map path.cell")).to_have_count(2)
    expect(told.get_by_role("link", name="CAP")).to_have_attribute(
        "href", f"./feeds/{fire.id}.cap"
    )


def test_list_and_map_point_at_each_other(hub: RunningHub, page: Page) -> None:
    fire, pet = (
        hub.post(),
        hub.post(category=Category.LOST_PET, cell=OTHER_CELL, headline="A grey cat"),
    )
    page.goto(hub.url)
    card(page, pet).get_by_role("button", name="A grey cat").click()
    expect(hexagon(page, pet)).to_have_class(re.compile("selected"))
    expect(hexagon(page, fire)).not_to_have_class(re.compile("selected"))
    hexagon(page, fire).click()
    expect(card(page, fire)).to_have_attribute("selected", "")
    expect(card(page, pet)).not_to_have_attribute("selected", "")
    hexagon(page, pet).focus()
    page.keyboard.press("Enter")
    expect(card(page, pet)).to_have_attribute("selected", "")
    expect(hexagon(page, pet)).to_be_focused()
    expect(page.get_by_role("status", name="News")).to_contain_text("A grey cat")


def test_a_filter_leaves_one_category_on_list_and_map(
    hub: RunningHub, page: Page
) -> None:
    hub.post()
    pet = hub.post(category=Category.LOST_PET, cell=OTHER_CELL, headline="A grey cat")
    page.goto(hub.url)
    page.get_by_role("group", name="Show only").get_by_role(
        "button", name="Lost pet"
    ).click()
    expect(page.locator("nc-hub-alert")).to_have_count(1)
    expect(card(page, pet)).to_be_visible()
    expect(page.locator("nc-hub-map path.cell")).to_have_count(1)


def decide_all(hub: RunningHub, verdict: int, steward: str) -> None:
    for case in hub.run(hub.hub.desk.moderation.queue()):
        decision = hub.hub.desk.moderation.decide(
            case.id,
            case.verdicts[verdict],
            rule="Nobody can be recognised",
            fact="The face is covered",
            steward=steward,
        )
        hub.run(decision)


def test_who_is_in_a_picture_has_it_hidden_and_follows_it_by_a_code(
    hub: RunningHub, page: Page
) -> None:
    alert = hub.post_picture(headline="A ladder against the wall")
    hub.approve_all()
    page.goto(hub.url)
    picture = card(page, alert).get_by_role("img", name="Picture 1")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)")
    card(page, alert).get_by_role("button", name="I am in this picture").click()
    page.get_by_label("Reason").fill("That is my face: “me”\n😀")
    page.get_by_label("How to reach you").fill("ring at number 4")
    page.get_by_role("button", name="Hide it now").click()
    expect(page.get_by_text("It is hidden now")).to_be_visible()
    code = page.get_by_label("Your code").input_value()
    page.get_by_role("link", name="what came of it").click()
    expect(page.locator("nc-hub-alert")).to_have_count(0)
    (case,) = hub.run(hub.hub.desk.moderation.queue())
    assert (case.opened_by, case.reason) == ("takedown", "That is my face: “me”\n😀")

    page.get_by_label("The code").fill(code)
    page.get_by_role("button", name="What came of it?").click()
    expect(
        page.get_by_role("status").get_by_text("waits for a steward")
    ).to_be_visible()
    decide_all(hub, 0, "ann")
    page.goto("about:blank")
    page.goto(f"{hub.url}/#takedown={code}")
    expect(page.get_by_role("heading", name="It is shown again")).to_be_visible()
    assert code not in page.url
    page.get_by_label("Why should another steward look?").fill("It is me, mirrored")
    page.get_by_role("button", name="Appeal").click()
    expect(page.get_by_text("Another steward looks at it")).to_be_visible()
    (case,) = hub.run(hub.hub.desk.moderation.queue())
    assert (case.opened_by, case.reason) == ("appeal", "It is me, mirrored")
    decide_all(hub, 1, "bob")
    page.get_by_role("link", name="All decisions").click()
    told = page.get_by_role("list", name="What stewards decided").get_by_role(
        "listitem"
    )
    expect(told).to_have_count(3)
    expect(told.last).to_contain_text("It is removed")
    expect(told.last).to_contain_text("The face is covered")


def test_whoever_reads_something_has_stewards_look_at_it(
    hub: RunningHub, page: Page
) -> None:
    quiet = hub.post(scope=Scope.REGION, headline="For the region")
    comment = hub.run(hub.home.comment(quiet, "He lives at the corner"))
    page.goto(member_link(hub))
    card(page, quiet).get_by_role("button", name="1 comment").click()
    card(page, quiet).get_by_role("button", name="Report this comment").click()
    send = page.get_by_role("button", name="Have stewards look at it")
    send.click()
    expect(send).to_be_visible()  # without a ground nothing is sent
    page.get_by_label("It says where somebody lives").check()
    page.get_by_label("In your words").fill("the corner house")
    send.click()
    expect(page.get_by_text("Stewards look at it")).to_be_visible()
    (case,) = hub.run(hub.hub.desk.moderation.queue())
    assert case.comment is not None
    assert (case.comment.id, case.opened_by) == (comment.id, "flag")
    assert case.reason == (
        "It says where somebody lives, or another private thing: the corner house"
    )


def test_a_member_sees_the_region_live_and_the_pass_leaves_the_address(
    hub: RunningHub, page: Page
) -> None:
    quiet = hub.post(scope=Scope.REGION, headline="For the region")
    hub.run(hub.home.comment(quiet, "The street is closed"))
    page.goto(member_link(hub))
    assert "pass" not in page.url
    expect(card(page, quiet)).to_be_visible()
    expect(hexagon(page, quiet)).to_be_visible()
    card(page, quiet).get_by_role("button", name="1 comment").click()
    expect(page.get_by_role("list", name="Comments")).to_contain_text("closed")
    fresh = hub.post(
        scope=Scope.REGION, headline="Smoke", cell=OTHER_CELL, category=Category.GAS
    )
    expect(card(page, fresh)).to_be_visible()
    expect(page.get_by_role("status", name="News")).to_contain_text("New: Gas leak")
    hub.update(quiet, headline="The street is open", msg_type=MsgType.UPDATE)
    expect(card(page, quiet)).to_contain_text("is open")
    page.reload()
    expect(page.locator("nc-hub-alert")).to_have_count(2)


def test_a_member_sees_pictures_of_the_region(hub: RunningHub, page: Page) -> None:
    alert = hub.post_picture(scope=Scope.REGION, headline="A ladder")
    page.goto(member_link(hub))
    expect(page.get_by_text("No alerts")).to_be_visible()
    hub.approve_all()
    picture = card(page, alert).get_by_role("img", name="Picture 1")
    expect(picture).to_be_visible()


def test_a_hub_that_restarts_and_a_browser_that_is_offline_are_said(
    hub: RunningHub, seen: Watched
) -> None:
    seen.forgiven = ("ERR_", "WebSocket")
    page, alert = seen.page, hub.post(scope=Scope.REGION, headline="For the region")
    page.goto(member_link(hub))
    expect(card(page, alert)).to_be_visible()
    page.context.set_offline(True)
    network = page.get_by_role("status", name="Network")
    expect(network).to_contain_text("You are offline")
    expect(card(page, alert)).to_be_visible()  # what was read stays
    page.context.set_offline(False)
    expect(network).to_have_text("")
    expect(page.get_by_text("Connection lost")).to_have_count(0)
    hub.run(hub.hub.server.stop())
    expect(page.get_by_text("The hub restarts. Trying again")).to_be_visible()
    page.get_by_role("link", name="Statistics").click()
    expect(page.get_by_role("alert")).to_contain_text("may be restarting")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()


def test_a_keyboard_and_a_narrow_page_reach_all_of_it(
    hub: RunningHub, page: Page
) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    hub.post(headline="Smoke above the school")
    page.goto(hub.url)
    expect(page.locator("nc-hub-alert")).to_be_visible()
    links = page.get_by_role("navigation", name="Pages").get_by_role("link")
    names = links.all_inner_texts()
    for name in (*names[1:], names[0]):
        link = links.filter(has_text=name)
        link.focus()
        page.keyboard.press("Enter")
        expect(link).to_have_attribute("aria-current", "page")
        expect(page.locator("main")).to_be_focused()
        expect(page.get_by_role("heading", level=2)).to_be_visible()
        expect(
            page.get_by_text(re.compile("^(Loading|Reading|Counting)"))
        ).to_have_count(0)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width == 360, name
        nameless = page.evaluate(NAMELESS)
        assert nameless == [], name


def test_an_old_pass_is_said_and_the_public_alerts_are_offered(
    hub: RunningHub, page: Page
) -> None:
    alert = hub.post()
    page.goto(f"{hub.url}/#pass=of-yesterday&region={region_of(CELL)}")
    expect(page.get_by_text("not of today")).to_be_visible()
    page.get_by_role("button", name="Show the public alerts").click()
    expect(card(page, alert)).to_be_visible()


def test_a_steward_registers_logs_in_again_and_shows_what_waits(
    hub: RunningHub, page: Page
) -> None:
    alert = hub.post_picture(headline="A ladder against the wall")
    become_steward(page, hub)
    assert "steward=" not in page.url
    case = page.locator("nc-hub-case")
    picture = case.get_by_role("img", name="Picture 1")
    picture.evaluate("image => image.decode()")  # or it is asked for once logged out
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="Log in with your passkey").click()
    expect(page.get_by_text("Logged in as Ann")).to_be_visible()
    expect(case).to_contain_text("A ladder against the wall")
    expect(case).to_contain_text("always looked at")
    picture.evaluate("image => image.decode()")
    case.get_by_role("button", name="Show it", exact=True).click()
    expect(case).to_be_visible()  # without reasons nothing is decided
    case.get_by_label("Rule").fill("Nobody can be recognised")
    case.get_by_label("What it rests on").fill("The picture shows a wall")
    case.get_by_role("button", name="Show it", exact=True).click()
    expect(page.get_by_text("Nothing waits", exact=True)).to_be_visible()
    page.get_by_role("link", name="Alerts").click()
    expect(card(page, alert)).to_be_visible()
    page.get_by_role("link", name="Statistics").click()
    expect(page.get_by_role("row", name="Nobody can be recognised")).to_contain_text(
        "1"
    )
    page.reload()
    page.get_by_role("link", name="Stewards").click()
    expect(page.get_by_text("Logged in as Ann")).to_be_visible()


def test_a_steward_invites_a_household_and_a_steward(
    hub: RunningHub, page: Page
) -> None:
    become_steward(page, hub)
    page.get_by_role("button", name="Invite a household").click()
    link = page.get_by_label("Invite for a household")
    expect(link).to_have_value(re.compile(f"^{hub.url}/join#"))
    invite = link.input_value()
    page.get_by_label("A steward's name").fill("Bob")
    page.get_by_role("button", name="Invite a steward").click()
    link = page.get_by_label("Invite for a steward")
    expect(link).to_have_value(re.compile(f"^{hub.url}/#steward="))
    page.goto(invite)
    expect(page.get_by_role("heading", name=f"invited to {NAME}")).to_be_visible()
    expect(page.get_by_label("Invite link")).to_have_value(invite)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == invite


def test_an_invite_that_is_cut_or_of_another_hub_is_not_shown(
    hub: RunningHub, page: Page
) -> None:
    page.goto(f"{hub.url}/join#eyJ2Ijox")
    expect(page.get_by_text("This link is not whole")).to_be_visible()
    other = "eyJjb2RlIjoiQSIsImh1YiI6Imh0dHBzOi8vb3RoZXIuZXhhbXBsZSJ9"
    page.goto(f"{hub.url}/join#{other}")
    page.reload()  # another fragment alone loads nothing
    expect(page.get_by_role("alert")).to_contain_text("other.example")
    expect(page.get_by_label("Invite link")).to_have_count(0)


def test_a_used_invite_of_a_steward_is_refused_in_words(
    hub: RunningHub, seen: Watched
) -> None:
    seen.forgiven = ("403",)
    with_authenticator(seen.page)
    seen.page.goto(f"{hub.url}/#steward=WRONG")
    seen.page.get_by_label("Name").fill("Eve")
    seen.page.get_by_role("button", name="Become a steward").click()
    expect(seen.page.get_by_role("alert")).to_contain_text("invite is used")


def test_two_stewards_find_who_wrote_something_with_keys_of_their_own(
    hub: RunningHub, browser: Browser, page: Page
) -> None:
    other = browser.new_context(locale="en-US").new_page()
    keys = [ClassicIdentity(bytes([n]) * 32) for n in (1, 2)]
    desks = list(zip(("Ann", "Bob"), keys, (page, other), strict=True))
    for name, key, desk in desks:
        become_steward(desk, hub, name, str(key.recipient))
    hub.post_sealed([key.recipient for key in keys], category=Category.MISSING_PERSON)
    for position, (_, key, desk) in enumerate(desks):
        desk.reload()
        desk.get_by_text("Find out who wrote it").click()
        with desk.expect_download() as waiting:
            desk.get_by_role("link", name="Save the envelope").click()
        sealed = Path(waiting.value.path()).read_bytes()
        share = msgspec.json.encode(open_share(sealed, position, key))
        desk.get_by_label("What it printed").fill(share.decode())
        desk.get_by_label("Why (public)").fill("threats")
        desk.get_by_role("button", name="Give my share").click()
        expect(desk.get_by_text("Your share is kept")).to_have_count(1 - position)
    expect(other.get_by_text("It was the household")).to_contain_text(
        hub.home.member.household
    )
    other.get_by_role("button", name="Delete its account").click()
    other.get_by_role("button", name="Yes, delete").click()
    expect(other.get_by_text("is deleted")).to_be_visible()
    other.context.close()


def test_two_stewards_agree_on_a_third_and_one_lays_the_office_down(
    hub: RunningHub, browser: Browser, page: Page
) -> None:
    other = browser.new_context(locale="en-US").new_page()
    for name, desk in (("Ann", page), ("Bob", other)):
        become_steward(desk, hub, name)
    page.reload()
    page.get_by_label("A steward's name").fill("Cem")
    page.get_by_role("button", name="Invite a steward").click()
    expect(page.get_by_text("once another steward has agreed")).to_be_visible()
    other.reload()
    waiting = other.get_by_role("list", name="Waiting")
    expect(waiting).to_contain_text("Ann invites Cem")
    waiting.get_by_role("button", name="Agree").click()
    expect(waiting).to_contain_text("Bob agrees")
    expect(waiting.get_by_role("button", name="Agree")).to_have_count(0)
    other.get_by_role("button", name="Lay down").click()
    other.get_by_role("button", name="Yes, lay it down").click()
    expect(other.get_by_role("button", name="Log in with your passkey")).to_be_visible()
    other.context.close()
