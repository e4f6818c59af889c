"""The network: a picture in, boxes with COCO classes out. YOLOX-nano through cv2.dnn.

The ONNX file gives, for one picture of 416 x 416, one row for every cell of three
grids (strides 8, 16, 32): centre and size relative to the cell, how sure it is that
something is there, and how sure of each of 80 classes. Decoding the rows is ours.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from neighborcam.engine.errors import ModelUnavailable

SIDE = 416
STRIDES = (8, 16, 32)
CLASSES = 80
PADDING = 114  # the grey that the network was trained to ignore
LEAST_SCORE = 0.25  # below, YOLOX-nano guesses
SAME_OBJECT = 0.5  # boxes of one class that overlap more are one object

type Rgb = NDArray[np.uint8]
type Floats = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, slots=True)
class Detection:
    """An object: its COCO class and where it is, in pixels of the picture given."""

    coco: int
    score: float
    x: float
    y: float
    width: float
    height: float


class Yolox:
    """A loaded network. Not for two threads at once: cv2's networks keep state."""

    def __init__(self, network: cv2.dnn.Net) -> None:
        self._network = network
        self._cells = _cells()

    @classmethod
    def load(cls, path: Path) -> "Yolox":
        """Read an ONNX file and try it once.

        Raises:
            ModelUnavailable: no such file, not ONNX, cut short, or another network.
        """
        try:
            data = np.frombuffer(path.read_bytes(), dtype=np.uint8)
        except OSError as exc:
            raise ModelUnavailable(
                f"The model file {path.name} cannot be read ({exc.strerror}). "
                "Fetch it with `neighborcam models`, or name yours in the settings."
            ) from exc
        try:
            loaded = cls(cv2.dnn.readNetFromONNX(data))
            loaded.detect(np.full((SIDE, SIDE, 3), PADDING, np.uint8))
        except (cv2.error, ValueError, MemoryError) as exc:
            raise ModelUnavailable(
                f"The model file {path.name} is damaged or is not YOLOX for "
                f"{SIDE} x {SIDE} pixels. Fetch it again with `neighborcam models`."
            ) from exc
        return loaded

    def detect(self, picture: Rgb) -> list[Detection]:
        """Return the objects in ``picture`` (uint8[H,W,3], RGB), surest first."""
        boxed, scale = _letterbox(picture)
        blob = cv2.dnn.blobFromImage(boxed, swapRB=True)  # it was trained on BGR
        self._network.setInput(blob)
        rows = np.asarray(self._network.forward(), dtype=np.float32)
        if rows.shape != (1, len(self._cells), 5 + CLASSES):
            raise ValueError(f"rows of shape {rows.shape}, not of YOLOX-nano")
        return _detections(rows[0], self._cells, scale)


def _cells() -> Floats:
    """Return x, y and stride of every cell, in the order of the network's rows."""
    grids = []
    for stride in STRIDES:
        y, x = np.indices((SIDE // stride, SIDE // stride))
        cells = (x.ravel(), y.ravel(), np.full(x.size, stride))
        grids.append(np.stack(cells, axis=1))
    return np.concatenate(grids).astype(np.float32)


def _letterbox(picture: Rgb) -> tuple[Rgb, float]:
    """Fit the picture into the upper left of a grey square; return it and its scale."""
    height, width = picture.shape[:2]
    scale = SIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    canvas = np.full((SIDE, SIDE, 3), PADDING, np.uint8)
    canvas[: size[1], : size[0]] = cv2.resize(picture, size)
    return canvas, scale


def _detections(rows: Floats, cells: Floats, scale: float) -> list[Detection]:
    scores = rows[:, 4:5] * rows[:, 5:]
    coco = scores.argmax(axis=1)
    best = scores.max(axis=1)
    sure = best >= LEAST_SCORE
    if not sure.any():
        return []
    rows, cells, coco, best = rows[sure], cells[sure], coco[sure], best[sure]
    centre = (rows[:, :2] + cells[:, :2]) * cells[:, 2:]
    size = np.exp(rows[:, 2:4]) * cells[:, 2:]
    boxes: Floats = np.concatenate((centre - size / 2, size), axis=1)
    boxes /= np.float32(scale)
    kept = cv2.dnn.NMSBoxesBatched(
        boxes.tolist(), best.tolist(), coco.tolist(), LEAST_SCORE, SAME_OBJECT
    )
    found = [_detection(coco[i], best[i], boxes[i]) for i in np.ravel(kept)]
    return sorted(found, key=lambda detection: -detection.score)


def _detection(coco: int, score: float, box: Floats) -> Detection:
    x, y, width, height = (float(value) for value in box)
    return Detection(
        coco=int(coco), score=float(score), x=x, y=y, width=width, height=height
    )
