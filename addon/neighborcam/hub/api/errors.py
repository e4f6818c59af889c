"""From errors to answers: one table, which spec/hub.md repeats."""

from typing import Final

import msgspec

from neighborcam.hub import errors
from neighborcam.hub.errors import HubError
from neighborcam.hub.witnessing import OldSize, UnknownLog
from neighborcam.protocol import errors as protocol
from neighborcam.protocol.standing import IllegalStanding


class NoRoute(HubError):
    """There is nothing under this path."""


class WrongMethod(HubError):
    """The path exists, but not with this method."""


class BadRequest(HubError):
    """The request itself is malformed."""


class Packed(HubError):
    """The body is compressed."""


class TooSlow(HubError):
    """The body did not come in time."""


class InvalidField(HubError):
    """A field is wrong; ``field`` names it."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


class ErrorBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong: ``code`` for programs, ``message`` for people."""

    code: str
    message: str
    field: str | None = None
    id: str | None = None


class ErrorAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The body of every failure."""

    error: ErrorBody


# The first entry that is a base of the error counts, so subclasses come first.
ANSWERS: Final[tuple[tuple[type[Exception], int, str], ...]] = (
    (protocol.OutsideLimits, 400, "outside_limits"),
    (InvalidField, 400, "invalid_input"),
    (protocol.InvalidMessage, 400, "invalid_message"),
    (errors.UnfitMedia, 400, "unfit_media"),
    (BadRequest, 400, "bad_request"),
    (errors.NoPass, 401, "no_pass"),
    (errors.NotASteward, 401, "not_a_steward"),
    (errors.NotAMember, 403, "not_a_member"),
    (protocol.BadSignature, 403, "bad_signature"),
    (protocol.CannotOpen, 403, "cannot_open"),
    (errors.WrongCode, 403, "wrong_code"),
    (errors.WrongAuthor, 403, "wrong_author"),
    (errors.WrongToken, 403, "wrong_token"),
    (errors.NotAllowed, 403, "not_allowed"),
    (errors.NotFound, 404, "not_found"),
    (UnknownLog, 404, "unknown_log"),
    (NoRoute, 404, "no_route"),
    (WrongMethod, 405, "wrong_method"),
    (TooSlow, 408, "too_slow"),
    (errors.TokenSpent, 409, "token_spent"),
    (errors.IdTaken, 409, "id_taken"),
    (OldSize, 409, "old_size"),
    (IllegalStanding, 409, "conflict"),
    (errors.Conflict, 409, "conflict"),
    (errors.TooLarge, 413, "too_large"),
    (Packed, 415, "packed"),
    (protocol.BadProof, 422, "bad_proof"),
    (errors.QuotaUsed, 429, "quota_used"),
    (errors.TooMany, 429, "too_many"),
    (errors.StorageFailed, 503, "storage_failed"),
    (HubError, 500, "hub_failed"),
)
UNEXPECTED: Final = "unexpected"
ON_PURPOSE: Final = (HubError, protocol.ProtocolError)


def answer_for(error: Exception) -> tuple[int, ErrorAnswer]:
    """Return status and body for an error that was raised on purpose."""
    status, code = next(
        ((status, code) for kind, status, code in ANSWERS if isinstance(error, kind)),
        (500, "hub_failed"),
    )
    body = ErrorBody(code=code, message=str(error), field=getattr(error, "field", None))
    return status, ErrorAnswer(error=body)


def unexpected(failure_id: str) -> ErrorAnswer:
    """Return the body for a bug: nothing of it but where to look."""
    text = "the hub failed unexpectedly; its log has this id"
    return ErrorAnswer(error=ErrorBody(code=UNEXPECTED, message=text, id=failure_id))
