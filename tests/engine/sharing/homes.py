"""Parts of homes that share."""

from datetime import datetime
from pathlib import Path
from typing import NoReturn

from neighborcam.engine.config import CameraId
from neighborcam.engine.errors import NotFound
from neighborcam.engine.sharing.answering import House
from neighborcam.engine.sharing.clip_maker import ClipMaker
from neighborcam.engine.sharing.studio import Studio


def _nothing(
    _camera: CameraId, _start: datetime, _end: datetime, _out: Path
) -> NoReturn:
    raise NotFound("nothing is recorded")


no_recordings = Studio(_nothing, Path("nowhere"))


def empty_house(folder: Path) -> House:
    """Return a home without a camera."""
    return House(
        cameras=lambda: (),
        recorded=lambda _camera, _start, _end: (),
        maker=ClipMaker(_nothing, lambda _camera, _start, _end: (), folder),
        data_dir=folder,
    )
