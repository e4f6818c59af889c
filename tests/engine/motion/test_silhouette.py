import numpy as np
import pytest

from neighborcam.engine.motion.background import Background, Grey, working_picture
from neighborcam.engine.motion.silhouette import silhouette
from tests.engine.motion.views import HEIGHT, WIDTH, View, cloud, wall

PLAIN = np.full((HEIGHT, WIDTH), 120.0)


def small(view: View) -> Grey:
    return working_picture(np.clip(view, 0, 255).astype(np.uint8))


def outline(before: View, after: View) -> Grey:
    return silhouette(Background(small(before)).compare(small(after), contrast=3.3))


def painted(view: View, *, value: float, size: int = 40) -> View:
    """Stand something plain in the middle of a view."""
    after = view.copy()
    after[70 : 70 + size, 140 : 140 + size] = value
    return after


def test_nothing_new_has_no_outline() -> None:
    assert not outline(wall(), wall()).any()


@pytest.mark.parametrize("value", [20, 230])
def test_a_plain_thing_is_filled_and_not_only_its_border(value: float) -> None:
    mask = outline(wall(), painted(wall(), value=value))
    assert mask.shape == (90, 160)
    assert set(np.unique(mask)) == {0, 1}
    assert mask[35:55, 70:90].mean() > 0.9
    near = np.zeros(mask.shape, bool)
    near[25:65, 60:100] = True  # local contrast reaches ten pixels beyond a thing
    assert not mask[~near].any()


def test_a_speck_has_no_outline() -> None:
    assert not outline(PLAIN, painted(PLAIN, value=230, size=3)).any()


def test_a_soft_shadow_has_no_outline() -> None:
    assert outline(wall(), cloud(wall(), 2.0)).mean() < 0.02


def test_two_things_are_two_pieces() -> None:
    after = painted(PLAIN, value=230)
    after[20:50, 20:50] = 20
    mask = outline(PLAIN, after)
    assert mask[35:55, 70:90].mean() > 0.75
    assert mask[10:25, 10:25].mean() > 0.75
    assert not mask[:, 40:60].any()
