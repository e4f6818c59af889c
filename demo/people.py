"""People on foot and on bicycles, and animals: articulated, drawn from the side."""

from math import cos, pi, sin

from demo.sprite import Canvas
from demo.texture import Colour

SKIN: tuple[Colour, ...] = ((150, 175, 215), (70, 95, 140), (120, 150, 200))
CLOTHES: tuple[tuple[Colour, Colour], ...] = (
    ((60, 50, 150), (75, 60, 45)),
    ((150, 110, 50), (50, 50, 55)),
    ((70, 130, 90), (110, 95, 80)),
    ((200, 200, 205), (90, 60, 40)),
    ((45, 45, 50), (60, 62, 66)),
    ((60, 160, 215), (80, 70, 60)),
)
_HAIR: Colour = (35, 45, 60)
_SHOE: Colour = (40, 42, 48)
_STRIDE_M = 1.45


def _darker(colour: Colour, by: float = 0.72) -> Colour:
    return (colour[0] * by, colour[1] * by, colour[2] * by)


def _joint(
    start: tuple[float, float], length: float, angle: float
) -> tuple[float, float]:
    """Return where a limb ends that hangs from `start`, `angle` 0 straight down."""
    return start[0] + length * sin(angle), start[1] - length * cos(angle)


def draw_person(canvas: Canvas, travelled_m: float, look: int, swing: float) -> None:
    """Draw a walker 1.75 m tall; the legs are where `travelled_m` puts them."""
    shirt, trousers = CLOTHES[look % len(CLOTHES)]
    skin = SKIN[look % len(SKIN)]
    phase = 2 * pi * travelled_m / _STRIDE_M
    hip = (0.0, 0.88 + 0.025 * cos(2 * phase))
    neck = (0.03 * swing, hip[1] + 0.58)
    _leg(canvas, hip, phase + pi, swing, _darker(trousers))
    _arm(canvas, neck, phase, swing, _darker(shirt), skin)
    _leg(canvas, hip, phase, swing, trousers)
    canvas.limb([hip, (neck[0], neck[1] - 0.05)], 0.30, shirt)
    canvas.limb([hip, (0, hip[1] + 0.06)], 0.27, trousers)
    canvas.limb([neck, (neck[0] + 0.01, neck[1] + 0.08)], 0.10, skin)
    head = (neck[0] + 0.03, neck[1] + 0.19)
    canvas.ellipse(head, (0.095, 0.125), skin)
    canvas.ellipse((head[0] - 0.03, head[1] + 0.04), (0.095, 0.10), _HAIR)
    _arm(canvas, neck, phase + pi, swing, _darker(shirt, 0.9), skin)


def _leg(
    canvas: Canvas,
    hip: tuple[float, float],
    phase: float,
    swing: float,
    colour: Colour,
) -> None:
    thigh = 0.48 * swing * sin(phase)
    bend = 0.15 + 0.55 * max(0.0, cos(phase)) * (0.4 + 0.6 * swing)
    knee = _joint(hip, 0.43, thigh)
    ankle = _joint(knee, 0.41, thigh - bend)
    canvas.limb([hip, knee], 0.17, colour)
    canvas.limb([knee, ankle], 0.12, colour)
    canvas.limb([ankle, (ankle[0] + 0.13, ankle[1] - 0.03)], 0.09, _SHOE)


def _arm(
    canvas: Canvas,
    neck: tuple[float, float],
    phase: float,
    swing: float,
    sleeve: Colour,
    skin: Colour,
) -> None:
    side = 0.0 if swing > 0.5 else 0.18 * (1 if sin(phase) > 0 else -1)
    shoulder = (neck[0] + side, neck[1] - 0.06)
    upper = 0.5 * swing * sin(phase)
    elbow = _joint(shoulder, 0.29, upper)
    hand = _joint(elbow, 0.25, upper + 0.35)
    canvas.limb([shoulder, elbow, hand], 0.10, sleeve)
    canvas.ellipse(hand, (0.05, 0.055), skin)


def draw_cyclist(canvas: Canvas, travelled_m: float, look: int, _swing: float) -> None:
    """Draw somebody riding a bicycle."""
    shirt, trousers = CLOTHES[look % len(CLOTHES)]
    skin, frame = SKIN[look % len(SKIN)], (40, 60, 150)
    phase = travelled_m / 0.34
    for hub in (-0.52, 0.52):
        _wheel(canvas, hub, 0.34, phase)
    crank, saddle, bars = (0.0, 0.30), (-0.18, 0.92), (0.42, 1.0)
    canvas.limb([(-0.52, 0.34), crank, saddle, (-0.52, 0.34)], 0.04, frame)
    canvas.limb([crank, (0.38, 0.85), bars, (0.52, 0.34)], 0.04, frame)
    for turn in (pi, 0.0):
        pedal = (0.17 * sin(phase / 2 + turn), 0.30 + 0.17 * cos(phase / 2 + turn))
        knee = (0.5 * (saddle[0] + pedal[0]) + 0.2, 0.5 * (saddle[1] + pedal[1]) + 0.1)
        canvas.limb([saddle, knee, pedal], 0.13, trousers)
    shoulder = (0.12, 1.38)
    canvas.limb([saddle, shoulder], 0.27, shirt)
    canvas.limb([shoulder, (0.3, 1.12), bars], 0.09, _darker(shirt))
    canvas.ellipse((0.22, 1.60), (0.10, 0.12), skin)
    canvas.ellipse((0.20, 1.67), (0.13, 0.08), (210, 210, 215))


def _wheel(canvas: Canvas, hub: float, radius: float, phase: float) -> None:
    rim = [
        (hub + radius * cos(a * pi / 8), radius + radius * sin(a * pi / 8))
        for a in range(17)
    ]
    canvas.limb(rim, 0.045, (35, 35, 38))
    for spoke in range(3):
        turn = -phase + spoke * pi / 3
        dx, dy = radius * cos(turn), radius * sin(turn)
        canvas.limb(
            [(hub - dx, radius - dy), (hub + dx, radius + dy)], 0.01, (120,) * 3
        )


def draw_dog(canvas: Canvas, travelled_m: float, look: int, _swing: float) -> None:
    """Draw a trotting dog, 0.62 m tall."""
    coat: Colour = ((50, 80, 125), (45, 45, 50), (165, 185, 200))[look % 3]
    _four_legs(canvas, travelled_m / 0.8, coat, (0.27, 0.36), 0.07)
    canvas.ellipse((0.0, 0.42), (0.36, 0.13), coat, 3)
    canvas.ellipse((0.22, 0.43), (0.17, 0.15), coat)
    wag = 0.06 * sin(travelled_m * 9)
    canvas.limb([(-0.34, 0.47), (-0.47, 0.62 + wag)], 0.045, coat)
    canvas.limb([(0.30, 0.47), (0.40, 0.60)], 0.14, coat)
    canvas.ellipse((0.43, 0.62), (0.11, 0.085), coat)
    canvas.ellipse((0.53, 0.59), (0.075, 0.045), _darker(coat, 0.8))
    canvas.limb([(0.38, 0.66), (0.35, 0.57)], 0.05, _darker(coat, 0.6))


def draw_cat(canvas: Canvas, travelled_m: float, look: int, _swing: float) -> None:
    """Draw a walking cat, 0.34 m tall."""
    coat: Colour = ((60, 100, 160), (40, 40, 44), (150, 155, 160))[look % 3]
    _four_legs(canvas, travelled_m / 0.5, coat, (0.15, 0.19), 0.045)
    canvas.ellipse((0.0, 0.23), (0.22, 0.075), coat)
    canvas.limb([(-0.20, 0.25), (-0.32, 0.33), (-0.36, 0.45)], 0.035, coat)
    canvas.ellipse((0.24, 0.31), (0.07, 0.06), coat)
    for ear in (0.21, 0.27):
        canvas.polygon([(ear - 0.02, 0.35), (ear, 0.42), (ear + 0.03, 0.35)], coat)


def _four_legs(
    canvas: Canvas,
    cycles: float,
    coat: Colour,
    body: tuple[float, float],
    thickness: float,
) -> None:
    half, high = body
    for hip, turn, shade in (
        (-half, 0.6, 0.7),
        (half, 0.1, 0.7),
        (-half, 0.0, 1.0),
        (half, 0.5, 1.0),
    ):
        angle = 0.5 * sin(2 * pi * (cycles + turn))
        knee = _joint((hip, high), high * 0.5, angle)
        paw = _joint(knee, high * 0.5, angle * 0.3 - 0.1)
        canvas.limb([(hip, high), knee, paw], thickness, _darker(coat, shade))
