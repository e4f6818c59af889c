"""Tells clients now and then to look at numbers that change all the time.

Statistics and storage are read when somebody looks. Push-only clients never look, so
these notices make the API send them; without a client they cost nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from neighborcam.engine.bus import News, StatisticsMeasured, StorageMeasured

STATISTICS_EVERY_S: Final = 30.0
_STORAGE_EVERY: Final = 2  # times that


async def run(
    tell: Callable[[News], None],
    clock: Callable[[], datetime],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Tell until cancelled."""
    turn = 0
    while True:
        await sleep(STATISTICS_EVERY_S)
        turn += 1
        tell(StatisticsMeasured(at=clock()))
        if turn % _STORAGE_EVERY == 0:
            tell(StorageMeasured(at=clock()))
