import json
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from neighborcam.engine.camera.ring import PacketRing
from neighborcam.engine.config import CameraId, Polygon
from neighborcam.engine.facts import (
    Box,
    EngineFact,
    EpisodeLabelled,
    Label,
    MotionUpdated,
    SceneChanged,
    SceneChangeKind,
)
from neighborcam.engine.recording import picture_files
from neighborcam.engine.recording.pictures import EpisodePictures
from neighborcam.engine.recording.sprite import TILE_HEIGHT, TILE_WIDTH, sprite, tile
from tests.engine.index.test_store import FIRST, ended, started
from tests.engine.recording.footage import packets, stream_format
from tests.engine.recording.house import DOOR, House, at

type Rgb = NDArray[np.uint8]

EVERYTHING: Polygon = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def ring_of(seconds: float) -> PacketRing:
    ring = PacketRing()
    ring.opened(stream_format())
    for packet in packets(seconds):
        ring.packet(packet)
    return ring


def updated(seconds: float, score: float) -> MotionUpdated:
    return MotionUpdated(
        camera=DOOR,
        at=at(seconds),
        episode=FIRST,
        zone=None,
        box=Box(x=0, y=0, width=1, height=1),
        score=score,
    )


class Viewer:
    """A labeller that remembers what it was shown."""

    def __init__(self) -> None:
        self.seen: list[int] = []
        self.brightest = 0

    def __call__(
        self, pictures: Sequence[Rgb], boxes: Sequence[Box]
    ) -> tuple[Label, ...]:
        """Call everything a person."""
        assert len(pictures) == len(boxes)
        self.seen.append(len(pictures))
        self.brightest = max(self.brightest, *(int(each.max()) for each in pictures))
        return (Label.PERSON,)


def run(
    house: House,
    *,
    ring: PacketRing | None,
    masks: tuple[Polygon, ...] = (),
    labeller: Viewer | None = None,
) -> picture_files.PicturePaths:
    """Let an episode of eight seconds pass."""

    def ring_of_camera(camera: CameraId) -> PacketRing | None:
        return ring if camera == DOOR else None

    pictures = EpisodePictures(
        ring_of_camera,
        house.index,
        house.media_dir,
        labeller,
        house.facts.append,
        lambda _camera: masks,
    )
    pictures.start()
    facts: list[EngineFact] = [
        started(FIRST, at(1)),
        *(updated(1 + n, 0.5 + n / 20) for n in range(1, 8)),
    ]
    house.index.apply(facts[0])
    for fact in facts:
        pictures.take(fact)
    pictures.take(SceneChanged(camera=DOOR, at=at(2), kind=SceneChangeKind.LIGHT))
    pictures.take(ended(FIRST, at(9)))
    pictures.stop()
    return picture_files.paths(house.media_dir, DOOR, FIRST)


def picture(path: Path) -> Rgb:
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        return np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


def test_an_episode_gets_a_thumbnail_and_a_preview(house: House) -> None:
    found = run(house, ring=ring_of(10))
    assert picture(found.thumbnail).shape == (96, 160, 3)
    height, width, _ = picture(found.preview).shape
    assert (width % TILE_WIDTH, height % TILE_HEIGHT) == (0, 0)
    row = house.index.episode(FIRST)
    assert (row.has_thumbnail, row.has_preview) == (True, True)
    assert list(house.media_dir.rglob("*.part")) == []


def test_what_is_private_is_black_for_people_and_for_the_model(house: House) -> None:
    viewer = Viewer()
    found = run(house, ring=ring_of(10), masks=(EVERYTHING,), labeller=viewer)
    assert picture(found.thumbnail).max() < 8  # JPEG's black
    assert picture(found.preview).max() < 8
    assert viewer.brightest == 0


def test_labels_are_told_once_as_long_as_they_stay(house: House) -> None:
    viewer = Viewer()
    run(house, ring=ring_of(10), labeller=viewer)
    told = [fact for fact in house.facts if isinstance(fact, EpisodeLabelled)]
    assert [fact.labels for fact in told] == [(Label.PERSON,)]
    assert viewer.seen == [1, 2, 3, 4]  # every two seconds one picture more


@pytest.mark.parametrize("ring", [None, PacketRing()])
def test_without_video_there_are_no_pictures_and_no_harm(
    house: House, ring: PacketRing | None
) -> None:
    found = run(house, ring=ring)
    assert not found.thumbnail.exists()
    assert not house.index.episode(FIRST).has_thumbnail


def test_a_disk_that_refuses_pictures_is_logged(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    (house.media_dir / DOOR).write_text("in the way")
    run(house, ring=ring_of(10))
    assert "could not be kept" in caplog.text


def test_a_sprite_fills_every_cell() -> None:
    grey = np.full((90, 160, 3), 99, np.uint8)
    grid = sprite([(float(number), tile(grey)) for number in range(7)])
    assert grid.shape == (2 * TILE_HEIGHT, 5 * TILE_WIDTH, 3)
    assert grid.min() > 90
    with pytest.raises(ValueError, match="at least one"):
        sprite([])


def test_pictures_of_an_episode_can_be_removed(house: House) -> None:
    found = run(house, ring=ring_of(10))
    found.tiles.write_text(json.dumps({}))
    picture_files.remove(house.media_dir, DOOR, FIRST)
    picture_files.remove(house.media_dir, DOOR, FIRST)
    assert not found.thumbnail.parent.exists()
