"""Rain in the air and insects before the lens."""

from math import cos, pi, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from demo.texture import Picture


def rain(
    frame: Picture, index: int, seed: int, strength: float, *, night: bool
) -> None:
    """Draw the streaks of one frame; drops are too fast to be in two."""
    height, width = frame.shape[:2]
    random = np.random.default_rng((seed, index, 31))
    layer = np.zeros((height, width), np.uint8)
    count = int(110 * strength)
    near = random.uniform(0, 1, count) ** 3
    x, y = random.uniform(0, width, count), random.uniform(-0.1, 1, count) * height
    long = height * (0.03 + 0.16 * near)
    light = (random.uniform(14, 34, count) + 22 * near) * (1.7 if night else 1.0)
    unit = 8
    for k in range(count):
        top = (int(x[k] * unit), int(y[k] * unit))
        tip = (int((x[k] - long[k] * 0.12) * unit), int((y[k] + long[k]) * unit))
        thick = 1 + int(near[k] * height / 300)
        cv2.line(layer, top, tip, float(light[k]), thick, cv2.LINE_AA, 3)
    layer = np.asarray(cv2.blur(layer, (2, 3)), np.uint8)
    cv2.add(frame, cv2.merge((layer, layer, layer)), frame)


def insects(frame: Picture, t: float, seed: int, strength: float) -> None:
    """Draw moths lit by the infrared lamp: large, bright, blurred and fast."""
    for slot in range(3):
        cycle, within = divmod(t + slot * 1.7, 4.2)
        random = np.random.default_rng((seed, slot, int(cycle), 41))
        begins, lasts = random.uniform(0, 1.8), random.uniform(0.5, 2.2)
        if not 0 <= within - begins <= lasts or random.random() > 0.4 + 0.4 * strength:
            continue
        path = random.uniform(-0.2, 1.2, 4), random.uniform(1.5, 5, 2)
        size = float(random.uniform(0.010, 0.035))
        bright = float(random.uniform(90, 190)) * min(1.5, strength)
        _insect(frame, (within - begins) / lasts, path, size, bright)


def _insect(
    frame: Picture,
    part: float,
    path: tuple[NDArray[np.float64], NDArray[np.float64]],
    size: float,
    bright: float,
) -> None:
    height, width = frame.shape[:2]
    (x0, y0, x1, y1), (wobble, turns) = path
    points = []
    for step in range(4):
        p = part + step * 0.008
        x = x0 + (x1 - x0) * p + 0.05 * sin(turns * 2 * pi * p)
        y = y0 + (y1 - y0) * p + 0.07 * cos(wobble * 2 * pi * p)
        points.append((int(x * width), int(y * height)))
    radius = max(1, int(size * height))
    pad = 4 * radius
    xs, ys = zip(*points, strict=True)
    left, top = max(0, min(xs) - pad), max(0, min(ys) - pad)
    right, bottom = min(width, max(xs) + pad), min(height, max(ys) + pad)
    if left >= right or top >= bottom:
        return
    glow = np.zeros((bottom - top, right - left), np.uint8)
    line = np.array([(x - left, y - top) for x, y in points], np.int32)
    cv2.polylines(glow, [line], False, bright, radius, cv2.LINE_AA)  # noqa: FBT003 - not by name in OpenCV
    glow = np.asarray(cv2.GaussianBlur(glow, (0, 0), radius * 0.7), np.uint8)
    area = frame[top:bottom, left:right]
    frame[top:bottom, left:right] = cv2.add(area, cv2.merge((glow, glow, glow)))
