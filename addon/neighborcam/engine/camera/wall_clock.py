"""The host's time of a packet, spaced as the camera's clock spaced it.

Networks deliver late and in bursts, so the time of arrival is a poor time of a
frame. But no packet arrives before it was made: the smallest delay of the last
seconds is the best guess at the difference between the clocks, and it is only
corrected when it is off by a second: at a key frame, as a new epoch, or, when wall
time ran ahead, by running a little slower until it is right, so that it never goes
back.
"""

from dataclasses import dataclass, field
from typing import Final

DRIFT_S: Final = 1.0
STEP_BACK_S: Final = 5.0  # the host's clock was set: follow it, even back
_WINDOW_S: Final = 5.0  # two of these are looked back on
_SLEW: Final = 0.1


@dataclass(slots=True)
class WallClock:
    """Maps the camera's seconds to the host's for one connection."""

    epoch: int = 0
    _offset: float | None = None  # host time at the camera's zero
    _now: float = 0.0  # camera time of the newest packet
    _window_end: float = 0.0
    _least: list[float] = field(default_factory=list)  # least delay per window

    def wall(self, camera_s: float, host_s: float, *, is_key: bool) -> float:
        """Return the host's time (seconds since 1970) of a packet.

        ``camera_s`` is its time since the connection began, ``host_s`` the host's
        clock at its arrival. ``epoch`` grows when the answer is not spaced as the
        camera's clock is.
        """
        delay = host_s - camera_s
        if self._offset is None:
            self._offset = delay
            self._restart(camera_s, delay)
        self._observe(camera_s, delay)
        self._slew(camera_s)
        if is_key:
            self._step(camera_s)
        self._now = max(self._now, camera_s)
        return self._offset + camera_s

    def _restart(self, camera_s: float, delay: float) -> None:
        self._least = [delay]
        self._window_end = camera_s + _WINDOW_S

    def _observe(self, camera_s: float, delay: float) -> None:
        if camera_s < self._window_end:
            self._least[-1] = min(self._least[-1], delay)
            return
        self._window_end = camera_s + _WINDOW_S
        self._least = [self._least[-1], delay]

    def _behind(self) -> float:
        """Return how far the offset is above the least delay seen; negative: below."""
        return (self._offset or 0.0) - min(self._least)

    def _slew(self, camera_s: float) -> None:
        ahead = self._behind()
        if DRIFT_S / 2 < ahead <= STEP_BACK_S and self._offset is not None:
            passed = max(0.0, camera_s - self._now)
            self._offset -= min(ahead, passed * _SLEW)

    def _step(self, camera_s: float) -> None:
        ahead = self._behind()
        looked_back = len(self._least) > 1
        if ahead > STEP_BACK_S or (ahead < -DRIFT_S and looked_back):
            self._offset = min(self._least)
            self._restart(camera_s, self._offset)
            self.epoch += 1
