"""Procedural textures: the ground a motion detector has to see through."""

import cv2
import numpy as np
from numpy.typing import NDArray

type Picture = NDArray[np.uint8]
"""uint8 [height, width, 3], blue first."""
type Field = NDArray[np.float32]
"""float32 [height, width]."""
type Colour = tuple[float, float, float]
"""Blue, green, red, 0 to 255."""
type Random = np.random.Generator


def fractal(random: Random, width: int, height: int, coarse: float) -> Field:
    """Return smooth noise of several octaves, about -1 to 1.

    `coarse` is the size of its largest spots in pixels.
    """
    total = np.zeros((height, width), np.float32)
    weight, cell = 1.0, max(coarse, 2.0)
    while cell >= 2:
        grid = random.standard_normal(
            (int(height / cell) + 3, int(width / cell) + 3)
        ).astype(np.float32)
        size = (int(grid.shape[1] * cell), int(grid.shape[0] * cell))
        big = cv2.resize(grid, size, interpolation=cv2.INTER_CUBIC)
        total += weight * big[:height, :width]
        weight, cell = weight * 0.6, cell / 2.5
    return np.asarray(total / 2, np.float32)


def grain(random: Random, width: int, height: int, blur: float = 0.0) -> Field:
    """Return noise of single pixels with deviation 1, smoothed by `blur` pixels."""
    field: Field = random.standard_normal((height, width)).astype(np.float32)
    if blur > 0:
        field = np.asarray(cv2.GaussianBlur(field, (0, 0), blur), np.float32)
        field /= float(field.std()) or 1.0
    return field


def surface(
    colour: Colour, field: Field, amount: float, tint: Colour = (1, 1, 1)
) -> NDArray[np.float32]:
    """Return a coloured area, float32 [height, width, 3], modulated by a field."""
    base = np.asarray(colour, np.float32)
    return base + field[:, :, None] * (amount * np.asarray(tint, np.float32))


def bricks(random: Random, width: int, height: int, course: float) -> Field:
    """Return a brick wall: joints at about -2, stones around 0 with their own tone."""
    course = max(course, 3.0)
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    row = np.floor(ys / course)
    along = xs / (course * 2.6) + 0.5 * (row % 2)
    column = np.floor(along)
    tones = random.standard_normal((64, 64)).astype(np.float32)
    tone: Field = tones[row.astype(int) % 64, column.astype(int) % 64]
    joint = ((ys / course) % 1 < 0.16) | (along % 1 < 0.07)
    return np.where(joint, np.float32(-1.6), tone * 0.7)
