"""Cars, from the side."""

from math import cos, pi, sin

from demo.sprite import Canvas
from demo.texture import Colour

PAINT: tuple[Colour, ...] = (
    (60, 50, 165),
    (150, 90, 40),
    (205, 205, 205),
    (60, 62, 66),
    (110, 135, 70),
    (150, 150, 150),
)
_GLASS: Colour = (95, 80, 65)
_BODY = (
    (-2.10, 0.30),
    (-2.12, 0.75),
    (-2.0, 0.92),
    (-1.55, 1.0),
    (-1.15, 1.40),
    (-0.7, 1.48),
    (0.25, 1.46),
    (0.95, 1.0),
    (1.75, 0.88),
    (2.08, 0.70),
    (2.12, 0.30),
)


def draw_car(canvas: Canvas, travelled_m: float, look: int, _swing: float) -> None:
    """Draw a car 4.2 m long; the wheels turn with `travelled_m`."""
    paint = PAINT[look % len(PAINT)]
    lower = (paint[0] * 0.7, paint[1] * 0.7, paint[2] * 0.7)
    canvas.polygon(_BODY, paint)
    canvas.polygon([(-2.11, 0.30), (-2.12, 0.58), (2.1, 0.56), (2.12, 0.30)], lower)
    canvas.polygon([(-1.38, 1.02), (-1.08, 1.34), (-0.38, 1.40), (-0.38, 1.02)], _GLASS)
    canvas.polygon([(-0.28, 1.02), (-0.28, 1.40), (0.2, 1.38), (0.75, 1.02)], _GLASS)
    canvas.limb([(-1.2, 1.2), (-0.6, 1.34)], 0.03, (170, 160, 150))
    canvas.limb([(-0.33, 0.35), (-0.33, 1.0)], 0.025, lower)
    canvas.limb([(0.72, 0.4), (0.72, 0.98)], 0.025, lower)
    canvas.limb([(-0.62, 0.86), (-0.45, 0.86)], 0.04, lower)
    canvas.ellipse((1.98, 0.72), (0.12, 0.08), (235, 245, 250))
    canvas.ellipse((-2.04, 0.80), (0.08, 0.10), (40, 40, 200))
    for axle in (-1.28, 1.32):
        _wheel(canvas, axle, travelled_m / 0.32)


def _wheel(canvas: Canvas, axle: float, turned: float) -> None:
    centre = (axle, 0.32)
    canvas.ellipse(centre, (0.40, 0.40), (30, 30, 32))
    canvas.ellipse(centre, (0.33, 0.33), (38, 38, 40))
    canvas.ellipse(centre, (0.20, 0.20), (165, 165, 168))
    for spoke in range(5):
        angle = -turned + spoke * 2 * pi / 5
        rim = (axle + 0.19 * cos(angle), 0.32 + 0.19 * sin(angle))
        canvas.limb([centre, rim], 0.05, (80, 80, 84))
