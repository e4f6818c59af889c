"""Telling listeners of all nodes through NATS: one subject for a region.

A node hears a region once, however many engines listen on it, and hands the bytes on.
What is lost while NATS is away, or because this node was too slow, is not lost to
engines: listeners are told that they lag, and read the table (`hub/following.py`).
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import msgspec
import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.errors import SlowConsumerError

from neighborcam.hub.errors import StorageFailed
from neighborcam.hub.fanout.interface import Told, told
from neighborcam.hub.fanout.local import LocalFanout
from neighborcam.protocol.feed import Event

_LOG: Final = logging.getLogger(__name__)
_SUBJECT: Final = "neighborcam.{hub}.region.{region}"
_CONNECT_S: Final = 5.0
_FLUSH_S: Final = 2
_HEAD: Final = msgspec.json.Decoder(tuple[int, str])


class NatsFanout:
    """Implements `Fanout` for many processes."""

    def __init__(self, client: Client, hub: str, local: LocalFanout) -> None:
        self._client = client
        self._hub = hub
        self._local = local
        self._subscriptions: dict[str, Subscription] = {}
        self._subscribing = asyncio.Lock()

    @classmethod
    async def open(cls, url: str, hub: str) -> "NatsFanout":
        """Connect. Raises `StorageFailed` when there is no server."""
        local = LocalFanout()

        async def reconnected() -> None:
            local.lose()  # events were published without us

        async def failed(problem: Exception) -> None:
            _LOG.info("NATS: %s", type(problem).__name__)
            if isinstance(problem, SlowConsumerError):  # it has dropped some
                local.lose()

        try:
            async with asyncio.timeout(_CONNECT_S):
                # Later it tries for ever; the first time it must be there.
                client = await nats.connect(
                    url,
                    max_reconnect_attempts=-1,
                    reconnected_cb=reconnected,
                    error_cb=failed,
                )
        except (NatsError, OSError, TimeoutError) as problem:
            raise StorageFailed("NATS does not answer at its address") from problem
        return cls(client, hub, local)

    async def publish(self, region: str, cell: str, event: Event) -> None:
        """Tell an event to all nodes, this one too."""
        item = told(cell, event)
        head = msgspec.json.encode((item.seq, item.cell))
        try:
            await self._client.publish(self._subject(region), head + b"\n" + item.data)
        except (NatsError, OSError) as problem:
            _LOG.warning("NATS took no event: %s", type(problem).__name__)
            self._local.deliver(region, item)

    @asynccontextmanager
    async def listen(self, region: str) -> AsyncIterator[AsyncIterator[Told]]:
        """Hear what is published from now on."""
        try:
            async with self._local.listen(region) as heard:
                await self._hear(region)
                yield heard
        finally:  # who follows a region ends by being cancelled
            if not self._local.has_listeners(region):
                await self._hear_no_more(region)

    async def _hear(self, region: str) -> None:
        async with self._subscribing:
            if region not in self._subscriptions:

                async def hand_on(message: Msg) -> None:
                    head, _, data = message.data.partition(b"\n")
                    seq, cell = _HEAD.decode(head)
                    self._local.deliver(region, Told(seq=seq, cell=cell, data=data))

                try:
                    # A client that is away subscribes when it comes back.
                    self._subscriptions[region] = await self._client.subscribe(
                        self._subject(region), cb=hand_on
                    )
                    await self._client.flush(_FLUSH_S)  # it is heard from here on
                except (NatsError, OSError, TimeoutError) as problem:
                    _LOG.warning("NATS is away: %s", type(problem).__name__)

    async def _hear_no_more(self, region: str) -> None:
        async with self._subscribing:
            if self._local.has_listeners(region):
                return
            subscription = self._subscriptions.pop(region, None)
            if subscription is not None and self._client.is_connected:
                await subscription.unsubscribe()

    def _subject(self, region: str) -> str:
        return _SUBJECT.format(hub=self._hub, region=region)

    async def close(self) -> None:
        """End all listeners and the connection."""
        await self._local.close()
        # A server that is away is told nothing; what is open here is closed anyway.
        with contextlib.suppress(NatsError, OSError):
            await self._client.close()
