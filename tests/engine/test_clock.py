"""Machines whose clock is not set yet."""

import logging
from datetime import UTC, datetime

import pytest

from neighborcam.engine.clock import NOT_BEFORE, until_set

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def test_the_engine_waits_for_a_clock_and_says_why(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now, naps = [EPOCH], [0]

    async def nap(_seconds: float) -> None:
        naps[0] += 1
        if naps[0] == 3:
            now[0] = NOT_BEFORE

    caplog.set_level(logging.INFO)
    await until_set(lambda: now[0], nap)
    assert naps == [3]
    assert "shows 1970-01-01 00:00" in caplog.text
    assert caplog.text.count("waits until it is set") == 1


async def test_a_clock_that_is_set_costs_no_word(
    caplog: pytest.LogCaptureFixture,
) -> None:
    await until_set(lambda: NOT_BEFORE, _never)
    assert caplog.text == ""


async def _never(_seconds: float) -> None:
    raise AssertionError
