"""Moving in from another program: its cameras, and what became of the rest."""

from enum import StrEnum

import msgspec

from neighborcam.engine.config import CameraConfig


class Fate(StrEnum):
    """What became of a setting."""

    TAKEN = "taken"
    CHANGED = "changed"  # taken, in another way: look at it
    LEFT = "left"  # there is nothing like it here
    WRONG = "wrong"  # it could not be read


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line. ``where`` is a path in the file; ``text`` never holds a secret."""

    where: str
    fate: Fate
    text: str


class Translation(msgspec.Struct, frozen=True, kw_only=True):
    """The cameras that can be added, and a line for whatever is not the same."""

    cameras: tuple[CameraConfig, ...]
    report: tuple[Line, ...]
