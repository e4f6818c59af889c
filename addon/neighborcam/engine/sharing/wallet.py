"""Tokens of the day, fetched at a time that tells nothing, spent one by one.

A token that was fetched when it is needed would tell the hub who needs it.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Protocol

import msgspec

from neighborcam.engine.errors import Conflict, HubBusy
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.sharing.hub_link import HubLink, KeysView, Membership
from neighborcam.protocol.accounts import Purpose
from neighborcam.protocol.alerts import Token
from neighborcam.protocol.limits import PER_DAY

FETCHED: Final[tuple[Purpose, ...]] = ("post", "comment", "flag", "capsule", "piece")


class KeyKeeper(Protocol):
    """Knows which keys of tokens are those of everybody."""

    async def check_keys(self, keys: KeysView) -> None:
        """Raise `HubMisbehaves` unless they are."""


class Wallet:
    """The tokens of this home."""

    def __init__(
        self,
        link: HubLink,
        member: Membership,
        keeper: KeyKeeper,
        store: SharingStore,
        clock: Callable[[], datetime],
    ) -> None:
        self._link = link
        self._member = member
        self._keeper = keeper
        self._store = store
        self._clock = clock
        self._filling = asyncio.Lock()

    async def fill(self) -> None:
        """Fetch the tokens of today, unless they were fetched."""
        async with self._filling:
            today = self._clock().date().isoformat()
            if self._store.fact("filled") == today.encode():
                return
            keys = await self._link.keys()
            await self._keeper.check_keys(keys)
            for purpose in FETCHED:
                await self._fetch(keys, purpose)
            self._store.put_fact("filled", keys.epoch.encode())

    async def _fetch(self, keys: KeysView, purpose: Purpose) -> None:
        if self._store.token_count(purpose, keys.epoch):
            return
        try:
            tokens = await self._link.tokens(
                self._member, keys, purpose, PER_DAY[purpose]
            )
        except HubBusy:
            return  # fetched before a crash that lost them: tomorrow there are others
        for token in tokens:
            data = msgspec.json.encode(token)
            self._store.put_token(token.prepared, token.epoch, purpose, data)

    async def take(self, purpose: str) -> Token:
        """Return a token. Raises `Conflict` when the day's are used up."""
        oldest = (self._clock() - timedelta(days=1)).date().isoformat()
        data = self._store.take_token(purpose, oldest)
        if data is None:
            await self.fill()
            data = self._store.take_token(purpose, oldest)
        if data is None:
            most = PER_DAY[purpose]
            raise Conflict(f"{most} a day are used up; more after midnight (UTC)")
        return msgspec.json.decode(data, type=Token)

    async def vote_token(self, alert: str, key: bytes) -> Token:
        """Return the one vote token of an alert, fetched once."""
        data = self._store.vote_token(alert)
        if data is None:
            token = await self._link.vote_token(self._member, alert, key)
            data = msgspec.json.encode(token)
            self._store.put_vote_token(alert, data)
        return msgspec.json.decode(data, type=Token)
