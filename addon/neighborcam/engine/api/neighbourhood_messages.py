"""What travels about the neighbourhood. Words and limits are those of CAP 1.2.

No message has a field for where this home is: an alert names a cell, and the engine
chooses it.
"""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from neighborcam.engine.api.messages import Message, Wish
from neighborcam.engine.config import CameraId, Polygon
from neighborcam.engine.facts import EpisodeId
from neighborcam.engine.neighbours import (
    Category,
    Certainty,
    Reaction,
    Severity,
    Urgency,
)

type PictureId = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]


class AlertWish(Wish, frozen=True, kw_only=True):
    """Publish an alert. ``pictures`` were made before, and looked at."""

    category: Category
    headline: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    text: Annotated[str, msgspec.Meta(max_length=1000)] = ""
    instruction: Annotated[str, msgspec.Meta(max_length=300)] = ""
    urgency: Urgency = "unknown"
    severity: Severity = "unknown"
    certainty: Certainty = "unknown"
    scope: Literal["region", "hub", "public"] = "region"
    onset: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    expires_in_h: Annotated[float, msgspec.Meta(gt=0, le=720)] = 24.0
    automatic: bool = False
    pictures: Annotated[tuple[PictureId, ...], msgspec.Meta(max_length=4)] = ()


class PreviewWish(AlertWish, frozen=True, kw_only=True):
    """See what would be published. A camera or an episode adds a redacted picture."""

    camera: CameraId | None = None
    episode: EpisodeId | None = None


class UpdateWish(Wish, frozen=True, kw_only=True):
    """Say more about an alert of this home; what is left out stays as it was."""

    headline: Annotated[str, msgspec.Meta(min_length=1, max_length=80)] | None = None
    text: Annotated[str, msgspec.Meta(max_length=1000)] | None = None
    instruction: Annotated[str, msgspec.Meta(max_length=300)] | None = None
    urgency: Urgency | None = None
    severity: Severity | None = None
    certainty: Certainty | None = None


class PictureWish(Wish, frozen=True, kw_only=True):
    """Make a redacted picture or clip, to be looked at before it leaves.

    Of an episode, or of a camera's last seconds. ``at_s``, ``start_s`` and ``end_s``
    count from the episode's start; ``keep_only`` covers everything outside of it.
    What moves is always covered; ``faces`` and ``plates`` need models.
    """

    episode: EpisodeId | None = None
    camera: CameraId | None = None
    kind: Literal["picture", "clip"] = "picture"
    at_s: Annotated[float, msgspec.Meta(ge=0, le=3600)] | None = None
    start_s: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 0.0
    end_s: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 15.0
    keep_only: Polygon | None = None
    faces: bool = False
    plates: bool = False


class FlagWish(Wish, frozen=True, kw_only=True):
    """Have stewards look at an alert, or at one comment below it."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    comment: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")] | None = None


class LeaveWish(Wish, frozen=True, kw_only=True):
    """Leave the hub. ``anyway``: forget everything here though the hub is away."""

    anyway: bool = False


class TrustWish(Wish, frozen=True, kw_only=True):
    """Believe the hub again. ``reason`` is the one that was shown, word for word.

    ``anew`` forgets what was read of its log, so that another past is taken.
    """

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    anew: bool = False


class CommentWish(Wish, frozen=True, kw_only=True):
    """Write below an alert."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class ReactionWish(Wish, frozen=True, kw_only=True):
    """React to an alert."""

    kind: Reaction


class JoinWish(Wish, frozen=True, kw_only=True):
    """Join a hub. The place stays in this engine, which chooses cells by it."""

    invite: Annotated[str, msgspec.Meta(min_length=1, max_length=8192)]
    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)]

    def __repr__(self) -> str:
        """Hide code and place: this may be logged."""
        return "JoinWish()"


class InviteView(Message, frozen=True, kw_only=True):
    """An invite for a neighbour."""

    link: str


class HubPageView(Message, frozen=True, kw_only=True):
    """The hub's page for a member. ``url`` opens all that members may read."""

    url: str

    def __repr__(self) -> str:
        """Hide the pass: this may be logged."""
        return "HubPageView()"
