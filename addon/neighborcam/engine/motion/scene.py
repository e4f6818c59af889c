"""The whole picture changed at once: light, infrared or the view, but not motion.

A change that touches nearly every part of the picture within one frame leaves nothing
to track: until it has settled the background is learned afresh. A change of
brightness or colour alone does not stand in the way of detection and is only told.
What it was is decided when it has settled, by colour and by comparing the structure
(local contrast) of before and after.
"""

from collections import deque
from typing import Final

import cv2
import numpy as np

from neighborcam.engine.facts import SceneChangeKind
from neighborcam.engine.motion.background import Difference, Field

_CELLS: Final = (6, 4)
_CELL_SHARE: Final = 0.05  # of a cell's pixels changed makes the cell count
_CELLS_CHANGED: Final = 0.7
_SHARE: Final = 0.15  # of all pixels
_SUSPECT_SHARE: Final = 0.04  # below this the cells are not even counted
_GAIN: Final = 0.18  # log brightness, over …
_GAIN_S: Final = 1.2
_SETTLE_S: Final = 1.6
_SAME_VIEW: Final = 0.35  # correlation of structure before and after
_COLOUR_FROM: Final = 3.0  # mean distance of chroma from grey, in levels
_GREY_UNTIL: Final = 1.8


class SceneWatch:
    """Tells scene changes of one camera, each once, when it has settled."""

    def __init__(self) -> None:
        self._settled_at: float | None = None
        self._blind_until: float | None = None
        self._structure: Field | None = None
        self._gains: deque[tuple[float, float]] = deque()
        self._colour: bool | None = None
        self._colour_before: bool | None = None

    @property
    def settling(self) -> bool:
        """Whether so much changes that nothing else can be said."""
        return self._blind_until is not None

    def step(
        self,
        seen: Difference,
        *,
        at: float,
        saturation: float | None,
    ) -> SceneChangeKind | None:
        """Take one frame; return the kind once a change has settled.

        ``at`` in seconds; ``saturation``: the mean distance of chroma from grey, None
        when unknown.
        """
        everywhere = is_everywhere(seen)
        colour = _is_colour(saturation, self._colour)
        if everywhere or self._gained(seen.gain, at) or colour is not self._colour:
            if self._settled_at is None:
                self._structure, self._colour_before = seen.structure, self._colour
            self._settled_at = at + _SETTLE_S
        if everywhere:
            self._blind_until = at + _SETTLE_S
        self._colour = colour
        return self._settle(seen.structure, at)

    def _settle(self, structure: Field, at: float) -> SceneChangeKind | None:
        if self._blind_until is not None and at >= self._blind_until:
            self._blind_until = None
        if self._settled_at is None or at < self._settled_at:
            return None
        before, self._structure = self._structure, None
        self._settled_at = None
        if self._colour_before is not self._colour:
            return SceneChangeKind.INFRARED if self._colour_before is not None else None
        if before is None or _alike(before, structure) >= _SAME_VIEW:
            return SceneChangeKind.LIGHT
        return SceneChangeKind.VIEW

    def _gained(self, gain: float, at: float) -> bool:
        """Whether the picture as a whole became brighter or darker."""
        self._gains.append((at, gain))
        while self._gains[0][0] < at - _GAIN_S:
            self._gains.popleft()
        return abs(sum(gain for _, gain in self._gains)) > _GAIN


def _is_colour(saturation: float | None, was: bool | None) -> bool | None:  # noqa: FBT001
    """Return whether the picture has colour; in between, it stays what it was."""
    if saturation is None or _GREY_UNTIL < saturation < _COLOUR_FROM:
        return was
    return saturation >= _COLOUR_FROM


def is_everywhere(seen: Difference) -> bool:
    """Whether the change is spread over nearly the whole picture."""
    if seen.raw_share < _SUSPECT_SHARE:
        return False
    cells = cv2.resize(
        seen.raw.astype(np.float32), _CELLS, interpolation=cv2.INTER_AREA
    )
    spread = float((cells > _CELL_SHARE).mean())
    return spread > _CELLS_CHANGED and seen.raw_share > _SHARE


def _alike(before: Field, after: Field) -> float:
    """Return the correlation of two structures, -1 … 1."""
    return float(np.corrcoef(before.ravel(), after.ravel())[0, 1])
