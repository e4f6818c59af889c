"""Keeps one engine's household up to date: push only, one WebSocket.

`run()` loops with growing pauses, `run_once()` is one connection. Push hurries, state
is truth: after a lost connection the engine sends everything again.
"""

import asyncio
import random
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import Final, override

from aiohttp import ClientSession
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST, CONF_PORT, CONF_TOKEN
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    ConfigEntryError,
    ConfigEntryNotReady,
)
from homeassistant.helpers import event
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util
from yarl import URL

from .client import EngineClient
from .const import CONF_ALERT_RADIUS, DEFAULT_ALERT_RADIUS_M, DOMAIN, LOGGER
from .errors import EngineFailure, EngineTooNew, EngineTooOld, OddAnswer, TokenRefused
from .following import after, from_snapshot
from .household import Happening, Household
from .models import Changes, Hello, Snapshot

type EngineEntry = ConfigEntry[EngineCoordinator]

FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 60.0
FIRST_SNAPSHOT_S: Final = 20.0


def engine_url(host: str, port: int) -> URL:
    """Return the engine's address; ``host`` may be a name, IPv4 or IPv6."""
    return URL.build(scheme="http", host=host.strip("[]"), port=port)


class EngineCoordinator(DataUpdateCoordinator[Household]):
    """The household of one engine, and the client to change it."""

    config_entry: EngineEntry

    def __init__(self, hass: HomeAssistant, entry: EngineEntry) -> None:
        super().__init__(
            hass, LOGGER, config_entry=entry, name=entry.title, always_update=False
        )
        self.client = EngineClient(
            self._session(),
            engine_url(entry.data[CONF_HOST], entry.data[CONF_PORT]),
            entry.data[CONF_TOKEN],
        )
        self.connected = False
        self.failure: EngineFailure | None = None  # why not, when not connected
        self.last_failure: EngineFailure | None = None  # stays when it is connected
        self.losses = 0  # of a connection, since the entry was set up
        self._hello: Hello | None = None
        self._known: Household | None = None  # ``data``, but None before the first
        self._happening: list[Callable[[Happening], None]] = []
        self._told = asyncio.Event()

    def _session(self) -> ClientSession:
        return async_get_clientsession(self.hass)

    @property
    def alert_radius_m(self) -> int:
        """How far an alert may be to be shown, in metres."""
        return int(
            self.config_entry.options.get(CONF_ALERT_RADIUS, DEFAULT_ALERT_RADIUS_M)
        )

    @callback
    def async_on_happening(self, tell: Callable[[Happening], None]) -> CALLBACK_TYPE:
        """Call ``tell`` for everything that happens from now on."""
        self._happening.append(tell)
        return lambda: self._happening.remove(tell)

    async def async_start(self) -> None:
        """Connect and wait for the first snapshot; raises as a set-up must."""
        self.config_entry.async_create_background_task(
            self.hass, self.run(), name=f"{DOMAIN} {self.config_entry.entry_id}"
        )
        self.config_entry.async_on_unload(
            event.async_track_time_change(
                self.hass, self._begin_day, hour=0, minute=0, second=0
            )
        )
        try:
            async with asyncio.timeout(FIRST_SNAPSHOT_S):
                await self._told.wait()
        except TimeoutError:
            raise _not_ready("engine_silent") from None
        if self.failure is not None:
            raise setup_error(self.failure) from self.failure

    async def run(self) -> None:
        """Stay connected until cancelled, or until only a person can help."""
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                await self.run_once()
            except EngineFailure as failure:
                was_connected = self.connected
                self._lost(failure)
                if isinstance(failure, TokenRefused):
                    self.config_entry.async_start_reauth(self.hass)
                    return
                pause_s = FIRST_PAUSE_S if was_connected else pause_s
            except Exception:  # noqa: BLE001 - a fault of ours must not end it for good
                LOGGER.exception("Following %s failed", self.name)
                self._lost(OddAnswer("what the engine said could not be understood"))
            # Not all homes of a street at once, after a power cut.
            await asyncio.sleep(pause_s * random.uniform(0.7, 1.0))  # noqa: S311
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def run_once(self) -> None:
        """Follow the engine over one connection until it breaks."""
        # Closed at once on a failure; left to the garbage collector the socket lingers.
        async with aclosing(self.client.watch()) as messages:
            async for message in messages:
                match message:
                    case Hello():
                        self._hello = self._same_engine(message)
                    case Snapshot():
                        await self._take_snapshot(message)
                    case Changes():
                        self._take(*after(self._sure(), message))

    def _sure(self) -> Household:
        if self._known is None:
            raise OddAnswer("the engine sent changes before a snapshot")
        return self._known

    def _same_engine(self, hello: Hello) -> Hello:
        if hello.id != self.config_entry.unique_id:
            # Somebody gave the address to another engine: its cameras are not ours.
            raise OddAnswer("another engine answers at this address")
        return hello

    async def _take_snapshot(self, snapshot: Snapshot) -> None:
        if self._hello is None:
            raise OddAnswer("the engine sent a snapshot before its hello")
        known = self._known
        household, happened = from_snapshot(self._hello, snapshot, known)
        counts = await self.client.counts(
            dt_util.start_of_local_day(), dt_util.utcnow()
        )
        if not self.connected and known is not None:
            LOGGER.info("The connection to %s is back", self.name)
        self.connected, self.failure = True, None
        self._take(replace(household, episodes_today=counts), happened)
        self._told.set()

    @callback
    def _take(self, household: Household, happened: tuple[Happening, ...]) -> None:
        self._known = household
        self.async_set_updated_data(household)
        for happening in happened:
            for tell in tuple(self._happening):
                tell(happening)

    @callback
    def _lost(self, failure: EngineFailure) -> None:
        if self.connected:
            LOGGER.warning("The connection to %s is lost: %s", self.name, failure)
            self.losses += 1
        self.connected, self.failure = False, failure
        self.last_failure = failure
        self._told.set()
        self.async_update_listeners()

    @callback
    def _begin_day(self, _now: datetime) -> None:
        if self._known is not None:
            self._take(replace(self._known, episodes_today={}), ())

    @override
    async def _async_update_data(self) -> Household:
        """Return what is known: the engine tells, nobody asks."""
        return self.data


def _not_ready(key: str) -> ConfigEntryNotReady:
    return ConfigEntryNotReady(translation_domain=DOMAIN, translation_key=key)


def setup_error(failure: EngineFailure) -> Exception:
    """Return what Home Assistant should be told when an entry cannot start."""
    match failure:
        case TokenRefused():
            return ConfigEntryAuthFailed(
                translation_domain=DOMAIN, translation_key="token_refused"
            )
        case EngineTooNew():
            return ConfigEntryError(
                translation_domain=DOMAIN, translation_key="engine_too_new"
            )
        case EngineTooOld():
            return ConfigEntryError(
                translation_domain=DOMAIN, translation_key="engine_too_old"
            )
        case OddAnswer():
            return _not_ready("odd_answer")
        case _:
            return _not_ready("engine_unreachable")
