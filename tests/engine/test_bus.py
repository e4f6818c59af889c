import asyncio
from datetime import UTC, datetime
from threading import Thread

import pytest

from neighborcam.engine.bus import Bus, CameraConfigured, News, NewsLost
from neighborcam.engine.config import CameraId

AT = datetime(2026, 5, 1, tzinfo=UTC)


def _news(number: int) -> News:
    return CameraConfigured(camera=CameraId(f"c{number}"), at=AT)


def _publish(bus: Bus, count: int) -> None:
    for i in range(count):
        bus.publish(_news(i))


def _bus() -> Bus:
    return Bus(asyncio.get_running_loop())


async def test_facts_of_a_thread_arrive_on_the_loop_in_order() -> None:
    bus = _bus()
    taken: list[News] = []
    with bus.subscribe() as subscription:
        thread = Thread(target=_publish, args=(bus, 100))
        thread.start()
        async with asyncio.timeout(30):
            while len(taken) < 100:
                taken += await subscription.take()
        thread.join()
    assert taken == [_news(i) for i in range(100)]


async def test_a_listener_hears_everything_before_a_subscriber_can() -> None:
    bus = _bus()
    heard: list[News] = []
    bus.listen(heard.append)
    with bus.subscribe() as subscription:
        bus.publish(_news(1))
        await subscription.take()
        assert heard == [_news(1)]


async def test_a_slow_subscriber_is_told_once_and_then_goes_on() -> None:
    bus = _bus()
    with bus.subscribe(limit=3) as slow, bus.subscribe() as quick:
        for i in range(4):
            bus.publish(_news(i))
        assert len(await quick.take()) == 4
        with pytest.raises(NewsLost):
            await slow.take()
        bus.publish(_news(9))
        assert await slow.take() == (_news(9),)


async def test_after_a_loss_nothing_stale_is_delivered() -> None:
    bus = _bus()
    with bus.subscribe(limit=2) as slow, bus.subscribe() as quick:
        for i in range(5):
            bus.publish(_news(i))
        await quick.take()
        with pytest.raises(NewsLost):
            await slow.take()
        taking = asyncio.create_task(slow.take())
        await asyncio.sleep(0)
        assert not taking.done()
        bus.publish(_news(7))
        assert await taking == (_news(7),)


async def test_a_closed_subscription_receives_nothing_and_closes_twice() -> None:
    bus = _bus()
    subscription = bus.subscribe()
    subscription.close()
    subscription.close()
    with bus.subscribe() as other:
        bus.publish(_news(1))
        await other.take()
    taking = asyncio.create_task(subscription.take())
    await asyncio.sleep(0)
    assert not taking.done()
    taking.cancel()


def test_publishing_after_the_loop_closed_is_no_error() -> None:
    loop = asyncio.new_event_loop()
    bus = Bus(loop)
    loop.close()
    bus.publish(_news(1))
