"""Moderation envelopes: two of n stewards can tell who posted (spec/moderation.md).

Shamir's scheme with a line: the secret is its value at 0, steward i holds its value at
i. One point of a line says nothing about where it meets 0.
"""

import io
import secrets
from collections.abc import Callable, Sequence
from typing import Annotated, Final, Literal

import msgspec

from neighborcam.protocol.age import seal, unseal
from neighborcam.protocol.age_keys import Identity, Recipient
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.errors import CannotOpen, InvalidMessage
from neighborcam.protocol.identity import Id, Message, is_id

PRIME: Final = 2**130 - 5  # the smallest prime above an id of 128 bits that has a name
SHARE_BYTES: Final = 17
THRESHOLD: Final = 2


class Share(Message, frozen=True, kw_only=True):
    """What one steward can read: a point of the line, and what it is for."""

    v: Literal[1] = 1
    type: Literal["share"] = "share"
    subject: Id  # the alert or comment
    x: Annotated[int, msgspec.Meta(ge=1, le=255)]
    y: Annotated[bytes, msgspec.Meta(min_length=SHARE_BYTES, max_length=SHARE_BYTES)]


class Envelope(Message, frozen=True, kw_only=True):
    """One sealed share for each steward, in the order of the hub's list."""

    v: Literal[1] = 1
    type: Literal["envelope"] = "envelope"
    shares: Annotated[tuple[bytes, ...], msgspec.Meta(min_length=2, max_length=16)]


def close(
    household: str,
    subject: str,
    stewards: Sequence[Recipient],
    *,
    random: Callable[[int], int] = secrets.randbelow,
) -> bytes:
    """Seal a household's id to the stewards, any two of whom can open it."""
    if not is_id(household):
        raise InvalidMessage("a household's id is 32 hexadecimal digits")
    slope = random(PRIME)
    secret = int(household, 16)
    points = ((x, (secret + slope * x) % PRIME) for x in range(1, len(stewards) + 1))
    shares = (Share(subject=subject, x=x, y=y.to_bytes(SHARE_BYTES)) for x, y in points)
    sealed = (
        _sealed(encode(share), steward)
        for share, steward in zip(shares, stewards, strict=True)
    )
    return encode(Envelope(shares=tuple(sealed)))


def parse_envelope(data: bytes) -> Envelope:
    """Return the envelope that ``data`` is. Raises `InvalidMessage`."""
    return decode(data, Envelope)


def open_share(data: bytes, position: int, identity: Identity) -> Share:
    """Open the share of the steward at ``position`` (from 0) of the hub's list.

    Raises `CannotOpen` for another steward's or a changed one, `InvalidMessage`.
    """
    envelope = parse_envelope(data)
    if not 0 <= position < len(envelope.shares):
        raise CannotOpen("the envelope has no share for this steward")
    opened = io.BytesIO()
    unseal(io.BytesIO(envelope.shares[position]), opened, [identity])
    return decode(opened.getvalue(), Share)


def combine(one: Share, other: Share) -> str:
    """Return the household's id from two shares.

    Raises `CannotOpen` when they do not belong together, or the author wrote nonsense.
    """
    if one.x == other.x or one.subject != other.subject:
        raise CannotOpen("two shares of two stewards of one message are needed")
    y1, y2 = int.from_bytes(one.y), int.from_bytes(other.y)
    slope = (y2 - y1) * pow(other.x - one.x, -1, PRIME) % PRIME
    secret = (y1 - slope * one.x) % PRIME
    if secret >= 2**128:
        raise CannotOpen("the envelope holds no household: its author made it up")
    return f"{secret:032x}"


def _sealed(data: bytes, to: Recipient) -> bytes:
    target = io.BytesIO()
    seal(io.BytesIO(data), target, [to])
    return target.getvalue()
