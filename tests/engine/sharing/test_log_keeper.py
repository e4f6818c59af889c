"""A hub that lies about its log is not believed, and what it showed is kept."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import update

from neighborcam.engine.errors import HubMisbehaves, HubUnreachable
from neighborcam.engine.index.sharing_store import SharingStore
from neighborcam.engine.sharing.hub_link import HubLink
from neighborcam.engine.sharing.log_follower import LogFollower
from neighborcam.engine.sharing.log_keeper import LogKeeper
from neighborcam.hub.store.schema import LOG
from neighborcam.protocol.checkpoints import LogPolicy
from neighborcam.protocol.entries import Release
from neighborcam.protocol.log_proof import parse_log_proof
from neighborcam.protocol.merkle import leaf_hash
from neighborcam.protocol.note_keys import LogKey, sign_note
from neighborcam.protocol.notes import Note, parse_note
from tests.hub.conftest import Town
from tests.hub.lying import sign_as_it_is


class Home:
    """A home that watches the log of the town's hub."""

    def __init__(self, town: Town, folder: Path, **policy: Any) -> None:
        self.town = town
        self.evidence = folder / "evidence"
        self.link = HubLink(town.session, town.url, town.clock)
        self.store = SharingStore.open(folder)
        self.keeper = LogKeeper(
            self.link,
            LogPolicy(**{"log": town.hub.desk.log.key} | policy),
            self.store,
            self.evidence,
            town.clock,
        )

    async def check(self, **changes: Any) -> None:
        keys = await self.link.keys()
        await self.keeper.check_keys(msgspec.structs.replace(keys, **changes))


async def grow(town: Town, count: int) -> None:
    log = town.hub.desk.log
    async with town.hub.desk.database.write() as tx:
        for number in range(count):
            await log.add(tx, Release(at=town.clock(), version=f"{number}"))


type Make = Callable[..., Home]


@pytest.fixture
def make(town: Town, tmp_path: Path) -> Iterator[Make]:
    made: list[Home] = []

    def home(**policy: Any) -> Home:
        made.append(Home(town, tmp_path, **policy))
        return made[-1]

    yield home
    for each in made:
        each.store.close()


@pytest.fixture
def home(make: Make) -> Home:
    return make()


async def test_a_log_that_grows_is_believed_day_after_day(home: Home) -> None:
    for count in (0, 1, 300, 5):
        await grow(home.town, count)
        await home.check()
        home.town.clock.advance(days=1)
    assert not home.evidence.exists()


async def test_keys_that_the_log_does_not_have_are_refused(home: Home) -> None:
    keys = (await home.link.keys()).keys
    mine = {**keys, "post": keys["comment"]}  # a key for this home alone
    with pytest.raises(HubMisbehaves):
        await home.check(keys=mine)
    (kept,) = home.evidence.iterdir()
    assert b"c2sp.org/tlog-proof" in kept.read_bytes()


@pytest.mark.parametrize("epoch", ["soon", "", "2026-13-01"])
async def test_keys_of_no_day_are_nonsense_and_no_lie(home: Home, epoch: str) -> None:
    with pytest.raises(HubUnreachable, match="makes no sense"):
        await home.check(epoch=epoch)
    assert not home.evidence.exists()


async def test_evidence_that_finds_no_room_is_said_and_the_lie_stands(
    home: Home,
) -> None:
    home.evidence.write_bytes(b"a file where the folder should be")
    keys = (await home.link.keys()).keys
    with pytest.raises(HubMisbehaves) as found:
        await home.check(keys={**keys, "post": keys["comment"]})
    assert found.value.evidence == ""


async def test_a_log_with_another_past_is_a_split_view(home: Home) -> None:
    await grow(home.town, 20)
    await home.check()
    log = home.town.hub.desk.log
    async with home.town.hub.desk.database.write() as tx:
        lie = b'{"rewritten":true}'
        await tx.execute(
            update(LOG)
            .where(LOG.c.position == 5)
            .values(entry=lie, hash=leaf_hash(lie))
        )
    await sign_as_it_is(home.town.hub.desk.database, log)
    await grow(home.town, 1)
    home.town.clock.advance(days=1)
    with pytest.raises(HubMisbehaves, match="log is not right"):
        await home.check()
    assert list(home.evidence.iterdir())


async def test_tiles_that_contradict_the_checkpoint_are_refused(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    await grow(home.town, 20)
    await home.check()
    await grow(home.town, 20)
    real = home.link.raw

    async def rewritten(path: str) -> bytes:
        data = bytearray(await real(path))
        data[0] ^= 1
        return bytes(data)

    monkeypatch.setattr(home.link, "raw", rewritten)
    home.town.clock.advance(days=1)
    with pytest.raises(HubMisbehaves):
        await home.check()


async def test_a_log_that_shrinks_is_noticed(home: Home) -> None:
    keys = await home.link.keys()
    await grow(home.town, 20)
    proof = parse_log_proof((await home.link.keys()).proof.encode())
    assert proof.index > 0
    await home.check()
    # An older checkpoint of the same past is no lie: another node was slower.
    await home.keeper.check_keys(keys)


async def test_without_enough_witnesses_nothing_is_believed(
    town: Town, make: Make
) -> None:
    wary = make(witnesses=(town.hub.desk.witness.key,), quorum=1)
    with pytest.raises(HubUnreachable, match="0 of 1 witnesses"):
        await wary.check()
    assert not wary.evidence.exists()  # a witness that is late is no lie


async def test_another_log_under_the_hubs_name_is_refused(
    town: Town, make: Make
) -> None:
    public = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    other = LogKey(name=town.hub.desk.log.key.name, public_key=public)
    with pytest.raises(HubMisbehaves):
        await make(log=other).check()


# -- what is nobody's word -------------------------------------------------------------

PAGE = b"<html><body>Welcome to the guest network</body></html>"


def follower(home: Home) -> LogFollower:
    store, keeper = home.store.requests, home.keeper
    return LogFollower(home.link, keeper._policy, keeper, store, home.town.clock)


class Line:
    """Changes what comes of the log, for paths that have a word in them."""

    def __init__(self, home: Home, word: str, change: Callable[[bytes], bytes]) -> None:
        self.real, self.word, self.change = home.link.raw, word, change
        self.times = 10**6
        home.link.raw = self.raw  # type: ignore[method-assign]

    async def raw(self, path: str) -> bytes:
        data = await self.real(path)
        if self.word not in path or not self.times:
            return data
        self.times -= 1
        return self.change(data)


def flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def unsigned(data: bytes) -> bytes:
    """Return a note with another key's signature alone."""
    text, key = parse_note(data).text, Ed25519PrivateKey.generate()
    name = text.partition("\n")[0]
    return Note(text=text, signatures=(sign_note(text, name, key),)).encode()


def forged(data: bytes) -> bytes:
    """Return a note with a signature of the log that is wrong."""
    note = parse_note(data)
    wrong = [replace(e, signature=flipped(e.signature)) for e in note.signatures]
    return replace(note, signatures=tuple(wrong)).encode()


@pytest.mark.parametrize(
    ("word", "change"),
    [
        ("checkpoint", lambda _: PAGE),
        ("checkpoint", lambda _: b""),
        ("checkpoint", lambda data: b"another." + data),
        ("checkpoint", unsigned),
        ("entries", lambda _: PAGE),
        ("entries", lambda data: data[:-1]),
    ],
    ids=["page", "nothing", "other", "unsigned", "page for entries", "cut off"],
)
async def test_what_the_log_has_not_signed_is_no_evidence(
    home: Home, word: str, change: Callable[[bytes], bytes]
) -> None:
    """A guest network answers everything with its login page."""
    await grow(home.town, 3)
    reading, line = follower(home), Line(home, word, change)
    with pytest.raises(HubUnreachable, match="not the hub's log"):
        await reading.follow()
    assert not home.evidence.exists()
    line.times = 0
    assert await reading.follow()


async def test_a_login_page_instead_of_a_tile_is_no_evidence(home: Home) -> None:
    await grow(home.town, 20)
    await home.check()
    await grow(home.town, 20)
    home.town.clock.advance(days=1)
    line = Line(home, "/tile/", lambda _: PAGE)
    with pytest.raises(HubUnreachable, match="not the hub's log"):
        await home.check()
    assert not home.evidence.exists()
    line.times = 0
    await home.check()


async def test_a_wrong_signature_of_the_log_is_evidence(home: Home) -> None:
    reading = follower(home)
    Line(home, "checkpoint", forged)
    with pytest.raises(HubMisbehaves, match="is wrong"):
        await reading.follow()
    assert list(home.evidence.iterdir())


async def test_entries_and_tiles_that_do_not_fit_are_fetched_once_more(
    home: Home,
) -> None:
    await grow(home.town, 20)
    await home.check()
    await grow(home.town, 20)
    home.town.clock.advance(days=1)
    Line(home, "/tile/", flipped).times = 1
    await home.check()
    reading, line = follower(home), Line(home, "entries", flipped)
    line.times = 1
    assert await reading.follow()
    assert not home.evidence.exists()
    await grow(home.town, 1)
    line.times = 2
    with pytest.raises(HubMisbehaves, match="not what its checkpoint says"):
        await reading.follow()
    assert list(home.evidence.iterdir())
