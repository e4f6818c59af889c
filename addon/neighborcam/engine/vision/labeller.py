"""What an episode shows: person, vehicle or animal.

Each picture is looked at twice: whole, and cut around the motion. A person across the
street is ten pixels high once the whole picture is squeezed into the network's square;
the cut keeps them at the size at which the network can tell. What lies away from the
motion does not count, or every episode beside a parked car would be a vehicle.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2

from neighborcam.engine.facts import Box, Label
from neighborcam.engine.vision.priority import step_back
from neighborcam.engine.vision.yolox import Detection, Rgb, Yolox

SURE: Final = 0.45  # one picture is enough
LIKELY: Final = 0.3  # two pictures that say the same are enough
MARGIN: Final = 0.5  # of the motion's box on each side: it moved since, and has edges
LEAST_CUT: Final = 208  # pixels; smaller would be enlarged more than twofold
WHOLE: Final = 0.8  # of a side; a cut larger than this shows nothing new

# COCO's numbers. Trains and boats are left out: at a house they are always mistakes.
LABELS: Final[dict[int, Label]] = {
    0: Label.PERSON,
    **dict.fromkeys((1, 2, 3, 5, 7), Label.VEHICLE),  # bicycle, car, motorcycle, …
    **dict.fromkeys(range(14, 24), Label.ANIMAL),  # bird, cat, dog, horse, …
}


class Labeller:
    """Labels pictures of episodes. For one thread at a time."""

    def __init__(self, network: Yolox) -> None:
        self._network = network

    @classmethod
    def load(cls, path: Path) -> "Labeller":
        """Load the model at ``path``; every file that is YOLOX-nano in ONNX will do.

        cv2 has one pool of threads for the process. A network that took it whole
        would make every camera's detector wait, so cv2 is told to use one thread:
        the detector's pictures are too small to gain from more.

        Raises:
            ModelUnavailable: the file is missing, damaged or of another network.
        """
        cv2.setNumThreads(1)
        return cls(Yolox.load(path))

    def labels(self, rgb: Rgb, box: Box | None) -> dict[Label, float]:
        """Return each label seen at ``box`` (anywhere, if None) with its best score.

        ``rgb`` is uint8[H,W,3]; scores lie between 0.25 and 1.
        """
        found = self._network.detect(rgb)
        near = None if box is None else _pixels(box, rgb, margin=MARGIN)
        if near is not None:
            found += self._around(rgb, near)
        scores: dict[Label, float] = {}
        for detection in found:
            label = LABELS.get(detection.coco)
            if label is None or (near and not _mostly_inside(detection, near)):
                continue
            scores[label] = max(scores.get(label, 0.0), detection.score)
        return scores

    def __call__(
        self, pictures: Sequence[Rgb], boxes: Sequence[Box | None]
    ) -> tuple[Label, ...]:
        """Return the labels of an episode, surest first.

        ``pictures`` and ``boxes`` belong together pair by pair. The calling thread
        gives way to all others from now on (`step_back`): a label may be late,
        detection may not.
        """
        step_back()
        seen = [self.labels(rgb, box) for rgb, box in zip(pictures, boxes, strict=True)]
        ranked = {label: _certainty(label, seen) for label in Label}
        sure = [label for label in Label if ranked[label] > 0]
        return tuple(sorted(sure, key=lambda label: -ranked[label]))

    def _around(self, rgb: Rgb, near: tuple[int, int, int, int]) -> list[Detection]:
        """Look again at a square around the motion, in the whole picture's pixels."""
        height, width = rgb.shape[:2]
        x, y, w, h = near
        side = max(w, h, LEAST_CUT)
        if side >= WHOLE * max(height, width):
            return []
        left = min(max(0, x + w // 2 - side // 2), max(0, width - side))
        top = min(max(0, y + h // 2 - side // 2), max(0, height - side))
        cut = rgb[top : top + side, left : left + side]
        return [
            Detection(
                coco=found.coco,
                score=found.score,
                x=found.x + left,
                y=found.y + top,
                width=found.width,
                height=found.height,
            )
            for found in self._network.detect(cut)
        ]


def _certainty(label: Label, seen: Sequence[dict[Label, float]]) -> float:
    """Return the label's best score, or 0 if too few pictures speak for it."""
    scores = sorted((scores.get(label, 0.0) for scores in seen), reverse=True)
    best, second = (*scores, 0.0, 0.0)[:2]
    return best if best >= SURE or second >= LIKELY else 0.0


def _pixels(box: Box, rgb: Rgb, *, margin: float) -> tuple[int, int, int, int]:
    """Return x, y, width and height in pixels, grown by ``margin`` of its size."""
    height, width = rgb.shape[:2]
    left = max(0, round((box.x - margin * box.width) * width))
    top = max(0, round((box.y - margin * box.height) * height))
    right = min(width, round((box.x + (1 + margin) * box.width) * width))
    bottom = min(height, round((box.y + (1 + margin) * box.height) * height))
    return left, top, max(1, right - left), max(1, bottom - top)


def _mostly_inside(found: Detection, near: tuple[int, int, int, int]) -> bool:
    x, y, w, h = near
    wide = min(found.x + found.width, x + w) - max(found.x, x)
    high = min(found.y + found.height, y + h) - max(found.y, y)
    return wide > 0 and high > 0 and wide * high >= found.width * found.height / 2
