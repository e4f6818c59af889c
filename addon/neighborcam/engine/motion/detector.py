"""Luma frames of one camera in, observations out. No clock, no I/O, no threads."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from neighborcam.engine.config import CameraConfig, ZoneId
from neighborcam.engine.facts import Box, SceneChangeKind
from neighborcam.engine.motion.background import (
    Background,
    Difference,
    Grey,
    working_picture,
)
from neighborcam.engine.motion.blobs import Blob, find_blobs
from neighborcam.engine.motion.regions import Region, ignored, regions
from neighborcam.engine.motion.scene import SceneWatch
from neighborcam.engine.motion.silhouette import silhouette
from neighborcam.engine.motion.tracks import Track, Tracker

RATE_HZ: Final = 5.0  # what the detector is tuned for; more is not better

_WARM_UP_S: Final = 2.4
_LONGEST_STEP_S: Final = 3.0  # a longer gap teaches no more than this


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """Something travels in a zone (None: in the picture). ``score`` is 0 … 1."""

    zone: ZoneId | None
    first_s: float
    box: Box
    score: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """What one frame showed. ``at_s`` is the time given with it.

    ``learning`` while the background is not known yet, or again (scene change).
    """

    at_s: float
    sightings: tuple[Sighting, ...]
    scene: SceneChangeKind | None
    learning: bool


class Detector:
    """Finds what moves in one fixed view.

    `step` takes luma of any one size at about `RATE_HZ`; a new size starts afresh.
    """

    def __init__(self, config: CameraConfig) -> None:
        self._config = config
        self._shape: tuple[int, int] | None = None
        self._background: Background | None = None
        self._tracker = Tracker()
        self._scene = SceneWatch()
        self._regions: tuple[Region, ...] = ()
        self._contrast = 0.0
        self._min_area = 0.0
        self._started_s = 0.0
        self._last_s = 0.0
        self._seen: Difference | None = None
        self._glanced: list[Blob] = []

    def step(
        self, luma: Grey, at_s: float, *, saturation: float | None = None
    ) -> Observation:
        """Take one frame (H x W), seen at ``at_s`` seconds, later than the last."""
        picture = working_picture(luma)
        background = self._ready_background(picture, at_s)
        seen = background.compare(picture, contrast=self._contrast)
        warming = at_s - self._started_s < _WARM_UP_S
        scene = None
        if not warming:
            scene = self._scene.step(seen, at=at_s, saturation=saturation)
        learning = warming or self._scene.settling
        background.learn(seen, seconds=self._elapsed(at_s), hurry=learning)
        self._seen = seen
        if learning:
            self._tracker.clear()
            return Observation(at_s=at_s, sightings=(), scene=scene, learning=True)
        return Observation(
            at_s=at_s,
            sightings=self._sightings(seen, at_s),
            scene=scene,
            learning=False,
        )

    @property
    def mask(self) -> Grey:
        """What stood before the background in the last frame: 0 or 1, 160 wide."""
        if self._seen is None:
            return np.zeros((0, 0), np.uint8)
        return silhouette(self._seen)

    def glance(self, luma: Grey, at_s: float) -> Observation:
        """Take a key frame seconds after the last; see what is elsewhere now.

        There is no track to believe in, so this is only asked once motion is certain:
        a thing counts while it stands where nothing stood at the last glance.
        """
        picture = working_picture(luma)
        background = self._ready_background(picture, at_s)
        seen = background.compare(picture, contrast=self._contrast)
        blobs = find_blobs(seen, min_area=self._min_area)
        things = [Track(blob, at_s) for blob in blobs if blob.solid]
        moved = [
            thing
            for thing in things
            if not any(thing.stands_at(blob) for blob in self._glanced)
        ]
        self._glanced = [thing.blob for thing in things]
        background.learn(seen, seconds=self._elapsed(at_s), hurry=False)
        self._seen = seen
        return Observation(
            at_s=at_s,
            sightings=self._in_regions(seen, moved),
            scene=None,
            learning=False,
        )

    def is_suspicious(self, luma: Grey) -> bool:
        """Whether ``luma`` shows more than a change of light; learns nothing.

        For key frames in eco mode: True asks for the frames before it.
        """
        picture = working_picture(luma)
        if self._background is None or picture.shape != self._shape:
            return False
        seen = self._background.compare(picture, contrast=self._contrast)
        return any(blob.solid for blob in find_blobs(seen, min_area=self._min_area))

    def _ready_background(self, picture: Grey, at_s: float) -> Background:
        shape = (picture.shape[0], picture.shape[1])
        if self._background is None or shape != self._shape or at_s < self._last_s:
            self._shape = shape
            self._background = Background(picture, ignored=ignored(self._config, shape))
            self._tracker, self._scene = Tracker(), SceneWatch()
            self._regions = regions(self._config, shape)
            thresholds = [region.threshold for region in self._regions]
            self._contrast = min(each.contrast for each in thresholds)
            self._min_area = min(each.area for each in thresholds)
            self._started_s = self._last_s = at_s
        return self._background

    def _elapsed(self, at_s: float) -> float:
        """Return the seconds since the last frame, as far as they may teach."""
        elapsed = min(max(at_s - self._last_s, 0.0), _LONGEST_STEP_S)
        self._last_s = at_s
        return elapsed

    def _sightings(self, seen: Difference, at_s: float) -> tuple[Sighting, ...]:
        blobs = find_blobs(seen, min_area=self._min_area)
        self._glanced = blobs
        tracks = self._tracker.step(blobs, at=at_s, min_area=self._min_area)
        return self._in_regions(seen, tracks)

    def _in_regions(
        self, seen: Difference, tracks: list[Track]
    ) -> tuple[Sighting, ...]:
        return tuple(
            _sighting(region, best, seen.raw.shape)
            for region in self._regions
            if (best := self._best(region, tracks)) is not None
        )

    def _best(self, region: Region, tracks: list[Track]) -> Track | None:
        there = [
            track
            for track in tracks
            if region.counts(track.blob, contrast=self._contrast)
        ]
        return max(there, key=lambda track: score(track.blob), default=None)


def _sighting(region: Region, track: Track, shape: tuple[int, ...]) -> Sighting:
    return Sighting(
        zone=region.zone,
        first_s=track.first_at,
        box=_box(track.blob, shape),
        score=score(track.blob),
    )


def score(blob: Blob) -> float:
    """Return how clearly ``blob`` stands out, 0 … 1; 0.5 is twice the threshold."""
    return round(blob.strength / (blob.strength + 2), 3)


def _box(blob: Blob, shape: tuple[int, ...]) -> Box:
    height, width = shape[:2]
    return Box(
        x=round(blob.left / width, 4),
        y=round(blob.top / height, 4),
        width=round(blob.width / width, 4),
        height=round(blob.height / height, 4),
    )
