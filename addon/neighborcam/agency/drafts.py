"""A request as an officer writes it: what a person knows, nothing that is computed."""

import os
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec

from neighborcam.agency.errors import InvalidInput
from neighborcam.agency.keyring import Keyring
from neighborcam.protocol.age_keys import HybridIdentity
from neighborcam.protocol.requests import Request

type Days = Annotated[float, msgspec.Meta(gt=0, le=365)]


class Draft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked for. ``area`` is a polygon of GeoJSON; times are aware."""

    case_ref: str
    offence: str
    necessity: str
    tried: tuple[str, ...]
    area: dict[str, Any]
    window_start: datetime
    window_end: datetime
    what: str
    contact: str
    media_wanted: tuple[str, ...] = ("clip", "still", "text")
    retention_days: int = 60
    days: Days = 7.0  # how long it is open
    urgent: bool = False


def request_of(
    draft: Draft, ring: Keyring, new_seal: Callable[[str], str], now: datetime
) -> Request:
    """Return the request, with a key of its own. Raises `InvalidInput`."""
    now, id_ = now.replace(microsecond=0), secrets.token_hex(16)
    said = msgspec.structs.asdict(draft) | {
        "type": "request",
        "id": id_,
        "agency": ring.own[1].certificate.agency,
        "published": now,
        "expires": now + timedelta(seconds=round(draft.days * 86400)),
        "nonce": secrets.token_hex(16),
        "seal_to": "",
    }
    del said["days"]
    try:
        made = msgspec.convert(msgspec.to_builtins(said), Request)
    except msgspec.ValidationError as problem:
        raise _invalid(problem) from None
    return msgspec.structs.replace(made, seal_to=new_seal(id_))


def throw_away_seal(_request: str) -> str:
    """Return a recipient whose key nobody keeps: for a draft that is only looked at."""
    return str(HybridIdentity(os.urandom(32)).recipient)


def _invalid(problem: msgspec.ValidationError) -> InvalidInput:
    text, _, path = str(problem).partition(" - at `$.")
    return InvalidInput(text, path.rstrip("`"))
