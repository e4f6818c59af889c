"""Sprites: small pictures with transparency, drawn in metres and pasted in pixels."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from demo.texture import Colour, Picture

type Mask = NDArray[np.uint8]
"""uint8 [height, width], 255 where opaque."""

_SHIFT = 4
"""Coordinates have 1/16 pixel, or slow walkers would move in jerks."""
_LARGE_PX = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Sprite:
    """A drawn object and where its upper left corner lies in the frame."""

    colour: Picture
    alpha: Mask
    left: int
    top: int


class Canvas:
    """Draws in the object's own metres: x to the right of its foot, y upwards.

    `foot` is the place on the ground in frame pixels (with fractions), `scale` the
    pixels per metre, `flip` mirrors the object so that it faces left.
    """

    def __init__(
        self,
        *,
        foot: tuple[float, float],
        scale: float,
        extent: tuple[float, float],
        flip: bool = False,
    ) -> None:
        wide, high = extent
        self._factor = 1 if high * scale > _LARGE_PX else 2
        self._left = int(np.floor(foot[0] - wide * scale / 2)) - 1
        self._top = int(np.floor(foot[1] - high * scale)) - 1
        columns = int(wide * scale) + 4
        rows = int(high * scale * 1.06) + 4
        self._size = (columns, rows)
        self._origin = (foot[0] - self._left, foot[1] - self._top)
        self._scale = scale * (-1 if flip else 1), scale
        shape = (rows * self._factor, columns * self._factor)
        self._colour = np.zeros((*shape, 3), np.uint8)
        self._alpha = np.zeros(shape, np.uint8)

    def _at(self, x: float, y: float) -> tuple[int, int]:
        unit = self._factor << _SHIFT
        return (
            round((self._origin[0] + x * self._scale[0]) * unit),
            round((self._origin[1] - y * self._scale[1]) * unit),
        )

    def _px(self, metres: float) -> int:
        return max(1, round(metres * self._scale[1] * self._factor))

    def polygon(self, points: Sequence[tuple[float, float]], colour: Colour) -> None:
        """Fill a polygon."""
        corners = np.array([self._at(*point) for point in points], np.int32)
        for image, value in ((self._colour, colour), (self._alpha, (255, 0, 0))):
            cv2.fillPoly(image, [corners], value, cv2.LINE_AA, _SHIFT)

    def limb(
        self, points: Sequence[tuple[float, float]], thickness: float, colour: Colour
    ) -> None:
        """Draw a line with round ends through the points."""
        corners = np.array([self._at(*point) for point in points], np.int32)
        width = self._px(thickness)
        for image, value in ((self._colour, colour), (self._alpha, (255, 0, 0))):
            cv2.polylines(
                image,
                [corners],
                False,  # noqa: FBT003 - not by name in OpenCV
                value,
                width,
                cv2.LINE_AA,
                _SHIFT,
            )

    def ellipse(
        self,
        centre: tuple[float, float],
        radii: tuple[float, float],
        colour: Colour,
        turn: float = 0.0,
    ) -> None:
        """Fill an ellipse, turned by degrees."""
        unit = self._factor << _SHIFT
        axes = tuple(max(8, round(r * self._scale[1] * unit)) for r in radii)
        place = self._at(*centre)
        turn = -turn if self._scale[0] > 0 else turn
        for image, value in ((self._colour, colour), (self._alpha, (255, 0, 0))):
            cv2.ellipse(
                image, place, axes, turn, 0, 360, value, -1, cv2.LINE_AA, _SHIFT
            )

    def finish(
        self,
        texture: NDArray[np.float32],
        roughness: float,
        contrast: float,
        ground: Colour,
    ) -> Sprite:
        """Return the sprite: texture, contrast and smooth edges applied."""
        colour = cv2.resize(self._colour, self._size, interpolation=cv2.INTER_AREA)
        alpha = cv2.resize(self._alpha, self._size, interpolation=cv2.INTER_AREA)
        tone = colour.astype(np.float32)
        # Colours at the rim were mixed with the canvas' black; undo it.
        cover = np.maximum(alpha, 1).astype(np.float32)[:, :, None] / 255
        tone = np.minimum(tone / cover, 255)
        rows, columns = alpha.shape
        tone *= 1 + roughness * texture[:rows, :columns, None]
        base = np.asarray(ground, np.float32)
        tone = base + (tone - base) * contrast
        return Sprite(
            colour=np.clip(tone, 0, 255).astype(np.uint8),
            alpha=np.asarray(alpha, np.uint8),
            left=self._left,
            top=self._top,
        )


def clipped(
    sprite: Sprite, width: int, height: int
) -> tuple[tuple[slice, slice], tuple[slice, slice]] | None:
    """Return (frame area, sprite area) that overlap; None when nothing does."""
    rows, columns = sprite.alpha.shape
    x0, y0 = max(0, sprite.left), max(0, sprite.top)
    x1, y1 = min(width, sprite.left + columns), min(height, sprite.top + rows)
    if x0 >= x1 or y0 >= y1:
        return None
    frame = (slice(y0, y1), slice(x0, x1))
    part = (
        slice(y0 - sprite.top, y1 - sprite.top),
        slice(x0 - sprite.left, x1 - sprite.left),
    )
    return frame, part


def paste(frame: Picture, sprite: Sprite) -> None:
    """Lay a sprite over the frame."""
    areas = clipped(sprite, frame.shape[1], frame.shape[0])
    if areas is None:
        return
    place, part = areas
    alpha = sprite.alpha[part].astype(np.uint16)[:, :, None]
    under = frame[place].astype(np.uint16)
    over = sprite.colour[part].astype(np.uint16)
    frame[place] = (under * (255 - alpha) + over * alpha + 127) // 255


def cast_shadow(frame: Picture, sprite: Sprite, foot_y: float, depth: float) -> None:
    """Darken the ground where the object keeps the sun away.

    `depth` 0 casts none; the silhouette is laid down to the right and squeezed.
    """
    if depth <= 0:
        return
    rows, columns = sprite.alpha.shape
    squeeze, slant = 0.28, 0.55
    foot = foot_y - sprite.top
    tall, wide = int(rows * squeeze) + 2, columns + int(rows * slant) + 2
    # Row y of the sprite, `foot - y` above the ground, falls that much to the right.
    matrix = np.array(
        [[1, -slant, slant * foot], [0, squeeze, (tall - 2) - squeeze * foot]],
        np.float32,
    )
    soft = cv2.warpAffine(sprite.alpha, matrix, (wide, tall))
    soft = cv2.blur(soft, (3, 3))
    shade = Sprite(
        colour=np.zeros((tall, wide, 3), np.uint8),
        alpha=(soft.astype(np.float32) * depth).astype(np.uint8),
        left=sprite.left,
        top=int(foot_y) - tall + 2,
    )
    paste(frame, shade)
