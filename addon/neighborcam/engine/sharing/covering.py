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
_BAND: Final = 32  # rows


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
    """What a fixed camera sees when nothing moves: the median of its pictures.

    They may be smaller than those that are covered by it: what moved is found in the
    size in which the scene was learnt.
    """

    def __init__(self, frames: Sequence[Image]) -> None:
        if len(frames) < LEAST_FRAMES:
            raise ValueError(f"a scene needs {LEAST_FRAMES} pictures")
        chosen = frames[:: -(-len(frames) // ENOUGH_FRAMES)]
        self.image: Image = np.empty_like(chosen[0])
        spread = np.empty(self.image.shape[:2], np.float32)
        for top in range(0, len(spread), _BAND):  # a few rows at a time: memory
            band = slice(top, top + _BAND)
            stack = np.stack([frame[band] for frame in chosen])
            self.image[band] = np.median(stack, axis=0).astype(np.uint8)
            off = np.abs(stack.astype(np.int16) - self.image[band])
            spread[band] = _most(np.median(off, axis=0))
        self._limit = np.maximum(_STEP, _NOISE * spread)
        self._light = _light(self.image)

    def moving(self, frame: Image) -> Mask:
        """Return what is not the scene: hulls of what differs, with a margin."""
        height, width = self.image.shape[:2]
        small = _resized(frame, width, height, cv2.INTER_AREA)
        # Of the scene's brightness: clouds and lamps do not move.
        ratio = np.float32(np.clip(self._light / _light(small), 0.5, 2.0))
        alike = np.asarray(small, np.float32) * ratio
        difference = _most(np.abs(alike - self.image))
        mask: Mask = np.where(difference > self._limit, 255, 0).astype(np.uint8)
        mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, _disk(3)), np.uint8)
        joined = cv2.dilate(mask, _disk(round(width * _MARGIN)))
        found = _hulls(np.asarray(joined, np.uint8), least=_SPECK * mask.size)
        return _resized(found, frame.shape[1], frame.shape[0], cv2.INTER_NEAREST)

    def behind(self, frame: Image) -> Image:
        """Return the scene in the size of a picture."""
        height, width = frame.shape[:2]
        return _resized(self.image, width, height, cv2.INTER_LINEAR)


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
    behind = scene.behind(frame) if scene is not None else np.zeros_like(frame)
    painted = _blocks(behind)
    if found is not None:  # a face that never moves is in the scene too
        painted[found > 0] = 0
    done: Image = np.where(covered[..., None] > 0, painted, frame)
    for zone in plan.privacy_zones:
        done[_inside(covered.shape, zone) > 0] = 0
    return done


def _light(image: Image) -> float:
    """Return how bright a picture is: the middle of every fourth row and column."""
    return float(np.median(image[::4, ::4]) + 8)


def _most(channels: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the greatest of the three channels, pixel by pixel."""
    most = np.maximum(channels[..., 0], channels[..., 1])
    return np.asarray(np.maximum(most, channels[..., 2], out=most))


def _resized(image: Image, width: int, height: int, how: int) -> Image:
    if image.shape[:2] == (height, width):
        return image
    return np.asarray(cv2.resize(image, (width, height), interpolation=how), np.uint8)


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
