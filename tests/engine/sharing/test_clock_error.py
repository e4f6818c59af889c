"""What evidence says of the clock by which it is dated."""

from collections.abc import Callable

import pytest

from neighborcam.engine.sharing.clock_error import NTP, UNKNOWN, Timex, clock_error


def kernel(result: int, status: int, offset: int) -> Callable[[Timex], int]:
    def read(state: Timex) -> int:
        assert state.modes == 0  # anything else would change the clock
        state.status, state.offset = status, offset
        return result

    return read


@pytest.mark.parametrize(
    ("result", "status", "offset", "known"),
    [
        (0, 0x0001, 12_400, (NTP, 12)),
        (0, 0x2001, -3_600_000, (NTP, -4)),
        (5, 0x0041, 900, (UNKNOWN, None)),
        (-1, 0, 0, (UNKNOWN, None)),
    ],
)
def test_an_offset_is_told_only_where_something_sets_the_clock(
    result: int, status: int, offset: int, known: tuple[str, int | None]
) -> None:
    assert clock_error(kernel(result, status, offset)) == known


def test_this_machine_is_asked_and_answers() -> None:
    source, offset = clock_error()
    assert (source, offset) == (UNKNOWN, None) or (source == NTP and offset is not None)
