"""Zones and masks: polygons in fractions of the picture, made into working pixels."""

from collections.abc import Iterable
from typing import Final

import cv2
import numpy as np

from neighborcam.engine.config import CameraConfig, Polygon, Zone, ZoneId
from neighborcam.engine.motion.background import Grey
from neighborcam.engine.motion.blobs import Blob
from neighborcam.engine.motion.sensitivity import Threshold, threshold

_OVERLAP: Final = 0.3  # of a thing's box inside a zone makes it be there


def fill(polygons: Iterable[Polygon], shape: tuple[int, int]) -> Grey:
    """Return an array of ``shape`` (height, width), 1 inside any polygon, else 0."""
    canvas = np.zeros(shape, np.uint8)
    height, width = shape
    for polygon in polygons:
        points = np.array(polygon, np.float64) * (width, height)
        cv2.fillPoly(canvas, [np.round(points).astype(np.int32)], 1)
    return canvas


def ignored(config: CameraConfig, shape: tuple[int, int]) -> Grey | None:
    """Return where motion does not count: under any mask. None for nowhere."""
    polygons = (*config.masks, *config.privacy_masks)
    return fill(polygons, shape) if polygons else None


class Region:
    """A zone (or, with ``zone`` None, the whole picture) and what counts in it."""

    def __init__(
        self, zone: Zone | None, *, sensitivity: int, shape: tuple[int, int]
    ) -> None:
        own = zone.sensitivity if zone and zone.sensitivity else sensitivity
        self.zone = ZoneId(zone.id) if zone else None
        self.threshold: Threshold = threshold(own)
        self._area = fill([zone.polygon], shape) if zone else None

    def contains(self, blob: Blob) -> bool:
        """Whether ``blob`` is in this region: by its foot, or by a good part."""
        if self._area is None:
            return True
        height, width = self._area.shape
        foot_y = min(blob.top + blob.height - 1, height - 1)
        if self._area[foot_y, min(round(blob.x), width - 1)]:
            return True
        box = self._area[
            blob.top : blob.top + blob.height, blob.left : blob.left + blob.width
        ]
        return float(box.mean()) >= _OVERLAP

    def counts(self, blob: Blob, *, contrast: float) -> bool:
        """Whether ``blob`` is clear and large enough here.

        ``contrast`` is the threshold that `Blob.strength` was measured against.
        """
        clear = blob.strength * contrast >= self.threshold.contrast
        return clear and blob.area >= self.threshold.area and self.contains(blob)


def regions(config: CameraConfig, shape: tuple[int, int]) -> tuple[Region, ...]:
    """Return the whole picture and every zone of ``config``."""
    return tuple(
        Region(zone, sensitivity=config.sensitivity, shape=shape)
        for zone in (None, *config.zones)
    )
