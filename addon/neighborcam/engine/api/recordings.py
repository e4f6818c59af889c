"""Handlers for what was recorded: timeline, segments, clips, episodes, storage."""

import asyncio
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from neighborcam.engine.api.clips import ClipWish
from neighborcam.engine.api.desk import Call
from neighborcam.engine.api.errors import InvalidField
from neighborcam.engine.api.messages import (
    ClipQuery,
    EpisodeCount,
    EpisodeQuery,
    SpanQuery,
    Storage,
    Timeline,
)
from neighborcam.engine.api.ports import Ports
from neighborcam.engine.bus import EpisodeChanged, EpisodeRemoved
from neighborcam.engine.config import CameraId
from neighborcam.engine.errors import Conflict, NotFound, StorageError
from neighborcam.engine.facts import EpisodeId
from neighborcam.engine.index.rows import EpisodeRow, SegmentRow

MAX_SPAN: Final = timedelta(days=31)
MAX_CLIP: Final = timedelta(hours=2)
MAX_TIMELINE_EPISODES: Final = 5000
_DEFAULT_ROLL_S: Final = 5.0


async def timeline(call: Call[SpanQuery, None]) -> Timeline:
    """Coverage, episodes and scene changes of one camera in a span of up to 31 days."""
    start, end = _span(call.query, MAX_SPAN)
    index, camera = call.ports.index, call.camera
    coverage, episodes, changes = await asyncio.gather(
        call.read(index.coverage, camera, start, end),
        call.read(
            index.episodes,
            camera=camera,
            start=start,
            end=end,
            limit=MAX_TIMELINE_EPISODES,
        ),
        call.read(index.scene_changes, camera, start, end),
    )
    return Timeline(
        coverage=tuple(coverage),
        episodes=tuple(episodes),
        scene_changes=tuple(changes),
    )


async def segments(call: Call[SpanQuery, None]) -> tuple[SegmentRow, ...]:
    """Recorded files of one camera in a span of up to 31 days."""
    start, end = _span(call.query, MAX_SPAN)
    return tuple(await call.read(call.ports.index.segments, call.camera, start, end))


async def clip(call: Call[ClipQuery, None]) -> web.StreamResponse:
    """The recording of a span of up to 2 hours as MP4; takes byte ranges."""
    start, end = _span(call.query, MAX_CLIP)
    if end > call.ports.now():
        raise InvalidField("end", "a clip cannot end in the future")
    return await _send_clip(call, call.camera, start, end, exact=call.query.exact)


async def list_episodes(call: Call[EpisodeQuery, None]) -> tuple[EpisodeRow, ...]:
    """Episodes, newest first."""
    query = call.query
    found = await call.read(
        call.ports.index.episodes,
        camera=query.camera,
        start=_utc(query.start, "start") if query.start else None,
        end=_utc(query.end, "end") if query.end else None,
        label=query.label,
        limit=query.limit,
        before=query.before,
    )
    return tuple(found)


async def count_episodes(call: Call[SpanQuery, None]) -> tuple[EpisodeCount, ...]:
    """How many episodes of the whole picture began on each camera in a span."""
    start, end = _span(call.query, MAX_SPAN)
    counts = await call.read(call.ports.index.episode_counts, start, end)
    return tuple(EpisodeCount(camera=c, count=n) for c, n in counts.items())


async def get_episode(call: Call[None, None]) -> EpisodeRow:
    """One episode."""
    return await _episode(call)


async def delete_episode(call: Call[None, None]) -> None:
    """Delete an episode with its pictures; the recording stays until retention."""
    row = await _episode(call)
    if row.held:
        raise Conflict("this episode is held: release it first")
    await call.read(call.ports.index.delete_episode, row.id)
    await call.read(_unlink, call.ports.pictures.thumbnail(row))
    await call.read(_unlink, call.ports.pictures.preview(row))
    call.desk.bus.publish(
        EpisodeRemoved(camera=row.camera, episode=row.id, at=call.ports.now())
    )


async def hold_episode(call: Call[None, None]) -> EpisodeRow:
    """Keep an episode's recording until it is released."""
    return await _set_hold(call, call.ports.index.hold)


async def release_episode(call: Call[None, None]) -> EpisodeRow:
    """Give an episode's recording back to retention."""
    return await _set_hold(call, call.ports.index.release)


async def thumbnail(call: Call[None, None]) -> web.StreamResponse:
    """The best picture of an episode, as JPEG."""
    row = await _episode(call)
    if not row.has_thumbnail:
        raise NotFound("this episode has no thumbnail")
    return await _send_picture(call, call.ports.pictures.thumbnail(row))


async def preview(call: Call[None, None]) -> web.StreamResponse:
    """Pictures of an episode in a grid, as JPEG."""
    row = await _episode(call)
    if not row.has_preview:
        raise NotFound("this episode has no preview")
    return await _send_picture(call, call.ports.pictures.preview(row))


async def episode_clip(call: Call[None, None]) -> web.StreamResponse:
    """The recording of an episode with the camera's pre- and post-roll, as MP4."""
    row = await _episode(call)
    if row.ended_at is None:
        raise Conflict("this episode still goes on: ask again when it has ended")
    before, after = _rolls(call, row.camera)
    end = min(row.ended_at + after, call.ports.now())
    return await _send_clip(call, row.camera, row.started_at - before, end, exact=False)


def measure(ports: Ports) -> Storage:
    """Ask disk and index, in a worker thread; raises `StorageError`."""
    use = ports.index.storage_use()
    try:
        disk = shutil.disk_usage(ports.media_dir)
    except OSError as exc:
        raise StorageError(f"the disk cannot be asked: {exc.strerror}") from exc
    return Storage(total_bytes=disk.total, free_bytes=disk.free, cameras=tuple(use))


async def storage(call: Call[None, None]) -> Storage:
    """The disk with the recordings, and what each camera takes of it."""
    return await call.read(measure, call.ports)


def _utc(at: datetime, field: str) -> datetime:
    try:
        return at.astimezone(UTC)
    except (OverflowError, ValueError):
        raise InvalidField(field, "this time is out of range") from None


def _span(query: SpanQuery, longest: timedelta) -> tuple[datetime, datetime]:
    start, end = _utc(query.start, "start"), _utc(query.end, "end")
    if end <= start:
        raise InvalidField("end", "the end must be after the start")
    if end - start > longest:
        raise InvalidField("end", f"the span may be at most {longest}")
    return start, end


def _rolls(call: Call[Any, Any], camera: CameraId) -> tuple[timedelta, timedelta]:
    """Return pre- and post-roll; a removed camera has none of its own any more."""
    try:
        config = call.ports.cameras.get(camera).config
    except NotFound:
        return timedelta(seconds=_DEFAULT_ROLL_S), timedelta(seconds=_DEFAULT_ROLL_S)
    return timedelta(seconds=config.pre_roll_s), timedelta(seconds=config.post_roll_s)


async def _episode(call: Call[Any, Any]) -> EpisodeRow:
    return await call.read(call.ports.index.episode, EpisodeId(call.item("episode")))


async def _set_hold(
    call: Call[None, None], change: Callable[[EpisodeId], None]
) -> EpisodeRow:
    await call.read(change, EpisodeId(call.item("episode")))
    row = await _episode(call)
    call.desk.bus.publish(
        EpisodeChanged(camera=row.camera, episode=row.id, at=call.ports.now())
    )
    return row


async def _send_clip(
    call: Call[Any, Any],
    camera: CameraId,
    start: datetime,
    end: datetime,
    *,
    exact: bool,
) -> web.StreamResponse:
    wish = ClipWish(camera=camera, start=start, end=end, exact=exact)
    made = await call.desk.clips.get(wish)
    name = f"{camera}-{start:%Y%m%dT%H%M%SZ}.mp4"
    return web.FileResponse(
        made.path,
        headers={
            "Content-Type": "video/mp4",
            "Content-Disposition": f'inline; filename="{name}"',
            "Cache-Control": "private, no-cache",
            "Clip-Started-At": made.started_at.isoformat(),
            "Clip-Ended-At": made.ended_at.isoformat(),
        },
    )


async def _send_picture(call: Call[None, None], path: Path) -> web.StreamResponse:
    if not await call.read(path.is_file):
        raise NotFound("the picture is gone")
    return web.FileResponse(
        path,
        headers={"Content-Type": "image/jpeg", "Cache-Control": "private, no-cache"},
    )


def _unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as exc:
        raise StorageError(f"a picture cannot be deleted: {exc.strerror}") from exc
