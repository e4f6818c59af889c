"""What was written leaves once, in order, however long the hub is away."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select

from neighborcam.engine.errors import (
    Conflict,
    HubBusy,
    HubMisbehaves,
    HubRefused,
    HubUnreachable,
    StorageError,
)
from neighborcam.engine.index.letter_store import Parcel
from neighborcam.engine.neighbours import Change
from neighborcam.engine.sharing import supervised
from neighborcam.engine.sharing.letters import ALERTS as ALERTS_PATH
from neighborcam.engine.sharing.wallet import Wallet
from neighborcam.hub.app import Hub
from neighborcam.hub.store.schema import ALERTS
from neighborcam.protocol.standing import Standing
from tests.engine.sharing.shared_home import DRAFT, House, Make, sent, until
from tests.hub.conftest import Town

LONG = msgspec.structs.replace(DRAFT, expires_in_h=24.0 * 20)


class Line:
    """A connection that a test cuts, or lets answer what it wants."""

    def __init__(self, home: House) -> None:
        self.real = home.life._outbox._link
        self.fault: Callable[[str], Exception | None] = lambda _path: None
        self.tried: list[str] = []
        self.held = asyncio.Event()
        self.held.set()
        home.life._outbox._link = self  # type: ignore[assignment]

    async def publish(self, data: bytes) -> Standing:
        await self._try(ALERTS_PATH)
        return await self.real.publish(data)

    async def post(self, path: str, data: bytes) -> None:
        await self._try(path)
        await self.real.post(path, data)

    async def put(self, path: str, data: bytes) -> None:
        await self._try(path)
        await self.real.put(path, data)

    async def _try(self, path: str) -> None:
        self.tried.append(path)
        await self.held.wait()
        problem = self.fault(path)
        if problem is not None:
            raise problem


def away(_path: str) -> Exception:
    return HubUnreachable("away")


async def count(town: Town, **where: Any) -> int:
    """Return how many alerts the hub has."""
    query = select(func.count()).select_from(ALERTS)
    for name, value in where.items():
        query = query.where(ALERTS.c[name] == value)
    async with town.hub.desk.database.read() as tx:
        return await tx.scalar(query) or 0


async def test_what_was_written_while_the_hub_was_away_is_sent_once(
    house: Make, town: Town
) -> None:
    one = await house("one")
    await one.tokens()
    await town.hub.server.stop()
    await until(lambda: one.hub_state() == "unreachable")
    await one.sharing.publish(DRAFT)
    assert one.sharing.view().waiting == 1
    await one.restart()  # the engine stops and starts meanwhile
    assert one.sharing.view().waiting == 1
    await town.hub.__aexit__()
    async with Hub(town.hub.desk.settings, clock=town.clock, per_minute=10_000) as hub:
        town.clock.advance(hours=20)  # past midnight: its token is yesterday's
        await until(lambda: one.sharing.view().waiting == 0)
        async with hub.desk.database.read() as tx:
            assert await tx.scalar(select(func.count()).select_from(ALERTS)) == 1
        await one.sharing.stop()
    (line,) = one.sharing.diary()
    assert line.state == "sent"


@pytest.mark.parametrize("days", [1, 2, 7])
async def test_a_letter_that_failed_gets_a_token_of_the_day_on_which_the_hub_is_back(
    house: Make, town: Town, days: int
) -> None:
    one = await house("one")
    await one.tokens()
    line = Line(one)
    line.fault = away
    draft = msgspec.structs.replace(LONG, urgency="future")
    await one.sharing.publish(draft)
    await until(lambda: bool(line.tried))
    await one.sharing.stop()
    town.clock.advance(days=days)
    if days == 7:
        town.clock.advance(hours=-1)  # an alert of last week is none any more
    await one.sharing.start()
    await sent(one)
    assert await count(town) == 1


async def test_without_a_token_a_letter_waits_and_is_not_lost(
    house: Make, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await house("one")
    await one.tokens()
    line = Line(one)
    line.fault = away
    await one.sharing.publish(LONG)
    await until(lambda: bool(line.tried))
    town.clock.advance(days=3)

    async def none(_wallet: Wallet, _purpose: str) -> Any:
        raise Conflict("used up")

    with monkeypatch.context() as context:
        context.setattr(Wallet, "take", none)
        await one.life._outbox.run_once("message")
        assert one.sharing.view().waiting == 1
    line.fault = lambda _path: None
    town.clock.advance(hours=1)
    one.life._outbox.wake()
    await sent(one)


async def test_what_the_hub_refuses_is_told_and_not_tried_for_ever(
    house: Make, town: Town
) -> None:
    one = await house("one")
    await one.tokens()
    line = Line(one)
    line.fault = away
    view = await one.sharing.publish(msgspec.structs.replace(DRAFT, expires_in_h=1.0))
    await until(lambda: bool(line.tried))
    town.clock.advance(hours=2)  # it has expired before it could be sent
    line.fault = lambda _path: None
    one.life._outbox.wake()
    await until(lambda: one.sharing.diary()[0].state == "refused")
    assert "outside_limits" in one.sharing.diary()[0].answer
    assert one.sharing.view().waiting == 0
    assert view.id not in one.store.letters.own_ids()


async def test_one_letter_that_the_hub_cannot_digest_holds_up_nothing_else(
    house: Make,
) -> None:
    one, other = await house("one"), await house("other")
    await one.tokens()
    poison = await one.sharing.publish(DRAFT)
    await sent(one)
    line = Line(one)
    line.fault = lambda path: (
        HubUnreachable("the hub answers 500") if path == "/api/comments" else None
    )
    await until(lambda: bool(one.heard("received")))
    await one.sharing.comment(poison.id, "the hub fails at this")
    await until(lambda: bool(line.tried))
    await one.sharing.publish(DRAFT)
    await one.sharing.cancel(poison.id)
    await until(lambda: len(other.heard("received")) == 3)
    assert one.sharing.view().waiting == 1


async def test_an_alert_that_is_taken_back_before_it_arrived_never_arrives(
    house: Make, town: Town
) -> None:
    one = await house("one")
    await one.tokens()
    line = Line(one)
    line.fault = away
    view = await one.sharing.publish(DRAFT)
    await until(lambda: bool(line.tried))
    await one.sharing.cancel(view.id)  # it may have arrived: so say it, to be sure
    line.fault = lambda _path: None
    one.life._outbox.wake()
    await until(lambda: one.sharing.view().waiting == 0)
    lines = [(e.kind, e.state, e.answer) for e in one.sharing.diary()]
    assert lines == [
        ("cancel", "sent", "the hub has no such alert"),
        ("alert", "refused", "not sent: it was taken back before"),
    ]
    assert await count(town) == 0


async def test_an_alert_that_was_never_tried_needs_no_cancel(
    house: Make,
) -> None:
    one = await house("one")
    await one.tokens()
    one.life._work.end("sending messages")
    view = await one.sharing.publish(DRAFT)
    await one.sharing.cancel(view.id)
    assert [e.kind for e in one.sharing.diary()] == ["alert"]
    assert one.sharing.view().waiting == 0
    assert view.id not in one.store.letters.own_ids()


async def test_what_arrived_is_taken_back_though_its_newer_version_still_waits(
    house: Make,
) -> None:
    one = await house("one")
    await one.tokens()
    first = await one.sharing.publish(DRAFT)
    await sent(one)
    one.life._work.end("sending messages")
    await one.sharing.update(first.id, Change(text="More"))
    await one.sharing.cancel(first.id)
    lines = [(line.kind, line.state) for line in one.sharing.diary()]
    assert lines == [("cancel", "waiting"), ("update", "refused"), ("alert", "sent")]


async def test_what_is_taken_back_while_it_is_read_is_not_sent(
    house: Make, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await house("one")
    await one.tokens()
    read, go_on = asyncio.Event(), asyncio.Event()
    on_thread = asyncio.to_thread

    async def slow_disk(work: Any, *what: Any) -> Any:
        found = await on_thread(work, *what)
        if work == one.store.letters.letter:
            read.set()
            await go_on.wait()
        return found

    monkeypatch.setattr(
        "neighborcam.engine.sharing.outbox.asyncio.to_thread", slow_disk
    )
    view = await one.sharing.publish(DRAFT)
    await read.wait()
    await one.sharing.cancel(view.id)
    go_on.set()
    await until(lambda: one.sharing.view().waiting == 0)
    monkeypatch.undo()
    await one.life._outbox.run_once("message")
    assert await count(town) == 0


async def test_a_cancel_does_not_overtake_the_alert_that_is_on_its_way(
    house: Make, town: Town
) -> None:
    one, other = await house("one"), await house("other")
    await one.tokens()
    line = Line(one)
    line.held.clear()
    view = await one.sharing.publish(DRAFT)
    await until(lambda: bool(line.tried))
    await one.sharing.cancel(view.id)
    assert line.tried == ["/api/alerts"]
    line.held.set()
    await sent(one)
    await until(lambda: bool(other.sharing.alerts()))
    await until(lambda: other.sharing.alerts()[0].msg_type == "cancel")
    assert await count(town, msg_type="cancel") == 1


async def test_a_slow_clip_holds_up_no_message(house: Make) -> None:
    one = await house("one")
    await one.tokens()
    line, now = Line(one), one.town.clock()
    line.fault = lambda path: HubRefused("not_found", "none") if "x" in path else None
    line.held.clear()
    clip = Parcel(
        chain="x",
        path="/api/alerts/x/media/y",
        body=b"",
        kind="clip",
        summary="",
        lane="media",
    )
    one.store.letters.queue([clip], now)
    one.life._outbox.wake()
    await until(lambda: line.tried == ["/api/alerts/x/media/y"])
    await one.sharing.publish(DRAFT)
    await until(lambda: line.tried[1:] == ["/api/alerts"])
    line.held.set()


# -- whatever happens, it goes on ------------------------------------------------------


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervised, "FIRST_S", 0.01)


async def test_a_hub_cannot_send_a_home_away_for_good(house: Make, town: Town) -> None:
    one = await house("one")
    await one.tokens()
    line = Line(one)
    line.fault = lambda _path: HubBusy("too_many", "later", 3600.0)
    await one.sharing.publish(DRAFT)
    await until(lambda: bool(line.tried))
    line.fault = lambda _path: None
    town.clock.advance(hours=1)
    one.life._outbox.wake()
    await sent(one)


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize(
    "problem", [StorageError("the disk is full"), ValueError("a bug"), KeyError()]
)
async def test_a_failure_is_told_once_and_sending_goes_on(
    house: Make,
    problem: Exception,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, other = await house("one"), await house("other")
    await one.tokens()
    settle, failures = one.store.letters.settle_alert, []

    def fails(*what: Any) -> None:
        failures.append(what)
        if len(failures) < 4:
            raise problem
        settle(*what)

    monkeypatch.setattr(one.store.letters, "settle_alert", fails)
    await one.sharing.publish(DRAFT)
    await until(lambda: one.sharing.view().problem.startswith("sending messages: "))
    await until(lambda: bool(other.heard("received")))  # the hub had it
    await sent(one)
    assert len(failures) == 4
    said = [r for r in caplog.records if "sending messages" in r.getMessage()]
    assert len(said) == 1
    await one.sharing.publish(DRAFT)
    await until(lambda: len(other.heard("received")) == 2)


async def test_a_full_disk_stops_no_hearing(
    house: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = await house("one"), await house("other")

    def full(*_: Any, **__: Any) -> None:
        raise StorageError("the disk is full")

    monkeypatch.setattr(other.store.feed, "keep", full)
    await one.sharing.publish(DRAFT)
    await until(lambda: bool(other.heard("received")))
    await one.sharing.publish(DRAFT)
    await until(lambda: len(other.heard("received")) == 2)


# -- all or nothing --------------------------------------------------------------------


async def test_an_alert_its_picture_token_and_key_are_kept_together_or_not_at_all(
    house: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await house("one")
    await one.tokens()
    today = one.town.clock().date().isoformat()
    letters, write = one.store.letters, one.store._database.write

    def lost_before(work: Any) -> Any:
        def fail(connection: Any) -> Any:
            work(connection)
            raise StorageError("the power went")

        return write(fail)

    monkeypatch.setattr(one.store._database, "write", lost_before)
    with pytest.raises(StorageError):
        await one.sharing.publish(DRAFT)
    monkeypatch.undo()
    assert one.sharing.diary() == []
    assert one.store.token_count("post", today) == 3
    assert letters.own_ids() == frozenset()

    def lost_after(work: Any) -> Any:
        write(work)
        raise StorageError("the power went")

    monkeypatch.setattr(one.store._database, "write", lost_after)
    with pytest.raises(StorageError):
        await one.sharing.publish(DRAFT)
    monkeypatch.undo()
    assert [each.kind for each in one.sharing.diary()] == ["alert"]
    assert one.store.token_count("post", today) == 2
    assert len(letters.own_ids()) == 1
    await one.restart()
    await sent(one)


async def test_two_automations_at_once_do_not_write_three_alerts(
    house: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await house("one")
    await one.tokens()
    automatic = msgspec.structs.replace(DRAFT, automatic=True)
    await one.sharing.publish(automatic)
    both = asyncio.Barrier(2)
    stewards = one.life._speaking._stewards

    async def together() -> tuple[str, ...]:
        await both.wait()
        return await stewards()

    monkeypatch.setattr(one.life._speaking, "_stewards", together)
    done = await asyncio.gather(
        *(one.sharing.publish(automatic) for _ in range(2)), return_exceptions=True
    )
    assert sorted(isinstance(each, Conflict) for each in done) == [False, True]


async def test_two_people_at_once_do_not_spend_one_token_twice(
    house: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await house("one")
    await one.tokens()
    same = one.store.look_at_token("post", "")
    looks = [same, same]
    look = one.store.look_at_token

    def again(purpose: str, oldest: str) -> bytes | None:
        return looks.pop() if looks else look(purpose, oldest)

    monkeypatch.setattr(one.store, "look_at_token", again)
    await asyncio.gather(*(one.sharing.publish(DRAFT) for _ in range(2)))
    await sent(one)
    assert await count(one.town) == 2


async def test_a_hub_that_lies_while_a_letter_gets_a_token_is_found_out(
    house: Make, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await house("one")
    await one.tokens()
    line = Line(one)
    line.fault = away
    await one.sharing.publish(LONG)
    await until(lambda: bool(line.tried))

    async def lie(_wallet: Wallet, _purpose: str) -> Any:
        raise HubMisbehaves("two pasts")

    monkeypatch.setattr(Wallet, "take", lie)
    town.clock.advance(days=3)
    one.life._outbox.wake()
    await until(lambda: one.hub_state() == "distrusted")
    assert one.sharing.view().waiting == 1  # for the day on which it is believed


async def test_a_refused_wish_for_tokens_holds_up_no_cancel(
    house: Make, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One letter needs a new token and gets none; a cancel needs none, and goes."""
    one = await house("one")
    await one.tokens()
    old = await one.sharing.publish(LONG)
    await sent(one)
    line = Line(one)
    line.fault = away
    await one.sharing.publish(msgspec.structs.replace(LONG, headline="Late"))
    await until(lambda: bool(line.tried))
    await one.sharing.stop()
    town.clock.advance(days=3)
    await one.sharing.start()

    async def refuse(*_: Any) -> Any:
        raise HubRefused("outside_limits", "your clock is wrong", "at")

    monkeypatch.setattr(one.life._wallet, "take", refuse)
    await one.sharing.cancel(old.id)

    def cancels() -> list[str]:
        return [each.state for each in one.sharing.diary() if each.kind == "cancel"]

    await until(lambda: cancels() == ["sent"])
    assert one.sharing.view().waiting == 1
