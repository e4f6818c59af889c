"""A tree whose crown sways: branches follow the wind, leaves flutter."""

from math import pi, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from demo.scene_spec import Place
from demo.sprite import Sprite
from demo.texture import Random, fractal

TREE_AT: dict[Place, tuple[float, float, float]] = {
    "street": (0.86, 0.80, 0.36),
    "yard": (0.93, 0.62, 0.30),
}
"""Foot x, foot y and radius of the crown, in fractions (radius: of the height)."""


class Tree:
    """One tree as a sprite, bent anew for every frame."""

    def __init__(self, place: Place, width: int, height: int, seed: int) -> None:
        random = np.random.default_rng((seed, 77))
        x, y, radius = TREE_AT[place]
        self.foot_y = y
        self._height = height
        self._size = (int(2.5 * radius * height), int(y * height))
        self._left = int(x * width) - self._size[0] // 2
        self._still = self._draw(random, radius * height)
        columns, rows = self._size
        self._xs, self._ys = np.meshgrid(
            np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32)
        )
        # The trunk stands; the higher the more it gives.
        give = np.clip(1.1 - self._ys / rows * 1.35, 0, 1) ** 1.2
        self._give = np.asarray(give, np.float32)
        self._flutter = [
            fractal(random, columns, rows, radius * height / 2) for _ in range(4)
        ]

    def _draw(self, random: Random, radius: float) -> Sprite:
        columns, rows = self._size
        colour = np.zeros((rows, columns, 3), np.float32)
        alpha = np.zeros((rows, columns), np.uint8)
        middle, crown_y = columns / 2, radius * 0.62
        trunk = [
            (middle - radius * 0.08, rows - 1),
            (middle - radius * 0.04, crown_y),
            (middle + radius * 0.04, crown_y),
            (middle + radius * 0.08, rows - 1),
        ]
        corners = [np.array(trunk, np.int32)]
        cv2.fillPoly(colour, corners, (52, 66, 82))
        cv2.fillPoly(alpha, corners, 255)
        self._leaves(random, colour, alpha, (middle, crown_y, radius))
        colour += fractal(random, columns, rows, 10)[:, :, None] * 14
        return Sprite(
            colour=np.clip(colour, 0, 255).astype(np.uint8),
            alpha=np.asarray(cv2.GaussianBlur(alpha, (0, 0), 0.7), np.uint8),
            left=self._left,
            top=0,
        )

    @staticmethod
    def _leaves(
        random: Random,
        colour: NDArray[np.float32],
        alpha: NDArray[np.uint8],
        crown: tuple[float, float, float],
    ) -> None:
        middle, crown_y, radius = crown
        for number in range(900):
            turn, far = random.uniform(0, 2 * pi), random.uniform(0, 1) ** 0.6
            x = middle + radius * far * np.cos(turn) * 0.95
            y = crown_y + radius * far * np.sin(turn) * 0.68
            size = radius * random.uniform(0.025, 0.07)
            # Later leaves lie nearer to the sun.
            light = 0.5 + 0.5 * number / 900 - 0.25 * (y - crown_y) / radius
            tone = tuple(c * light for c in (58, 122, 92))
            axes = (max(1, int(size)), max(1, int(size * 0.6)))
            tilt = random.uniform(0, 180)
            place = (int(x), int(y))
            cv2.ellipse(colour, place, axes, tilt, 0, 360, tone, -1)
            cv2.ellipse(alpha, place, axes, tilt, 0, 360, 255, -1)

    def sprite(self, phase: float, strength: float) -> Sprite:
        """Return the tree at a phase of its gust (0 to 2 pi is one), still at 0."""
        if strength <= 0:
            return self._still
        reach = strength * self._height * 0.016
        gust = 0.6 * sin(phase) + 0.3 * sin(2 * phase + 1) + 0.25 * sin(5 * phase)
        weights = [sin(phase * k + k) for k in (2, 3, 5, 7)]
        shift = sum(w * f for w, f in zip(weights, self._flutter, strict=True))
        dx = self._give * (reach * gust + reach * 0.5 * shift)
        dy = self._give * (reach * 0.3 * shift)
        bent = [
            cv2.remap(
                image,
                self._xs + dx,
                self._ys + dy,
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )
            for image in (self._still.colour, self._still.alpha)
        ]
        return Sprite(
            colour=np.asarray(bent[0], np.uint8),
            alpha=np.asarray(bent[1], np.uint8),
            left=self._left,
            top=0,
        )
