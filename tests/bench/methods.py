"""Detectors behind one small protocol, so that each sees exactly the same frames."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from neighborcam.engine.config import CameraConfig
from neighborcam.engine.motion.detector import Detector

type Bgr = npt.NDArray[np.uint8]
type Mask = npt.NDArray[np.bool_]

SMALL: Final = (320, 180)  # what the subtractors are given when they raise alarms
ALARM_SHARE: Final = 0.001  # of that picture in the foreground is an alarm
FOREGROUND: Final = 255  # cv2 marks a shadow 127, which counts as background
MEDIAN: Final = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What a method says of one frame; ``mask`` is of the size that it looked at."""

    alarm: bool
    mask: Mask


class Method(Protocol):
    """A detector of motion on one camera; it remembers the frames before."""

    name: str

    def step(self, bgr: Bgr, at_s: float) -> Verdict:
        """Judge the next frame, seen at ``at_s`` seconds."""


class Ours:
    """The engine's own detector, at its defaults."""

    name = "NeighborCam"

    def __init__(self) -> None:
        config = CameraConfig(id="bench", name="Bench", main_url="file:bench")
        self._detector = Detector(config)

    def step(self, bgr: Bgr, at_s: float) -> Verdict:
        """Judge by tracks (alarm) and by the working picture's foreground (mask)."""
        luma = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), np.uint8)
        observation = self._detector.step(luma, at_s, saturation=mean_saturation(bgr))
        mask = self._detector.mask.astype(np.float32)
        size = (bgr.shape[1], bgr.shape[0])
        large = np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR))
        return Verdict(alarm=bool(observation.sightings), mask=large >= 0.5)


class Subtractor:
    """cv2's background subtractors at their defaults, which includes shadows."""

    def __init__(
        self,
        name: str,
        make: Callable[[], cv2.BackgroundSubtractor],
        *,
        size: tuple[int, int] | None = SMALL,
        median: bool = False,
    ) -> None:
        self.name = name
        self._model = make()
        self._size = size
        self._median = median

    def step(self, bgr: Bgr, at_s: float) -> Verdict:
        """Judge by the share of foreground; ``at_s`` is not asked for by cv2."""
        del at_s
        frame = bgr
        if self._size is not None:
            frame = np.asarray(
                cv2.resize(bgr, self._size, interpolation=cv2.INTER_AREA), np.uint8
            )
        marks = np.asarray(self._model.apply(frame), np.uint8)
        mask = np.where(marks == FOREGROUND, 255, 0).astype(np.uint8)
        if self._median:
            mask = np.asarray(cv2.medianBlur(mask, MEDIAN), np.uint8)
        alarm = float(np.mean(mask > 0)) > ALARM_SHARE
        return Verdict(alarm=alarm, mask=mask > 0)


def alarm_methods() -> list[Method]:
    """Return fresh methods for one clip, as they are used to raise alarms."""
    return [
        Ours(),
        Subtractor("MOG2", cv2.createBackgroundSubtractorMOG2),
        Subtractor("KNN", cv2.createBackgroundSubtractorKNN),
    ]


def pixel_methods() -> list[Method]:
    """Return fresh methods for one clip, at its own resolution.

    The subtractors come twice: as they are, and with a median filter, which their
    users add against speckles and which our foreground's cleaning corresponds to.
    """
    mog2, knn = cv2.createBackgroundSubtractorMOG2, cv2.createBackgroundSubtractorKNN
    return [
        Ours(),
        Subtractor("MOG2", mog2, size=None),
        Subtractor("MOG2 + median", mog2, size=None, median=True),
        Subtractor("KNN", knn, size=None),
        Subtractor("KNN + median", knn, size=None, median=True),
    ]


def mean_saturation(bgr: Bgr) -> float:
    """Return how far the picture is from grey, as `LumaFrame.saturation` counts it."""
    small = cv2.resize(bgr, (80, 45), interpolation=cv2.INTER_AREA)
    yuv = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2YUV), np.float32)
    return float(np.mean(np.abs(yuv[..., 1:] - 128.0)))
