"""The ways in which a fake camera misbehaves, as a small state per camera.

| fault | what a client sees |
|---|---|
| `ok` | everything normal again |
| `stall` | the session stays open, no more packets |
| `refuse` | DESCRIBE answers 503 |
| `unauth` | 401 whatever the password |
| `down` | connections are reset, at once and when new |
| `mute` | connections are accepted and never answered |
| `corrupt` | random bytes inside payloads |
| `drop=P` | packets lost with probability P |
| `wrap` | new sessions start 2 s before the RTP timestamp wraps |
| `nokey` | new sessions start in the middle of a GOP |
| `kill` | once: every connection is reset |
| `hangup` | once: every connection is closed properly |
| `jump=S` | once: RTP timestamps jump by S seconds (may be negative) |
| `resize` | once: the camera goes on with its next clip |
"""

from dataclasses import dataclass
from enum import StrEnum


class Serving(StrEnum):
    """How a camera answers, one at a time."""

    OK = "ok"
    STALL = "stall"
    REFUSE = "refuse"
    UNAUTH = "unauth"
    DOWN = "down"
    MUTE = "mute"


class Shock(StrEnum):
    """What happens once and leaves no state."""

    KILL = "kill"
    HANGUP = "hangup"
    JUMP = "jump"
    RESIZE = "resize"


@dataclass(slots=True, kw_only=True)
class Faults:
    """What is wrong with one camera now."""

    serving: Serving = Serving.OK
    corrupt: bool = False
    drop: float = 0.0
    wrap: bool = False
    nokey: bool = False

    def apply(self, mode: str) -> tuple[Shock | None, float]:
        """Take one fault by its name; return the shock to carry out, with its value.

        Faults add up until `ok` clears them, except that a camera serves in
        one way at a time. Raises ValueError for an unknown name or value.
        """
        name, _, text = mode.partition("=")
        if name == "ok":
            self._clear()
        elif name in {"corrupt", "wrap", "nokey"}:
            setattr(self, name, True)
        elif name == "drop":
            self.drop = _probability(text)
        elif name in list(Serving):
            self.serving = Serving(name)
            return (Shock.KILL if name == "down" else None), 0.0
        elif name in list(Shock):
            return Shock(name), float(text or 3600)
        else:
            raise ValueError(f"there is no fault called {name!r}")
        return None, 0.0

    def _clear(self) -> None:
        self.serving = Serving.OK
        self.corrupt = self.wrap = self.nokey = False
        self.drop = 0.0

    def describe(self) -> str:
        """Return the faults in force as words, `ok` when there are none."""
        words = [self.serving.value] if self.serving is not Serving.OK else []
        words += [n for n in ("corrupt", "wrap", "nokey") if getattr(self, n)]
        words += [f"drop={self.drop:g}"] if self.drop else []
        return " ".join(words) or "ok"


def _probability(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise ValueError(f"a probability is between 0 and 1, not {text}")
    return value
