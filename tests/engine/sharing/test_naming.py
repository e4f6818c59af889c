"""Alerts name the finest cell that a hub's census allows for this place."""

from unittest.mock import AsyncMock

import h3
import pytest

from neighborcam.engine.errors import HubRefused
from neighborcam.engine.sharing.hub_link import CellsView
from neighborcam.hub.alerts import Rules
from neighborcam.protocol.alerts import Alert
from neighborcam.protocol.canonical import decode
from tests.engine.sharing.shared_home import DRAFT, PLACE, Make, sent, until
from tests.hub.conftest import Town

REGION = h3.latlng_to_cell(*PLACE, 5)


def at(resolution: int) -> str:
    return str(h3.latlng_to_cell(*PLACE, resolution))


def resolution_of(cell: str) -> int:
    return int(h3.get_resolution(cell))


@pytest.mark.parametrize(
    ("crowded", "named"),
    [((9, 8, 7, 6), 9), ((8, 7, 6), 8), ((7, 6), 7), ((6,), 6), ((), 6)],
)
async def test_the_finest_cell_with_a_crowd_is_named(
    house: Make, crowded: tuple[int, ...], named: int
) -> None:
    one = await house("one")
    cells = tuple(at(each) for each in crowded)
    told = CellsView(region=REGION, census=True, cells=cells)
    one.life._link.cells = AsyncMock(return_value=told)  # type: ignore[method-assign]
    one.store.forget_fact("cell")
    await one.life._naming.refresh()
    assert one.sharing.preview(DRAFT).area.cell == at(named)
    await one.life._naming.refresh()
    one.life._link.cells.assert_called_once_with(REGION)  # once a day
    await one.restart()
    assert one.sharing.preview(DRAFT).area.cell == at(named)


async def test_a_hub_without_a_census_gets_a_cell_of_resolution_eight(
    house: Make,
) -> None:
    one = await house("one")
    told = CellsView(region=REGION, census=False, cells=())
    one.life._link.cells = AsyncMock(return_value=told)  # type: ignore[method-assign]
    one.store.forget_fact("cell")
    await one.life._naming.refresh()
    assert one.sharing.preview(DRAFT).area.cell == at(8)


async def test_a_hub_that_does_not_tell_gets_a_cell_of_resolution_eight(
    house: Make,
) -> None:
    one = await house("one")
    refused = HubRefused("no_route", "there is nothing under this path")
    one.life._link.cells = AsyncMock(side_effect=refused)  # type: ignore[method-assign]
    one.store.forget_fact("cell")
    await one.life._naming.refresh()
    assert one.sharing.preview(DRAFT).area.cell == at(8)


async def test_what_the_hub_finds_too_fine_is_sent_again_for_a_wider_cell(
    house: Make, town: Town
) -> None:
    one, other = await house("one"), await house("other")

    def people(cell: str) -> int:
        return 50 if resolution_of(cell) >= 7 else 5000

    town.hub.desk.alerts._rules = Rules(people_in=people)
    view = await one.sharing.publish(DRAFT)
    await sent(one)
    await until(lambda: bool(other.heard("received")))
    heard = other.heard("received")[0]
    assert (heard.id, heard.cell) == (view.id, at(6))
    assert one.sharing.preview(DRAFT).area.cell == at(6)  # it has learnt
    own = one.store.letters.own(view.id)
    assert own is not None
    assert decode(own.alert, Alert).cell == at(6)
    await one.sharing.cancel(view.id)  # signed with the same key, for the same cell
    await until(lambda: other.sharing.alerts()[0].msg_type == "cancel")


async def test_a_refusal_that_no_cell_can_mend_is_told(house: Make) -> None:
    one = await house("one")
    await one.tokens()
    link = one.life._outbox._link
    link.publish = AsyncMock(  # type: ignore[method-assign]
        side_effect=HubRefused("outside_limits", "no", "cell")
    )
    await one.sharing.publish(DRAFT)
    await until(lambda: one.sharing.diary()[0].state == "refused")
    assert link.publish.call_count == 3  # 8, 7, 6
