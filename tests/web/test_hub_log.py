"""The public log for people: entries, proofs, agencies, numbers. Chromium."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from neighborcam.protocol.checkpoints import LogPolicy
from neighborcam.protocol.log_proof import parse_log_proof
from tests.web.conftest import watching
from tests.web.police import Police
from tests.web.running_hub import RunningHub

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(browser: Browser, policed: tuple[RunningHub, Police]) -> Iterator[Page]:
    """Open a page of the hub."""
    hub, _ = policed
    with watching(browser, hub.url) as watched:
        yield watched.page


def demand(hub: RunningHub, police: Police) -> None:
    wish = {"kind": "subpoena", "given": "Nothing: there was nothing of that."}
    hub.run(police.ann.send("/api/steward/legal-demands", wish))


def test_anybody_reads_the_log_and_takes_proofs_home(
    policed: tuple[RunningHub, Police], desk: Page
) -> None:
    hub, police = policed
    hub.run(police.ask())
    demand(hub, police)
    desk.goto(f"{hub.url}/#log")
    check = desk.get_by_role("region", name="Checkpoint")
    expect(check).to_contain_text("they add up to it")
    expect(check).to_contain_text("right")
    log = hub.hub.desk.log
    expect(check.get_by_label("Command")).to_have_value(
        f"neighborcam hub statistics --log {log.key.vkey}={hub.url}"
    )
    entries = desk.get_by_role("article")
    expect(entries.first).to_contain_text("Somebody demanded data: subpoena")
    desk.get_by_role("combobox", name="About").select_option("Requests of agencies")
    expect(entries).to_have_count(1)
    expect(entries.first).to_contain_text("Milltown Police asks about burglary")
    entries.first.get_by_text("The entry itself").click()
    files = []
    for name in (re.compile("^Entry$"), re.compile("^Proof")):
        with desk.expect_download() as waiting:
            entries.first.get_by_role("link", name=name).click()
        files.append(Path(waiting.value.path()).read_bytes())
    proof = parse_log_proof(files[1])
    proof.check(files[0], LogPolicy(log=log.key), police.clock())
    assert files[0] == hub.run(log.entries(proof.index, 1))[0]
    desk.get_by_role("combobox", name="About").select_option("Everything")
    desk.get_by_role("combobox", name="Agency").select_option("Milltown Police")
    expect(entries.last).to_contain_text("Milltown Police wants to join")
    expect(entries.filter(has_text="became a steward")).to_have_count(0)


def test_a_log_that_was_rewritten_is_said_to_be_wrong(
    policed: tuple[RunningHub, Police], desk: Page
) -> None:
    hub, _ = policed

    def rewrite(route: Route) -> None:
        body = route.fetch().body()
        route.fulfill(body=body.replace(b"Mill Lane", b"Hill Lane"))

    desk.route("**/log/tile/entries/**", rewrite)
    desk.goto(f"{hub.url}/#log")
    expect(desk.get_by_role("alert")).to_contain_text("do not add up")


def test_an_agency_is_known_by_what_the_log_says_of_it(
    policed: tuple[RunningHub, Police], desk: Page
) -> None:
    hub, police = policed
    hub.run(police.ask())
    demand(hub, police)
    desk.goto(f"{hub.url}/#agencies")
    desk.get_by_role("link", name="Milltown Police").click()
    expect(desk.get_by_role("heading", name="Milltown Police").first).to_be_visible()
    expect(desk.get_by_text("Approved by ann and bob")).to_be_visible()
    expect(desk.get_by_role("row", name="Requests", exact=False).first).to_contain_text(
        "1"
    )
    expect(desk.locator("nc-hub-areas path.area")).to_have_count(1)
    desk.get_by_role("link", name="Statistics").click()
    row = desk.get_by_role("region", name="Agency by agency").get_by_role("row")
    expect(row.last).to_contain_text("Milltown Police")
    expect(desk.locator("nc-hub-areas path.share")).to_have_count(1)
    desk.get_by_role("link", name="About", exact=True).click()
    expect(desk.get_by_text("1 demand.")).to_be_visible()
    tables = desk.request.get(f"{hub.url}/api/inventory").json()
    expect(desk.locator("nc-hub-about details[data-table]")).to_have_count(len(tables))
    desk.get_by_text("households", exact=True).click()
    expect(desk.get_by_text("a random number").first).to_be_visible()
