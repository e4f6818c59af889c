"""Leaving a hub: what waits is not sent, what was said is taken back, then goodbye."""

import asyncio
import contextlib
from typing import Final

from neighborcam.engine.errors import HubRefused
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.sharing.hub_link import HubLink, Membership
from neighborcam.engine.sharing.outbox import Outbox
from neighborcam.engine.sharing.speaking import Speaking

GOODBYE_S: Final = 15.0  # for what is taken back
_GONE: Final = "not_a_member"


async def leave(
    speaking: Speaking,
    outbox: Outbox,
    store: SharingStore,
    link: HubLink,
    member: Membership,
) -> None:
    """Take back what this home said and holds still, then delete the account.

    Raises `HubUnreachable` or `HubRefused` when the hub did not take the last word. An
    account that is gone already is no failure.
    """
    for own in speaking.holding():
        speaking.take_back(own)
    store.letters.drop_all(but=("cancel", "removal"))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(GOODBYE_S):
            await outbox.drain()
    try:
        await link.leave(member)
    except HubRefused as refused:
        if refused.code != _GONE:
            raise
