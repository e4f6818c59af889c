"""Between the wire's words and the engine's: hyphens there, underscores here."""

from collections.abc import Mapping

import h3

from neighborcam.engine.neighbours import (
    AlertView,
    AreaView,
    Category,
    Center,
    CommentView,
    MediaView,
    PictureView,
    Reaction,
)
from neighborcam.engine.sharing.pictures import Made
from neighborcam.protocol import alerts as wire
from neighborcam.protocol.cells import boundary, center
from neighborcam.protocol.feed import Published, PublishedComment


def to_wire(word: Category | Reaction) -> str:
    """Return a word as messages write it."""
    return word.value.replace("_", "-")


def category(word: wire.Category) -> Category:
    """Return a category as the engine's clients know it."""
    return Category(word.value.replace("-", "_"))


def reaction(word: str) -> Reaction:
    """Return a reaction as the engine's clients know it."""
    return Reaction(word.replace("-", "_"))


def alert_view(
    event: Published, *, mine: bool, said: str | None = None, agency: str = ""
) -> AlertView:
    """Return an alert as it stands, for clients; ``agency`` is a name of the log."""
    alert = event.alert
    count: Mapping[wire.ReactionKind, int] = event.reactions
    confirmed = count.get(wire.ReactionKind.CONFIRM, 0)
    latitude, longitude = center(alert.cell)
    return AlertView(
        id=alert.id,
        msg_type=alert.msg_type.value,
        origin=alert.origin.value,
        agency=agency,
        category=category(alert.category),
        urgency=alert.urgency,
        severity=alert.severity,
        certainty=alert.certainty,
        headline=alert.headline,
        text=alert.text,
        instruction=alert.instruction,
        onset=alert.onset,
        expires=alert.expires,
        cell=alert.cell,
        center=Center(latitude=latitude, longitude=longitude),
        references=alert.references,
        verified=event.verified,
        confirmations=confirmed + count.get(wire.ReactionKind.SEEN_TOO, 0),
        disputes=count.get(wire.ReactionKind.NOT_SO, 0),
        comments=event.comments,
        reaction=reaction(said) if said else None,
        mine=mine,
        media=tuple(MediaView(id=item.sha256, kind=item.kind) for item in event.media),
    )


def area_of(cell: str) -> AreaView:
    """Return what neighbours learn of a place, for a map."""
    latitude, longitude = center(cell)
    return AreaView(
        cell=cell,
        km2=round(h3.cell_area(cell, unit="km^2"), 2),
        center=Center(latitude=latitude, longitude=longitude),
        corners=tuple(Center(latitude=y, longitude=x) for y, x in boundary(cell)),
    )


def picture_view(made: Made) -> PictureView:
    """Return what was made to be looked at."""
    return PictureView(
        id=made.media.sha256,
        kind=made.media.kind,
        size_bytes=made.media.bytes,
        width=made.width,
        height=made.height,
        redaction=tuple(made.media.redaction),
    )


def comment_view(comment: PublishedComment, *, mine: bool) -> CommentView:
    """Return a comment, for clients."""
    return CommentView(id=comment.id, text=comment.text, at=comment.at, mine=mine)
