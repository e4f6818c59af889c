"""Desks with their pages, beside a running hub."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from demo.agency import Officer
from neighborcam.agency import keyring
from neighborcam.agency.casebook import Casebook, DeskSettings
from neighborcam.agency.keyring import Keyring
from neighborcam.agency.lock import DeskLock
from neighborcam.agency.page.room import Room
from neighborcam.agency.page.server import DeskServer
from tests.web.police import Police
from tests.web.running_hub import RunningHub

PASSPHRASE = "correct horse battery"


@dataclass
class RunningDesk:
    """A desk whose page is served on the hub's loop."""

    hub: RunningHub
    folder: Path
    room: Room
    server: DeskServer

    @property
    def link(self) -> str:
        return self.server.link

    @property
    def url(self) -> str:
        return self.link.partition("/#")[0]


def set_up(folder: Path, hub: RunningHub, officer: Officer) -> None:
    """Make a desk as somebody leaves it who has a certified key."""
    ring = Keyring.make(folder, PASSPHRASE)
    ring.keys.own = officer.key.private_bytes_raw()
    ring.keys.issued = officer.issued
    ring.keys.held = [officer.issued]
    ring.save()
    log = hub.hub.desk.log.key.vkey
    Casebook(folder).set_up(DeskSettings(hub=hub.url, log=log))


@contextmanager
def running_desk(
    hub: RunningHub, folder: Path, clock: Any, officer: Officer | None = None
) -> Iterator[RunningDesk]:
    """Serve a desk; an empty one, or that of an officer."""
    with pytest.MonkeyPatch.context() as patch, DeskLock(folder):
        patch.setattr(keyring, "_COST", 2**4)
        if officer is not None:
            set_up(folder, hub, officer)
        room = Room(folder, clock)
        server = DeskServer(room)
        hub.run(server.start())
        try:
            yield RunningDesk(hub, folder, room, server)
        finally:
            hub.run(server.stop())


def officers_of(police: Police) -> tuple[Officer, Officer]:
    """Return officer and supervisor."""
    return police.agency.officer, police.agency.supervisor


def unlock(page: Page, link: str = "") -> None:
    """Open the desk's page by its link, unless it is open, and unlock it."""
    if link:
        page.goto(link)
    page.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    page.get_by_role("button", name="Unlock").click()
    page.get_by_role("heading", name="Cases").wait_for()
