"""Pictures that were made to be looked at: the exact bytes, for half an hour."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from neighborcam.engine.errors import NotFound
from neighborcam.engine.sharing.pictures import Made

LASTS: Final = timedelta(minutes=30)
MOST: Final = 8


class Tray:
    """Pictures by their hash; the oldest make room."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._made: dict[str, tuple[Made, datetime]] = {}

    def put(self, made: Made) -> None:
        """Keep a picture for half an hour."""
        self._made.pop(made.media.sha256, None)
        while len(self._made) >= MOST:
            del self._made[next(iter(self._made))]
        self._made[made.media.sha256] = made, self._clock() + LASTS

    def get(self, name: str) -> Made:
        """Return a picture. Raises `NotFound` when it was made too long ago."""
        made, ends = self._made.get(name, (None, self._clock()))
        if made is None or ends <= self._clock():
            raise NotFound("there is no such picture any more: make it again")
        return made
