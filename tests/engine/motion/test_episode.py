from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from neighborcam.engine.config import CameraId, ZoneId
from neighborcam.engine.facts import (
    Box,
    EpisodeId,
    MotionEnded,
    MotionStarted,
    MotionUpdated,
)
from neighborcam.engine.motion.detector import Sighting
from neighborcam.engine.motion.episode import (
    MOVES,
    QUIET_S,
    Phase,
    Sign,
    Tell,
    ZoneEpisodes,
)

BOX = Box(x=0.1, y=0.2, width=0.3, height=0.4)


def episodes() -> ZoneEpisodes:
    return ZoneEpisodes(
        CameraId("yard"), ZoneId("gate"), lambda at: EpisodeId(f"e{at.timestamp():.1f}")
    )


def sighting(first_s: float, score: float = 0.5) -> Sighting:
    return Sighting(zone=ZoneId("gate"), first_s=first_s, box=BOX, score=score)


def utc(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)


def test_an_episode_starts_with_its_first_sight_and_ends_with_its_last() -> None:
    table = episodes()
    started = table.step(sighting(9.0), 10.0)
    assert table.step(sighting(9.0, score=0.9), 10.2) is None
    assert table.step(None, 10.4) is None
    ended = table.step(None, 10.2 + QUIET_S)
    assert isinstance(started, MotionStarted)
    assert (started.at, started.zone) == (utc(9.0), "gate")
    assert isinstance(ended, MotionEnded)
    assert (ended.at, ended.episode, ended.score) == (utc(10.2), started.episode, 0.9)


def test_a_short_pause_does_not_end_an_episode() -> None:
    table = episodes()
    table.step(sighting(0.0), 0.0)
    table.step(None, 1.0)
    resumed = table.step(sighting(0.0), QUIET_S - 0.1)
    assert isinstance(resumed, MotionUpdated)


def test_updates_come_at_most_once_a_second() -> None:
    table = episodes()
    table.step(sighting(0.0), 0.0)
    told = [table.step(sighting(0.0), step / 5) for step in range(1, 26)]
    assert sum(each is not None for each in told) == 5


def test_a_lost_stream_ends_the_episode_once() -> None:
    table = episodes()
    table.step(sighting(0.0), 0.0)
    assert isinstance(table.end(), MotionEnded)
    assert table.end() is None


def test_an_episode_never_starts_before_the_last_one_ended() -> None:
    table = episodes()
    table.step(sighting(0.0), 3.0)
    table.step(None, 5.0)
    second = table.step(sighting(2.0), 6.0)
    assert isinstance(second, MotionStarted)
    assert second.at == utc(3.0)


def test_two_episodes_have_two_ids() -> None:
    table = episodes()
    first = table.step(sighting(0.0), 0.5)
    table.step(None, 5.0)
    second = table.step(sighting(6.0), 6.5)
    assert isinstance(first, MotionStarted)
    assert isinstance(second, MotionStarted)
    assert first.episode != second.episode


def test_the_table_only_starts_from_quiet_and_only_ends_into_quiet() -> None:
    for (phase, _sign), (becomes, tell) in MOVES.items():
        assert (tell is Tell.STARTED) == (phase is Phase.QUIET)
        assert (tell is Tell.ENDED) == (becomes is Phase.QUIET)
    assert (Phase.QUIET, Sign.NOTHING) not in MOVES


@given(st.lists(st.tuples(st.booleans(), st.floats(0.01, 4)), max_size=60))
def test_every_start_has_one_end_after_it(steps: list[tuple[bool, float]]) -> None:
    table, at, facts = episodes(), 0.0, []
    for moving, later in steps:
        at += later
        facts.append(table.step(sighting(at) if moving else None, at))
    facts.append(table.end())
    story = [fact for fact in facts if isinstance(fact, (MotionStarted, MotionEnded))]
    starts, ends = story[::2], story[1::2]
    assert len(starts) == len(ends)
    for started, ended in zip(starts, ends, strict=True):
        assert isinstance(started, MotionStarted)
        assert isinstance(ended, MotionEnded)
        assert started.episode == ended.episode
        assert started.at <= ended.at
