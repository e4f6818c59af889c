"""The empty street and the empty yard, as the sun lights them."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from demo.scene_spec import Place
from demo.texture import (
    Colour,
    Picture,
    Random,
    bricks,
    fractal,
    grain,
    surface,
)

type Paint = NDArray[np.float32]
"""float32 [height, width, 3], the picture while it is painted."""


def background(place: Place, width: int, height: int, seed: int) -> Picture:
    """Return the place without anybody in it, in full daylight."""
    random = np.random.default_rng(seed)
    paint = np.zeros((height, width, 3), np.float32)
    PLACES[place](paint, random)
    paint += grain(random, width, height, 0.6)[:, :, None] * 2.5
    paint *= _vignette(width, height)
    sharp = np.clip(paint, 0, 255).astype(np.uint8)
    return np.asarray(cv2.GaussianBlur(sharp, (0, 0), 0.45 * height / 360), np.uint8)


def _vignette(width: int, height: int) -> Paint:
    ys, xs = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    return np.asarray((1.04 - 0.16 * (xs**2 + ys**2))[:, :, None], np.float32)


def _street(paint: Paint, random: Random) -> None:
    height, width = paint.shape[:2]
    _sky(paint[: _part(height, 0.2)], random)
    _houses(paint, random)
    _band(paint, (0.37, 0.43), _hedge(random, width, height))
    _band(paint, (0.43, 0.49), _paving(random, width, height, 0.02))
    _band(paint, (0.49, 0.75), _asphalt(random, width, height))
    _kerb(paint, 0.49, 0.010)
    _kerb(paint, 0.75, 0.016)
    _lane_marks(paint)
    _band(paint, (0.766, 0.90), _paving(random, width, height, 0.05))
    _band(paint, (0.90, 1.0), _grass(random, width, height))
    _lamp_post(paint, 0.12)


def _yard(paint: Paint, random: Random) -> None:
    height, width = paint.shape[:2]
    _sky(paint[: _part(height, 0.14)], random)
    _band(paint, (0.05, 0.22), _hedge(random, width, height))
    _band(paint, (0.20, 1.0), _grass(random, width, height))
    _fence(paint, random)
    _path(paint, random)
    _wall(paint, random)
    _shed(paint, random)


PLACES: dict[Place, Callable[[Paint, Random], None]] = {
    "street": _street,
    "yard": _yard,
}


def _part(size: int, fraction: float) -> int:
    return round(size * fraction)


def _band(paint: Paint, rows: tuple[float, float], texture: Paint) -> None:
    top, bottom = (_part(paint.shape[0], row) for row in rows)
    paint[top:bottom] = texture[top:bottom]


def _sky(area: Paint, random: Random) -> None:
    rows, columns = area.shape[:2]
    clouds = fractal(random, columns, rows, columns / 4)
    fade = np.linspace(-14, 10, rows, dtype=np.float32)[:, None]
    area[:] = surface((222, 205, 188), clouds * 14 + fade, 1.0)


def _asphalt(random: Random, width: int, height: int) -> Paint:
    worn = fractal(random, width, height, width / 5)
    stones = grain(random, width, height, 0.7)
    texture = surface((104, 100, 98), worn * 8 + stones * 6, 1.0)
    for _ in range(5):
        points = np.cumsum(random.normal(0, width / 40, (9, 2)), axis=0)
        points += random.uniform((0, height * 0.5), (width, height * 0.74))
        line = points.astype(np.int32)
        cv2.polylines(texture, [line], False, (76, 74, 72), 1, cv2.LINE_AA)  # noqa: FBT003 - not by name in OpenCV
    return texture


def _paving(random: Random, width: int, height: int, slab: float) -> Paint:
    joints = bricks(random, width, height, height * slab)
    dirt = fractal(random, width, height, width / 8)
    return surface((146, 152, 156), joints * 9 + dirt * 8, 1.0)


def _grass(random: Random, width: int, height: int) -> Paint:
    patches = fractal(random, width, height, width / 6)
    blades = cv2.GaussianBlur(
        grain(random, width, height), (0, 0), sigmaX=0.6, sigmaY=1.6 * height / 360
    )
    field = patches * 12 + blades / float(blades.std()) * 13
    return surface((62, 112, 98), np.asarray(field, np.float32), 1.0, (0.6, 1, 0.9))


def _hedge(random: Random, width: int, height: int) -> Paint:
    leaves = fractal(random, width, height, 9 * height / 360)
    lumps = fractal(random, width, height, width / 12)
    return surface((44, 78, 60), leaves * 22 + lumps * 12, 1.0, (0.7, 1, 0.85))


def _houses(paint: Paint, random: Random) -> None:
    height, width = paint.shape[:2]
    tones: tuple[Colour, ...] = (
        (92, 110, 152),
        (176, 196, 206),
        (120, 140, 160),
        (150, 168, 172),
    )
    edges = (-0.04, 0.27, 0.52, 0.74, 1.05)
    base = _part(height, 0.40)
    gaps = paint[_part(height, 0.2) : base]
    gaps[:] = surface((70, 92, 84), fractal(random, width, len(gaps), 12), 14)
    for number, tone in enumerate(tones):
        x0, x1 = (max(0, _part(width, edges[number + k])) for k in (0, 1))
        x1 = min(width, x1 - _part(width, 0.012))
        top = _part(height, 0.10 + 0.03 * (number % 2))
        stones = bricks(random, x1 - x0, base - top, 5 * height / 360)
        paint[top:base, x0:x1] = surface(tone, stones, 9)
        roof = [(x0 - 4, top), (x0 + (x1 - x0) // 5, -2)]
        roof += [(x1 - (x1 - x0) // 5, -2), (x1 + 4, top)]
        cv2.fillPoly(paint, [np.array(roof, np.int32)], (72, 74, 98), cv2.LINE_AA)
        _windows(paint, (x0, top, x1, base), number)
    roofs = paint[: _part(height, 0.13)]
    roofs += grain(random, width, roofs.shape[0], 0.8)[:, :, None] * 4


def _windows(paint: Paint, wall: tuple[int, int, int, int], door: int) -> None:
    x0, top, x1, base = wall
    wide, high = (x1 - x0) / 4, (base - top) * 0.34
    for column in range(3):
        left = x0 + wide * (0.5 + column * 1.1)
        if column == door % 3:
            _rectangle(paint, left, base - high * 1.7, wide * 0.55, high * 1.7, 58)
            continue
        _window(paint, left, top + high * 0.55, wide * 0.7, high)


def _window(paint: Paint, x: float, y: float, wide: float, high: float) -> None:
    _rectangle(paint, x - 2, y - 2, wide + 4, high + 4, 214)
    _rectangle(paint, x, y, wide, high, 66)
    corner = [(x, y + high * 0.8), (x, y), (x + wide * 0.7, y)]
    cv2.fillPoly(paint, [np.array(corner, np.int32)], (116, 106, 98), cv2.LINE_AA)
    _rectangle(paint, x + wide / 2 - 1, y, 2, high, 205)


def _rectangle(
    paint: Paint, x: float, y: float, wide: float, high: float, grey: float
) -> None:
    corners = (int(x), int(y)), (int(x + wide), int(y + high))
    cv2.rectangle(paint, *corners, (grey, grey * 0.98, grey * 0.95), -1)


def _kerb(paint: Paint, y: float, high: float) -> None:
    height = paint.shape[0]
    top, bottom = _part(height, y), max(_part(height, y + high), _part(height, y) + 1)
    paint[top:bottom] = paint[top:bottom] * 0.2 + 138
    paint[bottom : bottom + max(1, height // 240)] *= 0.6


def _lane_marks(paint: Paint) -> None:
    height, width = paint.shape[:2]
    for number in range(9):
        x = (number - 0.3) * width / 8
        y, high = height * 0.605, max(2, height / 130)
        corners = [(x, y), (x + width / 15, y)]
        corners += [(x + width / 15 + 2, y + high), (x + 2, y + high)]
        cv2.fillPoly(paint, [np.array(corners, np.int32)], (192, 196, 198), cv2.LINE_AA)


def _lamp_post(paint: Paint, x: float) -> None:
    height, width = paint.shape[:2]
    foot, thick = _part(width, x), max(2, height // 130)
    cv2.line(paint, (foot, _part(height, 0.47)), (foot, 0), (70, 72, 74), thick)
    cv2.line(paint, (foot + 1, _part(height, 0.47)), (foot + 1, 0), (120,) * 3, 1)


def _fence(paint: Paint, random: Random) -> None:
    height, width = paint.shape[:2]
    top, bottom = _part(height, 0.17), _part(height, 0.33)
    plank = max(4, width // 60)
    wood = cv2.GaussianBlur(
        grain(random, width, bottom - top), (0, 0), sigmaX=0.5, sigmaY=6
    )
    field = np.asarray(wood / float(wood.std()), np.float32)
    field += np.repeat(random.normal(0, 1, width // plank + 1), plank)[None, :width]
    field[:, ::plank] -= 5
    paint[top:bottom] = surface((88, 118, 142), field, 7)
    paint[bottom : bottom + _part(height, 0.02)] *= 0.7
    for rail in (0.20, 0.30):
        row = _part(height, rail)
        paint[row : row + max(1, height // 150)] *= 0.75


def _path(paint: Paint, random: Random) -> None:
    height, width = paint.shape[:2]
    for number in range(9):
        depth = (number + 0.5) / 9
        y = height * (0.36 + 0.62 * depth**1.5)
        x = width * (0.46 - 0.10 * depth + random.normal(0, 0.004))
        radii = (
            int(width * 0.018 * (1 + 2.6 * depth)),
            int(height * 0.026 * (0.6 + depth)),
        )
        tone = 150 + random.normal(0, 8)
        cv2.ellipse(
            paint, (int(x), int(y + 2)), radii, 0, 0, 360, (40, 66, 60), -1, cv2.LINE_AA
        )
        cv2.ellipse(
            paint, (int(x), int(y)), radii, 0, 0, 360, (tone,) * 3, -1, cv2.LINE_AA
        )
    stone = grain(random, width, height, 1.0)[:, :, None] * 5
    paint[_part(height, 0.35) :] += stone[_part(height, 0.35) :]


def _wall(paint: Paint, random: Random) -> None:
    """The house's own wall comes in from the left, in perspective."""
    height, width = paint.shape[:2]
    right = _part(width, 0.17)
    stones = bricks(random, right, height, 9 * height / 360)
    wall = surface((128, 146, 170), stones, 10)
    wall *= np.linspace(1.0, 0.82, right, dtype=np.float32)[None, :, None]
    area = np.zeros((height, width), np.uint8)
    corners = [
        (0, 0),
        (right, 0),
        (right, _part(height, 0.42)),
        (0, _part(height, 0.78)),
    ]
    cv2.fillPoly(area, [np.array(corners, np.int32)], 255)
    inside = area[:, :right] > 0
    paint[:, :right][inside] = wall[inside]
    _window(paint, width * 0.04, height * 0.16, width * 0.08, height * 0.2)
    edge = [(0, 0.78), (0.17, 0.42), (0.20, 0.45), (0.0, 0.86)]
    shade = np.array([(x * width, y * height) for x, y in edge], np.int32)
    dark = np.zeros((height, width), np.uint8)
    cv2.fillPoly(dark, [shade], 255)
    soft = cv2.blur(dark, (9, 9)).astype(np.float32) / 255
    paint *= (1 - 0.3 * soft)[:, :, None]


def _shed(paint: Paint, random: Random) -> None:
    height, width = paint.shape[:2]
    x0, x1 = _part(width, 0.70), _part(width, 0.90)
    top, bottom = _part(height, 0.10), _part(height, 0.40)
    boards = grain(random, x1 - x0, bottom - top, 1.0)
    boards[:: max(4, height // 45)] -= 4
    paint[top:bottom, x0:x1] = surface((84, 96, 110), boards, 6)
    roof = [(x0 - 8, top + 3), (x0 + 12, 4), (x1 - 12, 4), (x1 + 8, top + 3)]
    cv2.fillPoly(paint, [np.array(roof, np.int32)], (70, 70, 84), cv2.LINE_AA)
    _rectangle(paint, x0 + 14, top + 16, (x1 - x0) * 0.3, bottom - top - 18, 62)
    _window(paint, x0 + (x1 - x0) * 0.58, top + 18, (x1 - x0) * 0.26, height * 0.1)
    paint[bottom : bottom + max(2, height // 60), x0:x1] *= 0.7
