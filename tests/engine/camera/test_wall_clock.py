from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from neighborcam.engine.camera.wall_clock import WallClock

T0 = 1_700_000_000.0


def test_wall_time_is_spaced_as_the_camera_spaced_it_not_as_it_arrived() -> None:
    clock = WallClock()
    late = (0.0, 0.3, 0.1, 0.7, 0.0)
    walls = [clock.wall(n / 10, T0 + n / 10 + late[n], is_key=False) for n in range(5)]
    assert [round(wall - T0, 3) for wall in walls] == [0.0, 0.1, 0.2, 0.3, 0.4]


def test_a_stall_followed_by_a_burst_moves_nothing() -> None:
    clock = WallClock()
    clock.wall(0, T0, is_key=True)
    walls = [clock.wall(n / 10, T0 + 4, is_key=n % 10 == 0) for n in range(1, 40)]
    assert round(walls[-1] - T0, 3) == 3.9
    assert clock.epoch == 0


def test_a_camera_whose_clock_runs_slow_is_set_right_at_a_key_frame() -> None:
    clock = WallClock()
    for second in range(400):
        wall = clock.wall(second, T0 + second * 1.01, is_key=second % 2 == 0)
    assert abs(wall - (T0 + 399 * 1.01)) < 1.2
    assert clock.epoch > 0


def test_wall_time_that_ran_ahead_slows_down_and_never_goes_back() -> None:
    clock = WallClock()
    sent_at_once = [clock.wall(n / 10, T0, is_key=n == 0) for n in range(20)]
    later = [
        clock.wall(2 + n / 10, T0 + n / 10, is_key=n % 10 == 0) for n in range(400)
    ]
    walls = sent_at_once + later
    assert all(b > a for a, b in pairwise(walls))
    assert abs(walls[-1] - (T0 + 39.9)) < 0.6
    assert clock.epoch == 0


def test_a_host_clock_set_back_by_an_hour_is_followed_in_a_new_epoch() -> None:
    clock = WallClock()
    clock.wall(0, T0, is_key=True)
    between = clock.wall(1, T0 - 3599, is_key=False)
    after = clock.wall(2, T0 - 3598, is_key=True)
    assert (between, after) == (T0 + 1, T0 - 3598)
    assert clock.epoch == 1


@given(st.lists(st.tuples(st.floats(0, 2), st.floats(0, 3)), min_size=1, max_size=60))
def test_whatever_the_network_delays_wall_time_is_monotone_within_an_epoch(
    steps: list[tuple[float, float]],
) -> None:
    clock, camera_s, before = WallClock(), 0.0, (-1, 0.0)
    for spacing, delay in steps:
        camera_s += spacing
        wall = clock.wall(camera_s, T0 + camera_s + delay, is_key=True)
        if before[0] == clock.epoch:
            assert wall >= before[1]
        before = (clock.epoch, wall)
