"""Light that changes while nothing moves: clouds, shadows, lamps, exposure, IR."""

from math import pi, sin

import cv2
import numpy as np

from demo.texture import Field, Picture, fractal

_COARSE = 8
"""Light fields are computed on every eighth pixel: nothing in them is sharp."""


def shade(frame: Picture, gain: Field) -> None:
    """Multiply the frame by a field of any resolution, in place."""
    height, width = frame.shape[:2]
    # Gains up to 2 in 7 bits after the point: the product stays in 8-bit code.
    coded = np.clip(gain * 127.5, 0, 255).astype(np.uint8)
    if coded.shape != (height, width):
        coded = np.asarray(cv2.resize(coded, (width, height)), np.uint8)
    cv2.multiply(frame, cv2.merge((coded, coded, coded)), frame, 1 / 127.5)


class Light:
    """The light fields of one scene at one size."""

    def __init__(self, width: int, height: int, seed: int) -> None:
        random = np.random.default_rng((seed, 5))
        self._width, self._height = width // _COARSE + 1, height // _COARSE + 1
        wide = self._width * 6
        clouds = fractal(random, wide, self._height, self._width * 0.9)
        # Clouds come round again: the strip's end is blended into its beginning.
        blend = np.linspace(0, 1, self._width, dtype=np.float32)
        clouds[:, -self._width :] = (
            clouds[:, -self._width :] * (1 - blend) + clouds[:, : self._width] * blend
        )
        self._clouds = clouds
        ys, xs = np.mgrid[-1 : 1 : self._height * 1j, -1 : 1 : self._width * 1j]
        self._xs, self._ys = xs.astype(np.float32), ys.astype(np.float32)
        self._pixels = (width, height)

    def clouds(self, t: float, strength: float) -> Field:
        """Return the gain under soft clouds drifting by, 16 s per picture width."""
        columns = self._clouds.shape[1] - self._width
        at = t / 16 * self._width % columns
        left = int(at)
        part = self._clouds[:, left : left + self._width + 1]
        mix = at - left
        drifting = part[:, :-1] * (1 - mix) + part[:, 1:] * mix
        cover = 1 / (1 + np.exp(-3.5 * drifting))
        return np.asarray(1 - 0.38 * strength * cover, np.float32)

    def hard_shadow(self, t: float, strength: float) -> Field:
        """Return the gain beside a sharp edge of shadow that wanders to and fro."""
        width, height = self._pixels
        edge = width * (0.5 - 0.45 * np.cos(2 * pi * t / 40))
        lit = np.full((height // 2, width // 2), 255, np.uint8)
        lean = width * 0.09
        corners = [(0, 0), (edge + lean, 0), (edge - lean, height), (0, height)]
        area = np.array([(x * 8, y * 8) for x, y in corners], np.int32)
        dark = int(255 * (1 - 0.45 * strength))
        cv2.fillPoly(lit, [area], dark, cv2.LINE_AA, 4)
        return np.asarray(lit / np.float32(255), np.float32)

    def headlights(self, t: float, strength: float, seed: int) -> Field:
        """Return the gain while cars out of sight sweep their lights through."""
        gain = np.ones_like(self._xs)
        cycle, within = divmod(t, 6.0)
        random = np.random.default_rng((seed, int(cycle), 11))
        starts, lasts = random.uniform(0.3, 2.5), random.uniform(1.4, 3.0)
        part = (within - starts) / lasts
        if 0 <= part <= 1:
            direction = 1 if random.random() < 0.5 else -1
            x = direction * (-1.5 + 3 * part)
            y = random.uniform(-0.5, 0.3)
            for offset in (-0.16, 0.16):
                far = ((self._xs - x - offset) / 0.42) ** 2 + (
                    (self._ys - y) / 0.38
                ) ** 2
                gain += 0.55 * strength * np.exp(-far) * sin(pi * part) ** 0.5
        return np.asarray(np.minimum(gain, 2.0), np.float32)

    def infrared(self) -> Field:
        """Return the gain of the camera's own lamp: bright in the middle."""
        far = self._xs**2 * 0.8 + (self._ys - 0.15) ** 2 * 0.7
        return np.asarray(0.22 + 0.72 * np.exp(-1.4 * far), np.float32)


def exposure(t: float, strength: float, seed: int) -> float:
    """Return the gain of a camera that changes its mind every few seconds."""
    cycle, within = divmod(t, 7.0)
    levels = [_level(seed, int(cycle) + k, strength) for k in (-1, 0)]
    ramp = min(1.0, within / 0.4)
    return levels[0] + (levels[1] - levels[0]) * ramp


def _level(seed: int, cycle: int, strength: float) -> float:
    random = np.random.default_rng((seed, cycle + 10, 23))
    return float(1 + strength * random.uniform(-0.32, 0.38))


def infrared_switch(t: float, *, night: bool) -> tuple[bool, float]:
    """Return (picture is infrared, gain): every 10 s the filter clicks over.

    The camera's exposure needs two thirds of a second to find itself again.
    """
    cycle, within = divmod(t, 10.0)
    switched = int(cycle) % 2 == 1
    settle = max(0.0, 1 - within / 0.66) if cycle >= 1 else 0.0
    infrared = night != switched
    return infrared, 1 + settle * (0.9 if infrared else -0.6)


def flicker(t: float, strength: float) -> float:
    """Return the gain under a lamp whose mains beat with the shutter."""
    return 1 + strength * (
        0.035 * sin(2 * pi * 1.37 * t) + 0.02 * sin(2 * pi * 4.1 * t)
    )


def to_infrared(frame: Picture, gain: Field) -> None:
    """Make the frame grey and lit by the camera's lamp, in place."""
    grey = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
    cv2.merge((grey, grey, grey), frame)
    shade(frame, gain)
