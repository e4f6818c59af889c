"""Tells clients now and then to look at numbers that change all the time.

Statistics and storage are read when somebody looks. Push-only clients never look, so
these notices make the API send them; without a client they cost next to nothing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from neighborcam.engine.bus import News, StatisticsMeasured, StorageMeasured
from neighborcam.engine.errors import EngineError

STATISTICS_EVERY_S: Final = 30.0
_STORAGE_EVERY: Final = 2  # times that
_LOG: Final = logging.getLogger(__name__)


class Measuring:
    """Sends the notices; ``has_cameras`` and ``stored`` say whether one is due.

    ``stored`` returns something that is equal as long as nothing has changed; it may
    touch the disk and runs in a worker thread.
    """

    def __init__(
        self,
        tell: Callable[[News], None],
        clock: Callable[[], datetime],
        *,
        has_cameras: Callable[[], bool],
        stored: Callable[[], object],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._tell = tell
        self._clock = clock
        self._has_cameras = has_cameras
        self._stored = stored
        self._sleep = sleep
        self._told: object = None

    async def run(self) -> None:
        """Tell until cancelled; a measurement that fails is the next one's to mend."""
        turn = 0
        while True:
            await self._sleep(STATISTICS_EVERY_S)
            turn += 1
            try:
                await self.run_once(with_storage=turn % _STORAGE_EVERY == 0)
            except EngineError as error:
                _LOG.debug("not measured: %s", error)
            except Exception:  # noqa: BLE001 - one fault must not silence all numbers
                _LOG.exception("measuring failed")

    async def run_once(self, *, with_storage: bool) -> None:
        """Tell what is due now."""
        if self._has_cameras():
            self._tell(StatisticsMeasured(at=self._clock()))
        if not with_storage:
            return
        stored = await asyncio.to_thread(self._stored)
        if stored != self._told:
            self._told = stored
            self._tell(StorageMeasured(at=self._clock()))
