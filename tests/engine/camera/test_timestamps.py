from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neighborcam.engine.camera.packet import MediaKind
from neighborcam.engine.camera.timestamps import HERTZ, Stamp, Timestamps

VIDEO, AUDIO = MediaKind.VIDEO, MediaKind.AUDIO
BASE = Fraction(1, HERTZ)
STEP = 6000  # 15 frames a second


def steady(times: Timestamps, begin: int, count: int, first: int = 0) -> list[Stamp]:
    """Stamp ``count`` packets that arrive in time, the camera's clock at ``begin``."""
    return [
        times.stamp(
            VIDEO,
            begin + n * STEP,
            begin + n * STEP,
            STEP,
            BASE,
            (first + n) * STEP / HERTZ,
        )
        for n in range(count)
    ]


@pytest.mark.parametrize("begin", [0, 123456789, -5_000_000, (1 << 32) + 7])
def test_the_clock_begins_at_zero_wherever_the_camera_begins(begin: int) -> None:
    stamps = steady(Timestamps(), begin, 5)
    assert [s.dts for s in stamps] == [n * STEP for n in range(5)]
    assert [s.pts for s in stamps] == [n * STEP for n in range(5)]
    assert {s.epoch for s in stamps} == {0}


@pytest.mark.parametrize("bits", [32, 33])
def test_a_wrapping_clock_goes_on_without_a_gap(bits: int) -> None:
    times = Timestamps()
    steady(times, (1 << bits) - 3 * STEP, 3)
    after = steady(times, 0, 3, first=3)
    assert [s.dts for s in after] == [n * STEP for n in range(3, 6)]
    assert after[-1].epoch == 0


@pytest.mark.parametrize("jump_s", [-86_400, -20, 20, 86_400, 40_000_000])
def test_a_jump_of_the_cameras_clock_begins_an_epoch_and_time_goes_on(
    jump_s: int,
) -> None:
    times = Timestamps()
    before = steady(times, 1_000_000_000_000, 10)
    moved = 1_000_000_000_000 + 10 * STEP + jump_s * HERTZ
    after = steady(times, moved, 10, first=10)
    assert [s.dts for s in before + after] == [n * STEP for n in range(20)]
    assert {s.epoch for s in after} == {1}


def test_a_pause_is_no_jump_when_the_cameras_clock_saw_it_too() -> None:
    times = Timestamps()
    steady(times, 0, 3)
    late = times.stamp(VIDEO, 30 * HERTZ, 30 * HERTZ, STEP, BASE, 30.0)
    assert (late.dts, late.epoch) == (30 * HERTZ, 0)


def test_a_long_gap_in_a_file_is_kept() -> None:
    times = Timestamps(paced=False)
    steady(times, 0, 3)
    late = times.stamp(VIDEO, 600 * HERTZ, 600 * HERTZ, STEP, BASE, 0.0)
    assert (late.dts, late.epoch) == (600 * HERTZ, 0)


def test_missing_times_of_a_camera_are_those_of_arrival() -> None:
    times = Timestamps()
    stamps = [
        times.stamp(VIDEO, None, None, None, BASE, at) for at in (0.0, 0.5, 0.6, 2.0)
    ]
    assert [s.dts for s in stamps] == [0, 45_000, 54_000, 180_000]


def test_missing_times_of_a_file_are_evenly_spaced() -> None:
    times = Timestamps(paced=False, nominal_fps=20)
    stamps = [times.stamp(VIDEO, None, None, None, BASE, 0.0) for _ in range(4)]
    assert [s.dts for s in stamps] == [0, 4500, 9000, 13500]
    assert {s.duration for s in stamps} == {4500}


def test_a_repeated_or_slightly_earlier_time_still_moves_forward() -> None:
    times = Timestamps()
    times.stamp(VIDEO, 9000, 9000, STEP, BASE, 0.1)
    times.stamp(VIDEO, 18000, 18000, STEP, BASE, 0.2)
    repeated = times.stamp(VIDEO, 18000, 18000, STEP, BASE, 0.2)
    earlier = times.stamp(VIDEO, 15000, 15000, STEP, BASE, 0.2)
    assert (repeated.dts, earlier.dts) == (9001, 9002)
    assert earlier.epoch == 0


def test_frames_shown_later_than_decoded_keep_their_distance() -> None:
    times = Timestamps()
    stamps = [
        times.stamp(VIDEO, pts * STEP, dts * STEP, STEP, BASE, dts / 15)
        for dts, pts in ((0, 2), (1, 5), (2, 3), (3, 4))
    ]
    assert [s.pts // STEP for s in stamps] == [2, 5, 3, 4]
    assert [s.dts // STEP for s in stamps] == [0, 1, 2, 3]


def test_sound_and_picture_on_one_clock_stay_together_over_a_jump() -> None:
    times = Timestamps()
    begin, moved = 7 * HERTZ, 5000 * HERTZ
    for n in range(3):
        times.stamp(VIDEO, begin + n * STEP, None, STEP, BASE, n / 15)
        times.stamp(AUDIO, begin + n * STEP + 100, None, 1000, BASE, n / 15)
    picture = times.stamp(VIDEO, moved + 3 * STEP, None, STEP, BASE, 3 / 15)
    sound = times.stamp(AUDIO, moved + 3 * STEP + 100, None, 1000, BASE, 3 / 15)
    assert sound.pts - picture.pts == 100
    assert (picture.epoch, sound.epoch) == (1, 1)


def test_sound_with_a_clock_of_its_own_begins_beside_the_picture() -> None:
    times = Timestamps()
    steady(times, 0, 30)
    sound = times.stamp(AUDIO, 10**12, None, None, Fraction(1, 8000), 2.0)
    assert abs(sound.pts - 2 * HERTZ) < HERTZ // 2
    assert sound.epoch == 0


times_of_any_camera = st.one_of(
    st.none(), st.integers(-(1 << 40), 1 << 40), st.integers(0, 200_000)
)


@given(
    packets=st.lists(
        st.tuples(
            st.sampled_from([VIDEO, AUDIO]),
            times_of_any_camera,
            times_of_any_camera,
            st.one_of(st.none(), st.integers(-(1 << 40), 1 << 40)),
            st.floats(0, 30),
        ),
        max_size=60,
    ),
    paced=st.booleans(),
    base=st.sampled_from([BASE, Fraction(1, 1000), Fraction(1, 1_200_000)]),
)
def test_whatever_a_camera_says_time_never_goes_back(
    packets: list[tuple[MediaKind, int | None, int | None, int | None, float]],
    paced: bool,  # noqa: FBT001 - given by name
    base: Fraction,
) -> None:
    times = Timestamps(paced=paced)
    last: dict[MediaKind, Stamp] = {}
    arrival = 0.0
    for kind, pts, dts, duration, wait in packets:
        arrival += wait
        stamp = times.stamp(kind, pts, dts, duration, base, arrival)
        before = last.get(kind)
        assert before is None or stamp.dts > before.dts
        assert before is None or stamp.epoch >= before.epoch
        assert stamp.pts >= stamp.dts >= 0
        assert stamp.duration > 0
        last[kind] = stamp
