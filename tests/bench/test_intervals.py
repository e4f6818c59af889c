from tests.bench.intervals import episodes, overlap, score


def test_alarms_with_little_quiet_between_are_one_episode() -> None:
    assert episodes([5.0, 1.0, 1.2, 2.6]) == [(1.0, 2.6), (5.0, 5.0)]


def test_spans_that_touch_overlap() -> None:
    assert overlap((1, 2), (2, 3))
    assert not overlap((1, 2), (2.1, 3))


def test_an_alarm_that_never_ends_finds_all_events_and_tells_of_none() -> None:
    judged = score([(0.0, 60.0)], [(10, 20), (30, 40)], length_s=60)
    assert (judged.found, judged.distinct) == (2, 0)
    assert judged.alarm_s == judged.free_s


def test_an_episode_that_begins_with_the_event_is_its_own() -> None:
    judged = score([(9.8, 19.0)], [(10, 20), (30, 40)], length_s=60)
    assert (judged.found, judged.distinct, judged.false_episodes) == (1, 1, 0)
    assert judged.alarm_s == 0


def test_an_episode_away_from_events_is_false_and_its_seconds_count() -> None:
    judged = score([(50.2, 51.4)], [(10, 20)], length_s=60, alarms=[50.2, 51.4])
    assert (judged.found, judged.false_episodes, judged.alarm_s) == (0, 1, 2)


def test_seconds_around_an_event_are_neither() -> None:
    judged = score([], [(10, 20)], length_s=30)
    assert judged.free_s == 30 - 13


def test_the_warm_up_does_not_count() -> None:
    judged = score([(1, 2)], [], length_s=30, begin_s=6)
    assert (judged.false_episodes, judged.alarm_s, judged.free_s) == (0, 0, 24)
