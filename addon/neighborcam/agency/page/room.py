"""The desk behind the page: its keys are here, and only while it is unlocked.

A step goes on when its browser has left, or the desk was locked. So the keys are opened
again only in a turn of its own, when no step has them any more.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from neighborcam.agency.casebook import Casebook
from neighborcam.agency.desk import Desk
from neighborcam.agency.errors import NotNow
from neighborcam.agency.hub_client import HubClient
from neighborcam.agency.keyring import NAME, Keyring, needs_pin
from neighborcam.agency.page.access import IdleClock
from neighborcam.agency.page.errors import Locked


class Room:
    """One folder. Whoever makes a room holds the folder's lock."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self.book = Casebook(folder)
        self.clock = clock
        self.idle = IdleClock(clock)
        self.turn = asyncio.Lock()  # of all desks of this folder, one after another
        self._ring: Keyring | None = None
        self._last: Keyring | None = None
        self._desk: Desk | None = None

    @property
    def has_keys(self) -> bool:
        """Whether there are keys to unlock."""
        return (self.book.folder / NAME).exists()

    @property
    def needs_pin(self) -> bool:
        """Whether a key is in a token, whose PIN is asked for too."""
        return self.has_keys and needs_pin(self.book.folder)

    @property
    def is_locked(self) -> bool:
        """Whether the passphrase is needed; locks what nobody used for a while."""
        if self._ring is not None and self.idle.is_over:
            self.lock()
        return self._ring is None

    def make(self, passphrase: str) -> None:
        """Make keys, and unlock. Raises `NotNow`."""
        self._enter(Keyring.make(self.book.folder, passphrase))

    def unlock(self, passphrase: str, pin: str = "") -> None:
        """Open the keys. Raises `WrongPassphrase`, `DeskUnreadable`, `NotNow`."""
        if not self.has_keys:
            raise NotNow("there are no keys here yet: choose a passphrase first")
        ring = Keyring.open(self.book.folder, passphrase)
        if pin:
            ring.ask_pin = lambda: pin
        self._enter(ring)

    def lock(self) -> None:
        """Forget the keys, and what was made with them."""
        self._ring = self._desk = None

    def forget_desk(self) -> None:
        """Let the next `desk` begin with other settings."""
        self._desk = None

    @property
    def ring(self) -> Keyring:
        """The keys. Raises `Locked`."""
        if self.is_locked or self._ring is None:
            raise Locked("the desk is locked: type the passphrase")
        return self._ring

    @property
    def desk(self) -> Desk:
        """The desk. Raises `Locked`, `NotNow` without a hub."""
        ring = self.ring
        if self._desk is None:
            self._desk = Desk(self.book, ring, self.client, self.clock, turn=self.turn)
        return self._desk

    @property
    def client(self) -> HubClient:
        """The desk's hub. Raises `NotNow`."""
        return HubClient(self.book.settings.hub)

    def _enter(self, ring: Keyring) -> None:
        if self._last is not None:
            self._last.retire()  # a step that still has it would write it back
        self._ring, self._last, self._desk = ring, ring, None
        self.idle.touch()
