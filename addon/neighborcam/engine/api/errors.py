"""From errors to answers: one table, which docs/api.md repeats."""

from typing import Final

import msgspec

from neighborcam.engine import errors
from neighborcam.engine.api.messages import ErrorAnswer, ErrorBody
from neighborcam.engine.errors import EngineError, InvalidInput


class InvalidField(InvalidInput):
    """`InvalidInput` that names its field: ``zones[0].id``."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


class Unauthorised(EngineError):
    """No token, or one that is not valid."""


class Forbidden(EngineError):
    """The token is valid and may not do this."""


class WrongOrigin(EngineError):
    """A page of another site tried to open a WebSocket."""


class WrongCode(EngineError):
    """A pairing code that is wrong, used or out of date."""


class SharingOff(errors.Conflict):
    """This needs sharing, which the owner has not turned on."""


class TooManyTries(EngineError):
    """This address failed to prove itself too often; wait a minute."""


class TooLarge(EngineError):
    """The request's body is over the limit."""


class NoRoute(EngineError):
    """There is nothing under this path."""


class WrongMethod(EngineError):
    """The path exists, but not with this method."""


class BadRequest(EngineError):
    """The request itself is malformed."""


# The first entry that is a base of the error counts, so subclasses come first.
ANSWERS: Final[tuple[tuple[type[EngineError], int, str], ...]] = (
    (errors.InvalidInput, 400, "invalid_input"),
    (BadRequest, 400, "bad_request"),
    (Unauthorised, 401, "unauthorised"),
    (Forbidden, 403, "forbidden"),
    (WrongOrigin, 403, "wrong_origin"),
    (WrongCode, 403, "wrong_code"),
    (errors.WrongPin, 403, "wrong_pin"),
    (errors.NotFound, 404, "not_found"),
    (NoRoute, 404, "no_route"),
    (WrongMethod, 405, "wrong_method"),
    (SharingOff, 409, "sharing_off"),
    (errors.Conflict, 409, "conflict"),
    (TooLarge, 413, "too_large"),
    (TooManyTries, 429, "too_many_tries"),
    (errors.CameraUnauthorised, 502, "camera_unauthorised"),
    (errors.CameraUnsupported, 502, "camera_unsupported"),
    (errors.CameraUnreachable, 502, "camera_unreachable"),
    (errors.CameraStalled, 504, "camera_stalled"),
    (errors.CameraEnded, 502, "camera_ended"),
    (errors.CameraError, 502, "camera_failed"),
    (errors.HubBusy, 429, "hub_busy"),
    (errors.HubRefused, 409, "hub_refused"),
    (errors.HubMisbehaves, 502, "hub_misbehaves"),
    (errors.HubUnreachable, 502, "hub_unreachable"),
    (errors.StorageError, 507, "storage_failed"),
    (errors.DataInUse, 503, "data_in_use"),
    (errors.DataUnreadable, 503, "data_unreadable"),
    (errors.ModelUnavailable, 503, "model_unavailable"),
    (EngineError, 500, "engine_failed"),
)
UNEXPECTED: Final = "unexpected"


def answer_for(error: EngineError) -> tuple[int, ErrorAnswer]:
    """Return status and body for an error that was raised on purpose."""
    status, code = next(
        (status, code) for kind, status, code in ANSWERS if isinstance(error, kind)
    )
    field = error.field if isinstance(error, InvalidField) else None
    return status, ErrorAnswer(
        error=ErrorBody(code=code, message=str(error), field=field)
    )


def unexpected(failure_id: str) -> ErrorAnswer:
    """Return the body for a bug: nothing of it but where to look."""
    return ErrorAnswer(
        error=ErrorBody(
            code=UNEXPECTED,
            message="the engine failed unexpectedly; its log has this id",
            id=failure_id,
        )
    )


def invalid(error: Exception) -> InvalidField | InvalidInput:
    """Translate what msgspec raised, naming the field when it is known.

    ``error`` may also be `RecursionError` (nested too deeply), `UnicodeDecodeError`
    or `OverflowError`, all of which a hostile body can provoke.
    """
    if isinstance(error, msgspec.ValidationError):
        text, _, path = str(error).partition(" - at `")
        field = path.rstrip("`").removeprefix("$").lstrip(".")
        return InvalidField(field, text) if field else InvalidInput(text)
    if isinstance(error, RecursionError):
        return InvalidInput("the JSON is nested too deeply")
    if isinstance(error, OverflowError):
        return InvalidInput("a number or time is out of range")
    return InvalidInput("this is not JSON in UTF-8")
