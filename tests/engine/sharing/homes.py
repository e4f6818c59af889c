"""Parts of homes that share."""

from datetime import datetime
from pathlib import Path
from typing import NoReturn

from neighborcam.engine.config import CameraId
from neighborcam.engine.errors import NotFound
from neighborcam.engine.sharing.studio import Studio


def _nothing(
    _camera: CameraId, _start: datetime, _end: datetime, _out: Path
) -> NoReturn:
    raise NotFound("nothing is recorded")


no_recordings = Studio(_nothing, Path("nowhere"))
