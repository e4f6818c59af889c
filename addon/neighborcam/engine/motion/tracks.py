"""Blobs followed from frame to frame; a track that really travels is motion.

Leaves, rain and reflections appear anywhere and get nowhere. A track counts after a
few sightings that lie on a way: far from where it began compared with the path it
walked. In a busy picture (rain, snow) more sightings and more area are asked for.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import hypot
from typing import Final

from neighborcam.engine.motion.blobs import Blob

_MOST: Final = 40
_CONSIDERED: Final = 20  # blobs matched in one frame, largest first
_SIGHTINGS: Final = 5
_SIGHTINGS_BUSY: Final = 7
_BUSY: Final = 4.0  # blobs in a usual frame, from which a picture is busy
_AREA_PER_BLOB: Final = 1.5
_TRAVEL: Final = 3.5  # pixels from where it began
_TRAVEL_OF_SIZE: Final = 0.2  # …and this share of its own size
_STRAIGHTNESS: Final = 0.5  # distance from the beginning over path walked
_STRAIGHTNESS_BUSY: Final = 0.7
_RECENT: Final = 7  # sightings that may be judged alone
_STRENGTH: Final = 1.35  # mean of the blobs'; light's edges and leaves are just over 1
_SOLID_SHARE: Final = 0.6
_REACH: Final = 2.5  # how far from the expected place a blob may be …
_REACH_OF_SIZE: Final = 0.8  # … plus this share of its size …
_REACH_OF_SIZE_KNOWN: Final = 0.5  # … and less once its speed is known
_SPEED_KNOWN: Final = 3  # sightings
_AREA_RATIO: Final = 5.0
_PATIENCE: Final = 2  # frames that a track may go unseen


@dataclass(slots=True, eq=False)
class Track:
    """One thing over time. Speeds are working pixels per step; ``first_at`` seconds."""

    blob: Blob
    first_at: float
    origin: tuple[float, float] = field(init=False)
    velocity: tuple[float, float] = (0.0, 0.0)
    path: float = 0.0
    sightings: int = 1
    solid_sightings: int = 0
    unseen: int = 0
    strength: float = 0.0  # sum over all sightings
    # A car that takes over the track of a rain drop has a crooked past, no crooked way.
    recent: deque[tuple[float, float]] = field(
        default_factory=lambda: deque(maxlen=_RECENT)
    )

    def __post_init__(self) -> None:
        self.origin = (self.blob.x, self.blob.y)
        self.recent.append(self.origin)
        self.solid_sightings = int(self.blob.solid)
        self.strength = self.blob.strength

    def distance_to(self, blob: Blob) -> float:
        """Return how far ``blob`` is from where this track is expected."""
        return hypot(
            blob.x - self.blob.x - self.velocity[0],
            blob.y - self.blob.y - self.velocity[1],
        )

    def accepts(self, blob: Blob) -> bool:
        """Whether ``blob`` may be the next sighting of this track."""
        known = self.sightings >= _SPEED_KNOWN
        share = _REACH_OF_SIZE_KNOWN if known else _REACH_OF_SIZE
        reach = _REACH + share * max(blob.size, self.blob.size)
        alike = 1 / _AREA_RATIO < blob.area / self.blob.area < _AREA_RATIO
        return alike and self.distance_to(blob) < reach

    def stands_at(self, blob: Blob) -> bool:
        """Whether ``blob`` may be this thing, unmoved."""
        near = hypot(blob.x - self.blob.x, blob.y - self.blob.y) < _TRAVEL
        return near and 1 / 2 < blob.area / self.blob.area < 2  # noqa: PLR2004 - twofold

    def see(self, blob: Blob) -> None:
        """Take ``blob`` as the next sighting."""
        step = (blob.x - self.blob.x, blob.y - self.blob.y)
        self.velocity = (
            0.5 * (self.velocity[0] + step[0]),
            0.5 * (self.velocity[1] + step[1]),
        )
        self.path += hypot(*step)
        self.blob = blob
        self.recent.append((blob.x, blob.y))
        self.sightings += 1
        self.solid_sightings += int(blob.solid)
        self.strength += blob.strength
        self.unseen = 0

    def travels(self, *, busy: bool) -> bool:
        """Whether this is a thing on its way, seen now."""
        needed = _SIGHTINGS_BUSY if busy else _SIGHTINGS
        if self.unseen or self.sightings < needed:
            return False
        if self.solid_sightings < _SOLID_SHARE * self.sightings:
            return False
        if self.strength < _STRENGTH * self.sightings:
            return False
        straight = _STRAIGHTNESS_BUSY if busy else _STRAIGHTNESS
        return self._is_way(self.origin, self.path, straight) or self._is_way(
            self.recent[0], self._recent_path(), straight
        )

    def _is_way(
        self, begin: tuple[float, float], path: float, straightness: float
    ) -> bool:
        away = hypot(self.blob.x - begin[0], self.blob.y - begin[1])
        far_enough = away >= max(_TRAVEL, _TRAVEL_OF_SIZE * self.blob.size)
        return far_enough and away >= straightness * path

    def _recent_path(self) -> float:
        steps = zip(self.recent, list(self.recent)[1:], strict=False)
        return sum(hypot(to[0] - at[0], to[1] - at[1]) for at, to in steps)


class Tracker:
    """Follows the blobs of one camera."""

    def __init__(self) -> None:
        self._tracks: list[Track] = []
        self._usual_blobs = 0.0

    def clear(self) -> None:
        """Forget all tracks: the scene is not what it was."""
        self._tracks = []

    def step(self, blobs: Sequence[Blob], *, at: float, min_area: float) -> list[Track]:
        """Take one frame's blobs, largest first; return the tracks that travel."""
        solid = sum(blob.solid for blob in blobs)
        self._usual_blobs += 0.1 * (solid - self._usual_blobs)
        busy = self._usual_blobs >= _BUSY
        if busy:
            min_area += _AREA_PER_BLOB * self._usual_blobs
        candidates = [blob for blob in blobs if blob.area >= min_area][:_CONSIDERED]
        self._match(candidates, at)
        return [track for track in self._tracks if track.travels(busy=busy)]

    def _match(self, candidates: list[Blob], at: float) -> None:
        free = list(candidates)
        for track in self._tracks:
            near = [blob for blob in free if track.accepts(blob)]
            if near:
                blob = min(near, key=track.distance_to)
                free.remove(blob)
                track.see(blob)
            else:
                track.unseen += 1
        kept = [track for track in self._tracks if track.unseen <= _PATIENCE]
        new = [Track(blob, at) for blob in free]
        self._tracks = (kept + new)[:_MOST]
