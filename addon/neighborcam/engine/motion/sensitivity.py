"""Sensitivity: one number from 1 to 100, and what it means to the detector.

50 suits a street in daylight. Each step of 50 doubles or halves how clearly a thing
must stand out, and quarters or quadruples the smallest area that counts; docs/motion.md
has the table in words (at 50, a person of about a tenth of the picture's height).
"""

from dataclasses import dataclass
from typing import Final

DEFAULT: Final = 50

_CONTRAST_AT_DEFAULT: Final = 3.3  # in standard deviations of a pixel's own noise
_AREA_AT_DEFAULT: Final = 9.0  # pixels of the 160-wide working picture


@dataclass(frozen=True, kw_only=True, slots=True)
class Threshold:
    """What must be exceeded.

    ``contrast`` is a multiple of a pixel's usual deviation; ``area`` counts pixels of
    the working picture (160 wide).
    """

    contrast: float
    area: float


def threshold(sensitivity: int) -> Threshold:
    """Return the thresholds for a sensitivity of 1 … 100."""
    octaves = (DEFAULT - sensitivity) / 50
    return Threshold(
        contrast=_CONTRAST_AT_DEFAULT * 2.0**octaves,
        area=max(4.0, _AREA_AT_DEFAULT * 4.0**octaves),
    )
