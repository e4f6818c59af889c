"""From errors to answers of the page: one table."""

from typing import Final

import msgspec

from neighborcam.agency import errors
from neighborcam.agency.errors import DeskError, InvalidInput
from neighborcam.protocol.errors import OutsideLimits, ProtocolError


class NoSession(DeskError):
    """Another browser than the one that entered by the link."""


class WrongHost(DeskError):
    """The page was asked for under another name."""


class WrongOrigin(DeskError):
    """Another page asks."""


class Locked(DeskError):
    """The keys are locked: the passphrase opens them."""


class NoRoute(DeskError):
    """There is nothing under this path."""


class BadRequest(DeskError):
    """The request itself is malformed."""


class Packed(DeskError):
    """The body is compressed."""


class ErrorBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An error for people; ``code`` is for the page, ``field`` names what to mend."""

    code: str
    message: str
    field: str = ""


class ErrorAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The body of an answer that is no success."""

    error: ErrorBody


# The first entry that is a base of the error counts, so subclasses come first.
ANSWERS: Final[tuple[tuple[type[Exception], int, str], ...]] = (
    (NoSession, 401, "no_session"),
    (WrongHost, 421, "wrong_host"),
    (WrongOrigin, 403, "wrong_origin"),
    (Locked, 423, "locked"),
    (NoRoute, 404, "no_route"),
    (BadRequest, 400, "bad_request"),
    (Packed, 415, "packed"),
    (errors.WrongPassphrase, 403, "wrong_passphrase"),
    (errors.InvalidInput, 400, "invalid_input"),
    (errors.NotNow, 409, "not_now"),
    (errors.DeskInUse, 409, "desk_in_use"),
    (errors.DeskUnreadable, 500, "desk_unreadable"),
    (errors.HubSaidNo, 409, "hub_said_no"),
    (errors.HubMisbehaves, 502, "hub_misbehaves"),
    (errors.HubAway, 502, "hub_away"),
    (DeskError, 500, "failed"),
    (ProtocolError, 400, "not_right"),
)
ON_PURPOSE: Final = (DeskError, ProtocolError)


def answer_for(error: Exception) -> tuple[int, ErrorAnswer]:
    """Return status and body for an error that was raised on purpose."""
    status, code = next(
        (status, code) for kind, status, code in ANSWERS if isinstance(error, kind)
    )
    field = error.field if isinstance(error, InvalidInput | OutsideLimits) else ""
    body = ErrorBody(code=code, message=str(error), field=field)
    return status, ErrorAnswer(error=body)
