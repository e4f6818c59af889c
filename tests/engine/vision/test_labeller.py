"""The labeller on a real network where there is one, and without any file at all."""

import os
import sys
import threading
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from neighborcam.engine.errors import ModelUnavailable
from neighborcam.engine.facts import Box, Label
from neighborcam.engine.vision import priority
from neighborcam.engine.vision.labeller import Labeller
from neighborcam.engine.vision.yolox import Detection, Rgb, Yolox

PERSON, CAR, DOG, CHAIR = 0, 2, 16, 56


def box(x: float, y: float, width: float, height: float) -> Box:
    return Box(x=x, y=y, width=width, height=height)


def detection(coco: int, score: float, x: float = 0, y: float = 0) -> Detection:
    return Detection(coco=coco, score=score, x=x, y=y, width=20, height=40)


class Scripted(Yolox):
    """A network that answers picture by picture; it keeps what it was shown."""

    def __init__(self, *answers: list[Detection]) -> None:
        self._answers = list(answers)
        self.shown: list[tuple[int, ...]] = []

    def detect(self, picture: Rgb) -> list[Detection]:
        """Answer as told, and keep the picture's shape."""
        self.shown.append(picture.shape)
        return self._answers.pop(0) if self._answers else []


def picture(width: int = 640, height: int = 360) -> Rgb:
    return np.zeros((height, width, 3), np.uint8)


def test_each_label_keeps_its_best_score() -> None:
    network = Scripted([detection(PERSON, 0.5), detection(PERSON, 0.8)])
    assert Labeller(network).labels(picture(), None) == {Label.PERSON: 0.8}


def test_cars_and_dogs_are_vehicles_and_animals_and_chairs_are_nothing() -> None:
    network = Scripted([detection(c, 0.6) for c in (CAR, DOG, CHAIR)])
    seen = Labeller(network).labels(picture(), None)
    assert set(seen) == {Label.VEHICLE, Label.ANIMAL}


def test_a_parked_car_away_from_the_motion_does_not_label_it() -> None:
    parked = detection(CAR, 0.9, x=600, y=300)
    walking = detection(PERSON, 0.7, x=70, y=50)
    seen = Labeller(Scripted([walking, parked])).labels(
        picture(), box(0.1, 0.1, 0.1, 0.2)
    )
    assert seen == {Label.PERSON: 0.7}


def test_a_small_motion_is_looked_at_again_in_a_cut_of_its_own() -> None:
    network = Scripted([], [detection(PERSON, 0.6, x=94, y=84)])
    seen = Labeller(network).labels(
        picture(1280, 720), box(0.5, 0.5, 20 / 1280, 40 / 720)
    )
    assert network.shown == [(720, 1280, 3), (208, 208, 3)]
    assert seen == {Label.PERSON: 0.6}


def test_a_cut_at_the_edge_stays_inside_the_picture() -> None:
    network = Scripted()
    Labeller(network).labels(picture(1280, 720), box(0.99, 0.97, 0.05, 0.05))
    assert network.shown[1] == (208, 208, 3)


def test_a_motion_over_the_whole_picture_is_looked_at_once() -> None:
    network = Scripted()
    Labeller(network).labels(picture(), box(0.0, 0.0, 0.9, 0.9))
    assert len(network.shown) == 1


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ((0.5,), (Label.PERSON,)),
        ((0.35,), ()),
        ((0.35, 0.35), (Label.PERSON,)),
        ((0.35, 0.28), ()),
        ((), ()),
    ],
)
def test_one_sure_picture_or_two_likely_ones_make_a_label(
    scores: tuple[float, ...], expected: tuple[Label, ...]
) -> None:
    network = Scripted(*[[detection(PERSON, score)] for score in scores])
    labeller = Labeller(network)
    assert labeller([picture()] * len(scores), [None] * len(scores)) == expected


def test_the_surest_label_comes_first() -> None:
    network = Scripted([detection(PERSON, 0.5), detection(DOG, 0.9)])
    assert Labeller(network)([picture()], [None]) == (Label.ANIMAL, Label.PERSON)


@pytest.mark.skipif(sys.platform != "linux", reason="threads have priorities on Linux")
def test_labelling_gives_way_in_its_own_thread_only() -> None:
    seen: list[int] = []

    def label() -> None:
        Labeller(Scripted())([picture()], [None])
        priority.step_back()
        seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    thread = threading.Thread(target=label)
    thread.start()
    thread.join()
    assert seen == [max(before, priority.NICE)]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before


def test_where_threads_have_no_priority_nothing_is_slowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(priority, "_done", threading.local())
    monkeypatch.setattr(os, "setpriority", lambda *_: pytest.fail("it was slowed"))
    priority.step_back()


def test_a_missing_file_is_named_with_the_command_that_fetches_it(
    tmp_path: Path,
) -> None:
    with pytest.raises(ModelUnavailable, match=r"yolo\.onnx.*neighborcam models"):
        Labeller.load(tmp_path / "yolo.onnx")


@pytest.mark.parametrize("content", [b"", b"not a model", bytes(4096)])
def test_a_file_that_is_no_network_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "yolo.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelUnavailable, match="damaged or is not YOLOX"):
        Labeller.load(path)


@pytest.mark.model
@pytest.mark.parametrize("kept", [0.2, 0.5, 0.999])
def test_a_network_cut_short_is_refused(
    shared: Path, tmp_path: Path, kept: float
) -> None:
    whole = (shared / "models" / "yolox_nano.onnx").read_bytes()
    path = tmp_path / "yolo.onnx"
    path.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(ModelUnavailable, match="damaged"):
        Labeller.load(path)


@pytest.mark.model
def test_another_network_is_refused(shared: Path) -> None:
    with pytest.raises(ModelUnavailable, match="is not YOLOX"):
        Labeller.load(shared / "models" / "yunet_2026may.onnx")


@pytest.fixture(scope="module")
def labeller(shared: Path) -> Labeller:
    return Labeller.load(shared / "models" / "yolox_nano.onnx")


def frame(path: Path, at_s: float) -> Rgb:
    with av.open(str(path)) as container:
        for decoded in container.decode(video=0):
            if decoded.time >= at_s:
                return decoded.to_ndarray(format="rgb24").astype(np.uint8)
    raise AssertionError(f"{path.name} ends before {at_s} s")


@pytest.mark.model
@pytest.mark.footage
@pytest.mark.parametrize(
    ("clip", "at_s", "expected"),
    [
        ("intel_one-by-one-person-detection.mp4", 12.0, {Label.PERSON}),
        ("intel_one-by-one-person-detection.mp4", 2.0, set()),
        ("i2r_campus.mp4", 65.0, {Label.VEHICLE}),
    ],
)
def test_real_pictures_get_the_labels_that_a_person_would_give(
    shared: Path, labeller: Labeller, clip: str, at_s: float, expected: set[Label]
) -> None:
    rgb = frame(shared / "footage" / clip, at_s)
    assert set(labeller.labels(rgb, None)) == expected


@pytest.mark.model
@pytest.mark.footage
def test_a_person_too_small_for_the_whole_picture_is_found_in_the_cut(
    shared: Path, labeller: Labeller
) -> None:
    person = frame(
        shared / "footage" / "intel_one-by-one-person-detection.mp4", at_s=12.0
    )
    yard = np.full((1080, 1920, 3), 120, np.uint8)
    yard[500:590, 900:1060] = cv2.resize(person, (160, 90))
    assert Label.PERSON not in labeller.labels(yard, None)
    seen = labeller.labels(yard, box(0.51, 0.46, 0.02, 0.09))
    assert seen[Label.PERSON] > 0.45
