"""Which recordings may go. Pure: numbers in, rows out; `janitor` does it.

Held recordings never are candidates, so a disk full of held ones stays full: then
recording stops and says so, which is better than losing what somebody asked for.
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from neighborcam.engine.config import CameraId
from neighborcam.engine.index.rows import SegmentRow


class CameraLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What one camera may keep; None is no limit of its own."""

    keep_days: float | None
    keep_bytes: int | None


class StorageLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What all cameras together may keep, and what must stay free on the disk."""

    keep_bytes: int | None
    min_free_bytes: int


class StorageState(msgspec.Struct, frozen=True, kw_only=True):
    """How things are: bytes of recordings by camera, and free bytes of the disk."""

    now: datetime
    used_bytes: Mapping[CameraId, int]
    free_bytes: int


type Candidates = Mapping[CameraId, Sequence[SegmentRow]]


def plan(
    candidates: Candidates,
    cameras: Mapping[CameraId, CameraLimits],
    limits: StorageLimits,
    state: StorageState,
) -> tuple[SegmentRow, ...]:
    """Return the segments to remove, oldest first.

    ``candidates`` are each camera's oldest segments that nothing protects, in order.
    A camera that is not in ``cameras`` has only the common limits.
    """
    chosen: dict[str, SegmentRow] = {}
    for camera, rows in candidates.items():
        own = cameras.get(camera)
        if own is not None:
            used = state.used_bytes.get(camera, 0)
            chosen |= {row.id: row for row in _over_own(rows, own, used, state.now)}
    freed = sum(row.size_bytes for row in chosen.values())
    for row in _oldest_first(candidates):
        if _fits(limits, state, freed):
            break
        if row.id not in chosen:
            chosen[row.id] = row
            freed += row.size_bytes
    return tuple(sorted(chosen.values(), key=lambda row: row.started_at))


def _over_own(
    rows: Sequence[SegmentRow], limits: CameraLimits, used: int, now: datetime
) -> Iterator[SegmentRow]:
    for row in rows:
        too_old = limits.keep_days is not None and now - row.ended_at > timedelta(
            days=limits.keep_days
        )
        too_much = limits.keep_bytes is not None and used > limits.keep_bytes
        if not too_old and not too_much:
            return
        used -= row.size_bytes
        yield row


def _oldest_first(candidates: Candidates) -> Iterator[SegmentRow]:
    return heapq.merge(*candidates.values(), key=lambda row: row.started_at)


def _fits(limits: StorageLimits, state: StorageState, freed: int) -> bool:
    used = sum(state.used_bytes.values()) - freed
    if limits.keep_bytes is not None and used > limits.keep_bytes:
        return False
    return state.free_bytes + freed >= limits.min_free_bytes
