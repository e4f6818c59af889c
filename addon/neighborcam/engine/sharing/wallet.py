"""Tokens of the day, fetched at a time that tells nothing, spent one by one.

A token that was fetched when it is needed would tell the hub who needs it.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final, Protocol, Self

import msgspec

from neighborcam.engine.errors import Conflict, HubBusy, HubRefused
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.sharing.hub_http import CLOCK
from neighborcam.engine.sharing.hub_link import (
    HubLink,
    KeysView,
    Membership,
    blinded,
)
from neighborcam.engine.sharing.letters import oldest_epoch
from neighborcam.protocol.accounts import Purpose
from neighborcam.protocol.alerts import Token
from neighborcam.protocol.limits import PER_DAY
from neighborcam.protocol.tokens import Blinded

WRONG_TOKEN: Final = "wrong_token"  # noqa: S105 - a code of the hub
USED: Final = "quota_used"  # a code of the hub: it signed others before
FETCHED: Final[tuple[Purpose, ...]] = ("post", "comment", "flag", "capsule", "piece")


def may_wait(refused: HubRefused) -> bool:
    """Tell whether the hub may grant the same wish for tokens another time.

    A clock can be set right, and a day's keys are others on the next day.
    """
    if refused.field == CLOCK or refused.code == WRONG_TOKEN:
        return True
    return isinstance(refused, HubBusy) and refused.code != USED


class _Number(msgspec.Struct, frozen=True, kw_only=True):
    prepared: bytes
    request: bytes
    inverse: bytes

    @classmethod
    def of(cls, made: Blinded) -> Self:
        inverse = made.inverse.to_bytes(len(made.request))
        return cls(prepared=made.prepared, request=made.request, inverse=inverse)

    @property
    def blinded(self) -> Blinded:
        return Blinded(
            prepared=self.prepared,
            request=self.request,
            inverse=int.from_bytes(self.inverse),
        )


class _Unfinished(msgspec.Struct, frozen=True, kw_only=True):
    key: bytes
    numbers: tuple[_Number, ...]

    def __repr__(self) -> str:
        """Hide what only this home knows: this may be logged."""
        return "_Unfinished()"


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
        scope, key = f"{keys.epoch} {purpose}", keys.keys.get(purpose, b"")
        made = self._blinded(scope, key, PER_DAY[purpose])
        try:
            tokens = await self._link.tokens(self._member, keys, purpose, made)
        except HubBusy as busy:
            if may_wait(busy):
                raise
            return  # what was fetched is lost: tomorrow there are others
        rows = [(each.prepared, msgspec.json.encode(each)) for each in tokens]
        self._store.put_tokens(scope, keys.epoch, purpose, rows)

    def _blinded(self, scope: str, key: bytes, count: int) -> list[Blinded]:
        """Return what the hub is to sign: the same as before, if that was not heard.

        The hub signs the same again for nothing, and others not at all. So it is kept
        before it is sent: an engine that stops half-way loses no token.
        """
        data = self._store.unfinished(scope)
        if data is not None:
            kept = msgspec.json.decode(data, type=_Unfinished)
            if kept.key == key:
                return [each.blinded for each in kept.numbers]
        made = blinded(key, count)
        numbers = tuple(_Number.of(each) for each in made)
        data = msgspec.json.encode(_Unfinished(key=key, numbers=numbers))
        today = self._clock().date().isoformat()
        self._store.put_unfinished(scope, data, today)
        return made

    async def take(self, purpose: str) -> Token:
        """Return a token and forget it. Raises `Conflict` when there is none today."""
        return await self._found(purpose, self._store.take_token)

    async def look(self, purpose: str) -> Token:
        """Return a token that stays where it is. Raises `Conflict` as `take` does."""
        return await self._found(purpose, self._store.look_at_token)

    async def _found(
        self, purpose: str, find: Callable[[str, str], bytes | None]
    ) -> Token:
        """Find a token of a day that counts; fetch those of today if there is none."""
        oldest = oldest_epoch(self._clock())
        data = find(purpose, oldest)
        if data is None:
            await self.fill()
            data = find(purpose, oldest)
        if data is None:
            most = PER_DAY[purpose]
            raise Conflict(f"{most} a day are used up; more after midnight (UTC)")
        return msgspec.json.decode(data, type=Token)

    async def vote_token(self, alert: str, key: bytes) -> Token:
        """Return the one vote token of an alert, fetched once."""
        data = self._store.vote_token(alert)
        if data is None:
            data = msgspec.json.encode(await self.token_about(alert, key))
            self._store.put_vote_token(alert, data)
        return msgspec.json.decode(data, type=Token)

    async def token_about(self, subject: str, key: bytes) -> Token:
        """Fetch the one token about an alert or an agency, which nobody keeps here.

        Until `SharingStore` keeps it, the next call asks for the same again.
        """
        (made,) = self._blinded(subject, key, 1)
        return await self._link.vote_token(self._member, subject, key, made)
