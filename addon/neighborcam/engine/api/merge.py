"""JSON merge patch (RFC 7396) onto the messages' own types. Pure."""

from typing import Any

import msgspec

from neighborcam.engine.api.errors import invalid
from neighborcam.engine.errors import InvalidInput


def merged(target: Any, patch: Any) -> Any:
    """Return ``target`` with ``patch`` applied: null removes, objects go deep."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def patched[T: msgspec.Struct](current: T, patch: dict[str, Any]) -> T:
    """Return ``current`` with ``patch`` applied; a removed field gets its default.

    Raises `InvalidInput` naming the field that does not fit.
    """
    return converted(merged(msgspec.to_builtins(current), patch), type(current))


def converted[T](value: Any, wanted: type[T]) -> T:
    """Return decoded JSON as ``wanted``, or raise `InvalidInput` naming the field."""
    try:
        return msgspec.convert(value, wanted)
    except (msgspec.ValidationError, RecursionError, OverflowError) as exc:
        raise invalid(exc) from None


def require_unique(ids: list[str], field: str) -> None:
    """Raise `InvalidInput` when an id stands twice."""
    if len(set(ids)) != len(ids):
        raise InvalidInput(f"two entries of {field} have the same id")
