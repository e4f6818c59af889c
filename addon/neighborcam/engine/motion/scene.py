"""The whole picture changed at once: light, infrared or the view, but not motion.

A scene change touches nearly every part of the picture within one frame. While it
lasts and shortly after, nothing is tracked and the background is learned afresh.
What it was is decided when it has settled, by comparing the structure (local contrast)
of before and after.
"""

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
_GAIN: Final = 0.3  # log brightness; a step of a third
_SETTLE_S: Final = 1.6
_SAME_VIEW: Final = 0.35  # correlation of structure before and after
_COLOURFUL: Final = 3.0  # mean distance of chroma from grey, in levels


class SceneWatch:
    """Tells scene changes of one camera. ``settling`` while one is under way."""

    def __init__(self) -> None:
        self._settled_at: float | None = None
        self._structure: Field | None = None
        self._saturation: float | None = None
        self._saturation_before: float | None = None

    @property
    def settling(self) -> bool:
        """Whether a change is under way, so that nothing else can be said."""
        return self._settled_at is not None

    def step(
        self,
        seen: Difference,
        structure: Field,
        *,
        at: float,
        saturation: float | None,
    ) -> SceneChangeKind | None:
        """Take one frame; return the kind once a change has settled.

        ``structure`` is the background's before this frame was learned; ``at`` seconds;
        ``saturation`` the mean distance of chroma from grey, None when unknown.
        """
        if is_everywhere(seen):
            if self._structure is None:
                self._structure = structure
                self._saturation_before = self._saturation
            self._settled_at = at + _SETTLE_S
        self._saturation = saturation
        if self._settled_at is None:
            return SceneChangeKind.LIGHT if abs(seen.gain) > _GAIN else None
        if at < self._settled_at:
            return None
        kind = self._kind(structure, saturation)
        self._settled_at = self._structure = None
        return kind

    def _kind(self, after: Field, saturation: float | None) -> SceneChangeKind:
        before = self._saturation_before
        if saturation is not None and before is not None:
            was, became = before > _COLOURFUL, saturation > _COLOURFUL
            if was != became:
                return SceneChangeKind.INFRARED
        if self._structure is None or _alike(self._structure, after) >= _SAME_VIEW:
            return SceneChangeKind.LIGHT
        return SceneChangeKind.VIEW


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
