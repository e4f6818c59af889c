"""The desk behind the page is locked and unlocked while a step still runs."""

import asyncio
from typing import Any

import pytest

from neighborcam.agency import keyring
from neighborcam.agency.errors import NotNow
from neighborcam.agency.hub_client import HubClient
from neighborcam.agency.keyring import Keyring
from neighborcam.agency.page import house
from neighborcam.agency.page.messages import PassphraseWish
from neighborcam.agency.page.room import Room
from tests.agency.station import PASSPHRASE, Station


class Pressed:
    """A button that is pressed in the page: what its handler is given."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.body = PassphraseWish(passphrase=PASSPHRASE)


async def with_a_revocation(station: Station) -> str:
    """Return a request whose next round takes an answer back: keys are destroyed."""
    request = await station.ask()
    home = await station.policed.town.home()
    answer = await station.answer(request, home)
    station.round_over()
    await station.officer.collect(request)
    await station.answer(request, home, number=1, kind="revoked", about=answer.id)
    station.round_over()
    return request


async def test_a_desk_that_is_unlocked_again_waits_for_the_step_that_runs(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two keyrings on one folder: who saves last destroys what the other made."""
    request = await with_a_revocation(station)
    room = Room(station.folder / "officer", station.policed.town.clock)
    room.unlock(PASSPHRASE)
    go, there, real = asyncio.Event(), asyncio.Event(), HubClient.capsules

    async def slow(self: Any, *what: Any) -> Any:
        there.set()
        await go.wait()
        return await real(self, *what)

    monkeypatch.setattr(HubClient, "capsules", slow)
    running = asyncio.create_task(room.desk.collect(request))
    await there.wait()
    room.lock()
    unlocking = asyncio.create_task(house.unlock(Pressed(room)))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    go.set()
    await running
    await unlocking
    new = "ab" * 16
    room.desk.new_seal(new)
    found = station.again()
    assert new in Keyring.open(station.folder / "officer", PASSPHRASE).keys.cases
    assert found.state(request).answers


async def test_keys_that_were_opened_anew_are_not_written_back(
    station: Station,
) -> None:
    room = Room(station.folder / "officer", station.policed.town.clock)
    room.unlock(PASSPHRASE)
    before = room.desk
    room.lock()
    room.unlock(PASSPHRASE)
    room.desk.new_seal("ab" * 16)
    with pytest.raises(NotNow, match="locked meanwhile"):
        before.new_seal("cd" * 16)
    kept = Keyring.open(station.folder / "officer", PASSPHRASE).keys.cases
    assert ("ab" * 16 in kept, "cd" * 16 in kept) == (True, False)


async def test_what_is_saved_while_a_passphrase_is_changed_opens_with_one_of_them(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = station.folder / "officer"
    ring = Keyring.open(folder, PASSPHRASE)
    real = keyring._derived

    def derived(*what: Any) -> bytes:
        ring.save()  # another step of the page
        return real(*what)

    with monkeypatch.context() as patch:
        patch.setattr(keyring, "_derived", derived)
        made = keyring.derive("another passphrase")
    Keyring.open(folder, PASSPHRASE)
    ring.relock(made)
    Keyring.open(folder, "another passphrase")
