import itertools
from pathlib import Path

import av
import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from demo.light import infrared_switch
from demo.render import VideoFile, main, render, render_sizes
from demo.scene import Scene
from demo.scene_spec import Actor, Nuisance, NuisanceKind, SceneSpec
from demo.scenes import BENCHMARK, NIGHT_ONLY, NUISANCES, SCENES
from demo.texture import Picture
from demo.truth import MIN_VISIBLE, GroundTruth

SIZE = (320, 180)
WALKER = Actor(
    kind="person", enters_s=0.0, duration_s=4.0, start=(-0.1, 0.85), end=(1.1, 0.85)
)
EMPTY = SceneSpec(name="empty", noise=0.0, duration_s=10.0)


def spec(**changes: object) -> SceneSpec:
    return msgspec.structs.replace(EMPTY, **changes)


def changed(first: Picture, second: Picture) -> NDArray[np.bool_]:
    difference = np.abs(first.astype(int) - second.astype(int)).max(axis=2)
    result: NDArray[np.bool_] = difference > 8
    return result


def test_a_frame_is_the_same_whoever_asks_and_in_whatever_order() -> None:
    noisy = spec(
        noise=3.0,
        actors=(WALKER,),
        nuisances=tuple(Nuisance(kind=kind) for kind in NUISANCES),
    )
    forwards = [Scene(noisy, SIZE).frame(i).picture for i in (0, 20, 40)]
    scene = Scene(noisy, SIZE)
    backwards = [scene.frame(i).picture for i in (40, 20, 0)]
    for one, other in zip(forwards, reversed(backwards), strict=True):
        assert np.array_equal(one, other)


def test_another_seed_is_another_street() -> None:
    one, other = (Scene(spec(seed=seed), SIZE).frame(0).picture for seed in (1, 2))
    assert not np.array_equal(one, other)


def test_without_nuisance_noise_and_actors_nothing_ever_changes() -> None:
    scene = Scene(EMPTY, SIZE)
    assert np.array_equal(scene.frame(0).picture, scene.frame(77).picture)


@pytest.mark.parametrize("kind", ["person", "cyclist", "car", "dog", "cat"])
def test_the_mask_covers_the_object_and_nothing_else(kind: str) -> None:
    actor = msgspec.structs.replace(WALKER, kind=kind)
    frame = Scene(spec(actors=(actor,)), SIZE).frame(30, with_mask=True)
    empty = Scene(EMPTY, SIZE).frame(30)
    assert frame.mask is not None
    inside = frame.mask > 0
    difference = changed(frame.picture, empty.picture)
    (seen,) = frame.truth.objects
    assert seen.pixels == np.count_nonzero(inside)
    assert np.count_nonzero(difference & inside) > 0.8 * seen.pixels
    # What changed outside is the shadow it casts, below and beside it.
    ys, xs = np.nonzero(inside)
    x, y, width, height = seen.box
    assert round(x * SIZE[0]) == int(xs.min())
    assert round(y * SIZE[1]) == int(ys.min())
    assert round(width * SIZE[0]) == xs.max() - xs.min() + 1
    assert round(height * SIZE[1]) == ys.max() - ys.min() + 1
    assert not difference[: ys.min() - 1].any()


def test_things_look_larger_the_nearer_they_stand() -> None:
    heights = []
    for y in (0.5, 0.85):
        actor = msgspec.structs.replace(WALKER, start=(0.3, y), end=(0.4, y))
        (seen,) = Scene(spec(actors=(actor,)), SIZE).frame(5).truth.objects
        heights.append(seen.box[3])
    assert heights[1] > 1.7 * heights[0]


def test_a_nearer_object_hides_a_farther_one() -> None:
    still = {"start": (0.4, 0.70), "end": (0.401, 0.70)}
    far = msgspec.structs.replace(WALKER, **still)
    car = Actor(
        kind="car", enters_s=0, duration_s=4, start=(0.4, 0.75), end=(0.401, 0.75)
    )
    (alone,) = Scene(spec(actors=(far,)), SIZE).frame(5).truth.objects
    both = Scene(spec(actors=(far, car)), SIZE).frame(5).truth.objects
    hidden = next(seen for seen in both if seen.kind == "person")
    assert hidden.pixels < 0.7 * alone.pixels


def test_an_actor_stands_still_during_its_pause() -> None:
    actor = msgspec.structs.replace(WALKER, pause_s=2.0)
    scene = Scene(spec(actors=(actor,)), SIZE)
    boxes = [scene.frame(i).truth.objects[0].box for i in (35, 50, 70)]
    assert boxes[0] == boxes[1]
    assert boxes[2][0] > boxes[1][0]


@pytest.mark.parametrize("kind", NUISANCES)
def test_each_nuisance_changes_pixels_while_it_is_on_and_only_then(
    kind: NuisanceKind,
) -> None:
    night = kind in NIGHT_ONLY
    nuisance = Nuisance(kind=kind, start_s=0.0, end_s=30.0)
    scene = Scene(spec(night=night, nuisances=(nuisance,)), SIZE)
    calm = Scene(spec(night=night), SIZE)
    on = [
        np.abs(
            scene.frame(i).picture.astype(int) - calm.frame(i).picture.astype(int)
        ).max()
        for i in range(0, 450, 7)
    ]
    assert max(on) > 8
    off = scene.frame(30 * 15)
    assert np.array_equal(off.picture, calm.frame(30 * 15).picture)
    assert not off.truth.objects


def test_infrared_is_grey_and_the_switch_comes_every_ten_seconds() -> None:
    picture = Scene(spec(night=True), SIZE).frame(0).picture
    assert np.array_equal(picture[..., 0], picture[..., 2])
    states = [infrared_switch(t, night=False)[0] for t in (5, 15, 25)]
    assert states == [False, True, False]


def test_the_clock_counts_seconds() -> None:
    scene = Scene(spec(clock=True), SIZE)
    corner = [scene.frame(i).picture[:20, :160] for i in (0, 7, 15)]
    assert np.array_equal(corner[0], corner[1])
    assert not np.array_equal(corner[1], corner[2])


def test_a_shaken_camera_shakes_the_truth_too() -> None:
    nuisance = Nuisance(kind="shake", strength=6.0)
    shaken = Scene(spec(actors=(WALKER,), nuisances=(nuisance,)), SIZE)
    calm = Scene(spec(actors=(WALKER,)), SIZE)
    boxes = [
        (shaken.frame(i).truth.objects[0].box, calm.frame(i).truth.objects[0].box)
        for i in range(15, 40, 5)
    ]
    assert any(one != other for one, other in boxes)


def test_the_benchmark_names_a_quiet_and_an_eventful_scene_per_nuisance() -> None:
    assert set(BENCHMARK) <= set(SCENES)
    for kind in NUISANCES:
        assert SCENES[f"quiet_{kind}"].actors == ()
        assert SCENES[f"events_{kind}"].actors
        used = {one.kind for one in SCENES[f"quiet_{kind}"].nuisances}
        assert used == {kind}


@pytest.mark.parametrize("name", ["street", "yard", "events_rain", "events_insects"])
def test_events_are_separate_with_quiet_between(name: str, tmp_path: Path) -> None:
    scene = SCENES[name]
    events = render(scene, tmp_path / "a.mkv", size=(160, 90), fps=5.0).events
    assert len(events) == len(scene.actors)
    assert events[0].start_s >= 8.0
    for one, other in itertools.pairwise(events):
        assert other.start_s - one.end_s >= 1.5


def test_the_demo_shows_somebody_within_ten_seconds_after_the_warm_up() -> None:
    assert 8 <= SCENES["street"].actors[0].enters_s <= 18


@pytest.mark.parametrize(
    ("name", "codec"), [("a.mp4", "h264"), ("a.mkv", "hevc"), ("b.mp4", "mpeg4")]
)
def test_a_rendered_file_plays_like_a_camera_of_that_codec(
    name: str, codec: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    truth = render(
        spec(actors=(WALKER,)),
        path,
        size=SIZE,
        duration_s=4.0,
        codec=codec,  # type: ignore[arg-type]
        audio="aac",
    )
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == codec
        packets = [packet for packet in container.demux(stream) if packet.size]
        assert container.streams.audio[0].codec_context.name == "aac"
    assert len(packets) == truth.frame_count == 60
    assert [p.is_keyframe for p in packets].count(True) == 2
    assert all(packet.pts == packet.dts for packet in packets)


def test_events_begin_and_end_where_enough_of_the_object_is_visible(
    tmp_path: Path,
) -> None:
    truth = render(spec(actors=(WALKER,)), tmp_path / "a.mp4", size=SIZE, duration_s=5)
    (event,) = truth.events
    enough = MIN_VISIBLE * SIZE[0] * SIZE[1]
    visible = [f.index for f in truth.frames if f.objects[0].pixels >= enough]
    assert event.start_s == pytest.approx(visible[0] / 15)
    assert event.end_s == pytest.approx((visible[-1] + 1) / 15)
    assert 0 < event.start_s < event.end_s < 4.1


def test_main_and_sub_stream_show_the_same_scene(tmp_path: Path) -> None:
    main_file, sub_file = tmp_path / "main.mp4", tmp_path / "sub.mp4"
    files = {main_file: (640, 360), sub_file: SIZE}
    truth = render_sizes(spec(actors=(WALKER,)), files, duration_s=2.0)
    assert (truth.width, truth.height) == (640, 360)
    counts = []
    for path, size in files.items():
        with av.open(str(path)) as container:
            frames = list(container.decode(video=0))
            assert (frames[0].width, frames[0].height) == size
            counts.append(len(frames))
    assert counts == [30, 30]


def test_a_file_without_pictures_closes_all_the_same(tmp_path: Path) -> None:
    with VideoFile(
        tmp_path / "a.mkv", size=SIZE, fps=15, codec="h264", gop_s=2, audio=None
    ):
        pass


def test_the_command_writes_the_video_and_its_truth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    video, truth = tmp_path / "a.mp4", tmp_path / "a.json"
    command = ["street", str(video), "--size", "160x90", "--seconds", "12"]
    assert main([*command, "--seed", "3", "--truth", str(truth)]) == 0
    assert "person" in capsys.readouterr().out
    assert GroundTruth.load(truth).frame_count == 180
    with pytest.raises(SystemExit):
        main(["street", str(video), "--size", "wide"])
