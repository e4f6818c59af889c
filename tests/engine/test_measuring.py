"""Clients are told to look at numbers that change all the time."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from neighborcam.engine.bus import News, StatisticsMeasured, StorageMeasured
from neighborcam.engine.errors import StorageError
from neighborcam.engine.measuring import STATISTICS_EVERY_S, Measuring

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
STATISTICS, STORAGE = StatisticsMeasured(at=NOON), StorageMeasured(at=NOON)


async def told_in(
    turns: int, stored: Callable[[], object], *, has_cameras: bool = True
) -> list[News]:
    """Return what is told in so many turns of 30 seconds."""
    told: list[News] = []
    slept: list[float] = []

    async def sleep(duration_s: float) -> None:
        slept.append(duration_s)
        if len(slept) > turns:
            raise asyncio.CancelledError

    measuring = Measuring(
        told.append,
        lambda: NOON,
        has_cameras=lambda: has_cameras,
        stored=stored,
        sleep=sleep,
    )
    with pytest.raises(asyncio.CancelledError):
        await measuring.run()
    assert set(slept) == {STATISTICS_EVERY_S}
    return told


async def test_statistics_are_told_each_time_and_storage_every_second_time() -> None:
    numbers = iter((1, 2))
    told = await told_in(4, lambda: next(numbers))
    assert told == [STATISTICS, STATISTICS, STORAGE] * 2


async def test_storage_that_did_not_change_is_not_told_again() -> None:
    numbers = iter((1, 1, 2))
    told = await told_in(6, lambda: next(numbers), has_cameras=False)
    assert told == [STORAGE, STORAGE]


async def test_without_cameras_there_are_no_statistics() -> None:
    assert await told_in(3, lambda: None, has_cameras=False) == []


@pytest.mark.parametrize("fault", [StorageError("the disk is gone"), ValueError("bug")])
async def test_a_fault_does_not_end_it(fault: Exception) -> None:
    faults = iter((fault,))

    def stored() -> int:
        for each in faults:
            raise each
        return 1

    told = await told_in(4, stored)
    assert told == [STATISTICS] * 4 + [STORAGE]
