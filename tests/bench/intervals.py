"""Spans of time, in seconds, and what alarms in them are worth."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

QUIET_S: Final = 1.5  # alarms closer than this are one episode, for every method
EARLY_S: Final = 0.5  # an episode may begin this long before the annotated event
SETTLE_S: Final = 1.0  # after an event that is neither event nor event-free

type Span = tuple[float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """One method on one clip.

    ``found``: events that any episode overlaps. ``distinct``: events in which an
    episode began, so that the owner would be told. ``false_episodes`` overlap no
    event. ``alarm_s`` of ``free_s``: whole seconds without event that had an alarm.
    """

    events: int
    found: int
    distinct: int
    false_episodes: int
    alarm_s: int
    free_s: int


def episodes(alarms: Iterable[float], *, quiet_s: float = QUIET_S) -> list[Span]:
    """Join times of alarms into spans with at least ``quiet_s`` of quiet between."""
    spans: list[Span] = []
    for at in sorted(alarms):
        if spans and at - spans[-1][1] < quiet_s:
            spans[-1] = (spans[-1][0], at)
        else:
            spans.append((at, at))
    return spans


def overlap(one: Span, other: Span) -> bool:
    """Tell whether two spans share a moment."""
    return one[0] <= other[1] and other[0] <= one[1]


def score(
    found: Sequence[Span],
    events: Sequence[Span],
    *,
    length_s: float,
    alarms: Sequence[float] | None = None,
    begin_s: float = 0.0,
) -> Score:
    """Judge episodes against annotated events.

    ``alarms`` are the times of single alarms; without them an episode counts as
    alarm over its whole length. Seconds before ``begin_s`` (warm-up) do not count.
    """
    late = [span for span in found if span[1] >= begin_s]
    wide = [(start - EARLY_S, end) for start, end in events]
    unsettled = [(start - EARLY_S, end + SETTLE_S) for start, end in events]
    free = [
        second
        for second in range(int(begin_s), int(length_s))
        if not any(overlap((second, second + 1), event) for event in unsettled)
    ]
    points = [(at, at) for at in alarms] if alarms is not None else late
    return Score(
        events=len(events),
        found=sum(any(overlap(span, event) for span in late) for event in events),
        distinct=sum(
            any(event[0] <= span[0] <= event[1] for span in late) for event in wide
        ),
        false_episodes=sum(
            not any(overlap(span, event) for event in unsettled) for span in late
        ),
        alarm_s=sum(
            any(s <= point[1] and point[0] < s + 1 for point in points) for s in free
        ),
        free_s=len(free),
    )
