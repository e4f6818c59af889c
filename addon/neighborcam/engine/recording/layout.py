"""Where a recording lies: ``camera/2026-11-23/21-04-05.123_<id>.mp4``, times in UTC.

The path alone says whose recording it is, when it began and what its row's id is,
so rows can be rebuilt from the files.
"""

import re
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import Final

import msgspec

from neighborcam.engine.config import SLUG, CameraId
from neighborcam.engine.facts import SegmentId
from neighborcam.engine.index.ulid import is_ulid

SUFFIX: Final = ".mp4"
_FOLDER: Final = "%Y-%m-%d"
_MILLISECOND: Final = timedelta(milliseconds=1)
_NAME: Final = re.compile(r"(\d\d-\d\d-\d\d\.\d\d\d)_([0-9A-Z]{26})\.mp4")
_PARTS: Final = 3


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What a path tells."""

    camera: CameraId
    id: SegmentId
    started_at: datetime


def whole_millisecond(at: datetime) -> datetime:
    """Round up to what a path can tell."""
    return at + timedelta(microseconds=-at.microsecond % 1000)


def path_of(place: Place) -> str:
    """Return the path below the media folder; ``started_at`` in whole milliseconds."""
    at = place.started_at.astimezone(UTC)
    time = f"{at:%H-%M-%S}.{at.microsecond // 1000:03}"
    return f"{place.camera}/{at:%Y-%m-%d}/{time}_{place.id}{SUFFIX}"


def read_path(path: str) -> Place | None:
    """Return what a path below the media folder tells; None if it is not ours."""
    parts = PurePosixPath(path).parts
    if len(parts) != _PARTS or not re.fullmatch(SLUG, parts[0]):
        return None
    name = _NAME.fullmatch(parts[2])
    if name is None or not is_ulid(name[2]):
        return None
    try:
        at = datetime.strptime(
            f"{parts[1]} {name[1]}000 +0000", f"{_FOLDER} %H-%M-%S.%f %z"
        )
    except ValueError:
        return None
    return Place(camera=CameraId(parts[0]), id=SegmentId(name[2]), started_at=at)
