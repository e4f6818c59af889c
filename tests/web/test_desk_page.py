"""The desk's page in a real browser: first run, the whole story, who is kept out."""

import json
import re
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from demo.answering import give_clip, post_capsule, write_answer
from neighborcam.agency.links import link_of
from neighborcam.agency.page.access import IDLE
from neighborcam.agency.verifying import Pin, check_bundle
from neighborcam.protocol.canonical import encode
from tests.web.conftest import Watched, watching
from tests.web.desks import PASSPHRASE, officers_of, running_desk, unlock
from tests.web.fake_engine import Video
from tests.web.police import HERE, Police
from tests.web.running_hub import RunningHub

pytestmark = pytest.mark.browser

DAY = timedelta(days=1, minutes=6)


def write_request(page: Page) -> None:
    """Fill the form in, as somebody does who was told what to change."""
    page.get_by_role("link", name="New request").click()
    sign = page.get_by_role("button", name="Look at it and sign")
    expect(sign).to_be_disabled()
    page.get_by_label("Case number").fill("2026-004711")
    page.get_by_label("Offence").select_option("burglary")
    page.get_by_label("Why is it necessary").fill(
        "Two homes were broken into and no camera of the city saw it."
    )
    page.get_by_label("What are you looking for?").fill(
        "A van that left in a hurry, between the bakery and the school."
    )
    page.get_by_label("scene").check()
    page.get_by_label("Radius in metres").fill("400")
    page.get_by_role("button", name="Circle in the middle").click()
    expect(page.locator("[data-field=area]")).to_contain_text("at most 0.25 km²")
    expect(sign).to_be_disabled()
    page.get_by_role("button", name="Clear").click()
    page.get_by_label("Radius in metres").fill("240")
    page.get_by_role("button", name="Circle in the middle").click()
    expect(page.get_by_role("main").get_by_text("It may be asked.")).to_be_visible()
    sign.click()


def carried(page: Page) -> str:
    """Return the text that the page wants to have carried elsewhere."""
    return page.locator("nc-carry-out textarea").input_value()


def carry_in(part: Locator, text: str, button: str) -> None:
    part.get_by_role("textbox").fill(text)
    part.get_by_role("button", name=button).click()


def answer_with_a_clip(
    hub: RunningHub, police: Police, request: str, seal_to: str, clip: bytes
) -> None:
    """Let the home of the hub answer with a real clip, and some words."""

    async def give() -> None:
        item = await give_clip(hub.home, request, clip, police.clock())
        answer, _ = write_answer(
            request,
            items=(item,),
            text="It turned left at the school.",
            holds_originals=True,
        )
        await post_capsule(hub.home, request, seal_to, encode(answer))

    hub.run(give())


def test_the_whole_story_from_the_draft_to_the_deletion(
    browser: Browser,
    policed: tuple[RunningHub, Police],
    tmp_path: Path,
    video: Video,
) -> None:
    hub, police = policed
    officer, supervisor = officers_of(police)
    with (
        running_desk(hub, tmp_path / "officer", police.clock, officer) as desk,
        running_desk(hub, tmp_path / "super", police.clock, supervisor) as other,
        watching(browser, desk.url, accept_downloads=True) as seen,
        watching(browser, other.url) as watched,
    ):
        page, police_hub = seen.page, (hub, police)
        unlock(page, desk.link)
        write_request(page)
        text = page.locator("nc-dialog pre")
        expect(text).to_contain_text('"what": "A van that left in a hurry')
        page.get_by_role("button", name="Sign as officer").click()
        main = page.get_by_role("main")
        expect(main.get_by_text("Signed. It counts when")).to_be_visible()
        countersign_and_submit(page, watched.page, other.link)
        have_it_answered(police_hub, seen, video.whole)
        look_at_the_answer(page)
        bundle = tmp_path / "bundle.zip"
        export_and_verify(page, bundle)
        log = hub.hub.desk.log.key.vkey
        assert check_bundle(bundle, Pin(log=log)).is_pinned
        verify_a_forgery(page, bundle)
        account_for_it(page)
        assert not list(desk.folder.glob("requests/*/*.age"))


def countersign_and_submit(page: Page, other: Page, link_to_other: str) -> None:
    """Carry it to a supervisor, who signs it, and back."""
    unlock(other, link_to_other)
    other.get_by_role("link", name="Countersign").click()
    carry_in(other.locator("nc-carry-in"), carried(page), "Read")
    expect(other.get_by_text("signature and certificate hold")).to_be_visible()
    other.get_by_role("button", name="Sign as supervisor").click()
    other.get_by_role("button", name="Yes, sign").click()
    link = carried(other)
    carry_in(page_of(page, "Countersign"), link, "Read")
    page.get_by_role("button", name="Submit to the stewards").click()
    expect(
        page.get_by_role("main").get_by_text("It is with the stewards now")
    ).to_be_visible()


def have_it_answered(
    policed: tuple[RunningHub, Police], seen: Watched, clip: bytes
) -> None:
    """A steward lets it pass; a home answers; a day goes by."""
    (hub, police), page = policed, seen.page
    (review,) = hub.run(hub.hub.desk.requests.queue())
    hub.run(police.ann.approve(review.sha256))
    asked = review.request.request
    page.get_by_role("link", name="Cases").click()
    expect(page.get_by_role("main").get_by_text("Open", exact=True)).to_be_visible()
    answer_with_a_clip(hub, police, asked.id, asked.seal_to, clip)
    police.clock.shift -= DAY  # nobody was there: it is locked
    seen.forgiven = ("423",)
    page.reload()
    unlock(page)
    expect(page.get_by_role("region", name="Due")).to_contain_text("collect")
    page.get_by_role("heading", name="2026-004711").click()
    page.get_by_role("button", name="Collect now").click()
    expect(
        page.get_by_role("main").get_by_text("1 home took part; 1 new answer.")
    ).to_be_visible()
    expect(
        page.get_by_role("main").get_by_text("It turned left at the school.")
    ).to_be_visible()
    expect(
        page.get_by_role("main").get_by_text("keeps the original recordings")
    ).to_be_visible()


def look_at_the_answer(page: Page) -> None:
    """Open the clip, play it here, and ask about it."""
    page.get_by_role("button", name="Open", exact=True).click()
    film = page.locator("video")
    film.wait_for()
    page.wait_for_function("v => v.readyState >= 2", arg=film.element_handle())
    page.get_by_label("Ask whoever gave this").fill("Was the van white?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("main").get_by_text("Was the van white?")).to_be_visible()


def export_and_verify(page: Page, bundle: Path) -> None:
    """Export for a court; the page says that it holds together."""
    page.get_by_role("button", name="Export for court").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export", exact=True).click()
    download.value.save_as(bundle)
    expect(
        page.get_by_role("main").get_by_text("Right: all of it holds together.")
    ).to_be_visible()
    page.get_by_text("Custody log (").click()
    for done in ("collected", "received", "opened", "asked", "exported"):
        expect(page.get_by_role("cell", name=done, exact=True)).to_be_visible()


def verify_a_forgery(page: Page, bundle: Path) -> None:
    """Anybody can check a bundle on the page for that."""
    page.get_by_role("link", name="Verify").click()
    page.get_by_label("Choose the ZIP").set_input_files(bundle)
    expect(
        page.get_by_role("main").get_by_text("Right: all of it holds together.")
    ).to_be_visible()
    data = bundle.read_bytes()
    bundle.write_bytes(data.replace(b"bakery", b"temple", 1))
    page.get_by_label("Choose the ZIP").set_input_files(bundle)
    expect(page.get_by_role("main").get_by_text("Wrong: ")).to_be_visible()


def account_for_it(page: Page) -> None:
    """End it, file the outcome, delete and attest."""
    page.get_by_role("link", name="Cases").click()
    page.get_by_role("heading", name="2026-004711").click()
    page.get_by_role("button", name="End it: resolved").click()
    page.get_by_role("button", name="Yes, end it").click()
    page.get_by_label("What came of it").select_option("helped")
    page.get_by_role("button", name="File the outcome").click()
    expect(page.get_by_role("main").get_by_text("Filed: It helped")).to_be_visible()
    page.get_by_role("button", name="Look what would be deleted").click()
    expect(
        page.get_by_role("main").get_by_text("copied out of this desk: it cannot")
    ).to_be_visible()
    page.get_by_label("They are destroyed too").check()
    page.get_by_role("button", name="Delete, and attest it").click()
    page.get_by_role("button", name="Yes, destroy and attest").click()
    expect(page.get_by_role("main").get_by_text("Attested: deleted")).to_be_visible()
    expect(page.get_by_role("main").get_by_text("Closed", exact=True)).to_be_visible()
    expect(
        page.get_by_role("main").get_by_text("Only that it was is left.")
    ).to_be_visible()


def page_of(page: Page, name: str) -> Locator:
    page.get_by_role("link", name=name).click()
    return page.locator("nc-carry-in")


def test_a_first_run_goes_from_the_passphrase_to_a_certified_key(
    browser: Browser, policed: tuple[RunningHub, Police], tmp_path: Path
) -> None:
    hub, police = policed
    with (
        running_desk(hub, tmp_path / "root", police.clock) as root,
        watching(browser, root.url) as seen,
    ):
        first_passphrase(seen, root.link)
        page = seen.page
        page.get_by_text("Root key of the agency").click()
        page.get_by_role("button", name="Make the root key").click()
        page.get_by_role("button", name="Yes, make it here").click()
        expect(page.get_by_role("main").get_by_text("The agency's id")).to_be_visible()
        # The agency that is a member already has another root: this one is put there.
        ring = root.room.ring
        ring.keys.root = police.agency.root.private_bytes_raw()
        ring.save()
        with (
            running_desk(hub, tmp_path / "new", police.clock) as desk,
            watching(browser, desk.url) as watched,
        ):
            certify_by_carrying(hub, watched, desk.link, page)


def first_passphrase(seen: Watched, link: str) -> None:
    page = seen.page
    page.goto(link)
    page.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    page.get_by_label("Once more").fill("another passphrase")
    page.get_by_role("button", name="Make the file of keys").click()
    expect(page.get_by_role("alert")).to_contain_text("two different passphrases")
    page.get_by_label("Once more").fill(PASSPHRASE)
    page.get_by_role("button", name="Make the file of keys").click()
    expect(page.get_by_role("heading", name="Keys and certificates")).to_be_visible()


def certify_by_carrying(hub: RunningHub, seen: Watched, link: str, root: Page) -> None:
    first_passphrase(seen, link)
    page = seen.page
    seen.forgiven = ("400", "409")
    page.get_by_label("Invite, or the hub's own words").fill("nonsense")
    page.get_by_role("button", name="Use this hub").click()
    expect(page.get_by_role("alert").first).to_contain_text("paste an invite")
    told = json.dumps({"log": hub.hub.desk.log.key.vkey, "quorum": 0})
    page.get_by_label("Invite, or the hub's own words").fill(told)
    page.get_by_label("The hub's address").fill(hub.url)
    page.get_by_role("button", name="Use this hub").click()
    expect(
        page.get_by_role("main").get_by_text(f"This desk asks by {hub.url}.")
    ).to_be_visible()
    page.get_by_label("Name on the certificate").fill("Badge 9")
    page.get_by_role("button", name="Make a key").click()
    wish = carried(page)
    work = root.locator("nc-desk-root")
    carry_in(work.locator("nc-carry-in").first, wish, "Read")
    work.get_by_role("button", name="Certify Badge 9 as officer for 90 days").click()
    certificate = work.locator("nc-carry-out textarea").input_value()
    own = page.get_by_role("region", name="Your own key")
    carry_in(own.locator("nc-carry-in"), certificate, "Use this certificate")
    expect(page.get_by_role("main").get_by_text("officer Badge 9")).to_be_visible()
    expect(
        page.get_by_role("main").get_by_text("not in the public log yet")
    ).to_have_count(0)

    # Renewed: the old key stays until the next one is certified.
    page.get_by_label("Name on the certificate").fill("Badge 9")
    page.get_by_role("button", name="Make the next key").click()
    expect(page.get_by_role("main").get_by_text("certified until")).to_be_visible()
    page.get_by_role("button", name="Drop this key").click()
    page.get_by_role("button", name="Yes, drop it").click()
    expect(page.get_by_role("button", name="Make the next key")).to_be_visible()

    page.get_by_label("Old passphrase").fill(PASSPHRASE)
    page.get_by_label("New passphrase").fill("battery horse staple")
    page.get_by_role("button", name="Change it").click()
    expect(
        page.get_by_role("main").get_by_text("The passphrase is changed.")
    ).to_be_visible()
    page.get_by_role("button", name="Lock").click()
    seen.forgiven = ("400", "403", "409", "423")
    page.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    page.get_by_role("button", name="Unlock").click()
    expect(page.get_by_role("alert")).to_contain_text("passphrase is wrong")
    page.get_by_label("Passphrase", exact=True).fill("battery horse staple")
    page.get_by_role("button", name="Unlock").click()
    expect(page.get_by_role("main").get_by_text("Officer Badge 9")).to_be_visible()


def test_a_link_that_was_changed_is_shown_and_not_signed(
    browser: Browser, policed: tuple[RunningHub, Police], tmp_path: Path
) -> None:
    hub, police = policed
    officer, supervisor = officers_of(police)
    with (
        running_desk(hub, tmp_path / "officer", police.clock, officer) as desk,
        running_desk(hub, tmp_path / "super", police.clock, supervisor) as other,
        watching(browser, other.url) as seen,
    ):
        desk.room.unlock(PASSPHRASE)
        asked = police.agency.request(police.clock())
        sealed = msgspec.structs.replace(
            asked, seal_to=desk.room.desk.new_seal(asked.id)
        )
        signed = hub.run(desk.room.desk.sign(sealed))
        changed = msgspec.structs.replace(
            signed, request=msgspec.structs.replace(sealed, what="Something else.")
        )
        unlock(seen.page, other.link)
        carry_in(page_of(seen.page, "Countersign"), link_of(changed), "Read")
        expect(seen.page.get_by_role("alert").last).to_contain_text("Do not sign this")
        sign = seen.page.get_by_role("button", name="Sign as supervisor")
        expect(sign).to_have_count(0)


def test_corners_are_moved_typed_and_read_from_a_file_without_a_pointer(
    browser: Browser, policed: tuple[RunningHub, Police], tmp_path: Path
) -> None:
    hub, police = policed
    officer, _ = officers_of(police)
    with (
        running_desk(hub, tmp_path / "officer", police.clock, officer) as desk,
        watching(browser, desk.url) as seen,
    ):
        page = seen.page
        unlock(page, desk.link)
        page.get_by_role("link", name="New request").click()
        page.get_by_text("Corners as numbers").click()
        file = tmp_path / "area.geojson"
        latitude, longitude = HERE
        ring = [
            [longitude + x, latitude + y]
            for x, y in ((0, 0), (0.005, 0), (0.005, 0.004), (0, 0.004), (0, 0))
        ]
        shape = {"type": "Polygon", "coordinates": [ring]}
        feature = {"type": "Feature", "properties": {}, "geometry": shape}
        file.write_text(
            json.dumps({"type": "FeatureCollection", "features": [feature]})
        )
        page.get_by_label("Read a polygon of GeoJSON").set_input_files(file)
        corners = page.locator("[data-corner]")
        expect(corners).to_have_count(4)
        expect(
            page.get_by_role("main").get_by_text(re.compile(r"0\.15\d? of 0\.25 km²"))
        ).to_be_visible()
        first = page.get_by_label("Latitude, Corner 1")
        before = first.input_value()
        corners.first.focus()
        page.keyboard.press("ArrowDown")
        expect(first).not_to_have_value(before)
        expect(corners.first).to_be_focused()
        page.keyboard.press("Delete")
        expect(corners).to_have_count(3)
        page.get_by_role("button", name="Add a corner").click()
        expect(corners).to_have_count(4)
        page.get_by_label("Show streets from a GeoJSON").set_input_files(file)
        expect(page.locator("path.street")).to_have_count(1)


def test_the_page_fits_a_phone_and_locks_when_nobody_is_there(
    browser: Browser, policed: tuple[RunningHub, Police], tmp_path: Path
) -> None:
    hub, police = policed
    officer, _ = officers_of(police)
    with (
        running_desk(hub, tmp_path / "officer", police.clock, officer) as desk,
        watching(
            browser,
            desk.url,
            viewport={"width": 360, "height": 740},
            color_scheme="dark",
        ) as seen,
    ):
        page = seen.page
        unlock(page, desk.link)
        for name in ("New request", "Countersign", "Verify", "Keys", "Cases"):
            page.get_by_role("link", name=name).click()
            page.wait_for_load_state("networkidle")
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= 360, name
        seen.forgiven = ("423",)
        police.clock.shift -= IDLE
        page.reload()
        expect(
            page.get_by_role("main").get_by_text("The desk is locked")
        ).to_be_visible()
        assert desk.room.is_locked


def test_another_browser_stays_outside(
    browser: Browser, policed: tuple[RunningHub, Police], tmp_path: Path
) -> None:
    hub, police = policed
    officer, _ = officers_of(police)
    with running_desk(hub, tmp_path / "officer", police.clock, officer) as desk:
        with watching(browser, desk.url) as seen:
            unlock(seen.page, desk.link)
            assert "#" not in seen.page.url
            (cookie,) = seen.page.context.cookies()
            assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
        with watching(browser, desk.url) as second:
            second.forgiven = ("401",)
            second.page.goto(desk.link)  # used once already
            expect(
                second.page.get_by_role("main").get_by_text("Open the desk by its link")
            ).to_be_visible()
