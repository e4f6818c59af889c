"""Where the pictures of episodes lie: ``camera/pictures/<part of the id>/<id>.jpg``."""

import contextlib
from pathlib import Path
from typing import Final

import msgspec

from neighborcam.engine.config import CameraId
from neighborcam.engine.facts import EpisodeId

FOLDER: Final = "pictures"
_SHARD: Final = 5  # ids that begin alike are of the same nine hours


class PicturePaths(msgspec.Struct, frozen=True, kw_only=True):
    """``thumbnail`` and ``preview`` are JPEG; ``tiles`` tells the preview's grid."""

    thumbnail: Path
    preview: Path


def paths(media_dir: Path, camera: CameraId, episode: EpisodeId) -> PicturePaths:
    """Return where an episode's pictures are, whether they exist or not."""
    base = media_dir / camera / FOLDER / episode[:_SHARD]
    return PicturePaths(
        thumbnail=base / f"{episode}.jpg",
        preview=base / f"{episode}_preview.jpg",
    )


def remove(media_dir: Path, camera: CameraId, episode: EpisodeId) -> None:
    """Remove an episode's pictures, as far as there are any. Raises `OSError`."""
    found = paths(media_dir, camera, episode)
    for path in (found.thumbnail, found.preview):
        path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # not empty, or never made
        found.thumbnail.parent.rmdir()
