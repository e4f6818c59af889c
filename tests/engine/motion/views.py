"""Small synthetic views: a textured wall, what crosses it, what light falls on it."""

from collections.abc import Callable, Iterator

import cv2
import numpy as np
import numpy.typing as npt

type Luma = npt.NDArray[np.uint8]
type View = npt.NDArray[np.float64]
type Paint = Callable[[View, float], View]

HEIGHT, WIDTH = 180, 320
FPS = 5.0
QUIET_S = 6.0  # before anything happens
T0 = 1_700_000_000.0

_grid_y, _grid_x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float64)


def wall(seed: int = 0) -> View:
    """Return a view with texture of several sizes, 60 … 200."""
    random = np.random.default_rng(seed)
    picture = np.full((HEIGHT, WIDTH), 128.0)
    for size in (3, 9, 27):
        noise = cv2.GaussianBlur(random.normal(0, 1, picture.shape), (0, 0), size)
        picture += 22 * noise / noise.std()
    return np.asarray(np.clip(picture, 60, 200))


def film(
    paint: Paint, *, seconds: float, noise: float = 2.0, seed: int = 1
) -> Iterator[tuple[float, Luma]]:
    """Yield (time, luma): quiet first, then ``paint(picture, seconds since)``."""
    random = np.random.default_rng(seed)
    view = wall()
    for frame in range(int((QUIET_S + seconds) * FPS)):
        since = frame / FPS - QUIET_S
        picture = paint(view, since) if since >= 0 else view
        picture = picture + random.normal(0, noise, picture.shape)
        yield T0 + frame / FPS, np.clip(picture, 0, 255).astype(np.uint8)


def walker(
    picture: View,
    since: float,
    *,
    speed: float = 40,
    top: int = 70,
    size: tuple[int, int] = (44, 18),
) -> View:
    """Paint a striped figure that crosses from left to right; speed in pixels/s."""
    height, width = size
    left = int(10 + since * speed)
    if not 0 <= left <= WIDTH - width:
        return picture
    stripes = np.where(np.arange(height) // 6 % 2, 225.0, 25.0)
    painted = picture.copy()
    painted[top : top + height, left : left + width] = stripes[:, None]
    return painted


def hard_shadow(picture: View, since: float) -> View:
    """Halve the light left of an edge that moves to the right."""
    edge = since * 25
    return picture * np.asarray(
        1 - 0.5 / (1 + np.exp((_grid_x + 0.3 * _grid_y - edge) / 1.5))
    )


def cloud(picture: View, since: float) -> View:
    """Let a wide soft shadow drift over the view."""
    wave = 0.5 + 0.5 * np.sin((_grid_x + 0.4 * _grid_y) / 100 - 0.8 * since)
    return picture * np.asarray(1 - 0.45 * wave)


def spotlight(picture: View, since: float) -> View:
    """Sweep a soft bright spot over the dark view, as headlights do."""
    middle = -60 + since * 70
    spot = np.exp(-(((_grid_x - middle) / 55) ** 2) - ((_grid_y - 120) / 35) ** 2)
    return picture * np.asarray(0.3 * (1 + 2.2 * spot))


def nothing(picture: View, _since: float) -> View:
    """Leave the view as it is."""
    return picture
