"""A hub's duties: each alone, by one node at a time, and whoever fails is seen."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random

import pytest

from neighborcam.hub import supervision
from neighborcam.hub.doctor import examine
from neighborcam.hub.errors import StorageFailed
from neighborcam.hub.store.settings import setting
from neighborcam.hub.supervision import LEASE_S, Duty, Supervisor
from tests.hub.conftest import Town

EVERY_S = 900.0
DICE = Random(1)  # noqa: S311 - the same in each run


class Work:
    """Something that is counted, and does what a test says."""

    def __init__(self, then: Callable[[], Awaitable[None]] | None = None) -> None:
        self.times = 0
        self._then = then

    async def __call__(self) -> None:
        self.times += 1
        if self._then:
            await self._then()


class Asleep(Exception):
    """A supervisor sleeps: the test goes on."""


def duty(work: Work, name: str = "test", *, is_shared: bool = True) -> Duty:
    return Duty(name=name, every_s=EVERY_S, run_once=work, is_shared=is_shared)


def supervisor(town: Town) -> Supervisor:
    return Supervisor(town.hub.desk.database, town.clock, dice=DICE)


async def failing(town: Town) -> list[str]:
    answer = await (await town.get("/healthz")).json()
    return list(answer["failing"])


async def test_a_duty_that_fails_stops_no_other_and_is_seen(town: Town) -> None:
    asked: list[float] = []

    async def sleep(seconds: float) -> None:
        asked.append(seconds)
        town.clock.advance(seconds=seconds)
        if len(asked) == 8:
            raise Asleep

    async def fail() -> None:
        raise ZeroDivisionError("a secret")

    broken, sound = Work(fail), Work()
    one = Supervisor(town.hub.desk.database, town.clock, sleep=sleep, dice=DICE)
    with pytest.raises(Asleep):
        await one.run(duty(broken, "broken"))
    assert broken.times == 8
    assert asked[0] <= 10 < asked[3] < asked[5], "it waits longer each time"
    assert max(asked) <= LEASE_S
    assert await supervisor(town).turn(duty(sound, "sound")) <= EVERY_S
    assert sound.times == 1
    assert await failing(town) == ["broken"]
    metrics = await (await town.get("/metrics")).text()
    assert 'neighborcam_hub_duty_failures{duty="broken"} 8.0' in metrics
    assert 'neighborcam_hub_duty_failures{duty="sound"} 0.0' in metrics
    async with town.hub.desk.database.read() as tx:
        data = await setting(tx, "duty-broken")
    assert data
    assert b"ZeroDivisionError" in data
    assert b"secret" not in data
    told = await examine(town.hub.desk.settings)
    assert "the duty broken failed 8 times: ZeroDivisionError" in told
    broken._then = None
    await one.turn(duty(broken, "broken"))
    assert await failing(town) == []


async def test_one_node_at_a_time_has_a_duty(nodes: tuple[Town, Town]) -> None:
    one, two = map(supervisor, nodes)
    clock = nodes[0].clock
    has_begun, may_end = asyncio.Event(), asyncio.Event()

    async def last() -> None:
        has_begun.set()
        await may_end.wait()

    slow, work = Work(last), Work()
    running = asyncio.create_task(one.turn(duty(slow)))
    await has_begun.wait()
    assert 0 < await two.turn(duty(work), at_start=True) <= LEASE_S + 10
    assert work.times == 0
    may_end.set()
    await running
    assert 0 < await two.turn(duty(work)) <= EVERY_S + 10
    assert work.times == 0, "it was done a moment ago"
    clock.advance(seconds=EVERY_S)
    await two.turn(duty(work))
    assert work.times == 1


async def test_a_node_that_died_loses_the_duty_and_one_that_stops_gives_it_back(
    nodes: tuple[Town, Town],
) -> None:
    one, two = map(supervisor, nodes)
    clock = nodes[0].clock
    has_begun = asyncio.Event()

    async def for_ever() -> None:
        has_begun.set()
        await asyncio.Event().wait()

    work = Work()
    assert await one._take(duty(work), at_start=False) == 0  # and then it dies
    clock.advance(seconds=LEASE_S - 1)
    await two.turn(duty(work))
    assert work.times == 0
    clock.advance(seconds=1)
    await two.turn(duty(work))
    assert work.times == 1
    clock.advance(seconds=EVERY_S)
    stopping = asyncio.create_task(one.turn(duty(Work(for_ever))))
    await has_begun.wait()
    stopping.cancel()
    await asyncio.gather(stopping, return_exceptions=True)
    await two.turn(duty(work))
    assert work.times == 2


async def test_what_takes_longer_than_its_lease_is_ended(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "LEASE_S", 0)

    async def for_ever() -> None:
        await asyncio.Event().wait()

    await supervisor(town).turn(duty(Work(for_ever)))
    assert "test" in await failing(town)


async def test_a_clock_that_was_years_ahead_puts_no_duty_off_for_years(
    town: Town,
) -> None:
    work, now = Work(), town.clock.at
    town.clock.advance(days=3650)
    await supervisor(town).turn(duty(work))
    town.clock.at = now
    await supervisor(town).turn(duty(work))
    assert work.times == 2


async def test_without_a_database_it_is_tried_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, work = supervisor(town), Work()

    def away() -> None:
        raise StorageFailed("the hub's database does not answer")

    monkeypatch.setattr(town.hub.desk.database, "write", away)
    assert 0 < await one.turn(duty(work)) <= 10
    assert 0 < await one.turn(duty(work, is_shared=False)) <= EVERY_S
    assert work.times == 1
    monkeypatch.undo()
    await one.turn(duty(work))
    assert work.times == 2
