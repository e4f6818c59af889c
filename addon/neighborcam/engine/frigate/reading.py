"""A file of Frigate as plain values: YAML, and placeholders for secrets.

A secret stands in the file as ``{FRIGATE_NAME}`` and comes from the environment.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from neighborcam.engine.errors import InvalidInput

_MOST: Final = 2**20
_PLACEHOLDER: Final = re.compile(r"\{(FRIGATE_[A-Za-z0-9_]+)\}")
_BRACES: Final = {"{{": "{", "}}": "}"}


def read(text: str) -> dict[str, Any]:
    """Return what the file says. Raises `InvalidInput` naming the line."""
    if len(text) > _MOST:
        raise InvalidInput("this file is larger than any configuration of Frigate")
    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as problem:
        raise InvalidInput(f"this is not YAML: {_where(problem)}") from problem
    if not isinstance(found, dict) or not isinstance(found.get("cameras"), dict):
        raise InvalidInput("this is no configuration of Frigate: it has no cameras")
    return found


def _where(problem: Exception) -> str:
    """Return line and reason, and nothing of the text, which may hold passwords."""
    mark = getattr(problem, "problem_mark", None)
    reason = getattr(problem, "problem", None) or type(problem).__name__
    return str(reason) if mark is None else f"line {mark.line + 1}: {reason}"


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A text whose placeholders were filled, and the names that nobody knew."""

    text: str
    unknown: tuple[str, ...] = ()


def fill(text: str, secrets: Mapping[str, str]) -> Filled:
    """Put secrets in the place of their placeholders; an unknown one is left empty."""
    unknown = [name for name in _PLACEHOLDER.findall(text) if name not in secrets]
    filled = _PLACEHOLDER.sub(lambda found: secrets.get(found[1], ""), text)
    for double, single in _BRACES.items():
        filled = filled.replace(double, single)
    return Filled(text=filled, unknown=tuple(unknown))


class Section:
    """A part of the file: what a camera says itself, else what is said for all."""

    def __init__(self, name: str, own: Any, common: Any) -> None:
        self.name = name
        self._own = own if isinstance(own, dict) else {}
        self._common = common if isinstance(common, dict) else {}

    def __getitem__(self, path: str) -> Any:
        """Return the value at a dotted path, None where nobody says anything."""
        own = _at(self._own, path)
        return own if own is not None else _at(self._common, path)

    def truth(self, path: str, *, default: bool) -> bool:
        """Return a switch."""
        value = self[path]
        return value if isinstance(value, bool) else default

    def number(self, path: str) -> float | None:
        """Return a number; None for anything else."""
        value = self[path]
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if is_number else None

    def listed(self, path: str) -> list[Any]:
        """Return a list; a single value is a list of one."""
        value = self[path]
        if value is None:
            return []
        return value if isinstance(value, list) else [value]


def _at(value: Any, path: str) -> Any:
    for key in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value
