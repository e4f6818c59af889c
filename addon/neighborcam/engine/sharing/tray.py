"""What was made to be looked at: the exact bytes, for half an hour, in memory."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from neighborcam.engine.errors import NotFound

LASTS: Final = timedelta(minutes=30)
MOST: Final = 8


class Tray[Made]:
    """Pictures or clips by their hash; the oldest make room."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._made: dict[str, tuple[Made, datetime]] = {}
        self._seen: set[str] = set()

    def put(self, name: str, made: Made) -> None:
        """Keep something for half an hour."""
        self._made.pop(name, None)
        while len(self._made) >= MOST:
            del self._made[next(iter(self._made))]
        self._made[name] = made, self._clock() + LASTS
        self._seen &= self._made.keys()

    def show(self, name: str) -> Made:
        """Return what was made, for somebody who looks at it. Raises `NotFound`."""
        made = self.get(name)
        self._seen.add(name)
        return made

    def was_seen(self, name: str) -> bool:
        """Tell whether somebody looked at these very bytes."""
        return name in self._seen

    def get(self, name: str) -> Made:
        """Return what was made. Raises `NotFound` when that is too long ago."""
        made, ends = self._made.get(name, (None, self._clock()))
        if made is None or ends <= self._clock():
            raise NotFound("there is no such picture any more: make it again")
        return made

    def clear(self) -> None:
        """Forget all of it."""
        self._made.clear()
        self._seen.clear()

    def names(self) -> tuple[str, ...]:
        """Return the names of all that lasts, the oldest first."""
        now = self._clock()
        return tuple(name for name, (_, ends) in self._made.items() if ends > now)
