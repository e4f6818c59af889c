"""Takes out of a picture what moved, without a model: a fixed camera knows its scene.

It errs to covering too much. What is covered is painted over with the scene behind it
in coarse blocks: no pixel of what moved goes into them, so nothing can be brought back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from neighborcam.protocol.alerts import Redaction

type Image = NDArray[np.uint8]  # height × width × 3, blue green red
type Mask = NDArray[np.uint8]  # height × width, 0 or 255
type Points = Sequence[tuple[float, float]]  # corners, 0 … 1 of width and height

LEAST_FRAMES: Final = 5
ENOUGH_FRAMES: Final = 31
BLOCK: Final = 1 / 40  # of the width
MOST: Final = 0.6  # of the picture: more, and the camera itself has moved
_STEP: Final = 14.0  # levels of brightness or colour that noise does not reach
_NOISE: Final = 5.0  # times the noise of the scene
_SPECK: Final = 4e-5  # of the picture; smaller is no thing
_MARGIN: Final = 1 / 50  # of the width, around what moved


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What has to go, and what of the camera is private for everybody."""

    moving: bool = True
    faces: bool = False
    plates: bool = False
    privacy_zones: tuple[Points, ...] = ()
    keep_only: Points | None = None  # everything else is covered

    @property
    def applied(self) -> tuple[Redaction, ...]:
        """What a message says of it. Sound never goes along."""
        chosen = (
            (self.moving, Redaction.MOVING),
            (self.faces, Redaction.FACES),
            (self.plates, Redaction.PLATES),
            (self.keep_only is not None, Redaction.ALL_BUT_REGION),
            (bool(self.privacy_zones), Redaction.PRIVACY_ZONES),
            (True, Redaction.AUDIO),
        )
        return tuple(what for is_on, what in chosen if is_on)


class Scene:
    """What a fixed camera sees when nothing moves: the median of its pictures."""

    def __init__(self, frames: Sequence[Image]) -> None:
        if len(frames) < LEAST_FRAMES:
            raise ValueError(f"a scene needs {LEAST_FRAMES} pictures")
        step = -(-len(frames) // ENOUGH_FRAMES)
        stack = np.stack(frames[::step])
        self.image: Image = np.median(stack, axis=0).astype(np.uint8)
        spread = np.median(np.abs(stack.astype(np.int16) - self.image), axis=0)
        self._limit = np.maximum(_STEP, _NOISE * spread.max(axis=2))

    def moving(self, frame: Image) -> Mask:
        """Return what is not the scene: hulls of what differs, with a margin."""
        difference = np.abs(_alike(frame, self.image) - self.image).max(axis=2)
        mask: Mask = np.where(difference > self._limit, 255, 0).astype(np.uint8)
        mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, _disk(3)), np.uint8)
        width = frame.shape[1]
        joined = cv2.dilate(mask, _disk(round(width * _MARGIN)))
        return _hulls(np.asarray(joined, np.uint8), least=_SPECK * mask.size)


def redact(
    frame: Image,
    plan: Plan,
    scene: Scene | None,
    moving: Mask | None,
    found: Mask | None = None,
) -> Image:
    """Return the picture without what has to go.

    ``moving`` takes the place of what differs in this picture alone; ``found`` is
    what models saw.

    Raises `ValueError` when ``plan`` wants what moved to go and there is no scene.
    """
    covered = np.zeros(frame.shape[:2], np.uint8)
    if found is not None:
        covered |= found
    if plan.moving:
        if scene is None:
            raise ValueError("nobody knows the scene")
        covered |= scene.moving(frame) if moving is None else moving
    if plan.keep_only is not None:
        covered |= 255 - _inside(covered.shape, plan.keep_only)
    if covered.mean() / 255 > MOST:
        covered[:] = 255
    behind = scene.image if scene is not None else np.zeros_like(frame)
    painted = _blocks(behind)
    if found is not None:  # a face that never moves is in the scene too
        painted[found > 0] = 0
    done: Image = np.where(covered[..., None] > 0, painted, frame)
    for zone in plan.privacy_zones:
        done[_inside(covered.shape, zone) > 0] = 0
    return done


def _alike(frame: Image, scene: Image) -> NDArray[np.float32]:
    """Return the picture with the scene's brightness: clouds and lamps do not move."""
    ratio = (np.median(scene) + 8) / (np.median(frame) + 8)
    return np.asarray(frame, np.float32) * np.float32(np.clip(ratio, 0.5, 2.0))


def _blocks(image: Image) -> Image:
    height, width = image.shape[:2]
    size = max(8, round(width * BLOCK))
    small = (max(1, width // size), max(1, height // size))
    coarse = cv2.resize(image, small, interpolation=cv2.INTER_AREA)
    whole = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(whole, np.uint8)


def _hulls(mask: Mask, *, least: float) -> Mask:
    """Return the convex hulls of the things in a mask: no hole shows an inside."""
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    filled: Mask = np.zeros_like(mask)
    for outline in outlines:
        if cv2.contourArea(outline) >= least:
            cv2.fillConvexPoly(filled, cv2.convexHull(outline), 255)
    return filled


def _inside(shape: tuple[int, ...], corners: Points) -> Mask:
    height, width = shape[:2]
    points = [(round(x * width), round(y * height)) for x, y in corners]
    mask: Mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [np.array(points, np.int32)], 255)
    return mask


def _disk(size: int) -> Any:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (max(1, size), max(1, size)))
