"""What leaves shows the scene, and nothing of who walked through it."""

import io
import threading
import tracemalloc
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from unittest.mock import MagicMock

import av
import cv2
import numpy as np
import pytest

from neighborcam.engine.errors import (
    Conflict,
    InvalidInput,
    ModelUnavailable,
    NotFound,
)
from neighborcam.engine.sharing import frames
from neighborcam.engine.sharing.covering import Image, Plan, Scene, redact
from neighborcam.engine.sharing.finders import (
    FaceFinder,
    Finders,
    PlateFinder,
    Rectangle,
)
from neighborcam.engine.sharing.pictures import Made, make_clip, make_picture
from neighborcam.engine.sharing.tray import LASTS, MOST, Tray
from neighborcam.engine.vision.models import YUNET, model_path
from neighborcam.engine.vision.yolox import Detection, Yolox
from neighborcam.protocol.alerts import Redaction
from tests.hub.clock import Clock

WIDTH, HEIGHT = 320, 240
RED = (30, 30, 220)  # the figure; nothing of the scene is red


def scene(*, light: float = 1.0, seed: int = 1) -> Image:
    dice = np.random.default_rng(seed)
    coarse = dice.integers(60, 160, (12, 16), np.uint8)
    grey = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    image = np.repeat(grey[..., None], 3, axis=2).astype(np.float32) * light
    noise = np.random.default_rng(seed + 99).normal(0, 2, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def walk(count: int = 40, colour: tuple[int, int, int] = RED) -> list[Image]:
    """Return a street through which a figure walks from left to right."""
    frames = []
    for number in range(count):
        image = scene()
        left = number * (WIDTH + 40) // count - 40
        cv2.rectangle(image, (left, 80), (left + 40, 200), colour, -1)
        frames.append(image)
    return frames


def redness(image: Image) -> int:
    blue, green, red = (image[..., n].astype(int) for n in range(3))
    return int(np.count_nonzero(red - np.maximum(blue, green) > 40))


def record(path: Path, frames: Sequence[Image], fps: int = 8) -> Path:
    with av.open(str(path), "w", format="mp4") as made:
        made.metadata["comment"] = "Elm Street 5"
        stream = made.add_stream("libx264", rate=fps)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for number, image in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    return path


def decoded(data: bytes) -> list[Image]:
    with av.open(io.BytesIO(data), "r") as found:
        frames = [frame.to_ndarray(format="bgr24") for frame in found.decode(video=0)]
    return [np.asarray(frame, np.uint8) for frame in frames]


def test_no_pixel_of_who_walks_through_is_left() -> None:
    frames = walk()
    still = Scene(frames)
    for frame in frames[4:-4]:
        assert redness(frame) > 500
        assert redness(redact(frame, Plan(), still, None)) == 0


def test_two_figures_of_one_shape_leave_the_same_picture() -> None:
    """So nothing of them can be computed back."""
    one, other = walk(colour=RED), walk(colour=(220, 200, 20))
    still = Scene(walk())
    mask = still.moving(one[20]) | still.moving(other[20])
    red, blue = (redact(each[20], Plan(), still, mask) for each in (one, other))
    assert np.array_equal(red, blue)


def test_the_rest_of_the_street_stays_as_it_is() -> None:
    frames = walk()
    done = redact(frames[20], Plan(), Scene(frames), None)
    assert np.array_equal(done[:40], frames[20][:40])


def test_a_cloud_does_not_cover_the_street() -> None:
    still = Scene([scene(seed=1) for _ in range(9)])
    assert still.moving(scene(light=0.8)).mean() / 255 < 0.05


def test_a_camera_that_moved_is_covered_whole() -> None:
    still = Scene([scene() for _ in range(9)])
    elsewhere = scene(seed=7)
    done = redact(elsewhere, Plan(), still, None)
    assert len(np.unique(done.reshape(-1, 3), axis=0)) < 2000  # blocks of the old scene
    assert not np.array_equal(done[:8, :8], elsewhere[:8, :8])


def test_privacy_zones_are_black_and_only_the_chosen_region_is_kept() -> None:
    frames = walk()
    left = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
    plan = Plan(moving=False, privacy_zones=(left,))
    done = redact(frames[30], plan, None, None)
    assert done[:, : WIDTH // 2 - 2].max() == 0
    only = Plan(moving=False, keep_only=left)
    done = redact(frames[30], only, Scene(frames), None)
    assert np.array_equal(done[:, : WIDTH // 2 - 2], frames[30][:, : WIDTH // 2 - 2])
    assert redness(done[:, WIDTH // 2 + 2 :]) == 0
    assert Redaction.ALL_BUT_REGION in only.applied


def test_a_picture_leaves_without_metadata(tmp_path: Path) -> None:
    made = make_picture(record(tmp_path / "a.mp4", walk()), 2.5, Plan())
    image = cv2.imdecode(np.frombuffer(made.data, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert redness(np.asarray(image, np.uint8)) == 0
    for segment in (b"\xff\xe1", b"\xff\xed", b"\xff\xfe", b"Exif", b"Elm Street"):
        assert segment not in made.data[:600]
    assert made.media.bytes == len(made.data)
    assert made.media.redaction == (Redaction.MOVING, Redaction.AUDIO)


def test_a_clip_leaves_without_sound_metadata_and_figure(tmp_path: Path) -> None:
    made = make_clip(record(tmp_path / "a.mp4", walk()), 0.5, 4.0, Plan())
    frames = decoded(made.data)
    assert 20 <= len(frames) <= 30
    assert max(map(redness, frames)) == 0
    assert b"Elm Street" not in made.data
    with av.open(io.BytesIO(made.data), "r") as found:
        assert [each.type for each in found.streams] == ["video"]
        assert "comment" not in found.metadata
        assert "creation_time" not in found.metadata


@pytest.mark.parametrize(("start", "end"), [(3.0, 3.0), (4.0, 1.0), (0.0, 31.0)])
def test_a_span_that_is_none_is_refused(
    tmp_path: Path, start: float, end: float
) -> None:
    with pytest.raises(InvalidInput):
        make_clip(record(tmp_path / "a.mp4", walk(12)), start, end, Plan())


def test_what_is_no_recording_or_too_short_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_bytes(b"no video")
    with pytest.raises(Conflict):
        make_picture(tmp_path / "x.mp4", 0, Plan())
    with pytest.raises(Conflict, match="too short"):
        make_picture(record(tmp_path / "a.mp4", walk(3)), 0, Plan())
    with pytest.raises(Conflict):
        make_picture(tmp_path / "nowhere.mp4", 0, Plan())


def peak_bytes(recording: Path, end_s: float) -> int:
    tracemalloc.start()
    make_clip(recording, 1.0, end_s, Plan())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_a_long_clip_needs_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    recording = record(tmp_path / "a.mp4", walk(8 * 40))
    peak_bytes(recording, 2.0)  # what is loaded once
    short, long = peak_bytes(recording, 6.0), peak_bytes(recording, 31.0)
    assert long < 1.2 * short


def test_one_thing_is_made_at_a_time(tmp_path: Path) -> None:
    recording = record(tmp_path / "a.mp4", walk(12))
    other = threading.Thread(target=make_picture, args=(recording, 1.0, Plan()))
    with frames.making():
        other.start()
        other.join(0.3)
        assert other.is_alive()  # it waits for its turn
    other.join(20)
    assert not other.is_alive()


def test_a_scene_is_learnt_small_and_covers_what_is_large() -> None:
    figures = walk()
    small = [np.asarray(cv2.resize(each, (160, 120)), np.uint8) for each in figures]
    still = Scene(small)
    for frame in figures[4:-4]:
        done = redact(frame, Plan(), still, None)
        assert done.shape == frame.shape
        assert redness(done) == 0


def test_a_tray_shows_what_was_seen(tmp_path: Path) -> None:
    tray = Tray[Made](Clock())
    made = make_picture(record(tmp_path / "a.mp4", walk(12)), 1, Plan())
    name = made.media.sha256
    tray.put(name, made)
    assert (tray.get(name), tray.was_seen(name)) == (made, False)
    assert (tray.show(name), tray.was_seen(name)) == (made, True)
    for number in range(MOST):
        tray.put(str(number), made)
    assert not tray.was_seen(name)


def test_a_tray_forgets(tmp_path: Path) -> None:
    clock = Clock()
    tray = Tray[Made](clock)
    made = make_picture(record(tmp_path / "a.mp4", walk(12)), 1, Plan())
    tray.put(made.media.sha256, made)
    assert tray.get(made.media.sha256) is made
    clock.at += LASTS
    with pytest.raises(NotFound):
        tray.get(made.media.sha256)


class Head:
    """Finds one face, always in the same place."""

    def find(self, _image: Image) -> Iterator[Rectangle]:
        yield 100.0, 50.0, 40.0, 40.0


def test_a_face_that_does_not_move_is_black(tmp_path: Path) -> None:
    frames = [scene() for _ in range(20)]
    for image in frames:
        cv2.rectangle(image, (104, 54), (135, 85), RED, -1)
    recording = record(tmp_path / "a.mp4", frames)
    plan = Plan(faces=True)
    made = make_picture(recording, 1, plan, Finders(all=(Head(),)))
    decoded_jpeg = cv2.imdecode(np.frombuffer(made.data, np.uint8), cv2.IMREAD_COLOR)
    picture = np.asarray(decoded_jpeg, np.uint8)
    assert picture[55:85, 105:135].max() < 20
    assert redness(picture) == 0
    assert Redaction.FACES in made.media.redaction


def test_a_level_without_its_model_is_refused_and_never_skipped(tmp_path: Path) -> None:
    for plan in (Plan(faces=True), Plan(plates=True)):
        with pytest.raises(ModelUnavailable):
            Finders.load(plan, tmp_path)
    (tmp_path / "models").mkdir()
    model_path(tmp_path, YUNET).write_bytes(b"no model")
    with pytest.raises(ModelUnavailable):
        Finders.load(Plan(faces=True), tmp_path)
    assert Finders.load(Plan(), tmp_path).all == ()


@pytest.mark.model
def test_the_real_models_load_and_find_nothing_in_a_wall(shared: Path) -> None:
    (found,) = (shared / "models").glob("yunet*.onnx")
    faces = FaceFinder.load(found)
    plates = PlateFinder(Yolox.load(shared / "models" / "yolox_nano.onnx"))
    finders = Finders(all=(faces, plates))
    assert finders.mask(scene()).max() == 0


def test_the_lower_half_of_a_vehicle_is_covered_and_nobody_else() -> None:
    def seen(coco: int, x: float) -> Detection:
        return Detection(coco=coco, score=0.9, x=x, y=40, width=80, height=60)

    network = MagicMock(spec=Yolox)
    network.detect.return_value = [seen(2, 20), seen(0, 200)]  # a car, a person
    mask = Finders(all=(PlateFinder(network),)).mask(scene())
    assert mask[72:98, 25:95].min() == 255
    assert mask[:69].max() == 0
    assert mask[:, 120:].max() == 0
