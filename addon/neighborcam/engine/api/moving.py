"""Handler for moving in: cameras out of another program's configuration."""

from typing import Final

from neighborcam.engine.api.cameras import MAX_CAMERAS, announce
from neighborcam.engine.api.desk import Call
from neighborcam.engine.api.moving_messages import (
    Moved,
    MovedCamera,
    MoveWish,
    Outcome,
)
from neighborcam.engine.config import CameraConfig, CameraId
from neighborcam.engine.errors import EngineError, NotFound

_FULL: Final = f"one engine takes at most {MAX_CAMERAS} cameras"


async def move_in(call: Call[None, MoveWish]) -> Moved:
    """Add the cameras of a file of Frigate, and tell what became of the rest of it."""
    wish = call.body
    found = await call.read(call.ports.translate, wish.text, wish.secrets)
    async with call.desk.changing:
        cameras = [await _add(call, each) for each in found.cameras]
    return Moved(cameras=tuple(cameras), report=found.report)


async def _add(call: Call[None, MoveWish], config: CameraConfig) -> MovedCamera:
    """Add one camera; one that cannot be added keeps no other from it."""
    outcome, text = Outcome.WOULD_ADD if call.body.dry_run else Outcome.ADDED, ""
    if _exists(call, config):
        outcome = Outcome.EXISTS
    elif len(call.ports.cameras.list()) >= MAX_CAMERAS:
        outcome, text = Outcome.FAILED, _FULL
    elif not call.body.dry_run:
        try:
            await call.ports.cameras.add(config)
            announce(call, config)
        except EngineError as error:
            outcome, text = Outcome.FAILED, str(error)
    return MovedCamera(id=config.id, name=config.name, outcome=outcome, text=text)


def _exists(call: Call[None, MoveWish], config: CameraConfig) -> bool:
    try:
        call.ports.cameras.get(CameraId(config.id))
    except NotFound:
        return False
    return True
