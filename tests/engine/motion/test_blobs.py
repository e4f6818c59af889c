import numpy as np
import pytest

from neighborcam.engine.motion.background import Background, Difference, working_picture
from neighborcam.engine.motion.blobs import Blob, find_blobs
from tests.engine.motion.views import HEIGHT, WIDTH, View, hard_shadow, spotlight, wall

ANY = 4.0


def small(view: View) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    return working_picture(np.clip(view, 0, 255).astype(np.uint8))


def difference(before: View, after: View) -> Difference:
    return Background(small(before)).compare(small(after), contrast=3.3)


def blobs(after: View, *, min_area: float = ANY) -> list[Blob]:
    return find_blobs(difference(wall(), after), min_area=min_area)


def thing(view: View, left: int, *, size: tuple[int, int] = (44, 18)) -> View:
    """Stand something striped in a view; lengths in the view's pixels."""
    height, width = size
    painted = view.copy()
    stripes = np.where(np.arange(height) // 6 % 2, 225.0, 25.0)
    painted[70 : 70 + height, left : left + width] = stripes[:, None]
    return painted


def test_nothing_new_has_no_blobs() -> None:
    assert blobs(wall()) == []


def test_a_thing_is_one_solid_blob_where_it_stands() -> None:
    (blob,) = blobs(thing(wall(), 140))
    assert blob.solid
    assert blob.x == pytest.approx(74.5, abs=2)
    assert blob.y == pytest.approx(46, abs=2)
    assert blob.left <= 70
    assert blob.top <= 35
    assert blob.left + blob.width >= 79
    assert blob.top + blob.height >= 57
    assert blob.area < 4 * 9 * 22
    assert blob.size == max(blob.width, blob.height) == blob.height
    assert blob.strength > 1


def test_the_largest_blob_comes_first() -> None:
    both = thing(thing(wall(), 40, size=(24, 12)), 200, size=(60, 30))
    found = blobs(both)
    assert [blob.area for blob in found] == sorted(
        (blob.area for blob in found), reverse=True
    )
    assert found[0].x > WIDTH / 4


def test_what_is_too_small_is_left_out() -> None:
    both = thing(thing(wall(), 40, size=(24, 12)), 200, size=(60, 30))
    large, *rest = blobs(both)
    assert rest
    assert blobs(both, min_area=large.area) == [large]
    assert blobs(both, min_area=large.area + 1) == []


@pytest.mark.parametrize("since", [3.0, 6.0, 9.0])
def test_the_edge_of_a_shadow_is_not_solid(since: float) -> None:
    found = blobs(hard_shadow(wall(), since), min_area=30)
    assert not [blob for blob in found if blob.solid]


def test_the_spot_of_a_headlight_is_not_solid() -> None:
    dark = wall() * 0.3
    seen = difference(dark, spotlight(wall(), 3.0))
    assert not [blob for blob in find_blobs(seen, min_area=ANY) if blob.solid]


def test_a_storm_of_specks_is_bounded() -> None:
    specks = wall()
    for top in range(4, HEIGHT - 10, 16):
        for left in range(4, WIDTH - 10, 16):
            specks[top : top + 6, left : left + 6] = 250 - specks[top, left]
    assert 0 < len(blobs(specks)) <= 40
