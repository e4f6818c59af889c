"""An officer warns on the desk's page, and takes it back: in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.web.conftest import watching
from tests.web.desks import officers_of, running_desk, unlock
from tests.web.police import HERE, Police
from tests.web.running_hub import RunningHub

pytestmark = pytest.mark.browser


def test_an_officer_warns_within_the_limits_and_takes_it_back(
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
        page.get_by_role("link", name="Warn").click()
        sign = page.get_by_role("button", name="Look at it and sign")
        expect(sign).to_be_disabled()
        page.get_by_label("Kind").select_option("gas")
        page.get_by_label("In one line").fill("Gas leak near the mill")
        page.get_by_label("What is known").fill("Send us the videos of your doorbell.")
        told = page.locator("[data-field=text]")
        expect(told).to_contain_text("an alert asks homes for nothing")
        page.get_by_label("What is known").fill("Keep windows shut.")
        page.get_by_label("Hours that it holds").fill("30")
        hours = page.locator("[data-field=hours]")
        expect(hours).to_contain_text("at most 24 hours")
        page.get_by_label("Hours that it holds").fill("6")
        page.get_by_label("Latitude").fill(str(HERE[0] + 1))
        page.get_by_label("Longitude").fill(str(HERE[1]))
        place = page.locator("[data-field=place]")
        expect(place).to_contain_text("reaches out of the agency's jurisdiction")
        expect(sign).to_be_disabled()
        page.get_by_role("region", name="Map of the area").click()  # its middle
        main = page.get_by_role("main")
        expect(main.get_by_text("It may be sent.")).to_be_visible()
        expect(page.get_by_label("Latitude")).not_to_have_value(str(HERE[0] + 1))
        expect(page.locator("path.area")).to_have_count(1)
        sign.click()
        expect(page.locator("nc-dialog pre")).to_contain_text("Gas leak near the mill")
        page.get_by_role("button", name="Sign and send to the stewards").click()
        expect(main.get_by_text("A steward reads it now.")).to_be_visible()
        expect(main.get_by_text("a steward reads it ·")).to_be_visible()
        (review,) = hub.run(hub.hub.desk.agency_alerts.queue())
        hub.run(police.ann.approve_alert(review.sha256))
        page.get_by_role("link", name="Cases").click()
        page.get_by_role("link", name="Warn").click()
        expect(main.get_by_text("public ·")).to_be_visible()
        page.get_by_role("button", name="Cancel it").click()
        page.get_by_role("button", name="Yes, cancel it").click()
        expect(main.get_by_text("It is cancelled.")).to_be_visible()
        expect(page.get_by_role("button", name="Cancel it")).to_have_count(0)
    assert hub.run(last_kind(hub)) == "cancel"


async def last_kind(hub: RunningHub) -> str:
    desk = hub.hub.desk
    async with desk.database.read() as tx:
        register = await desk.log.register(tx)
    return list(register.alerts.values())[-1].alert.msg_type.value
