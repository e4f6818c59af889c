"""What the actions of `neighborcam agency` share: folder, lock, keys, questions."""

import argparse
import getpass
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from neighborcam.agency import files
from neighborcam.agency.casebook import Casebook
from neighborcam.agency.ceremony import new_seed
from neighborcam.agency.desk import Desk
from neighborcam.agency.errors import InvalidInput, NotNow
from neighborcam.agency.hub_client import HubClient
from neighborcam.agency.keyring import NAME, Keyring, Secret
from neighborcam.agency.lock import DeskLock
from neighborcam.agency.token import make_on_token


class Session:
    """One action on one desk; the folder is this program's until it is closed."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.folder: Path = options.desk
        self.book = Casebook(self.folder)
        self._ring: Keyring | None = None
        self._held = ExitStack()
        self._is_locked = False

    def close(self) -> None:
        """Let others have the folder."""
        self._held.close()

    def lock(self) -> None:
        """Keep others out of the folder until `close`. Raises `DeskInUse`."""
        if not self._is_locked:
            self._held.enter_context(DeskLock(self.folder))
            self._is_locked = True

    @property
    def ring(self) -> Keyring:
        """The keys, opened once. Raises `NotNow` where there are none."""
        if self._ring is None:
            if not (self.folder / NAME).exists():
                raise NotNow(
                    f"there are no keys in {self.folder}: make some (agency root,"
                    " agency key), or name the desk's folder with --desk"
                )
            self.lock()
            self._ring = Keyring.open(self.folder, self.passphrase())
            self._ring.ask_pin = self.pin
        return self._ring

    def make_ring(self) -> Keyring:
        """Return the keys, made if there are none."""
        if (self.folder / NAME).exists() or self._ring is not None:
            return self.ring
        self.lock()
        file: Path | None = self.options.passphrase_file
        self._ring = Keyring.make(self.folder, self.new_passphrase(file))
        return self._ring

    @property
    def client(self) -> HubClient:
        """The desk's hub."""
        return HubClient(self.book.settings.hub)

    @property
    def desk(self) -> Desk:
        """The desk, with its keys."""
        client = self.client
        return Desk(self.book, self.ring, client, now)

    def passphrase(self) -> str:
        """Return the passphrase of the keys."""
        file: Path | None = self.options.passphrase_file
        return _read(file) if file else getpass.getpass("Passphrase of the keys: ")

    def pin(self) -> str:
        """Return the PIN of the token."""
        file: Path | None = self.options.pin_file
        return _read(file) if file else getpass.getpass("PIN of the token: ")

    def make_key(self) -> Callable[[], Secret]:
        """Return what makes a key: in the file of keys, or in the token named."""
        module: str | None = self.options.token
        if module is None:
            return new_seed
        label = self.options.token_label or ""
        return lambda: make_on_token(module, label, self.pin())

    def new_passphrase(self, file: Path | None) -> str:
        """Return a new passphrase, from a file or typed twice."""
        return _read(file) if file else _twice()

    def confirm(self, question: str) -> None:
        """Raise `NotNow` unless a person says yes, or said it with ``--yes``."""
        if self.options.yes:
            return
        if not sys.stdin.isatty():
            raise NotNow(f"{question} Say --yes.")
        print(f"{question} [yes/no] ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() not in {"yes", "y"}:
            raise NotNow("nothing was done")


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def _twice() -> str:
    given = getpass.getpass("New passphrase: ")
    if getpass.getpass("Once more: ") != given:
        raise NotNow("these are two different passphrases")
    return given


def _read(file: Path) -> str:
    try:
        return files.read(file).decode().strip("\r\n")
    except UnicodeDecodeError:
        raise InvalidInput(f"the passphrase in {file} is not UTF-8 text") from None
