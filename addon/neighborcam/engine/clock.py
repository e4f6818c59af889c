"""The host's time, and waiting for it: some machines start in 1970.

Recordings are named by it, certificates and requests are judged by it. Waiting costs
less than a day of recordings that nobody finds.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final

NOT_BEFORE: Final = datetime(2026, 11, 1, tzinfo=UTC)  # this program is not older
_LOOK_S: Final = 1.0
_LOG: Final = logging.getLogger(__name__)


def utc_now() -> datetime:
    """Return the host's time."""
    return datetime.now(UTC)


async def until_set(
    clock: Callable[[], datetime] = utc_now,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Return once the clock shows a time that can be true."""
    if clock() >= NOT_BEFORE:
        return
    _LOG.warning(
        "The clock of this machine shows %s: the engine waits until it is set."
        " Is there a network, for the time?",
        f"{clock():%Y-%m-%d %H:%M}",
    )
    while clock() < NOT_BEFORE:
        await sleep(_LOOK_S)
    _LOG.info("The clock is set")
