"""A steward's page: an agency that wants to join, a request that waits. Chromium."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import h3
import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect

from demo.agency_client import MakeBelieveDomain
from neighborcam.protocol.register_state import Standing
from tests.web.police import HERE, Police, ShiftedClock, policed_hub
from tests.web.running_hub import RunningHub
from tests.web.test_hub_page import become_steward

pytestmark = pytest.mark.browser


@contextmanager
def opened(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, locale="en-US", timezone_id="UTC"
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield page
    context.close()


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    with opened(browser) as page:
        yield page


@pytest.fixture
def other_desk(browser: Browser) -> Iterator[Page]:
    with opened(browser) as page:
        yield page


def test_a_steward_passes_a_request_with_a_passkey(desk: Page, tmp_path: Path) -> None:
    census = tmp_path / "census.csv"
    cells = h3.grid_disk(h3.latlng_to_cell(*HERE, 9), 5)
    census.write_text("cell,people\n" + "".join(f"{each},70\n" for each in cells))
    with policed_hub(tmp_path / "hub", census=census) as (hub, police):
        signed = hub.run(police.submit())
        become_steward(desk, hub, "Cem")
        card = desk.get_by_role("article", name="Milltown Police: burglary")
        expect(card.get_by_text("0 of 1 stewards")).to_be_visible()
        area = card.locator("path.area")
        expect(area).to_be_visible()
        lived = card.get_by_role("list", name="On the map")
        expect(lived).to_contain_text(re.compile(r"[3-9] cells with \d\d0 people"))
        approve = card.get_by_role("button", name="Approve with your passkey")
        ticks = card.get_by_role("checkbox")
        for tick in ticks.all():
            expect(approve).to_be_disabled()
            tick.check()
        approve.click()
        expect(desk.get_by_text("Nothing waits").first).to_be_visible()
        status = hub.run(police.client.status(signed.request.id))
        assert status["state"] == "open"
        desk.get_by_role("link", name="Statistics").click()
        expect(desk.get_by_text("burglary")).to_be_visible()
        places = desk.get_by_role("table", name="By cells")
        expect(places.get_by_role("row")).to_have_count(3)  # heads, the cell, the rest
        expect(places).not_to_contain_text("unknown")
        numbers = desk.get_by_role("table", name="Requests", exact=True)
        expect(numbers.get_by_text("Median window, hours")).to_be_visible()


def test_an_urgent_request_takes_two_and_an_earlier_one_is_on_the_map(
    desk: Page, tmp_path: Path
) -> None:
    with policed_hub(tmp_path / "hub", ago=timedelta(days=32)) as (hub, police):
        hub.run(police.ask(case_ref="2026-0001"))
        police.clock.shift -= timedelta(days=32)
        signed = hub.run(police.submit(urgent=True))
        hub.run(police.ann.approve(signed.sha256))
        become_steward(desk, hub, "Cem")
        card = desk.get_by_role("article", name="Milltown Police: burglary")
        expect(card.get_by_text("ann approved it. 1 more steward")).to_be_visible()
        expect(card.get_by_text("1 of 2 stewards")).to_be_visible()
        expect(card.locator("path.earlier")).to_have_count(1)
        before = card.get_by_role("link", name="Milltown Police, burglary").first
        before.click()
        expect(desk.locator("nc-hub-log-entry[aimed]")).to_contain_text("2026-0001")


def test_a_steward_refuses_a_request_in_public(desk: Page, tmp_path: Path) -> None:
    with policed_hub(tmp_path / "hub") as (hub, police):
        signed = hub.run(police.submit())
        become_steward(desk, hub, "Cem")
        desk.get_by_text("Refuse it").click()
        desk.get_by_label("Rule (public)").fill("no protest")
        desk.get_by_label("What it rests on (public)").fill("It is about a march.")
        desk.get_by_role("button", name="Refuse", exact=True).click()
        expect(desk.get_by_text("Nothing waits").first).to_be_visible()
        status = hub.run(police.client.status(signed.request.id))
        assert status["state"] == "refused"


def test_a_steward_lets_a_warning_of_an_agency_through(
    desk: Page, tmp_path: Path
) -> None:
    with policed_hub(tmp_path / "hub") as (hub, police):
        alert = police.agency.alert(police.clock(), headline="Gas leak at the bridge")
        hub.run(police.client.post("/api/agency-alerts", police.agency.warn(alert)))
        become_steward(desk, hub, "Cem")
        card = desk.locator("nc-hub-warning")
        expect(card).to_contain_text("Gas leak at the bridge")
        through = card.get_by_role("button", name="Let it through")
        expect(through).to_be_disabled()
        for tick in card.get_by_role("checkbox").all():
            tick.check()
        through.click()
        expect(desk.get_by_text("Nothing waits").first).to_be_visible()
        desk.get_by_role("link", name="Public log").click()
        expect(desk.get_by_role("article").first).to_contain_text(
            "Milltown Police warns: Gas leak at the bridge"
        )
        desk.goto(f"{hub.url}/")
        expect(desk.get_by_text("Of an agency: Milltown Police").first).to_be_visible()


def test_stewards_suspend_restore_and_renew_an_agency(
    desk: Page, other_desk: Page, tmp_path: Path
) -> None:
    with policed_hub(tmp_path / "hub") as (hub, police):
        become_steward(desk, hub, "Cem")
        become_steward(other_desk, hub, "Dee")
        card = desk.locator("nc-hub-agency")
        expect(card.get_by_text("May ask until")).to_be_visible()
        card.get_by_text("Suspend it", exact=True).click()
        card.get_by_label("What happened (public)").fill("Clips were aired.")
        card.get_by_role("button", name="Suspend it now").click()
        expect(card.get_by_text("May not ask.")).to_be_visible()
        other_desk.reload()
        for page in (desk, other_desk):
            restoring = page.locator("nc-hub-agency")
            restoring.get_by_label("Why it may ask again").fill("They promised.")
            restoring.get_by_role("button", name="Restore it").click()
            if page is desk:
                expect(restoring.get_by_role("alert")).to_contain_text("One of two")
        expect(other_desk.get_by_text("May ask until")).to_be_visible()
        desk.reload()
        until = datetime.now(UTC).date() + timedelta(days=100)
        for page in (desk, other_desk):
            page.get_by_text("Renew it", exact=True).click()
            page.get_by_label("Until (the second").fill(until.isoformat())
            page.get_by_role("button", name="Renew it with your passkey").click()
            if page is desk:
                alert = desk.locator("nc-hub-agency").get_by_role("alert")
                expect(alert).to_contain_text("One of two")
        said = until.strftime("%b %-d, %Y")
        expect(other_desk.get_by_text(f"May ask until {said}")).to_be_visible()

        async def kinds() -> list[str]:
            entries = await hub.hub.desk.log.entries(0, 1000)
            return [msgspec.json.decode(each)["type"] for each in entries]

        last = hub.run(kinds())[-3:]
        assert last == ["agency-suspended", "agency-restored", "agency-renewed"]
        assert police.agency.record.id


def test_a_demand_for_data_is_entered_into_the_log(desk: Page, tmp_path: Path) -> None:
    with RunningHub(tmp_path / "hub") as hub:
        become_steward(desk, hub, "Ann")
        desk.get_by_label("What was it?").select_option("subpoena")
        desk.get_by_label("What was given?").fill("Nothing: there was nothing of that.")
        desk.get_by_role("button", name="Write it into the log").click()
        expect(desk.get_by_label("What was given?")).to_have_value("")
        desk.get_by_role("link", name="Statistics").click()
        about = desk.get_by_role("contentinfo", name="About")
        expect(about.get_by_text("Run by")).to_have_count(0)
        expect(about.get_by_role("link", name="What this hub holds")).to_be_visible()
        demands = desk.get_by_role("table", name="Demands for data")
        expect(demands.get_by_text("subpoena")).to_be_visible()


def test_two_stewards_let_an_agency_in(
    desk: Page, other_desk: Page, tmp_path: Path
) -> None:
    domain = MakeBelieveDomain()
    with RunningHub(tmp_path / "hub", resolver=domain) as hub:
        clock = ShiftedClock()
        clock.shift *= 0
        police = Police(hub, clock)
        hub.run(police.client.apply())
        become_steward(desk, hub, "Ann")
        expect(desk.get_by_role("heading", name="wants to join")).to_be_visible()
        approve = desk.get_by_role("button", name="Approve with your passkey")
        expect(approve).to_be_disabled()
        desk.get_by_role("button", name="Check the domain").click()
        card = desk.locator("nc-hub-application")
        expect(card.get_by_role("alert")).to_contain_text("key file")
        domain.serve(police.agency)
        desk.get_by_role("button", name="Check the domain").click()
        expect(desk.get_by_text("Its domain: checked")).to_be_visible()
        desk.get_by_label("Call it by a number").fill("the city's own page")
        desk.get_by_role("button", name="I called, and it was them").click()
        approve.click()
        expect(desk.get_by_text("1 of 2 stewards")).to_be_visible()
        become_steward(other_desk, hub, "Bob")
        other_desk.get_by_role("button", name="Approve with your passkey").click()
        expect(other_desk.get_by_text("Nothing waits").first).to_be_visible()

        async def standing() -> Standing:
            async with hub.hub.desk.database.read() as tx:
                register = await hub.hub.desk.log.register(tx)
            return register.agencies[police.agency.record.id].standing

        assert hub.run(standing()) is Standing.ANNOUNCED
