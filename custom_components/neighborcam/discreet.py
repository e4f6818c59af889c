"""Keeps what some actions are given out of what Home Assistant remembers.

Home Assistant tells everybody of each action that is called, with its data: the
recorder keeps that event for days, a trace of a script shows the data, and an error may
print it. So passwords, PINs and what this home decided are taken out of the data while
they are validated, which is before anybody is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from probatio import Schema


@dataclass(frozen=True, slots=True)
class Hidden[T]:
    """A value that shows itself in no log."""

    value: T = field(repr=False)


def hide[T](value: T) -> Hidden[T]:
    """Return the value hidden; a step of a schema, where a class would be a type."""
    return Hidden(value)


def forgetting(schema: Schema, *names: str) -> Schema:
    """Return a schema that takes ``names`` out of what it is given.

    What it returns is whole. What it refuses stays as it was: no event tells of that.
    """

    def take(given: dict[str, Any]) -> Any:
        validated = schema(given)
        for name in names:
            given.pop(name, None)
        return validated

    return Schema(take)


def uncovered(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data with what is hidden in plain sight, for the engine alone."""
    return {
        name: each.value if isinstance(each, Hidden) else each
        for name, each in data.items()
    }
