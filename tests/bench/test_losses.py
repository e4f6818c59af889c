from tests.bench.losses import Gap, Recorded, gaps


def at(*numbers: int) -> tuple[float, ...]:
    return tuple(1000 + number / 15 for number in numbers)


def test_a_gap_counts_the_pictures_that_should_be_in_it() -> None:
    assert list(gaps(at(0, 1, 2, 5, 6), 15)) == [Gap(at_s=at(2)[0], pictures=2)]


def test_jitter_of_a_third_of_a_picture_is_no_gap() -> None:
    assert list(gaps((0.0, 0.09, 0.133), 15)) == []


def test_only_gaps_and_pictures_of_the_span_count() -> None:
    recorded = Recorded(instants_s=at(0, 2, 3, 6, 7))
    assert recorded.lost((1000.1, 1001.0), 15) == 2
    assert recorded.count((1000.1, 1001.0)) == 4
