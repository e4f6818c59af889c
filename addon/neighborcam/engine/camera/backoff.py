"""When to try a camera again: later each time, and never all cameras at once."""

from dataclasses import dataclass
from random import Random
from typing import Final

from neighborcam.engine.states import CameraState

_FIRST_S: Final = 1.0
_LONGEST_S: Final = 60.0
_FIRST_REFUSED_S: Final = 60.0  # cameras lock an account after a few wrong passwords
_LONGEST_REFUSED_S: Final = 900.0
_MOST_DOUBLINGS: Final = 10


@dataclass(slots=True)
class Backoff:
    """Waits with full jitter, doubling from 1 s to 60 s; a refused password longer."""

    random: Random
    attempts: int = 0

    def next_s(self, state: CameraState) -> float:
        """Return the seconds to wait after another failure."""
        doubled = 2.0 ** min(self.attempts, _MOST_DOUBLINGS)
        self.attempts += 1
        if state is CameraState.UNAUTHORISED:
            ceiling = min(_LONGEST_REFUSED_S, _FIRST_REFUSED_S * doubled)
            return self.random.uniform(ceiling / 2, ceiling)
        return self.random.uniform(0, min(_LONGEST_S, _FIRST_S * doubled))

    def reset(self) -> None:
        """Begin again: the camera was live for a while."""
        self.attempts = 0
