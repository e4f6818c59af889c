"""Invites: how a home learns of a hub, and whom to believe about it (spec/accounts.md).

A link whose fragment holds everything: browsers do not send fragments, so no server
on the way reads the code.
"""

import base64
import binascii
from typing import Annotated, Final
from urllib.parse import urlsplit

import msgspec

from neighborcam.protocol.accounts import InviteCode
from neighborcam.protocol.canonical import decode, encode
from neighborcam.protocol.checkpoints import LogPolicy
from neighborcam.protocol.errors import InvalidMessage
from neighborcam.protocol.identity import Message
from neighborcam.protocol.note_keys import LogKey, WitnessKey, parse_vkey

_PATH: Final = "/join"
_LIMIT: Final = 8192  # characters; a QR code holds 2,953 bytes


class Invite(Message, frozen=True, kw_only=True):
    """A one-time code with the hub's key. ``witnesses`` are C2SP verifier keys."""

    v: Annotated[int, msgspec.Meta(ge=1, le=1)] = 1
    hub: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]  # its base URL
    code: InviteCode
    log: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    witnesses: Annotated[tuple[str, ...], msgspec.Meta(max_length=16)] = ()
    quorum: Annotated[int, msgspec.Meta(ge=0, le=16)] = 0

    @property
    def policy(self) -> LogPolicy:
        """Whom to believe. Raises `InvalidMessage` for keys that are none."""
        log = parse_vkey(self.log)
        witnesses = [parse_vkey(each) for each in self.witnesses]
        if not isinstance(log, LogKey):
            raise InvalidMessage("the invite's key is not that of a log")
        known = [each for each in witnesses if isinstance(each, WitnessKey)]
        if len(known) != len(witnesses):
            raise InvalidMessage("a witness of the invite is none")
        try:
            return LogPolicy(log=log, witnesses=tuple(known), quorum=self.quorum)
        except ValueError as problem:
            raise InvalidMessage(str(problem)) from None


def link_of(invite: Invite) -> str:
    """Return the invite as a link."""
    text = base64.urlsafe_b64encode(encode(invite)).decode().rstrip("=")
    return f"{invite.hub.rstrip('/')}{_PATH}#{text}"


def parse_link(link: str) -> Invite:
    """Return the invite that a link holds. Raises `InvalidMessage`.

    The link must lead to the hub that it names: one that leads elsewhere would show a
    person one hub and have the engine join another.
    """
    address, found, text = link.strip().partition("#")
    if not found or len(link) > _LIMIT:
        raise InvalidMessage("this is no invite: copy the whole link")
    try:
        data = base64.b64decode(
            text + "=" * (-len(text) % 4), altchars=b"-_", validate=True
        )
    except (binascii.Error, ValueError):
        raise InvalidMessage("this is no invite: copy the whole link") from None
    invite = decode(data, Invite)
    parts = urlsplit(invite.hub)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        raise InvalidMessage("the invite names no hub that can be reached")
    if parts.username or parts.password:
        raise InvalidMessage("the invite's address holds credentials")
    if address.rstrip("/") != f"{invite.hub.rstrip('/')}{_PATH}":
        raise InvalidMessage("the link leads to another hub than it names")
    _ = invite.policy
    return invite
