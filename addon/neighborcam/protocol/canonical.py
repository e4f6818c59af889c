"""The one form in which a message travels: canonical JSON, RFC 8785 (spec/encoding.md).

What is signed, hashed and stored is these bytes. A receiver takes no other form, so
two parsers that differ (duplicate names, odd numbers) can never see two messages.
"""

import json
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import rfc8785

from neighborcam.protocol.errors import InvalidMessage

YEARS: Final = range(1970, 3000)  # of moments
MESSAGE_LIMIT: Final = 64 * 1024  # bytes; no message of the protocol needs more


def encode(message: msgspec.Struct) -> bytes:
    """Return the canonical bytes of a message. Raises `InvalidMessage`."""
    return canonical(_in_utc(msgspec.to_builtins(message, builtin_types=(datetime,))))


def decode[M: msgspec.Struct](
    data: bytes, kind: type[M], *, limit: int = MESSAGE_LIMIT
) -> M:
    """Return the message that ``data`` is. Raises `InvalidMessage` and nothing else.

    The form is checked before the content, the size before both.
    """
    if len(data) > limit:
        raise InvalidMessage(f"the message is larger than {limit} bytes")
    check_form(data)
    try:
        message = msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as problem:
        raise InvalidMessage(
            f"the message is not as the spec says: {problem}"
        ) from None
    if encode(message) != data:  # base64, moments and defaults have one form too
        raise InvalidMessage("the message is not in canonical form (RFC 8785)")
    return message


def check_form(data: bytes) -> None:
    """Raise `InvalidMessage` for what is no canonical message, of whatever kind."""
    if canonical(_parsed(data)) != data:
        raise InvalidMessage("the message is not in canonical form (RFC 8785)")


def canonical(value: Any) -> bytes:
    """Return the canonical bytes of plain data. Raises `InvalidMessage`."""
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError):
        # Lone surrogates, numbers that a double cannot hold, endless nesting.
        raise InvalidMessage("the message has no canonical form (RFC 8785)") from None


def _in_utc(value: Any) -> Any:
    match value:
        case datetime():
            return msgspec.to_builtins(_moment(value))
        case dict():
            return {name: _in_utc(each) for name, each in value.items()}
        case list() | tuple():
            return [_in_utc(each) for each in value]
        case _:
            return value


def _moment(value: datetime) -> datetime:
    # Days are added to moments everywhere: the ends of the calendar are none of ours.
    if value.year not in YEARS:
        raise InvalidMessage(f"a moment is of the year {value.year}")
    return value.astimezone(UTC)


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(
            data.decode(), object_pairs_hook=_object, parse_constant=_no_number
        )
    except (ValueError, RecursionError):
        # No JSON, no UTF-8, digits without end, or nested without end.
        raise InvalidMessage("the message is not JSON in UTF-8") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidMessage("the message says a name twice")
    return found


def _no_number(_name: str) -> None:
    raise InvalidMessage("the message holds a number that is none")
