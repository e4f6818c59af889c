"""What a household says to its hub by name: join, tokens, invite, leave.

These are the only messages that show an account (spec/accounts.md). Each is signed by
the household's key under its own kind, and holds the time, so an old one is refused.
"""

from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from neighborcam.protocol.canonical import encode
from neighborcam.protocol.errors import OutsideLimits
from neighborcam.protocol.identity import (
    Id,
    Message,
    Moment,
    PublicKey,
    Signature,
)
from neighborcam.protocol.limits import SKEW
from neighborcam.protocol.signing import sign, verify

type Purpose = Literal["post", "comment", "flag", "capsule", "piece"]
type Blinded = Annotated[bytes, msgspec.Meta(min_length=256, max_length=512)]
type InviteCode = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-HJKMNP-TV-Z]{20}\Z")]

UNSIGNED: Final = bytes(64)


class Join(Message, frozen=True, kw_only=True, tag="join"):
    """Take part, by an invite; the key is the household's from now on."""

    v: Literal[1] = 1
    code: InviteCode
    key: PublicKey
    at: Moment
    sig: Signature = UNSIGNED


class TokenWish(Message, frozen=True, kw_only=True, tag="token-wish"):
    """Have tokens of a day signed."""

    v: Literal[1] = 1
    household: Id
    epoch: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}\Z")]
    purpose: Purpose
    blinded: Annotated[tuple[Blinded, ...], msgspec.Meta(min_length=1, max_length=80)]
    at: Moment
    sig: Signature = UNSIGNED


class VoteWish(Message, frozen=True, kw_only=True, tag="vote-wish"):
    """Have the one token signed that this household gets for an alert."""

    v: Literal[1] = 1
    household: Id
    alert: Id
    blinded: Blinded
    at: Moment
    sig: Signature = UNSIGNED


class PassWish(Message, frozen=True, kw_only=True, tag="pass-wish"):
    """Get the reading pass of the day, the same for every member."""

    v: Literal[1] = 1
    household: Id
    at: Moment
    sig: Signature = UNSIGNED


class InviteWish(Message, frozen=True, kw_only=True, tag="invite-wish"):
    """Get an invite for a neighbour; the same nonce gets the same invite."""

    v: Literal[1] = 1
    household: Id
    nonce: Id
    at: Moment
    sig: Signature = UNSIGNED


class Leave(Message, frozen=True, kw_only=True, tag="leave"):
    """Have the account deleted."""

    v: Literal[1] = 1
    household: Id
    at: Moment
    sig: Signature = UNSIGNED


type AccountMessage = Join | TokenWish | VoteWish | PassWish | InviteWish | Leave


def signed[M: AccountMessage](message: M, key: Ed25519PrivateKey) -> M:
    """Return the message with the household's signature."""
    body = encode(msgspec.structs.replace(message, sig=UNSIGNED))
    kind = str(message.__struct_config__.tag)
    return msgspec.structs.replace(message, sig=sign(key, kind, body))


def check_signed(message: AccountMessage, key: bytes, now: datetime) -> None:
    """Raise `BadSignature`, or `OutsideLimits` for a message that is not of now."""
    body = encode(msgspec.structs.replace(message, sig=UNSIGNED))
    verify(key, str(message.__struct_config__.tag), body, message.sig)
    if abs(message.at - now) > SKEW:
        raise OutsideLimits(
            "at", "more than 5 minutes from the hub's time: check the clock"
        )
