"""What clients send about agencies' requests; what they get is in `engine.requests`."""

from typing import Annotated

import msgspec

from neighborcam.engine.api.messages import Wish
from neighborcam.engine.requests import Decision, Muted, PictureId, Viewpoint

type Pin = Annotated[str, msgspec.Meta(min_length=4, max_length=64)]


class AnswerWish(Wish, frozen=True, kw_only=True):
    """Answer a request.

    ``text`` is a tip, or goes along with clips. ``clips`` were made before by
    ``POST …/clips``; ``contact`` is told to the agency only if it is set.
    """

    answer: Decision
    confirm: bool = False
    pin: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None = None
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)] | None = None
    contact: Annotated[str, msgspec.Meta(max_length=200)] = ""
    clips: Annotated[tuple[PictureId, ...], msgspec.Meta(max_length=4)] = ()
    holds_originals: bool = False
    mutes: Muted = Muted.AGENCY

    def __repr__(self) -> str:
        """Hide PIN and decision: this may be logged."""
        return "AnswerWish()"


class LetterWish(Wish, frozen=True, kw_only=True):
    """Write to the agency again, about an answer; it does not learn who writes.

    ``pin`` where one is set: words leave, too.
    """

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
    pin: Annotated[str, msgspec.Meta(min_length=1, max_length=64)] | None = None

    def __repr__(self) -> str:
        """Hide PIN and words: this may be logged."""
        return "LetterWish()"


class ViewpointsWish(Wish, frozen=True, kw_only=True):
    """Where all cameras stand; those that are missing are never matched."""

    viewpoints: Annotated[tuple[Viewpoint, ...], msgspec.Meta(max_length=64)]


class PinWish(Wish, frozen=True, kw_only=True):
    """Set, change or (with no ``pin``) remove the PIN that answers need."""

    pin: Pin | None = None
    old: Annotated[str, msgspec.Meta(max_length=64)] | None = None

    def __repr__(self) -> str:
        """Hide the PIN: this may be logged."""
        return "PinWish()"


class MuteWish(Wish, frozen=True, kw_only=True):
    """What is not shown, whether this home takes part, and how clips leave.

    With ``drip`` 1 MiB leaves every half hour while any request is open, with something
    in it or not; a clip takes hours then.
    """

    agencies: Annotated[tuple[str, ...], msgspec.Meta(max_length=64)] = ()
    offences: Annotated[tuple[str, ...], msgspec.Meta(max_length=64)] = ()
    everything: bool = False
    takes_part: bool = True
    drip: bool = False
