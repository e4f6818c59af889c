"""Objecting to an agency in its notice: once, and nobody learns who it was."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from neighborcam.engine.errors import Conflict, HubMisbehaves, HubUnreachable, NotFound
from neighborcam.engine.index.veto_store import VetoRow
from neighborcam.hub.store.schema import ISSUED, VETOES
from neighborcam.protocol.terms import TERMS
from tests.engine.sharing.asked_home import DAY, Move, OneHome, home
from tests.hub.police import WEEK, Policed, policed

__all__ = ["home", "policed"]


async def rows(policed: Policed, table: Any) -> list[Any]:
    async with policed.town.hub.desk.database.read() as tx:
        return list(await tx.execute(select(table)))


async def fetched(policed: Policed, agency: str) -> set[str]:
    """Return the households that have fetched the token of an agency."""
    return {e.household for e in await rows(policed, ISSUED) if e.scope == agency}


def kept(one: OneHome) -> VetoRow:
    (row,) = one.store.vetoes.rows()
    return row


async def due(one: OneHome) -> None:
    """Let the moment come that was drawn, and look."""
    clock = one.policed.town.clock
    clock.at = max(clock.at, kept(one).due_at)
    await one.look()


def objection(one: OneHome) -> str:
    (agency,) = one.requests.agencies()
    return str(agency.objection)


async def test_an_agency_in_its_notice_is_shown_with_all_that_the_log_says(
    policed: Policed, home: Move
) -> None:
    one = await home("one")
    await policed.announce()
    await one.look()
    (agency,) = one.requests.agencies()
    assert (agency.standing, agency.objection) == ("announced", "none")
    assert agency.notice_until - policed.town.clock() == WEEK
    assert agency.terms == TERMS
    assert set(agency.approved_by) == {"ann", "bob"}
    assert agency.call_back.steward in agency.approved_by
    assert agency.call_back.directory
    entries = await policed.town.hub.desk.log.entries(agency.log_index, 1)
    assert agency.name.encode() in entries[0]
    assert len(agency.jurisdiction) > 3


async def test_an_objection_arrives_once_and_at_no_moment_that_tells(
    policed: Policed, home: Move
) -> None:
    """Both homes fetch the token, at moments of their own; one of them objects."""
    one, silent = await home("one"), await home("silent")
    agency = await policed.announce()
    for each in (one, silent):
        await each.look()
    planned = [kept(each).due_at for each in (one, silent)]
    await one.requests.veto(agency)
    assert [kept(each).due_at for each in (one, silent)] == planned
    assert await fetched(policed, agency) == set()
    for each in sorted((one, silent), key=lambda e: kept(e).due_at):
        await due(each)
        assert kept(each).due_at > policed.town.clock()  # not in the same breath
    assert len(await fetched(policed, agency)) == 2
    assert (await rows(policed, VETOES), objection(one)) == ([], "waiting")
    await due(one)
    await due(silent)
    assert len(await rows(policed, VETOES)) == 1
    assert (objection(one), objection(silent)) == ("sent", "none")
    (line,) = [e for e in one.sharing.diary() if e.kind == "objection"]
    assert (line.summary, line.state) == ("Milltown Police", "sent")
    for _ in range(2):
        with pytest.raises(Conflict, match="objects to this agency already"):
            await one.requests.veto(agency)
    policed.town.clock.at += WEEK
    await policed.town.hub.duties.run_once()
    await one.look()
    (view,) = one.requests.agencies()
    assert view.standing == "vetoed"  # one of two homes is a fifth


async def test_an_objection_survives_restarts_and_answers_that_nobody_heard(
    policed: Policed, home: Move
) -> None:
    """Both steps fail twice over: not done, and done though nobody heard."""
    one = await home("one")
    agency = await policed.announce()
    await one.look()
    await one.requests.veto(agency)
    for after in (False, True, None):  # then the line is whole
        await again(one, "vote_token", after=after)
        await due(one)
    assert kept(one).token is not None
    assert len(await fetched(policed, agency)) == 1
    for after in (False, True, None):
        await again(one, "send", after=after)
        await due(one)
    assert (len(await rows(policed, VETOES)), objection(one)) == (1, "sent")


async def again(one: OneHome, what: str, *, after: bool | None) -> None:
    """Start anew, with a line that is cut before or after something was sent."""
    await one.close()
    one.open()
    await one.sharing.start()
    if after is None:
        return
    link = one.requests._life.vetoes._link
    real = getattr(link, what)

    async def cut(*args: Any) -> None:
        if after:
            await real(*args)
        raise HubUnreachable("the line is cut")

    setattr(link, what, cut)


async def test_too_late_is_said(policed: Policed, home: Move) -> None:
    one = await home("one")
    agency = await policed.announce()
    await one.look()
    with pytest.raises(NotFound, match="no such agency"):
        await one.requests.veto("0" * 32)
    await one.requests.veto(agency)
    policed.town.clock.at += WEEK
    await one.look()
    assert one.store.vetoes.rows() == []
    (line,) = [e for e in one.sharing.diary() if e.kind == "objection"]
    assert (line.state, line.answer) == (
        "refused",
        "not sent: the time to object is over",
    )
    with pytest.raises(Conflict, match="time to object to this agency is over"):
        await one.requests.veto(agency)


async def test_moments_lie_within_the_notice_however_late_somebody_objects(
    policed: Policed, home: Move
) -> None:
    one = await home("one")
    agency = await policed.announce()
    await one.look()
    await due(one)
    ends = one.requests.agencies()[0].notice_until
    policed.town.clock.at = ends - timedelta(minutes=10)
    await one.requests.veto(agency)
    assert policed.town.clock() <= kept(one).due_at <= ends - timedelta(minutes=5)
    await due(one)
    assert objection(one) == "sent"


async def test_a_hub_cannot_give_each_home_a_key_of_its_own(
    policed: Policed, home: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the hub answers beside its log is not asked for at all."""
    one = await home("one")
    await policed.announce()
    asked: list[str] = []
    link = one.requests._life._follower._link
    real = link.raw

    async def raw(path: str) -> bytes:
        asked.append(path)
        return bytes(await real(path))

    monkeypatch.setattr(link, "raw", raw)
    await one.look()
    await due(one)
    assert kept(one).token is not None
    assert asked
    assert all(path.startswith("/log/") for path in asked)


async def test_an_agency_that_is_announced_again_can_be_objected_to_again(
    policed: Policed, home: Move
) -> None:
    one = await home("one")
    agency = await policed.announce()
    await one.look()
    await one.requests.veto(agency)
    await due(one)
    await due(one)
    policed.town.clock.at += WEEK
    await policed.town.hub.duties.run_once()
    await one.look()
    policed.town.clock.at += DAY
    policed.agency.now = policed.town.clock()
    await policed.announce()
    await one.look()
    assert objection(one) == "none"
    await one.requests.veto(agency)
    await due(one)
    await due(one)
    assert (len(await rows(policed, VETOES)), objection(one)) == (1, "sent")


async def test_a_wrong_clock_only_delays_an_objection(
    policed: Policed, home: Move
) -> None:
    """The wish for its token says what this home's clock says, and is refused."""
    one = await home("one")
    agency = await policed.announce()
    await one.look()
    await one.requests.veto(agency)
    link = one.requests._life.vetoes._wallet._link
    clock = link._clock
    link._clock = lambda: clock() - timedelta(minutes=6)
    before = kept(one).due_at
    await due(one)
    assert (objection(one), kept(one).token) == ("waiting", None)
    assert kept(one).due_at > before
    link._clock = clock
    await due(one)
    await due(one)
    assert objection(one) == "sent"


async def test_a_log_that_is_not_read_yet_ends_no_objection(
    policed: Policed, home: Move
) -> None:
    """Trusted again, anew, while the hub is away."""
    one = await home("one")
    agency = await policed.announce()
    await one.look()
    await one.requests.veto(agency)
    one.sharing._need_life()._trust.lose(HubMisbehaves("two pasts"))
    await policed.town.hub.server.stop()
    await one.sharing.trust_again(anew=True)
    await one.look()
    assert one.requests._life.vetoes.states() == {agency: "waiting"}
