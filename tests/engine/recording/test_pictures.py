"""Pictures of episodes out of a real ring: a rendered clip, read as a camera sends."""

import contextlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from demo.render import render
from demo.scene_spec import Actor, SceneSpec
from neighborcam.engine.camera.decode import decode_picture, jpeg
from neighborcam.engine.camera.ring import PacketRing
from neighborcam.engine.camera.source import open_source
from neighborcam.engine.config import CameraId, Polygon
from neighborcam.engine.errors import CameraEnded
from neighborcam.engine.facts import (
    Box,
    EngineFact,
    EpisodeId,
    EpisodeLabelled,
    HintReceived,
    Label,
    MotionEnded,
    MotionStarted,
    MotionUpdated,
)
from neighborcam.engine.index.store import Index
from neighborcam.engine.recording.picture_files import PicturePaths, paths
from neighborcam.engine.recording.pictures import EpisodePictures, Rgb
from neighborcam.engine.recording.sprite import COLUMNS, TILE_HEIGHT, TILE_WIDTH

DOOR, YARD = CameraId("door"), CameraId("yard")
EPISODE = EpisodeId("01KAS4Y5T0000000000000000A")
OTHER = EpisodeId("01KAS4Y5T0000000000000000B")
BEGIN = datetime(2026, 11, 23, 12, tzinfo=UTC)
BOX = Box(x=0.1, y=0.2, width=0.3, height=0.4)
LEFT_HALF: Polygon = ((0, 0), (0.5, 0), (0.5, 1), (0, 1))
SCENE = SceneSpec(
    name="passer-by",
    duration_s=12.0,
    seed=5,
    actors=(
        Actor(
            kind="person",
            enters_s=1.0,
            duration_s=9.0,
            start=(-0.08, 0.84),
            end=(1.08, 0.84),
        ),
    ),
)


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> PacketRing:
    """Twelve seconds of a camera, a key frame each second."""
    path = tmp_path_factory.mktemp("clip") / "door.mp4"
    render(SCENE, path, size=(320, 180), fps=10, gop_s=1.0)
    ring = PacketRing()
    with (
        open_source(str(path), clock=lambda: BEGIN) as source,
        contextlib.suppress(CameraEnded),
    ):
        ring.opened(source.format)
        for packet in source:
            ring.packet(packet)
    return ring


class House:
    """The pictures of a house and all that they depend on."""

    def __init__(self, index: Index, ring: PacketRing | None) -> None:
        self.index = index
        self.ring = ring
        self.asked = 0
        self.masks: tuple[Polygon, ...] = ()
        self.reported: list[EngineFact] = []
        self.pictures = EpisodePictures(
            self._ring, index, index.media_dir, None, self.reported.append, self._masks
        )

    def _ring(self, _camera: CameraId) -> PacketRing | None:
        self.asked += 1
        return self.ring

    def _masks(self, _camera: CameraId) -> Sequence[Polygon]:
        return self.masks

    def hear(self, *facts: EngineFact) -> None:
        """Store facts, then work on each of them, here and now."""
        for fact in facts:
            self.index.apply(fact)
            self.pictures.take(fact)
            assert self.pictures.run_once()

    def paths(self, camera: CameraId = DOOR, id_: EpisodeId = EPISODE) -> PicturePaths:
        """Return where the pictures of an episode have to be."""
        return paths(self.index.media_dir, camera, id_)

    def frame(self, seconds: float) -> bytes:
        """Return the thumbnail that the frame at ``seconds`` makes."""
        assert self.ring is not None
        at = BEGIN + timedelta(seconds=seconds)
        stream_format, packets = self.ring.snapshot_from(at)
        return jpeg(decode_picture(stream_format.video, packets, at), 640)


@pytest.fixture
def house(tmp_path: Path, ring: PacketRing) -> Iterator[House]:
    with Index.open(tmp_path) as index:
        yield House(index, ring)


def started(
    seconds: float,
    score: float = 0.4,
    camera: CameraId = DOOR,
    id_: EpisodeId = EPISODE,
) -> MotionStarted:
    at = BEGIN + timedelta(seconds=seconds)
    return MotionStarted(
        camera=camera, at=at, episode=id_, zone=None, box=BOX, score=score
    )


def updated(seconds: float, score: float) -> MotionUpdated:
    at = BEGIN + timedelta(seconds=seconds)
    return MotionUpdated(
        camera=DOOR, at=at, episode=EPISODE, zone=None, box=BOX, score=score
    )


def ended(
    seconds: float, camera: CameraId = DOOR, id_: EpisodeId = EPISODE
) -> MotionEnded:
    at = BEGIN + timedelta(seconds=seconds)
    return MotionEnded(camera=camera, at=at, episode=id_, zone=None, box=BOX, score=0.9)


def shown(path: Path) -> Rgb:
    picture = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    return np.asarray(picture, np.uint8)


def test_the_thumbnail_is_there_as_soon_as_an_episode_starts(house: House) -> None:
    house.hear(started(2.3))
    assert house.paths().thumbnail.read_bytes() == house.frame(2.3)
    row = house.index.episode(EPISODE)
    assert (row.has_thumbnail, row.has_preview) == (True, False)
    assert not house.paths().preview.exists()


def test_a_better_picture_takes_its_place_at_the_end(house: House) -> None:
    house.hear(started(2.3), updated(4.5, 0.9), updated(7.0, 0.6))
    assert house.paths().thumbnail.read_bytes() == house.frame(2.3)
    house.hear(ended(9.0))
    assert house.paths().thumbnail.read_bytes() == house.frame(4.0)  # its key frame


def test_a_better_picture_soon_after_the_start_is_shown_at_once(house: House) -> None:
    house.hear(started(2.3), updated(3.4, 0.9))
    assert house.paths().thumbnail.read_bytes() == house.frame(3.0)


def test_a_worse_picture_too_soon_is_not_even_decoded(house: House) -> None:
    house.hear(started(2.3), updated(3.4, 0.3))
    assert house.asked == 1


@pytest.mark.parametrize(("pictures", "rows"), [(1, 1), (5, 1)])
def test_the_preview_is_a_grid_of_what_happened(
    pictures: int, rows: int, house: House
) -> None:
    house.hear(started(0.0), *(updated(2.0 * n, 0.4) for n in range(1, pictures)))
    house.hear(ended(11.0))
    size = (rows * TILE_HEIGHT, COLUMNS * TILE_WIDTH, 3)
    assert shown(house.paths().preview).shape == size
    row = house.index.episode(EPISODE)
    assert (row.has_thumbnail, row.has_preview) == (True, True)
    assert not list(house.index.media_dir.rglob("*.part"))


def test_a_long_episode_is_looked_at_less_often(house: House) -> None:
    house.hear(started(0.0), *(updated(2.0 * n, 0.4) for n in range(1, 60)))
    assert 41 < house.asked <= 41 + 10
    house.hear(ended(120.0))
    assert shown(house.paths().preview).shape[0] == 4 * TILE_HEIGHT


def test_what_a_privacy_mask_hides_is_in_no_picture(house: House) -> None:
    house.masks = (LEFT_HALF,)
    seen: list[Rgb] = []

    def labeller(pictures: Sequence[Rgb], _boxes: Sequence[Box]) -> tuple[Label, ...]:
        seen.extend(pictures)
        return ()

    house.pictures.labeller = labeller
    house.hear(started(5.0), ended(9.0))
    thumbnail = shown(house.paths().thumbnail)
    tiles = shown(house.paths().preview)[:, :TILE_WIDTH]
    for picture in (thumbnail, tiles, *seen):
        middle = picture.shape[1] // 2
        assert picture[:, : middle - 8].max() < 24
        assert picture[:, middle + 8 :].mean() > 40
    assert seen


def test_the_model_sees_pictures_and_its_labels_are_reported(house: House) -> None:
    asked: list[tuple[int, Sequence[Box]]] = []

    def labeller(pictures: Sequence[Rgb], boxes: Sequence[Box]) -> tuple[Label, ...]:
        assert all(picture.shape == (180, 320, 3) for picture in pictures)
        asked.append((len(pictures), list(boxes)))
        return (Label.PERSON,) if len(pictures) > 1 else ()

    house.pictures.labeller = labeller
    house.hear(started(1.0), updated(3.0, 0.4), updated(5.0, 0.4), ended(9.0))
    assert asked == [(1, [BOX]), (2, [BOX] * 2), (3, [BOX] * 3)]
    assert house.reported == [
        EpisodeLabelled(
            camera=DOOR,
            at=BEGIN + timedelta(seconds=3),
            episode=EPISODE,
            labels=(Label.PERSON,),
        )
    ]


def test_the_model_is_not_shown_more_than_a_few_pictures(house: House) -> None:
    counts: list[int] = []

    def labeller(pictures: Sequence[Rgb], _boxes: Sequence[Box]) -> tuple[Label, ...]:
        counts.append(len(pictures))
        return ()

    house.pictures.labeller = labeller
    house.hear(started(0.0), *(updated(2.0 * n, 0.4) for n in range(1, 12)))
    assert counts == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("ring_left", [None, PacketRing()], ids=["gone", "empty"])
def test_an_episode_without_a_ring_has_no_picture(
    ring_left: PacketRing | None, house: House
) -> None:
    house.ring = ring_left
    house.hear(started(1.0), updated(4.0, 0.9), ended(5.0))
    assert not list(house.index.media_dir.rglob("*.jpg"))
    assert not house.index.episode(EPISODE).has_thumbnail


def test_a_picture_comes_late_when_the_ring_does(
    house: House, ring: PacketRing
) -> None:
    house.ring = None
    house.hear(started(1.0))
    house.ring = ring
    house.hear(updated(4.5, 0.3))
    assert house.paths().thumbnail.read_bytes() == house.frame(4.5)


def test_an_episode_without_a_row_keeps_its_pictures(house: House) -> None:
    for fact in (started(1.0), ended(5.0)):
        house.pictures.take(fact)
        assert house.pictures.run_once()
    assert house.paths().preview.exists()


def test_the_end_of_an_episode_that_nobody_saw_begin_is_nothing(house: House) -> None:
    house.pictures.take(ended(5.0))
    assert house.pictures.run_once()
    assert not list(house.index.media_dir.rglob("*.jpg"))


def test_other_facts_are_none_of_its_business(house: House) -> None:
    house.pictures.take(HintReceived(camera=DOOR, at=BEGIN, active=True))
    house.pictures.stop()
    assert house.pictures.run_once() is False


def test_a_full_queue_loses_updates_but_no_start_and_no_end(house: House) -> None:
    house.pictures.take(started(2.0, camera=YARD, id_=OTHER))
    house.pictures.take(started(0.0, 0.001))
    for number in range(200):
        house.pictures.take(updated(number / 20, 0.1 + number / 1000))
    house.pictures.take(ended(11.0))
    house.pictures.start()
    house.pictures.stop()
    assert house.asked <= 64
    assert house.paths().preview.exists()
    assert house.paths(YARD, OTHER).thumbnail.exists()
    assert house.paths().thumbnail.read_bytes() == house.frame(9.0)  # the newest update


def test_a_disk_error_is_logged_and_the_next_picture_is_made(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    (house.index.media_dir / DOOR).mkdir(parents=True)
    (house.index.media_dir / DOOR / "pictures").write_bytes(b"in the way")
    house.pictures.labeller = lambda _pictures, _boxes: (Label.PERSON,)
    house.pictures.start()
    house.pictures.take(started(1.0))
    house.pictures.take(started(1.0, camera=YARD, id_=OTHER))
    house.pictures.stop()
    assert house.paths(YARD, OTHER).thumbnail.exists()
    labelled = [each for each in house.reported if isinstance(each, EpisodeLabelled)]
    assert [each.episode for each in labelled] == [EPISODE, OTHER]
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert "could not be kept" in record.message


def test_a_model_that_fails_costs_nothing_but_its_labels(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_pictures: Sequence[Rgb], _boxes: Sequence[Box]) -> tuple[Label, ...]:
        message = "the model is broken"
        raise RuntimeError(message)

    house.pictures.labeller = broken
    house.pictures.start()
    house.pictures.take(started(1.0))
    house.pictures.take(ended(5.0))
    house.pictures.stop()
    assert house.paths().preview.exists()
    assert "the model is broken" in caplog.text
