"""What a hub tells engines: alerts as they stand, in order (spec/hub.md).

Every event is the whole state of one alert, so a client that missed some is right
again after the newest.
"""

from typing import Annotated, Literal

import msgspec

from neighborcam.protocol.alerts import Alert, ReactionKind
from neighborcam.protocol.identity import Id, Message, Moment, Sha256, Signature
from neighborcam.protocol.standing import Standing

SHOWN_FROM = 3  # reactions of one kind; fewer could name a neighbour

type Region = Annotated[str, msgspec.Meta(pattern=r"^8[56][0-9a-f]{13}\Z")]


class ServedMedia(Message, frozen=True, kw_only=True):
    """A picture or clip as the hub serves it: encoded anew, so its hash is another."""

    sha256: Sha256  # as the author signed it, and as it is asked for
    kind: Literal["picture", "clip"]
    type: Annotated[str, msgspec.Meta(max_length=40)]
    bytes: int


class Published(Message, frozen=True, kw_only=True, tag="published"):
    """An alert as it stands. Reactions are counted from three up."""

    seq: int
    alert: Alert
    sig: Signature
    published: Moment
    verified: bool = False
    reactions: dict[ReactionKind, int] = msgspec.field(default_factory=dict)
    comments: int = 0
    media: Annotated[tuple[ServedMedia, ...], msgspec.Meta(max_length=4)] = ()
    # of this alert; SubjectPublicKeyInfo
    vote_key: Annotated[bytes, msgspec.Meta(max_length=1024)] = b""


class Withdrawn(Message, frozen=True, kw_only=True, tag="withdrawn"):
    """An alert that must not be shown any more; nothing of it but its name."""

    seq: int
    id: Id
    standing: Standing
    reason: str = ""


type Event = Published | Withdrawn


class Hello(Message, frozen=True, kw_only=True, tag="hello"):
    """First message of the hub. ``seq`` is the newest event's."""

    v: Literal[1] = 1
    hub: str
    region: Region
    seq: int


class Events(Message, frozen=True, kw_only=True, tag="events"):
    """Some events in order. ``live`` once nothing older is left to send."""

    events: tuple[Event, ...]
    live: bool


type FeedMessage = Hello | Events


class PublishedComment(Message, frozen=True, kw_only=True):
    """A comment as the hub shows it."""

    id: Id
    alert: Id
    text: str
    author_key: bytes
    sig: Signature
    at: Moment
