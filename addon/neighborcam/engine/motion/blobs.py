"""Connected foreground, and whether it is a thing or only light.

Light that falls on a scene multiplies it: the ratio to the background is smooth
(a headlight's spot) or a single step (the edge of a hard shadow). A thing replaces
what it hides: its ratio is rough inside, and rises on one side as much as it falls
on the other. Two numbers tell them apart: the share of rough pixels, and the
coherence of the ratio's gradient, |Σ∇| / Σ|∇|, which is near 1 for one step and near
0 for anything with two sides.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from neighborcam.engine.motion.background import Difference, Field, rough

_MOST: Final = 40  # blobs looked at in one frame, largest first
_EDGE: Final = 0.05  # smallest gradient of the log ratio that counts, per pixel
_EDGE_SHARE: Final = 0.12  # of a thing's pixels have such a gradient
_ROUGH_SHARE: Final = 0.12  # of a thing's pixels are rough
_STEP_COHERENCE: Final = 0.6
_STEP_AREA: Final = 30  # below this a blob is too small to tell


@dataclass(frozen=True, kw_only=True, slots=True)
class Blob:
    """One connected piece of foreground; lengths in working pixels.

    ``solid`` is False when it looks like light. ``strength`` is the mean of
    `Difference.strength` over its pixels that are foreground before cleaning.
    """

    x: float
    y: float
    left: int
    top: int
    width: int
    height: int
    area: int
    strength: float
    solid: bool

    @property
    def size(self) -> int:
        """The longer side of the box."""
        return max(self.width, self.height)


def find_blobs(seen: Difference, *, min_area: float) -> list[Blob]:
    """Return the blobs of at least ``min_area`` pixels, largest first."""
    count, labels, stats, centres = cv2.connectedComponentsWithStats(
        seen.foreground, connectivity=8
    )
    areas = stats[1:count, cv2.CC_STAT_AREA]
    order = np.argsort(-areas)[:_MOST] + 1
    blobs: list[Blob] = []
    if not len(order) or areas.max() < min_area:
        return blobs
    fine = rough(seen)
    for index in order:
        left, top, width, height, area = (int(value) for value in stats[index])
        if area < min_area:
            break
        window = (
            slice(max(top - 1, 0), top + height + 1),
            slice(max(left - 1, 0), left + width + 1),
        )
        inside = labels[window] == index
        blobs.append(
            Blob(
                x=float(centres[index][0]),
                y=float(centres[index][1]),
                left=left,
                top=top,
                width=width,
                height=height,
                area=area,
                strength=_strength(seen, window, inside),
                solid=_is_thing(seen, fine, window, inside),
            )
        )
    return blobs


def _strength(
    seen: Difference, window: tuple[slice, slice], inside: npt.NDArray[np.bool_]
) -> float:
    own = inside & (seen.raw[window] > 0)
    return float(seen.strength[window][own].mean()) if own.any() else 0.0


def _is_thing(
    seen: Difference,
    fine: npt.NDArray[np.bool_],
    window: tuple[slice, slice],
    inside: npt.NDArray[np.bool_],
) -> bool:
    area = int(np.count_nonzero(inside))
    if np.count_nonzero(fine[window][inside]) < _ROUGH_SHARE * area:
        return False
    edges, coherence = _edges(seen.ratio[window], seen.floor[window], inside)
    if edges < _EDGE_SHARE * area:
        return False
    return area <= _STEP_AREA or coherence <= _STEP_COHERENCE


def _edges(
    ratio: Field, floor: Field, inside: npt.NDArray[np.bool_]
) -> tuple[int, float]:
    """Return how many pixels inside have a clear gradient, and their coherence."""
    along_x = cv2.Sobel(ratio, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)[inside]
    along_y = cv2.Sobel(ratio, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)[inside]
    size = cv2.magnitude(along_x, along_y).ravel()
    clear = size > max(_EDGE, 0.5 * float(floor.mean()))
    count = int(np.count_nonzero(clear))
    if not count:
        return 0, 1.0
    net = np.hypot(along_x.ravel()[clear].sum(), along_y.ravel()[clear].sum())
    return count, float(net / size[clear].sum())
