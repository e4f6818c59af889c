import pytest
from hypothesis import given
from hypothesis import strategies as st

from neighborcam.engine.config import CameraConfig, Zone
from neighborcam.engine.motion.blobs import Blob
from neighborcam.engine.motion.regions import Region, fill, ignored, regions
from neighborcam.engine.motion.sensitivity import threshold

SHAPE = (90, 160)
RIGHT = ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))


def blob(left: int, top: int, width: int, height: int, strength: float = 2.0) -> Blob:
    return Blob(
        x=left + width / 2,
        y=top + height / 2,
        left=left,
        top=top,
        width=width,
        height=height,
        area=width * height,
        strength=strength,
        solid=True,
    )


def region(**changes: object) -> Region:
    zone = {"id": "right", "name": "Right", "polygon": RIGHT, **changes}
    return Region(Zone(**zone), sensitivity=50, shape=SHAPE)  # type: ignore[arg-type]


def test_a_polygon_covers_its_part_of_the_picture() -> None:
    assert fill([RIGHT], SHAPE).mean() == pytest.approx(0.5, abs=0.02)


def test_nothing_is_ignored_without_masks() -> None:
    config = CameraConfig(id="a", name="A", main_url="rtsp://a/")
    assert ignored(config, SHAPE) is None


@pytest.mark.parametrize(
    ("box", "inside"),
    [
        ((100, 20, 10, 30), True),
        ((10, 20, 10, 30), False),
        ((70, 20, 24, 30), True),  # its foot is just inside
        ((40, 20, 44, 30), False),  # a tenth of it
    ],
)
def test_a_thing_is_in_a_zone_by_its_foot_or_a_good_part(
    box: tuple[int, int, int, int], *, inside: bool
) -> None:
    assert region().contains(blob(*box)) is inside


def test_a_zone_may_ask_for_more_than_the_camera() -> None:
    usual, deaf = region(), region(sensitivity=10)
    small = blob(100, 20, 4, 4, strength=1.1)
    contrast = threshold(50).contrast
    assert usual.counts(small, contrast=contrast)
    assert not deaf.counts(small, contrast=contrast)


def test_the_whole_picture_comes_first() -> None:
    config = CameraConfig(
        id="a",
        name="A",
        main_url="rtsp://a/",
        zones=(Zone(id="right", name="Right", polygon=RIGHT),),
    )
    assert [each.zone for each in regions(config, SHAPE)] == [None, "right"]


@given(st.integers(1, 99))
def test_higher_sensitivity_never_asks_for_more(sensitivity: int) -> None:
    less, more = threshold(sensitivity), threshold(sensitivity + 1)
    assert more.contrast < less.contrast
    assert more.area <= less.area
