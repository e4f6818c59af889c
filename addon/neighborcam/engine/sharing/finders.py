"""Faces and number plates, where the owner has the models for them.

A model misses some: it adds to what is covered because it moved, and the owner looks
at the result. There is no model for plates; a vehicle carries them in its lower half,
so that half of every vehicle is covered.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import cv2
import numpy as np

from neighborcam.engine.errors import ModelUnavailable
from neighborcam.engine.sharing.covering import Image, Mask, Plan
from neighborcam.engine.vision.models import YUNET, find, model_path
from neighborcam.engine.vision.yolox import Yolox

_SCORE: Final = 0.4  # a cover too many is better than a face
_SAME: Final = 0.3
_MOST: Final = 500
_TRIAL: Final = 64
_GROWN: Final = 0.35  # of a face: hair and chin belong to it
_VEHICLES: Final = frozenset({2, 3, 5, 7})  # COCO: car, motorcycle, bus, truck

type Rectangle = tuple[float, float, float, float]  # x, y, width, height; pixels


class Finder(Protocol):
    """Finds what has to be covered. For one thread at a time."""

    def find(self, image: Image) -> Iterator[Rectangle]:
        """Yield rectangles that hide it."""


class FaceFinder:
    """YuNet, through cv2."""

    def __init__(self, network: cv2.FaceDetectorYN) -> None:
        self._network = network

    @classmethod
    def load(cls, path: Path) -> "FaceFinder":
        """Load the model and try it once. Raises `ModelUnavailable`."""
        if not path.is_file():
            raise ModelUnavailable(
                "There is no face model: fetch it with `neighborcam models`, or put"
                f" YuNet in ONNX to {path}."
            )
        try:
            network = cv2.FaceDetectorYN.create(
                str(path), "", (_TRIAL, _TRIAL), _SCORE, _SAME, _MOST
            )
            made = cls(network)
            list(made.find(np.zeros((_TRIAL, _TRIAL, 3), np.uint8)))
        except (cv2.error, ValueError) as error:
            raise ModelUnavailable(f"{path.name} is damaged, or not YuNet.") from error
        return made

    def find(self, image: Image) -> Iterator[Rectangle]:
        """Yield faces with what surrounds them."""
        height, width = image.shape[:2]
        self._network.setInputSize((width, height))
        found: Any = self._network.detect(image)[1]
        for x, y, w, h in [] if found is None else found[:, :4].tolist():
            wide, high = w * _GROWN, h * _GROWN
            yield x - wide, y - high, w + 2 * wide, h + 2 * high


class PlateFinder:
    """The lower halves of vehicles, by the model that labels episodes."""

    def __init__(self, network: Yolox) -> None:
        self._network = network

    @classmethod
    def load(cls, data_dir: Path) -> "PlateFinder":
        """Load the model. Raises `ModelUnavailable`."""
        return cls(Yolox.load(find(data_dir)))

    def find(self, image: Image) -> Iterator[Rectangle]:
        """Yield the half of each vehicle in which its plates are."""
        for each in self._network.detect(np.ascontiguousarray(image[..., ::-1])):
            if each.coco in _VEHICLES:
                half = each.height / 2
                yield each.x, each.y + half, each.width, half


@dataclass(frozen=True, kw_only=True)
class Finders:
    """What a plan needs, loaded."""

    all: tuple[Finder, ...] = ()

    @classmethod
    def load(cls, plan: Plan, data_dir: Path) -> "Finders":
        """Load what ``plan`` wants. Raises `ModelUnavailable`: nothing is skipped."""
        found: list[Finder] = []
        if plan.faces:
            found.append(FaceFinder.load(model_path(data_dir, YUNET)))
        if plan.plates:
            found.append(PlateFinder.load(data_dir))
        return cls(all=tuple(found))

    def mask(self, image: Image) -> Mask:
        """Return what they find in a picture."""
        mask: Mask = np.zeros(image.shape[:2], np.uint8)
        for finder in self.all:
            for x, y, width, height in finder.find(image):
                start = (int(max(0.0, x)), int(max(0.0, y)))
                end = (round(x + width), round(y + height))
                cv2.rectangle(mask, start, end, 255, -1)
        return mask
