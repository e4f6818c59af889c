"""A home's turns when the hub does not take them: days that change, wrong tokens."""

from datetime import timedelta
from typing import Any

import pytest

from neighborcam.engine.errors import HubMisbehaves, HubRefused
from neighborcam.hub.store.schema import CAPSULES
from tests.engine.sharing.asked_home import DAY, OneHome, home
from tests.engine.sharing.test_answering import TIP, Away, asked, rows, state
from tests.hub.police import Policed, policed

__all__ = ["asked", "home", "policed"]

MINUTES = timedelta(minutes=10)


async def cut_off_before_midnight(one: OneHome, request: str, days_left: int) -> Away:
    """Answer, and try the turn with a token of the day before; the line is cut then.

    It is back 10 minutes after midnight (UTC), in the same round.
    """
    clock = one.policed.town.clock
    expires = one.requests._need(request).request.expires
    clock.at = expires - (days_left + 1) * DAY
    await one.requests._life.turns._wallet.fill()
    await one.look()
    for row in one.store.requests.rounds():
        one.store.requests.end_round(row, sent=False)
    clock.at = expires - days_left * DAY + timedelta(minutes=2)
    await one.look()
    await one.requests.answer(request, TIP)
    (row,) = one.store.requests.rounds()
    midnight = (clock.at + DAY).replace(hour=0, minute=0, second=0)
    clock.at = midnight - MINUTES
    one.store.requests.postpone_round(row, clock.at)
    line = Away(one, "/api/capsules")
    await one.look()
    first: Any = line.tries[0]
    assert first.token.epoch == (midnight - 2 * DAY).date().isoformat()
    line.mend()
    clock.at = midnight + MINUTES
    await one.look()
    return line


async def test_a_capsule_that_outlives_its_token_is_paid_for_anew(
    policed: Policed, asked: tuple[OneHome, str]
) -> None:
    one, request = asked
    before = await rows(policed, CAPSULES)
    await cut_off_before_midnight(one, request, 3)
    (row,) = one.store.requests.rounds()
    assert (row.body, row.answer) == (None, None)
    policed.town.clock.at = row.due_at
    await one.look()
    assert await rows(policed, CAPSULES) - before == 1
    assert await state(one, request) == ["sent"]


async def test_an_answer_whose_capsule_was_refused_is_not_said_to_be_sent(
    policed: Policed, asked: tuple[OneHome, str]
) -> None:
    """In the last round: the hub had nothing, and its owner hears so."""
    one, request = asked
    await cut_off_before_midnight(one, request, 1)
    policed.town.clock.at = one.requests._need(request).request.expires + MINUTES
    await one.look()
    assert await state(one, request) == ["ended"]


async def test_a_turn_waits_while_the_hub_gives_no_tokens(
    policed: Policed, asked: tuple[OneHome, str]
) -> None:
    """As with a clock that is wrong: it is the wish for tokens that was refused."""
    one, request = asked
    await one.requests.answer(request, TIP)
    (row,) = one.store.requests.rounds()
    wallet = one.requests._life.turns._wallet
    take = wallet.take

    async def refuse(_purpose: str) -> Any:
        raise HubRefused("outside_limits", "your clock is wrong", "at")

    wallet.take = refuse
    policed.town.clock.at = row.due_at
    await one.look()
    (later,) = one.store.requests.rounds()
    assert (later.number, later.body) == (row.number, None)
    wallet.take = take
    policed.town.clock.at = later.due_at
    await one.look()
    assert await state(one, request) == ["sent"]


async def test_a_capsule_that_the_hub_refuses_for_good_takes_no_answer_with_it(
    policed: Policed, asked: tuple[OneHome, str]
) -> None:
    one, request = asked
    await one.requests.answer(request, TIP)
    (row,) = one.store.requests.rounds()
    link = one.requests._life.turns._link
    send = link.send

    async def refuse(_path: str, _message: Any) -> None:
        raise HubRefused("conflict", "this round is not the present one")

    link.send = refuse
    policed.town.clock.at = row.due_at
    await one.look()
    link.send = send
    assert one.store.requests.rounds() == []
    assert not one.store.requests.may_have_left(
        (await one.requests.review(request)).answers[0].id
    )
    assert await state(one, request) == ["waiting"]


async def test_all_mail_is_fetched_before_any_is_opened(
    asked: tuple[OneHome, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opening takes longer in a home that answered: no word to the hub follows it."""
    one, request = asked
    life, did = one.requests._life, []
    known = life.register.requests
    monkeypatch.setitem(known, "another", known[request])
    fetch, raw = life._mail.fetch, life._mail._link.raw

    async def fetched(about: Any) -> Any:
        did.append("fetch")
        return await fetch(about) or ("a bundle",)

    async def objected(_agencies: Any) -> None:
        did.append("objections")

    async def told(path: str) -> Any:
        did.append("hub")
        return await raw(path)

    monkeypatch.setattr(life._mail, "fetch", fetched)
    monkeypatch.setattr(life._mail, "open", lambda *_: did.append("open"))
    monkeypatch.setattr(life._mail._link, "raw", told)
    monkeypatch.setattr(life.vetoes, "run_once", objected)
    life._mail_at = None
    await one.look()
    assert did[1:] == [*("fetch", "hub") * 2, "objections", "open", "open"]


async def test_a_log_that_is_not_read_yet_ends_nothing(
    policed: Policed, asked: tuple[OneHome, str]
) -> None:
    """Trusted again, anew, while the hub is away: what waits waits on."""
    one, request = asked
    await one.requests.answer(request, TIP)
    clock = policed.town.clock
    clock.at = one.store.requests.rounds()[0].due_at
    one.sharing._need_life()._trust.lose(HubMisbehaves("two pasts"))
    await policed.town.hub.server.stop()
    await one.sharing.trust_again(anew=True)
    life = one.requests._life
    await one.look()
    assert not life.register.requests
    assert [each.state for each in one.store.requests.answers(request)] == ["waiting"]
    assert len(one.store.requests.rounds()) == 1
    assert life._pause_s() >= 30.0  # and asks no more often for that
