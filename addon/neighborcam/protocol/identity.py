"""Ids, keys and moments as messages hold them (spec/encoding.md)."""

import re
from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec

type Id = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]  # 128 random bits
type Sha256 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
type PublicKey = Annotated[bytes, msgspec.Meta(min_length=32, max_length=32)]
type Signature = Annotated[bytes, msgspec.Meta(min_length=64, max_length=64)]
type Moment = Annotated[datetime, msgspec.Meta(tz=True)]

_ID: Final = re.compile(r"[0-9a-f]{32}")


class Message(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what travels: unknown names are refused, as spec/encoding.md says."""


def is_id(text: str) -> bool:
    """Tell whether ``text`` is an id: 32 lower-case hexadecimal digits."""
    return _ID.fullmatch(text) is not None


def is_whole_second(moment: datetime) -> bool:
    """Tell whether a moment is in UTC and has no fraction, so it has one spelling."""
    return moment.utcoffset() == UTC.utcoffset(None) and moment.microsecond == 0
