"""A request as an officer writes it: what a person knows, nothing that is computed."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from neighborcam.agency.errors import NotNow
from neighborcam.agency.keyring import Keyring
from neighborcam.protocol.requests import Request


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
    days: float = 7.0  # how long it is open
    urgent: bool = False


def request_of(
    draft: Draft, ring: Keyring, new_seal: Callable[[str], str], now: datetime
) -> Request:
    """Return the request, with a key of its own. Raises `NotNow`, naming the field."""
    now, id_ = now.replace(microsecond=0), secrets.token_hex(16)
    said = msgspec.structs.asdict(draft) | {
        "type": "request",
        "id": id_,
        "agency": ring.own[1].certificate.agency,
        "published": now,
        "expires": now + timedelta(days=draft.days),
        "nonce": secrets.token_hex(16),
        "seal_to": "",
    }
    del said["days"]
    try:
        made = msgspec.convert(msgspec.to_builtins(said), Request)
    except msgspec.ValidationError as problem:
        raise NotNow(str(problem)) from None
    return msgspec.structs.replace(made, seal_to=new_seal(id_))
