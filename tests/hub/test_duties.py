"""What the hub does by itself: all of it, whatever happens to one thing of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from demo.agency import MakeBelieveAgency
from demo.agency_client import AgencyClient
from neighborcam.protocol.agency_entries import (
    AgencyJoined,
    AgencySuspended,
    Overdue,
    RulesSet,
)
from neighborcam.protocol.errors import BadProof
from neighborcam.protocol.register_state import Standing
from tests.hub.police import Policed, policed
from tests.hub.test_requests import DAY, kinds

__all__ = ["policed"]


def refusing(
    policed: Policed, monkeypatch: pytest.MonkeyPatch, wrong: Callable[[Any], bool]
) -> None:
    """Let the hub's log refuse some entries, as it does what its rules forbid."""
    log = policed.town.hub.desk.log
    add = log.add

    async def picky(tx: Any, entry: Any) -> int:
        if wrong(entry):
            raise BadProof("not this one")
        return await add(tx, entry)

    monkeypatch.setattr(log, "add", picky)


async def standings(policed: Policed) -> dict[str, Standing]:
    async with policed.town.hub.desk.database.read() as tx:
        register = await policed.town.hub.desk.log.register(tx)
        return {id_: each.standing for id_, each in register.agencies.items()}


async def test_one_agency_that_cannot_join_keeps_no_other_out(
    policed: Policed, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await policed.announce()
    town = policed.town
    other = MakeBelieveAgency(now=town.clock(), place=policed.agency.place)
    policed.police = AgencyClient(other, town.session, town.url)
    second = await policed.announce()
    refusing(
        policed,
        monkeypatch,
        lambda entry: isinstance(entry, AgencyJoined) and entry.agency == first,
    )
    town.clock.at += timedelta(days=7)
    with pytest.raises(BadProof, match="not this one"):
        await town.hub.duties.run_once()
    found = await standings(policed)
    assert found == {first: Standing.ANNOUNCED, second: Standing.MEMBER}
    monkeypatch.undo()
    await town.hub.duties.run_once()
    assert (await standings(policed))[first] is Standing.MEMBER


@pytest.mark.parametrize("kind", [RulesSet, Overdue])
async def test_who_owes_is_suspended_whatever_else_the_log_refuses(
    policed: Policed, monkeypatch: pytest.MonkeyPatch, kind: type
) -> None:
    agency = await policed.join()
    await policed.ask()
    await policed.town.home()  # so the rules are others
    refusing(policed, monkeypatch, lambda entry: isinstance(entry, kind))
    policed.town.clock.at += 36 * DAY
    with pytest.raises(BadProof, match="not this one"):
        await policed.town.hub.duties.run_once()
    assert (await standings(policed))[agency] is Standing.SUSPENDED
    monkeypatch.undo()
    await policed.town.hub.duties.run_once()
    assert "overdue" in await kinds(policed)


async def test_a_suspension_that_failed_is_tried_again(
    policed: Policed, monkeypatch: pytest.MonkeyPatch
) -> None:
    agency = await policed.join()
    await policed.ask()
    refusing(policed, monkeypatch, lambda entry: isinstance(entry, AgencySuspended))
    policed.town.clock.at += 36 * DAY
    with pytest.raises(BadProof, match="not this one"):
        await policed.town.hub.duties.run_once()
    assert (await standings(policed))[agency] is Standing.MEMBER
    monkeypatch.undo()
    await policed.town.hub.duties.run_once()
    assert (await standings(policed))[agency] is Standing.SUSPENDED
    assert (await kinds(policed)).count("overdue") == 1
