"""Rows of the index, as the rest of the engine sees them. All times are aware UTC."""

from datetime import datetime

import msgspec

from neighborcam.engine.config import CameraId, ZoneId
from neighborcam.engine.facts import Box, EpisodeId, Label, SegmentId


class EpisodeRow(msgspec.Struct, frozen=True, kw_only=True):
    """One motion episode. ``ended_at`` is None while it lasts."""

    id: EpisodeId
    camera: CameraId
    zone: ZoneId | None
    started_at: datetime
    ended_at: datetime | None
    peak_score: float
    box: Box
    labels: tuple[Label, ...]
    has_thumbnail: bool
    has_preview: bool
    held: bool


class SegmentRow(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded file.

    ``path`` is relative to the media folder; ``sha256`` set when held.
    """

    id: SegmentId
    camera: CameraId
    path: str
    started_at: datetime
    ended_at: datetime
    size_bytes: int
    codec: str
    width: int
    height: int
    has_audio: bool
    closed: bool
    held: bool
    sha256: str | None


class CoverageSpan(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of time without a gap in the recording."""

    started_at: datetime
    ended_at: datetime


class StorageUse(msgspec.Struct, frozen=True, kw_only=True):
    """What one camera's recordings take."""

    camera: CameraId
    size_bytes: int
    oldest_at: datetime | None


class TokenRow(msgspec.Struct, frozen=True, kw_only=True):
    """One key to the API.

    ``hash`` is the SHA-256 of the token; the token itself is not kept.
    """

    id: str
    name: str
    scope: str
    hash: bytes
    created_at: datetime

    def __repr__(self) -> str:
        """Identify the token without its hash: this may be logged."""
        return f"TokenRow(id={self.id!r})"
