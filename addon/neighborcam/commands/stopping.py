"""How a program of ours is told to stop."""

import asyncio
import contextlib
import signal
from collections.abc import Coroutine, Iterator
from typing import Any


@contextlib.contextmanager
def stop_signal() -> Iterator[asyncio.Event]:
    """Yield what is set by Ctrl-C or the service manager."""
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    for number in signals:
        loop.add_signal_handler(number, stopped.set)
    try:
        yield stopped
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


async def unless(stopped: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Do ``work`` unless it is stopped before; tell whether it was done."""
    doing = asyncio.create_task(work)
    waiting = asyncio.create_task(stopped.wait())
    try:
        await asyncio.wait({doing, waiting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
        is_done = doing.done()
        doing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await doing
    return is_done
