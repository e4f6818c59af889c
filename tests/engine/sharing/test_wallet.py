"""Tokens survive an engine that stops half-way: asked for again, the same again."""

from typing import Any

import pytest

from neighborcam.engine.errors import HubBusy, HubUnreachable
from neighborcam.engine.sharing import wallet
from neighborcam.engine.sharing.wallet import Wallet
from neighborcam.protocol.feed import Published
from neighborcam.protocol.limits import PER_DAY
from tests.engine.sharing.shared_home import House, Make
from tests.hub.conftest import Town


class Stop(Exception):
    """The engine stops here."""


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wallet, "FETCHED", ("post", "flag"))


def purse(one: House, town: Town) -> Wallet:
    """Return a wallet as one that starts anew has it, over the same file."""
    life = one.life
    return Wallet(life._link, life._member, life._follower, one.store, town.clock)


def stop(one: House, monkeypatch: pytest.MonkeyPatch, what: str, step: str) -> None:
    """Stop before the hub is asked, after it answered, or before that is kept."""
    if step == "keeping":
        name = "put_tokens" if what == "tokens" else "put_vote_token"
        monkeypatch.setattr(one.store, name, _raise)
        return
    real = getattr(one.life._link, what)

    async def halfway(*args: Any) -> None:
        if step == "answered":
            await real(*args)
        raise Stop

    monkeypatch.setattr(one.life._link, what, halfway)


def _raise(*_: Any) -> None:
    raise Stop


@pytest.fixture
async def quiet(house: Make, monkeypatch: pytest.MonkeyPatch) -> House:
    """A home whose wallet nobody else fills."""

    async def nothing(_self: Wallet) -> None:
        raise HubUnreachable("not now")

    with monkeypatch.context() as patch:
        patch.setattr(Wallet, "fill", nothing)
        one = await house("one")
    one.life._work.end("the day")
    return one


@pytest.mark.parametrize("step", ["asking", "answered", "keeping"])
async def test_the_tokens_of_a_day_survive_a_stop(
    quiet: House, town: Town, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    today = town.clock().date().isoformat()
    with monkeypatch.context() as patch:
        stop(quiet, patch, "tokens", step)
        with pytest.raises(Stop):
            await purse(quiet, town).fill()
    assert quiet.store.unfinished(f"{today} post") is not None
    await purse(quiet, town).fill()
    assert quiet.store.token_count("post", today) == PER_DAY["post"]
    assert quiet.store.token_count("flag", today) == PER_DAY["flag"]
    assert quiet.store.unfinished(f"{today} post") is None
    assert quiet.store.fact("filled") == today.encode()


@pytest.mark.parametrize("step", ["asking", "answered", "keeping"])
async def test_a_vote_survives_a_stop(
    quiet: House, town: Town, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    quiet.life._work.end("votes")
    author = await town.home()
    alert = await author.post()
    shown = await town.hub.desk.alerts.get(alert.id)
    assert isinstance(shown, Published)
    with monkeypatch.context() as patch:
        stop(quiet, patch, "vote_token", step)
        with pytest.raises(Stop):
            await purse(quiet, town).vote_token(alert.id, shown.vote_key)
    assert quiet.store.vote_token(alert.id) is None
    token = await purse(quiet, town).vote_token(alert.id, shown.vote_key)
    assert await purse(quiet, town).vote_token(alert.id, shown.vote_key) == token
    assert quiet.store.unfinished(alert.id) is None


async def test_a_busy_hub_is_asked_again_and_costs_no_day(
    quiet: House, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: Any) -> None:
        raise HubBusy("too_fast", "not now", 10)

    with monkeypatch.context() as patch:
        patch.setattr(quiet.life._link, "tokens", busy)
        with pytest.raises(HubBusy):
            await purse(quiet, town).fill()
    assert quiet.store.fact("filled") is None
    await purse(quiet, town).fill()
    assert (await purse(quiet, town).take("post")).epoch
