import asyncio
import threading
from datetime import UTC, datetime

import pytest

from neighborcam.engine.bus import Bus, Subscription
from neighborcam.engine.config import CameraId
from neighborcam.engine.errors import StorageError
from neighborcam.engine.facts import EngineFact, HintReceived
from neighborcam.engine.intake import Intake

CAMERA = CameraId("yard")
FULL = "The disk is full."


def fact(number: int) -> HintReceived:
    at = datetime(2026, 11, 23, 12, 0, 0, number, tzinfo=UTC)
    return HintReceived(camera=CAMERA, at=at, active=True)


class Rows:
    """Rows in memory on a disk that fails for the facts told to it."""

    def __init__(self, *broken: EngineFact) -> None:
        self.kept: list[EngineFact] = []
        self._broken = broken

    def apply(self, fact: EngineFact) -> None:
        """Keep a fact, or fail as a full disk does."""
        if fact in self._broken:
            raise StorageError(FULL)
        self.kept.append(fact)


class Reception:
    """An intake that runs, and one subscriber who waits for what it tells."""

    def __init__(self, rows: Rows) -> None:
        loop = asyncio.get_running_loop()
        bus = Bus(loop)
        self.news: Subscription = bus.subscribe()
        self.intake = Intake(loop, rows, bus)
        self.told_before_kept = False

        def listen(news: object) -> None:
            self.told_before_kept |= news not in rows.kept

        bus.listen(listen)

    async def finish(self) -> list[object]:
        """Run to the end of what was taken and return what was told."""
        await asyncio.sleep(0)  # facts come by way of the loop
        self.intake.finish()
        await self.intake.run()
        await asyncio.sleep(0)  # and so does the news
        return list(await self.news.take())


async def test_facts_are_kept_and_told_in_the_order_of_taking() -> None:
    rows = Rows()
    reception = Reception(rows)
    facts = [fact(number) for number in range(20)]
    for each in facts:
        reception.intake.take(each)
    assert await reception.finish() == facts
    assert rows.kept == facts


async def test_a_row_is_there_before_anybody_hears_of_it() -> None:
    reception = Reception(Rows())
    for number in range(5):
        reception.intake.take(fact(number))
    await reception.finish()
    assert not reception.told_before_kept


async def test_facts_may_come_from_any_thread() -> None:
    rows = Rows()
    reception = Reception(rows)
    facts = [fact(number) for number in range(5)]

    def camera() -> None:
        for each in facts:
            reception.intake.take(each)

    thread = threading.Thread(target=camera)
    thread.start()
    await asyncio.to_thread(thread.join)
    assert await reception.finish() == facts


async def test_a_failing_disk_costs_the_row_and_not_the_news(
    caplog: pytest.LogCaptureFixture,
) -> None:
    facts = [fact(number) for number in range(5)]
    rows = Rows(*facts[1:4])
    reception = Reception(rows)
    for each in facts:
        reception.intake.take(each)
    assert await reception.finish() == facts
    assert rows.kept == [facts[0], facts[4]]
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert FULL in caplog.text


async def test_a_disk_that_fails_again_is_logged_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    facts = [fact(number) for number in range(3)]
    reception = Reception(Rows(facts[0], facts[2]))
    for each in facts:
        reception.intake.take(each)
    await reception.finish()
    assert caplog.text.count(FULL) == 2


def test_a_fact_after_the_loop_has_closed_is_dropped() -> None:
    loop = asyncio.new_event_loop()
    intake = Intake(loop, Rows(), Bus(loop))
    loop.close()
    intake.take(fact(0))
