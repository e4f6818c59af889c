"""Messages of moving in from another program."""

from enum import StrEnum
from typing import Annotated

import msgspec

from neighborcam.engine.api.messages import Message, Wish
from neighborcam.engine.moving import Line


class MoveWish(Wish, frozen=True, kw_only=True):
    """A configuration of Frigate. ``secrets`` are the variables that it names."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000_000)]
    secrets: Annotated[dict[str, str], msgspec.Meta(max_length=100)] = msgspec.field(
        default_factory=dict
    )
    dry_run: bool = False  # tell only

    def __repr__(self) -> str:
        """Hide what is in it: this may be logged."""
        return f"MoveWish(dry_run={self.dry_run!r})"


class Outcome(StrEnum):
    """What became of a camera that was to be added."""

    ADDED = "added"
    WOULD_ADD = "would_add"
    EXISTS = "exists"  # and was left as it is
    FAILED = "failed"


class MovedCamera(Message, frozen=True, kw_only=True):
    """One camera of the configuration."""

    id: str
    name: str
    outcome: Outcome
    text: str = ""  # why it failed


class Moved(Message, frozen=True, kw_only=True):
    """The cameras, and what became of everything else in the file."""

    cameras: tuple[MovedCamera, ...]
    report: tuple[Line, ...]
