"""Episodes: motion from its first sight to its end, per zone, as a table of phases.

======== ============== ======== =========
phase    seen           becomes  tells
======== ============== ======== =========
quiet    motion         moving   started
moving   motion         moving   updated
moving   nothing        fading   -
fading   motion         moving   updated
fading   nothing, long  quiet    ended
======== ============== ======== =========

"Long" is `QUIET_S`. Everything else leaves the phase as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Final

from neighborcam.engine.config import CameraId, ZoneId
from neighborcam.engine.facts import (
    Box,
    EpisodeId,
    MotionEnded,
    MotionStarted,
    MotionUpdated,
)
from neighborcam.engine.motion.detector import Sighting

QUIET_S: Final = 1.5  # without motion ends an episode
_UPDATE_EVERY_S: Final = 1.0

type MotionFact = MotionStarted | MotionUpdated | MotionEnded


class Phase(Enum):
    """Where a zone is in its episode."""

    QUIET = auto()
    MOVING = auto()
    FADING = auto()


class Sign(Enum):
    """What an observation means to a zone."""

    MOTION = auto()
    NOTHING = auto()
    NOTHING_LONG = auto()


class Tell(Enum):
    """What a move of the table tells the world."""

    STARTED = auto()
    UPDATED = auto()
    ENDED = auto()


MOVES: Final[dict[tuple[Phase, Sign], tuple[Phase, Tell | None]]] = {
    (Phase.QUIET, Sign.MOTION): (Phase.MOVING, Tell.STARTED),
    (Phase.MOVING, Sign.MOTION): (Phase.MOVING, Tell.UPDATED),
    (Phase.MOVING, Sign.NOTHING): (Phase.FADING, None),
    (Phase.FADING, Sign.MOTION): (Phase.MOVING, Tell.UPDATED),
    (Phase.FADING, Sign.NOTHING_LONG): (Phase.QUIET, Tell.ENDED),
    # a gap between two frames may be longer than the quiet that ends an episode
    (Phase.MOVING, Sign.NOTHING_LONG): (Phase.QUIET, Tell.ENDED),
}


@dataclass(slots=True)
class _Open:
    """The episode of one zone while it lasts."""

    id: EpisodeId
    last_s: float
    told_s: float
    box: Box
    score: float


class ZoneEpisodes:
    """The table for one zone. Times are seconds of Unix time."""

    def __init__(
        self,
        camera: CameraId,
        zone: ZoneId | None,
        new_id: Callable[[datetime], EpisodeId],
    ) -> None:
        self._camera = camera
        self._zone = zone
        self._new_id = new_id
        self._phase = Phase.QUIET
        self._open: _Open | None = None
        self._ended_s = float("-inf")

    def step(self, sighting: Sighting | None, at_s: float) -> MotionFact | None:
        """Take one frame's sighting in this zone; return what it tells."""
        self._phase, tell = MOVES.get(
            (self._phase, self._sign(sighting, at_s)), (self._phase, None)
        )
        if tell is Tell.STARTED and sighting is not None:
            return self._start(sighting, at_s)
        if tell is Tell.UPDATED and sighting is not None:
            return self._update(sighting, at_s)
        return self.end() if tell is Tell.ENDED else None

    def end(self) -> MotionEnded | None:
        """End the episode now, at the last motion seen; None when there is none."""
        self._phase = Phase.QUIET
        if (episode := self._open) is None:
            return None
        self._open = None
        self._ended_s = episode.last_s
        return MotionEnded(
            camera=self._camera,
            at=_utc(episode.last_s),
            episode=episode.id,
            zone=self._zone,
            box=episode.box,
            score=episode.score,
        )

    def _sign(self, sighting: Sighting | None, at_s: float) -> Sign:
        if sighting is not None:
            return Sign.MOTION
        if self._open is not None and at_s - self._open.last_s >= QUIET_S:
            return Sign.NOTHING_LONG
        return Sign.NOTHING

    def _start(self, sighting: Sighting, at_s: float) -> MotionStarted:
        # A thing may have been in the picture, unnoticed, while another was noticed.
        first = _utc(max(sighting.first_s, self._ended_s))
        self._open = _Open(
            self._new_id(first), at_s, at_s, sighting.box, sighting.score
        )
        return MotionStarted(
            camera=self._camera,
            at=first,
            episode=self._open.id,
            zone=self._zone,
            box=sighting.box,
            score=sighting.score,
        )

    def _update(self, sighting: Sighting, at_s: float) -> MotionUpdated | None:
        episode = self._open
        if episode is None:
            return None
        episode.last_s = at_s
        if sighting.score > episode.score:
            episode.score, episode.box = sighting.score, sighting.box
        if at_s - episode.told_s < _UPDATE_EVERY_S:
            return None
        episode.told_s = at_s
        return MotionUpdated(
            camera=self._camera,
            at=_utc(at_s),
            episode=episode.id,
            zone=self._zone,
            box=sighting.box,
            score=sighting.score,
        )


def _utc(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
