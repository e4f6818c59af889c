"""The quiet picture, what its pixels usually do, and what differs from it now.

Works on the logarithm of luma, in which a lamp or a cloud adds a constant, and looks
at local contrast only (log luma minus its mean over 21 x 21 pixels), so smooth light
changes vanish by construction. Each pixel learns its own deviation: leaves, a clock in
the picture and sensor noise raise the bar where they are and nowhere else. Where a
pixel is known to be restless, a change also has to lie outside the range of its
neighbours: a branch that moves by one pixel shows what stood beside it before.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

type Grey = npt.NDArray[np.uint8]
type Field = npt.NDArray[np.float32]

WIDTH: Final = 160  # of the working picture; its height keeps the picture's shape

_SURROUND: Final = (21, 21)
_LUMA_OFFSET: Final = 6.0  # keeps the logarithm calm in the dark
_FLOOR: Final = 0.05  # smallest change of log contrast that counts
_DARK_FLOOR: Final = 1.6  # …plus this over luma: one grey level weighs more in the dark
_DEVIATION_CAP: Final = 0.35  # one passing car must not teach a pixel to be deaf
_RESTLESS: Final = 1.5  # deviation over floor from which neighbours are asked
_NEIGHBOUR_SHARE: Final = 0.5
_ROUGH_SHARE: Final = 0.6
_ROUGH_FLOOR: Final = 0.03

_LEARN_S: Final = 4.0  # time constants of the background …
_LEARN_UNDER_MOTION_S: Final = 14.0  # … beneath something that moves
_RELEARN_S: Final = 0.6  # … after start and after a scene change
_DEVIATION_S: Final = 7.0

_CROSS: Final = np.ones((2, 2), np.uint8)
_SQUARE: Final = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One frame against the background; all arrays have the working picture's shape.

    ``ratio``: log luma over background, light changes of the whole picture removed.
    ``strength``: local contrast change over what is usual for the pixel; above 1 is
    foreground. ``rough``: 1 where the change has fine structure, which light never has.
    ``structure``: the background's local contrast, which stays when the light changes.
    ``foreground``: 0 or 1, cleaned. ``raw_share``: foreground before cleaning, 0 … 1.
    ``gain``: log of the whole picture's brightness against the background.
    """

    log_luma: Field
    ratio: Field
    contrast: Field
    strength: Field
    floor: Field
    usual: Field
    structure: Field
    raw: Grey
    foreground: Grey
    raw_share: float
    gain: float


def working_picture(luma: Grey) -> Grey:
    """Return ``luma`` (H x W) at 160 pixels of width, by averaging areas."""
    height, width = luma.shape
    size = (WIDTH, max(2, round(WIDTH * height / width)))
    # Sixteen samples for each pixel average the noise out; a large picture has more.
    step = max(1, width // (4 * WIDTH))
    return np.asarray(
        cv2.resize(luma[::step, ::step], size, interpolation=cv2.INTER_AREA), np.uint8
    )


class Background:
    """Learns one fixed view from working pictures of one shape, in order of time."""

    def __init__(self, first: Grey, *, ignored: Grey | None = None) -> None:
        log_luma = _log(first)[1]
        self._mean = log_luma
        self._variance: Field = np.full_like(log_luma, 0.03**2)
        self._still: Grey = np.ones(first.shape, np.uint8)
        self._ignored = ignored

    def compare(self, picture: Grey, *, contrast: float) -> Difference:
        """Return how ``picture`` differs; learns nothing."""
        luma, log_luma = _log(picture)
        ratio = log_luma - self._mean
        gain = float(cv2.mean(ratio, mask=self._still)[0])
        ratio -= gain
        change = _local_contrast(ratio)
        deviation = cv2.sqrt(self._variance) * contrast
        floor = _FLOOR + _DARK_FLOOR / luma
        usual = np.maximum(deviation, floor)
        strength = np.abs(change) / usual
        raw = strength > 1
        structure = _local_contrast(self._mean)
        quiet = deviation < _RESTLESS * floor
        raw &= quiet | _outside_neighbours(structure, change, usual)
        raw8: npt.NDArray[np.uint8] = raw.view(np.uint8)
        if self._ignored is not None:
            raw8 = np.asarray(cv2.bitwise_and(raw8, 1 - self._ignored), np.uint8)
        cleaned = cv2.dilate(cv2.morphologyEx(raw8, cv2.MORPH_OPEN, _CROSS), _SQUARE)
        return Difference(
            log_luma=log_luma,
            ratio=ratio,
            contrast=change,
            strength=strength,
            floor=floor,
            usual=usual,
            structure=structure,
            raw=raw8,
            foreground=cleaned.astype(np.uint8, copy=False),
            raw_share=float(raw8.mean()),
            gain=gain,
        )

    def learn(self, seen: Difference, *, seconds: float, hurry: bool) -> None:
        """Move towards what was seen for ``seconds``; ``hurry`` after a change."""
        still = seen.foreground ^ 1
        if hurry:
            self._mean += _share(seconds, _RELEARN_S) * (seen.log_luma - self._mean)
        else:
            # The whole picture's gain is taken over at once, so that a thing that
            # stands in the way of learning leaves no ghost of the old light behind.
            rate = np.where(
                still,
                np.float32(_share(seconds, _LEARN_S)),
                np.float32(_share(seconds, _LEARN_UNDER_MOTION_S)),
            )
            self._mean += seen.gain + rate * seen.ratio
        self._still = np.asarray(still, np.uint8)
        square = np.minimum(np.abs(seen.contrast), _DEVIATION_CAP) ** 2
        self._variance += _share(seconds, _DEVIATION_S) * (square - self._variance)


def rough(seen: Difference) -> npt.NDArray[np.bool_]:
    """Return where the change has fine structure, which light never has."""
    smooth = cv2.GaussianBlur(seen.ratio, (5, 5), 1.2)
    fine = np.abs(seen.ratio - smooth)
    return np.asarray(fine > np.maximum(_ROUGH_SHARE * seen.usual, _ROUGH_FLOOR))


def _outside_neighbours(
    quiet: Field, change: Field, usual: Field
) -> npt.NDArray[np.bool_]:
    now = quiet + change
    above = now - cv2.dilate(quiet, _SQUARE)
    below = cv2.erode(quiet, _SQUARE) - now
    return np.asarray(np.maximum(above, below) > _NEIGHBOUR_SHARE * usual)


def _log(picture: Grey) -> tuple[Field, Field]:
    luma = picture.astype(np.float32)
    luma += _LUMA_OFFSET
    return luma, np.asarray(cv2.log(luma), np.float32)


def _local_contrast(field: Field) -> Field:
    around = cv2.blur(field, _SURROUND)
    return np.asarray(cv2.GaussianBlur(field - around, (3, 3), 0), np.float32)


def _share(seconds: float, time_constant_s: float) -> float:
    """Return a new sample's weight in a first-order filter."""
    return float(1 - np.exp(-seconds / time_constant_s))
