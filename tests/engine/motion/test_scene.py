"""What the whole picture did, told once, when it has settled."""

from collections.abc import Callable

import numpy as np
import pytest

from neighborcam.engine.facts import SceneChangeKind
from neighborcam.engine.motion.background import Background, working_picture
from neighborcam.engine.motion.scene import SceneWatch, is_everywhere
from tests.engine.motion.views import View, walker, wall

STEP_S = 0.2
CHANGE_S = 4.0
CONTRAST = 3.3

type After = Callable[[View], View]


class Camera:
    """A scene watch on a view that changes after four seconds."""

    def __init__(self, *, saturation: tuple[float | None, float | None]) -> None:
        self._random = np.random.default_rng(3)
        self._saturation = saturation
        self.told: list[tuple[float, SceneChangeKind]] = []
        self.settling: list[float] = []

    def run(self, after: After, *, seconds: float = 10.0) -> list[SceneChangeKind]:
        """Watch; return the kinds told."""
        watch = SceneWatch()
        background = Background(self._noisy(wall()))
        for frame in range(int(seconds / STEP_S)):
            at = frame * STEP_S
            changed = at >= CHANGE_S
            view = after(wall()) if changed else wall()
            seen = background.compare(self._noisy(view), contrast=CONTRAST)
            kind = watch.step(seen, at=at, saturation=self._saturation[changed])
            background.learn(seen, seconds=STEP_S, hurry=watch.settling)
            if kind is not None:
                self.told.append((at, kind))
            if watch.settling:
                self.settling.append(at)
        return [kind for _, kind in self.told]

    def _noisy(self, view: View) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
        noisy = view + self._random.normal(0, 2, view.shape)
        return working_picture(np.clip(noisy, 0, 255).astype(np.uint8))


@pytest.fixture
def camera() -> Camera:
    return Camera(saturation=(12.0, 12.0))


def test_a_quiet_view_tells_nothing(camera: Camera) -> None:
    assert camera.run(lambda view: view) == []
    assert camera.settling == []


def test_somebody_who_walks_changes_no_scene(camera: Camera) -> None:
    assert camera.run(lambda view: walker(view, 2.0)) == []


@pytest.mark.parametrize("light", [0.5, 1.25])
def test_a_lamp_is_told_once_after_it_has_settled(light: float, camera: Camera) -> None:
    assert camera.run(lambda view: view * light) == [SceneChangeKind.LIGHT]
    (at, _) = camera.told[0]
    assert CHANGE_S + 1 < at < CHANGE_S + 4


def test_another_view_is_told_and_blinds_while_it_settles(camera: Camera) -> None:
    other = wall(seed=9)
    assert camera.run(lambda _view: other) == [SceneChangeKind.VIEW]
    assert camera.settling[0] == pytest.approx(CHANGE_S)
    assert camera.settling[-1] < CHANGE_S + 5


@pytest.mark.parametrize("saturation", [(12.0, 0.5), (0.5, 12.0)])
def test_colour_that_comes_or_goes_is_infrared(
    saturation: tuple[float, float],
) -> None:
    camera = Camera(saturation=saturation)
    assert camera.run(lambda view: view) == [SceneChangeKind.INFRARED]


def test_a_little_less_colour_is_still_colour() -> None:
    assert Camera(saturation=(12.0, 2.2)).run(lambda view: view) == []


def test_a_camera_without_chroma_tells_of_light_all_the_same() -> None:
    camera = Camera(saturation=(None, None))
    assert camera.run(lambda view: view * 0.5) == [SceneChangeKind.LIGHT]


def test_a_change_in_one_corner_is_not_everywhere() -> None:
    first = working_picture(wall().astype(np.uint8))
    corner = first.copy()
    corner[:30, :50] = working_picture(wall(seed=9).astype(np.uint8))[:30, :50]
    other = working_picture(wall(seed=9).astype(np.uint8))
    background = Background(first)
    assert not is_everywhere(background.compare(corner, contrast=CONTRAST))
    assert is_everywhere(background.compare(other, contrast=CONTRAST))
