"""The outline of what moves, filled: for masks, not for alarms.

Local contrast sees the border and the texture of a thing; a plain bonnet looks like
plain road. So the border is joined by what is clearly brighter or darker than the
background and not perfectly usual, and each piece is filled to its convex hull.
"""

from typing import Final

import cv2
import numpy as np

from neighborcam.engine.motion.background import Difference, Grey

_CLEAR_RATIO: Final = 0.3  # of log luma: a third brighter, a quarter darker
_UNUSUAL: Final = 0.5  # of the strength that makes foreground
_SMALLEST: Final = 8.0  # working pixels
_PAIR: Final = np.ones((2, 2), np.uint8)
_SQUARE: Final = np.ones((3, 3), np.uint8)


def silhouette(seen: Difference) -> Grey:
    """Return 1 where something hides the background; working picture's shape."""
    ratio = np.abs(cv2.GaussianBlur(seen.ratio, (3, 3), 0))
    clear = (ratio > _CLEAR_RATIO) & (seen.strength > _UNUSUAL)
    joined = seen.raw | clear.view(np.uint8)
    opened = cv2.morphologyEx(joined, cv2.MORPH_OPEN, _PAIR)
    pieces = cv2.morphologyEx(opened, cv2.MORPH_CLOSE, _SQUARE)
    outlines, _ = cv2.findContours(pieces, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    filled = np.zeros_like(seen.raw)
    for outline in outlines:
        if cv2.contourArea(outline) >= _SMALLEST:
            cv2.fillPoly(filled, [cv2.convexHull(outline)], 1)
    return filled
