"""What a home knows of its own alerts: who can read them, and when a hub lies."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from neighborcam.engine.sharing import own_alerts
from neighborcam.hub import following
from neighborcam.hub.api import push
from neighborcam.hub.events import renumber
from neighborcam.protocol.feed import Event
from tests.engine.sharing.shared_home import DRAFT, Make, sent, until
from tests.hub.conftest import Town

type Patch = pytest.MonkeyPatch


@pytest.fixture
def dropping(monkeypatch: Patch) -> Iterator[Callable[[], None]]:
    """A hub that takes alerts and tells nobody of them; call it to end that."""

    async def nothing(*_: Any, **__: Any) -> list[Event]:
        return []

    with monkeypatch.context() as lying:
        for module in (following, push):
            lying.setattr(module, "events_after", nothing)
        yield lying.undo


def state(home: Any) -> str:
    (own,) = home.sharing.own_alerts()
    return str(own.state)


async def test_a_hub_that_drops_an_alert_is_found_out_by_its_author(
    house: Make, town: Town, dropping: Callable[[], None]
) -> None:
    """It cannot spare the author: whoever reads shows the pass of all members."""
    one, other = await house("one"), await house("other")
    view = await one.sharing.publish(DRAFT)
    await sent(one)
    assert (state(one), one.sharing.view().problem) == ("sent", "")
    town.clock.advance(seconds=own_alerts.FEED_TAKES.total_seconds() + 1)
    assert state(one) == "missing"
    assert "an alert of this home" in one.sharing.view().problem
    assert other.sharing.alerts() == ()
    await one.restart()
    await until(lambda: one.hub_state() == "connected")
    assert state(one) == "missing", "a restart forgets nothing"
    dropping()
    async with town.hub.desk.database.write() as tx:
        await renumber(tx, view.id)
    await town.hub.desk.alerts.tell(view.id)
    await until(lambda: state(one) == "shown")
    assert one.sharing.view().problem == ""


@pytest.mark.usefixtures("dropping")
async def test_without_the_hub_nothing_is_said_to_be_missing(
    house: Make, town: Town
) -> None:
    one = await house("one")
    await one.sharing.publish(DRAFT)
    await sent(one)
    await town.hub.server.stop()
    await until(lambda: one.hub_state() == "unreachable")
    town.clock.advance(hours=1)
    assert (state(one), one.sharing.view().problem) == ("sent", "")


async def test_what_waits_and_what_is_taken_back(house: Make, town: Town) -> None:
    one = await house("one")
    await one.tokens()
    await town.hub.server.stop()
    await until(lambda: one.hub_state() == "unreachable")
    view = await one.sharing.publish(DRAFT)
    assert state(one) == "waiting"
    await one.sharing.cancel(view.id)
    assert one.sharing.own_alerts() == ()
