"""An agency's request in the owner's page: real hub, real log, Chromium."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Page, expect

from demo.agency_client import MakeBelieveDomain
from neighborcam.engine.config import CameraConfig
from tests.web.conftest import Watched
from tests.web.fake_engine import FakeEngine
from tests.web.police import HERE, Police, ShiftedClock
from tests.web.running_hub import RunningHub
from tests.web.test_neighbours import join

pytestmark = pytest.mark.browser


@pytest.fixture
def shared(engine: FakeEngine, door: CameraConfig) -> CameraConfig:
    """A camera that its owner lets be offered."""
    config = msgspec.structs.replace(door, sharing=True)
    engine.cameras.configs[config.id] = config
    return config


def place_camera(page: Page, name: str) -> None:
    page.get_by_text("Where your cameras stand").click()
    camera = page.get_by_role("group", name=name)
    camera.get_by_label("Latitude").fill(str(HERE[0]))
    camera.get_by_label("Longitude").fill(str(HERE[1]))
    page.get_by_role("button", name="Save places").click()


def open_request(page: Page, engine: FakeEngine) -> None:
    """Go to the requests, and let the engine read the log now."""
    page.get_by_role("button", name="Requests").click()
    life = engine.neighbourhood.requests._life
    assert life is not None
    life.wake()
    page.get_by_role("button", name="Look at it").wait_for()


def test_an_owner_looks_at_the_exact_clip_and_approves(
    shared: CameraConfig,
    page: Page,
    policed: tuple[RunningHub, Police],
    engine: FakeEngine,
) -> None:
    hub, police = policed
    hub.run(police.ask())
    join(page, hub)
    page.get_by_role("button", name="Requests").click()
    place_camera(page, shared.name)
    open_request(page, engine)
    expect(page.get_by_text("1 of your cameras may have seen it")).to_be_visible()
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("region", name="Your rights")).to_contain_text(
        "Refusing, or not answering, has no effect on you"
    )
    expect(page.get_by_role("img", name=re.compile("The area"))).to_be_visible()
    approve = page.get_by_role("button", name="Approve these clips")
    expect(approve).to_be_disabled()
    page.get_by_label("Keep only a part of the picture").check()
    page.get_by_label("Left", exact=True).fill("50")
    page.get_by_role("button", name="Make the clip and look at it").click()
    expect(page.get_by_text("covered: all but region")).to_be_visible()
    video = page.get_by_label("The clip that would leave")
    expect(video).to_be_visible()
    page.wait_for_function("v => v.readyState >= 2", arg=video.element_handle())
    page.get_by_label("Words to the agency").fill("It turned left.")
    page.get_by_label("hold the original recordings").check()
    approve.click()
    expect(
        page.get_by_text(re.compile("Leaves with this home's capsule"))
    ).to_be_visible()
    expect(page.get_by_text("It turned left.")).to_be_visible()
    page.get_by_role("button", name="All requests").click()
    held = page.get_by_role("region", name="Held as evidence")
    expect(held).to_contain_text("1 recording")
    held.get_by_role("button", name="Let it go").click()
    held.get_by_role("button", name="Yes, let it go").click()
    expect(held).to_have_count(0)
    assert engine.neighbourhood.requests.held() == ()
    page.get_by_role("button", name="Look at it").click()
    page.get_by_role("button", name="Take it back").click()
    page.get_by_role("button", name="Yes, take it back").click()
    expect(page.get_by_role("status").get_by_text("Taken back")).to_be_visible()


def test_an_owner_follows_what_became_of_an_answer_and_replies(
    shared: CameraConfig,
    page: Page,
    policed: tuple[RunningHub, Police],
    engine: FakeEngine,
) -> None:
    hub, police = policed
    request = hub.run(police.ask())
    join(page, hub)
    open_request(page, engine)
    page.get_by_role("button", name="Look at it").click()
    page.get_by_label("Words to the agency").fill("A white van.")
    page.get_by_role("button", name="Send words only").click()
    became = page.get_by_role("list", name="What became of it")
    expect(became).to_contain_text("Leaves with this home's capsule")
    store = engine.neighbourhood.requests._rows
    (answer,) = store.answers(request)
    told = [("received", ""), ("opened", ""), ("question", "Which way did it go?")]
    at = datetime.now(UTC)
    lines = [
        (answer.id, at + timedelta(minutes=number), what, text)
        for number, (what, text) in enumerate(told)
    ]
    store.put_mail(request, 1, lines)
    page.get_by_role("button", name="All requests").click()
    page.get_by_role("button", name="Look at it").click()
    expect(became.get_by_role("listitem")).to_have_count(5)
    expect(became).to_contain_text("The agency asks: Which way did it go?")
    page.get_by_label("Your reply").fill("To the left.")
    page.get_by_role("button", name="Reply").click()
    expect(page.get_by_role("status").get_by_text("Your reply waits")).to_be_visible()
    letters = [each for each in store.answers(request) if each.id != answer.id]
    assert [each.kind for each in letters] == ["letter"]
    assert shared.sharing


def test_members_object_to_an_agency_that_wants_to_join(
    page: Page, tmp_path: Path, engine: FakeEngine
) -> None:
    domain, clock = MakeBelieveDomain(), ShiftedClock()
    clock.shift *= 0
    with RunningHub(tmp_path / "hub", resolver=domain) as hub:
        police = Police(hub, clock)
        hub.run(police.announce(domain))
        join(page, hub)
        asking = engine.neighbourhood.requests

        async def read() -> None:
            assert asking._life is not None
            asking._life.wake()
            async with asyncio.timeout(20):
                while not asking.agencies():  # noqa: ASYNC110 - what the log says
                    await asyncio.sleep(0.05)

        engine.run(read())
        page.get_by_role("button", name="Requests").click()
        card = page.get_by_role("article", name="Milltown Police")
        expect(card).to_contain_text("wants to join")
        card.get_by_text("What the log says of it").click()
        expect(card).to_contain_text("ann and bob")
        card.get_by_role("button", name="Object to it").click()
        card.get_by_role("button", name="Yes, object").click()
        expect(card.get_by_role("status")).to_contain_text("object")
        (agency,) = asking.agencies()
        assert agency.objection in {"waiting", "sent"}
        hub.run(police.close())


def test_an_owner_declines_and_nothing_waits_to_leave(
    shared: CameraConfig,
    page: Page,
    policed: tuple[RunningHub, Police],
    engine: FakeEngine,
) -> None:
    hub, police = policed
    request = hub.run(police.ask())
    join(page, hub)
    open_request(page, engine)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("Nothing that was asked for")).to_be_visible()
    page.get_by_role("button", name="Decline").click()
    expect(page.get_by_text("You declined. You may still")).to_be_visible()
    asking = engine.neighbourhood.requests
    assert asking._rows.answers(request) == []
    assert shared.sharing
    page.get_by_role("button", name="Mute this agency").click()
    expect(page.get_by_text("not shown from the next one on")).to_be_visible()
    assert len(asking.muted().agencies) == 1
    page.get_by_role("button", name="All requests").click()
    page.get_by_text("PIN, muting, taking part").click()
    page.get_by_label("send clips as a drip").check()
    page.get_by_label("forget what I muted (1 agencies").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_label("forget what I muted")).to_have_count(0)
    assert (asking.muted().agencies, asking.muted().drip) == ((), True)


def test_a_pin_is_asked_for_and_a_wrong_one_is_said(
    shared: CameraConfig,
    page: Page,
    policed: tuple[RunningHub, Police],
    engine: FakeEngine,
    watched: Watched,
) -> None:
    watched.forgiven = ("403",)
    hub, police = policed
    hub.run(police.ask())
    join(page, hub)
    page.get_by_role("button", name="Requests").click()
    page.get_by_text("PIN, muting, taking part").click()
    page.get_by_label("New PIN, empty to have none").fill("2580")
    page.get_by_role("button", name="Set the PIN").click()
    expect(page.get_by_text("Answers need your PIN")).to_be_visible()
    open_request(page, engine)
    page.get_by_role("button", name="Look at it").click()
    page.get_by_label("Words to the agency").fill("A white van.")
    page.get_by_label("PIN").fill("1111")
    page.get_by_role("button", name="Send words only").click()
    expect(page.get_by_role("alert")).to_contain_text("not the PIN")
    page.get_by_label("PIN").fill("2580")
    page.get_by_role("button", name="Send words only").click()
    expect(
        page.get_by_text(re.compile("Leaves with this home's capsule"))
    ).to_be_visible()
    assert shared.sharing
