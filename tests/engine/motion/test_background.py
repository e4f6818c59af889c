import cv2
import numpy as np
import pytest

from neighborcam.engine.motion.background import (
    WIDTH,
    Background,
    Difference,
    Grey,
    rough,
    working_picture,
)
from tests.engine.motion.views import View, wall

CONTRAST = 3.3
STEP_S = 0.2


def picture(view: View, *, seed: int | None = None) -> Grey:
    """Return the working picture of a view; ``seed`` adds a sensor's noise."""
    noise = np.random.default_rng(seed).normal(0, 2, view.shape) if seed else 0
    return working_picture(np.clip(view + noise, 0, 255).astype(np.uint8))


def learned(view: View, *, seconds: float = 6.0) -> Background:
    background = Background(picture(view, seed=1))
    for frame in range(int(seconds / STEP_S)):
        seen = background.compare(picture(view, seed=frame + 2), contrast=CONTRAST)
        background.learn(seen, seconds=STEP_S, hurry=False)
    return background


def with_thing(view: View) -> View:
    """Stand something striped in the middle of a view."""
    painted = view.copy()
    stripes = np.where(np.arange(60) // 6 % 2, 225.0, 25.0)
    painted[60:120, 140:170] = stripes[:, None]
    return painted


def compare(background: Background, view: View) -> Difference:
    return background.compare(picture(view, seed=999), contrast=CONTRAST)


@pytest.mark.parametrize(
    ("height", "width", "rows"),
    [(180, 320, 90), (720, 1280, 90), (480, 640, 120), (1080, 1920, 90), (4, 2000, 2)],
)
def test_the_working_picture_keeps_the_shape_of_the_picture(
    height: int, width: int, rows: int
) -> None:
    small = working_picture(np.full((height, width), 77, np.uint8))
    assert small.shape == (rows, WIDTH)
    assert small.dtype == np.uint8
    assert set(np.unique(small)) == {77}


def test_a_thing_is_foreground_and_nothing_else_is() -> None:
    seen = compare(learned(wall()), with_thing(wall()))
    assert seen.foreground[30:60, 70:85].mean() > 0.5
    away = np.ones(seen.foreground.shape, bool)
    away[20:70, 60:95] = False  # local contrast reaches ten pixels beyond a thing
    assert seen.foreground[away].mean() < 0.01
    assert seen.raw_share == pytest.approx(seen.raw.mean())


def test_a_quiet_view_has_no_foreground() -> None:
    assert not compare(learned(wall()), wall()).foreground.any()


@pytest.mark.parametrize("light", [0.6, 1.3])
def test_more_or_less_light_is_a_gain_and_no_foreground(light: float) -> None:
    seen = compare(learned(wall() * 0.7), wall() * 0.7 * light)
    assert seen.gain == pytest.approx(np.log(light), abs=0.08)
    assert not seen.foreground.any()


def test_what_is_ignored_is_never_foreground() -> None:
    first = picture(wall())
    ignored = np.zeros(first.shape, np.uint8)
    ignored[:, 60:95] = 1
    background = Background(first, ignored=ignored)
    assert not compare(background, with_thing(wall())).foreground.any()


def test_comparing_learns_nothing() -> None:
    background = learned(wall())
    once = compare(background, with_thing(wall()))
    again = compare(background, with_thing(wall()))
    assert np.array_equal(once.strength, again.strength)


def test_what_stays_becomes_background_and_in_a_hurry_sooner() -> None:
    def seconds_until_usual(*, hurry: bool) -> float:
        background = learned(wall())
        for frame in range(500):
            seen = compare(background, with_thing(wall()))
            if not seen.foreground.any():
                return frame * STEP_S
            background.learn(seen, seconds=STEP_S, hurry=hurry)
        return float("inf")

    slowly, hurried = seconds_until_usual(hurry=False), seconds_until_usual(hurry=True)
    assert 2 < slowly < 60
    assert hurried < slowly / 2


def test_a_restless_pixel_raises_the_bar_where_it_is_and_nowhere_else() -> None:
    background = Background(picture(wall(), seed=1))
    for frame in range(60):
        restless = wall()
        restless[20:60, 20:80] += 40 * (-1) ** frame
        seen = background.compare(picture(restless, seed=frame + 2), contrast=CONTRAST)
        background.learn(seen, seconds=STEP_S, hurry=False)
    seen = compare(background, wall())
    assert seen.usual[10:30, 10:40].mean() > 1.5 * seen.usual[50:80, 100:150].mean()


def test_a_textured_change_is_rough_and_a_smooth_one_is_not() -> None:
    background = learned(wall())
    assert rough(compare(background, with_thing(wall())))[30:60, 70:85].mean() > 0.3
    shade = np.ones(wall().shape)
    shade[60:120, 120:200] = 0.5
    smooth = cv2.GaussianBlur(shade, (0, 0), 20)
    assert rough(compare(background, wall() * smooth)).mean() < 0.02
