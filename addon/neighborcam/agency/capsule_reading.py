"""Reads capsules: an answer is wholly as the spec says, or it is silence.

Whoever can post a capsule can write anything into it, so nothing of an answer is
believed before all of it was looked at: what is kept here never fails later.
"""

from collections.abc import Sequence
from typing import Final

from neighborcam.protocol.age_keys import (
    ClassicIdentity,
    HybridIdentity,
    HybridRecipient,
    parse_identity,
    parse_recipient,
)
from neighborcam.protocol.answers import Answer, Item, read_answer
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.capsules import open_capsule
from neighborcam.protocol.errors import InvalidMessage, ProtocolError
from neighborcam.protocol.signing import verify

_TYPES: Final = {"clip": "video/mp4", "still": "image/jpeg"}
_ABOUT_ANOTHER: Final = frozenset({"letter", "revoked"})


def read_all(
    capsules: Sequence[bytes], seal: HybridIdentity, request: str
) -> list[Answer]:
    """Return the answers that are in the capsules of a round."""
    read = (read_capsule(each, seal, request) for each in capsules)
    return [answer for answer in read if answer is not None]


def read_capsule(capsule: bytes, seal: HybridIdentity, request: str) -> Answer | None:
    """Return the answer in a capsule; None for nothing, and for what is none."""
    try:
        answer = read_answer(open_capsule(capsule, seal, request.encode()))
        if answer is not None:
            _check(answer, request)
    except ProtocolError:
        return None
    return answer


def recipient_of(reply_to: str) -> HybridRecipient:
    """Return to whom a reply is sealed. Raises `InvalidMessage`."""
    recipient = parse_recipient(reply_to)
    if not isinstance(recipient, HybridRecipient):
        raise InvalidMessage("replies are sealed to hybrid keys only")
    return recipient


def _check(answer: Answer, request: str) -> None:
    if answer.request != request:
        raise InvalidMessage("this answers another request")
    if (answer.about is not None) != (answer.kind in _ABOUT_ANOTHER):
        raise InvalidMessage("this is about no answer")
    if bool(answer.items) != (answer.kind == "clips"):
        raise InvalidMessage("clips are in answers of clips")
    recipient_of(answer.reply_to)
    for item in answer.items:
        _check_item(item, request)


def _check_item(item: Item, request: str) -> None:
    manifest = item.manifest
    if manifest.request != request:
        raise InvalidMessage("the clip was made for another request")
    if _TYPES[manifest.kind] != manifest.media_type:
        raise InvalidMessage("the clip is of another type than its kind")
    if not isinstance(parse_identity(item.secret), ClassicIdentity):
        raise InvalidMessage("clips are sealed to X25519")
    verify(manifest.key, "manifest", encode(manifest), item.sig)
