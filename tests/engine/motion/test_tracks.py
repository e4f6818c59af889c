import numpy as np

from neighborcam.engine.motion.blobs import Blob
from neighborcam.engine.motion.tracks import Tracker


def blob(x: float, y: float, *, size: int = 8, solid: bool = True) -> Blob:
    return Blob(
        x=x,
        y=y,
        left=int(x) - size // 2,
        top=int(y) - size // 2,
        width=size,
        height=size,
        area=size * size,
        strength=3.0,
        solid=solid,
    )


def alarms(frames: list[list[Blob]]) -> int:
    tracker = Tracker()
    return sum(
        bool(tracker.step(blobs, at=number / 5, min_area=9))
        for number, blobs in enumerate(frames)
    )


def test_a_thing_that_crosses_the_picture_travels() -> None:
    assert alarms([[blob(10 + 3 * step, 40)] for step in range(12)]) >= 6


def test_a_thing_that_sways_does_not() -> None:
    path = [blob(50 + 4 * np.sin(step), 40) for step in range(60)]
    assert alarms([[each] for each in path]) == 0


def test_a_thing_that_stands_does_not() -> None:
    assert alarms([[blob(50, 40)] for _ in range(60)]) == 0


def test_light_that_crosses_the_picture_does_not() -> None:
    frames = [[blob(10 + 3 * step, 40, solid=False)] for step in range(20)]
    assert alarms(frames) == 0


def test_rain_does_not() -> None:
    random = np.random.default_rng(3)
    frames = [
        [
            blob(x, y, size=4)
            for x, y in zip(
                random.uniform(2, 158, 25), random.uniform(2, 88, 25), strict=True
            )
        ]
        for _ in range(200)
    ]
    assert alarms(frames) <= 4


def test_a_thing_hidden_for_two_frames_is_still_the_same() -> None:
    path = [[blob(10 + 3 * step, 40)] for step in range(14)]
    path[5] = path[6] = []
    tracker = Tracker()
    last = [
        tracker.step(blobs, at=number / 5, min_area=9)
        for number, blobs in enumerate(path)
    ][-1]
    assert last[0].first_at == 0.0


def test_after_a_scene_change_nothing_is_remembered() -> None:
    tracker = Tracker()
    for step in range(10):
        tracker.step([blob(10 + 3 * step, 40)], at=step / 5, min_area=9)
    tracker.clear()
    assert tracker.step([blob(43, 40)], at=2.2, min_area=9) == []
