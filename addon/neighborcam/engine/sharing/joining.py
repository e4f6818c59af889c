"""Joining a hub by an invite, and what a home keeps of its membership."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from neighborcam.engine.errors import HubMisbehaves, InvalidInput
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.sharing.hub_http import hub_session
from neighborcam.engine.sharing.hub_link import HubLink
from neighborcam.protocol.canonical import encode
from neighborcam.protocol.errors import InvalidMessage
from neighborcam.protocol.invites import Invite, parse_link

_JOINING: Final = "joining"
_NO_CODE: Final = "0" * 20


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What a home keeps of its membership."""

    invite: str  # without its code
    name: str
    household: str
    seed: bytes
    latitude: float
    longitude: float

    def __repr__(self) -> str:
        """Hide key and place: this may be logged."""
        return f"Kept(name={self.name!r})"


class _Joining(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt to join whose answer may have been lost: it is made again alike."""

    code: str
    seed: bytes


def read_invite(link: str) -> Invite:
    """Return the invite that a link is. Raises `InvalidInput`."""
    try:
        return parse_link(link)
    except InvalidMessage as problem:
        raise InvalidInput(f"invite: {problem}") from None


async def join(
    store: SharingStore,
    invite: Invite,
    latitude: float,
    longitude: float,
    clock: Callable[[], datetime],
) -> Kept:
    """Take the household that an invite gives; again and again the same one.

    Raises `HubMisbehaves` for another hub than the invite's, and what the hub says.
    """
    seed = seed_for(store, invite.code)
    key = Ed25519PrivateKey.from_private_bytes(seed)
    async with hub_session() as session:
        hub = HubLink(session, invite.hub, clock)
        seen = await hub.view()
        if seen.log != invite.log:
            raise HubMisbehaves("the hub has another key than the invite says")
        member = await hub.join(invite.code, key)
    bare = msgspec.structs.replace(invite, code=_NO_CODE)
    return Kept(
        invite=encode(bare).decode(),
        name=seen.name,
        household=member.household,
        seed=seed,
        latitude=latitude,
        longitude=longitude,
    )


def seed_for(store: SharingStore, code: str) -> bytes:
    """Return the seed of the key that joins by a code: the same for each try."""
    data = store.fact(_JOINING)
    before = msgspec.json.decode(data, type=_Joining) if data else None
    if before is not None and before.code == code:
        return before.seed
    seed = Ed25519PrivateKey.generate().private_bytes_raw()
    store.put_fact(_JOINING, msgspec.json.encode(_Joining(code=code, seed=seed)))
    return seed
