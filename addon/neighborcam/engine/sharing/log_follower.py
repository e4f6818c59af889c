"""Follows the hub's public log, entry by entry: what is not in it does not exist here.

What the log shows must be what its checkpoint signs, continue what was read before,
and obey the rules. What does not is evidence: it is kept as a file. What the log's key
has not signed is none.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime

from neighborcam.engine.errors import HubMisbehaves, HubUnreachable
from neighborcam.engine.index.answer_store import AnswerStore
from neighborcam.engine.sharing.hub_http import IN_BETWEEN
from neighborcam.engine.sharing.hub_link import HubLink, KeysView
from neighborcam.engine.sharing.log_keeper import LogKeeper, keys_entry
from neighborcam.protocol.checkpoints import Checkpoint, LogPolicy
from neighborcam.protocol.errors import NotWitnessed, ProtocolError
from neighborcam.protocol.log_reader import MOST_BYTES, Growth, LogReader
from neighborcam.protocol.register import Register
from neighborcam.protocol.tiles import Tile, is_bundle


class _NoFit(Exception):
    """The entries do not fit the checkpoint: fetched once more before it is a lie."""


class LogFollower:
    """The register of the hub, as far as this home has read its log.

    ``grown`` is called when it says more than before.
    """

    def __init__(
        self,
        link: HubLink,
        policy: LogPolicy,
        keeper: LogKeeper,
        store: AnswerStore,
        clock: Callable[[], datetime],
    ) -> None:
        self._link = link
        self._keeper = keeper
        self._store = store
        self._clock = clock
        self._reader = LogReader(policy, store.entries())
        self._reading = asyncio.Lock()  # what one reads is where the next begins
        self.witnesses = 0
        self.grown: Callable[[], None] = lambda: None

    @property
    def register(self) -> Register:
        """What the log says."""
        return self._reader.register

    @property
    def is_read(self) -> bool:
        """Whether anything of the log was read: an empty one says nothing."""
        return self._reader.size > 0

    async def check_keys(self, keys: KeysView) -> None:
        """Raise `HubMisbehaves` unless these are the keys of the day for everybody.

        That they stand in the log is not enough: a second entry for the same day, for
        some homes alone, would tell their tokens from all others.
        """
        await self._keeper.check_keys(keys)
        await self.follow()
        logged = self.register.token_keys
        entry = keys_entry(keys)
        if logged is not None and logged.epoch == keys.epoch and logged != entry:
            evidence = self._keeper.keep(keys.proof.encode())
            raise HubMisbehaves("the hub has two sets of keys for one day", evidence)

    async def follow(self) -> bool:
        """Read what is new; tell whether there was something.

        Raises `HubUnreachable`, and `HubMisbehaves` when the log contradicts itself.
        """
        async with self._reading:
            return await self._follow()

    async def _follow(self) -> bool:
        try:
            return await self._read()
        except _NoFit:
            return await self._read(is_last=True)

    async def _read(self, *, is_last: bool = False) -> bool:
        """Read what is new. Raises `_NoFit` for entries that are nobody's word yet."""
        known = self._keeper.known()
        data = await self._keeper.checkpoint()
        bundles: list[bytes] = []
        with self._keeper.judging(lambda: b"\n\n".join([data, *bundles])):
            checkpoint = self._reader.accept(data, self._clock(), known)
            await self._fetch(self._reader.wanted(checkpoint), bundles)
            try:
                growth = self._reader.read(checkpoint, bundles, known)
            except NotWitnessed:
                raise
            except ProtocolError as problem:
                if is_last:
                    raise
                raise _NoFit from problem
        self._believe(checkpoint, growth)
        return bool(growth.entries)

    async def _fetch(self, wanted: Iterable[Tile], bundles: list[bytes]) -> None:
        size = 0
        for tile in wanted:
            data = await self._link.raw(f"/log/{tile.bundle_path}")
            if not is_bundle(data, tile):
                raise HubUnreachable(f"what answers is not the hub's log: {IN_BETWEEN}")
            bundles.append(data)
            size += len(data)
            if size > MOST_BYTES:
                return  # which the reader refuses

    def _believe(self, checkpoint: Checkpoint, growth: Growth) -> None:
        self.witnesses = len(checkpoint.seen_at)
        if growth.entries:
            self._store.add_entries(growth.first, list(growth.entries))
        self._reader.believe(growth)
        if growth.entries:
            self.grown()
