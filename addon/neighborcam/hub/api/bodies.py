"""Reading bodies from clients that are slow, hang, or send without end.

A home behind a thin line may take its time, as long as it goes on: what ends an upload
is silence, or a trickle that would hold a connection for hours. So no body takes longer
than its largest size at the slowest pace, and a window more.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from typing import Final

from neighborcam.hub.api.errors import TooSlow
from neighborcam.hub.errors import TooLarge

SILENCE_S: Final = 20.0
WINDOW_S: Final = 60.0
WINDOW_BYTES: Final = 64 * 1024  # in each window: 9 kbit/s


async def read_paced(
    pieces: AsyncIterator[bytes],
    most: int,
    now: Callable[[], float] = time.monotonic,
) -> bytes:
    """Return a body of at most ``most`` bytes; ``now`` tells seconds.

    Raises `TooLarge`, and `TooSlow` after `SILENCE_S` without a byte or a window of
    `WINDOW_S` with less than `WINDOW_BYTES`.
    """
    data = bytearray()
    begun, had = now(), 0
    async for piece in _heard(pieces):
        data += piece
        if len(data) > most:
            raise TooLarge(f"the body is larger than {most} bytes")
        if now() - begun < WINDOW_S:
            continue
        if len(data) - had < WINDOW_BYTES:
            raise TooSlow(f"less than {WINDOW_BYTES} bytes came in a minute")
        begun, had = now(), len(data)
    return bytes(data)


async def _heard(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    while True:
        try:
            async with asyncio.timeout(SILENCE_S):
                piece = await anext(pieces, None)
        except TimeoutError:
            raise TooSlow(f"nothing came for {SILENCE_S:.0f} seconds") from None
        if piece is None:
            return
        yield piece
