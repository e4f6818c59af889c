"""Clients are told to look at numbers that change all the time."""

import asyncio
from datetime import UTC, datetime

import pytest

from neighborcam.engine import measuring
from neighborcam.engine.bus import News, StatisticsMeasured, StorageMeasured

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


async def test_statistics_are_told_each_time_and_storage_every_second_time() -> None:
    told: list[News] = []
    slept: list[float] = []

    async def sleep(duration_s: float) -> None:
        slept.append(duration_s)
        if len(slept) > 4:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await measuring.run(told.append, lambda: NOON, sleep)
    statistics, storage = StatisticsMeasured(at=NOON), StorageMeasured(at=NOON)
    assert told == [statistics, statistics, storage, statistics, statistics, storage]
    assert slept == [measuring.STATISTICS_EVERY_S] * 5
