"""From a client's wish to the stretch of recording that a picture is made of."""

from datetime import datetime, timedelta
from typing import Final

from neighborcam.engine.api.desk import Call
from neighborcam.engine.api.errors import InvalidField
from neighborcam.engine.api.neighbourhood_messages import PictureWish, PreviewWish
from neighborcam.engine.config import CameraConfig, CameraId
from neighborcam.engine.errors import Conflict
from neighborcam.engine.index.rows import EpisodeRow
from neighborcam.engine.neighbours import PictureOrder

BEFORE: Final = timedelta(seconds=12)  # the scene is learnt from what was before
AFTER: Final = timedelta(seconds=4)
LONGEST: Final = timedelta(seconds=30)
LATEST: Final = timedelta(seconds=20)  # without an episode
_BEST: Final = timedelta(seconds=3)  # whoever comes is well in the picture by then


async def order_of(
    call: Call[None, PictureWish] | Call[None, PreviewWish], wish: PictureWish
) -> PictureOrder:
    """Return the order. Raises `InvalidInput`, `NotFound`, `Conflict`."""
    if wish.episode is not None:
        episode = await call.read(call.ports.index.episode, wish.episode)
        config = call.ports.cameras.get(episode.camera).config
        _refuse_private(config)
        return _of_episode(config, episode, wish, call.ports.now())
    if wish.camera is None:
        raise InvalidField("episode", "name an episode or a camera")
    config = call.ports.cameras.get(wish.camera).config
    _refuse_private(config)
    return _of_now(config, wish, call.ports.now())


def _refuse_private(config: CameraConfig) -> None:
    if not config.sharing:
        raise Conflict(
            f"pictures of {config.name} are not shared: allow it in its settings"
        )


def _of_episode(
    config: CameraConfig, episode: EpisodeRow, wish: PictureWish, now: datetime
) -> PictureOrder:
    start, end = episode.started_at, episode.ended_at or now
    best = start + min(_BEST, (end - start) / 2)
    shown = start + timedelta(seconds=wish.at_s) if wish.at_s is not None else best
    until = None
    if wish.kind == "clip":
        shown = start + timedelta(seconds=wish.start_s)
        until = start + timedelta(seconds=wish.end_s)
    last = max(shown, until or shown, min(end, start + LONGEST))
    return _order(config, wish, start - BEFORE, min(last + AFTER, now), shown, until)


def _of_now(config: CameraConfig, wish: PictureWish, now: datetime) -> PictureOrder:
    start = now - LATEST
    until = now if wish.kind == "clip" else None
    shown = start if wish.kind == "clip" else now
    return _order(config, wish, start - BEFORE, now, shown, until)


def _order(
    config: CameraConfig,
    wish: PictureWish,
    read_from: datetime,
    read_until: datetime,
    shown_from: datetime,
    shown_until: datetime | None,
) -> PictureOrder:
    return PictureOrder(
        camera=CameraId(config.id),
        read_from=read_from,
        read_until=read_until,
        shown_from=shown_from,
        shown_until=shown_until,
        keep_only=wish.keep_only,
        faces=wish.faces,
        plates=wish.plates,
        privacy_zones=config.privacy_masks,
    )
