from collections.abc import Iterable

import numpy as np
import pytest

from neighborcam.engine.config import CameraConfig, Zone
from neighborcam.engine.facts import SceneChangeKind
from neighborcam.engine.motion.detector import Detector, Observation
from tests.engine.motion import views
from tests.engine.motion.views import Luma, Paint, View, film, walker


def camera(**changes: object) -> CameraConfig:
    config = {"id": "yard", "name": "Yard", "main_url": "rtsp://yard/", **changes}
    return CameraConfig(**config)  # type: ignore[arg-type]


def watch(
    detector: Detector, frames: Iterable[tuple[float, Luma]]
) -> list[Observation]:
    return [detector.step(luma, at) for at, luma in frames]


def test_a_walker_is_seen_and_the_quiet_before_is_not() -> None:
    seen = watch(Detector(camera()), film(walker, seconds=5))
    moving = [each for each in seen if each.sightings]
    assert moving
    assert all(each.at_s >= views.T0 + views.QUIET_S for each in moving)
    assert any(not each.learning for each in seen[: len(seen) // 2])


def test_a_sighting_says_when_it_was_first_seen_and_where() -> None:
    seen = watch(Detector(camera()), film(walker, seconds=4))
    first = next(each for each in seen if each.sightings)
    sighting = first.sightings[0]
    assert views.T0 + views.QUIET_S <= sighting.first_s < first.at_s
    assert sighting.zone is None
    left = 10 + 40 * (first.at_s - views.T0 - views.QUIET_S)
    middle = (sighting.box.x + sighting.box.width / 2) * views.WIDTH
    assert middle == pytest.approx(left + 9, abs=12)
    assert 0 < sighting.score <= 1


@pytest.mark.parametrize(
    "paint", [views.hard_shadow, views.cloud, views.spotlight, views.nothing]
)
def test_light_and_shadow_are_not_motion(paint: Paint) -> None:
    seen = watch(Detector(camera()), film(paint, seconds=12))
    assert not [each for each in seen if each.sightings]


def test_a_lamp_switched_on_is_a_scene_change_and_not_motion() -> None:
    seen = watch(
        Detector(camera()), film(lambda picture, _since: picture * 0.4, seconds=6)
    )
    assert [each.scene for each in seen if each.scene] == [SceneChangeKind.LIGHT]
    assert not [each for each in seen if each.sightings]


def test_a_switch_to_infrared_is_told_by_the_colour_that_goes() -> None:
    detector = Detector(camera())
    kinds = set()
    for at, luma in film(lambda picture, _since: 255 - picture, seconds=6):
        colour = 12.0 if at < views.T0 + views.QUIET_S else 0.2
        kinds.add(detector.step(luma, at, saturation=colour).scene)
    assert kinds == {None, SceneChangeKind.INFRARED}


def test_a_turned_camera_is_a_change_of_view() -> None:
    other = views.wall(seed=9)
    seen = watch(Detector(camera()), film(lambda _picture, _since: other, seconds=6))
    assert [each.scene for each in seen if each.scene] == [SceneChangeKind.VIEW]


def test_a_mask_hides_the_motion_under_it() -> None:
    whole = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    for name in ("masks", "privacy_masks"):
        detector = Detector(camera(**{name: (whole,)}))
        assert not [
            each for each in watch(detector, film(walker, seconds=5)) if each.sightings
        ]


def test_a_zone_sees_only_what_is_in_it() -> None:
    left = ((0.0, 0.0), (0.4, 0.0), (0.4, 1.0), (0.0, 1.0))
    sky = ((0.0, 0.0), (1.0, 0.0), (1.0, 0.2), (0.0, 0.2))
    config = camera(
        zones=(
            Zone(id="left", name="Left", polygon=left),
            Zone(id="sky", name="Sky", polygon=sky),
        )
    )
    seen = watch(Detector(config), film(walker, seconds=6))
    times = {
        zone: [
            each.at_s
            for each in seen
            for sighting in each.sightings
            if sighting.zone == zone
        ]
        for zone in (None, "left", "sky")
    }
    assert not times["sky"]
    assert times["left"]
    assert max(times["left"]) < max(times[None])


def test_more_sensitive_sees_what_less_sensitive_does_not() -> None:
    def faint(picture: View, since: float) -> View:
        return 0.84 * picture + 0.16 * walker(picture, since, size=(24, 10))

    def sightings(sensitivity: int) -> int:
        frames = film(faint, seconds=6, noise=1.0)
        seen = watch(Detector(camera(sensitivity=sensitivity)), frames)
        return sum(bool(each.sightings) for each in seen)

    assert sightings(90) > 0
    assert sightings(5) == 0


def test_another_picture_size_starts_afresh() -> None:
    detector = Detector(camera())
    watch(detector, film(views.nothing, seconds=1))
    after = detector.step(np.full((240, 320), 90, np.uint8), views.T0 + 60)
    assert after.learning


def test_a_clock_that_goes_back_starts_afresh() -> None:
    detector = Detector(camera())
    watch(detector, film(views.nothing, seconds=1))
    assert detector.step(views.wall().astype(np.uint8), views.T0 - 100).learning


def test_a_key_frame_with_a_walker_is_suspicious_and_one_in_a_shadow_is_not() -> None:
    detector = Detector(camera())
    watch(detector, film(views.nothing, seconds=1))
    quiet = views.wall()
    assert not detector.is_suspicious(quiet.astype(np.uint8))
    assert not detector.is_suspicious(views.hard_shadow(quiet, 6).astype(np.uint8))
    assert detector.is_suspicious(walker(quiet, 2).astype(np.uint8))
