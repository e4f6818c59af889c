"""The desk remembers the public log, and sees when the hub says something else."""

from pathlib import Path
from typing import Any

import pytest

from neighborcam.agency.errors import HubAway, HubMisbehaves
from neighborcam.agency.hub_client import HubClient
from neighborcam.protocol.checkpoint_text import CheckpointText
from neighborcam.protocol.merkle import Leaves, leaf_hash, root
from neighborcam.protocol.note_keys import sign_note
from neighborcam.protocol.notes import Note
from neighborcam.protocol.tiles import bundle, entries_of
from tests.agency.station import Station

get = HubClient.get


class OtherLog:
    """The hub's own key signs another past, or a shorter one."""

    def __init__(self, station: Station, entries: list[bytes]) -> None:
        log = station.policed.town.hub.desk.log
        self.entries = entries
        hashes = [leaf_hash(each) for each in entries]
        text = CheckpointText(
            origin=log.key.name,
            size=len(hashes),
            root=root(Leaves(hashes), len(hashes)),
        )
        signature = sign_note(str(text), log.key.name, log._key)
        self.note = Note(text=str(text), signatures=(signature,)).encode()

    def show(self, patch: pytest.MonkeyPatch) -> None:
        async def other(client: HubClient, path: str) -> bytes:
            if path == "/log/checkpoint":
                return self.note
            if path.startswith("/log/tile/entries"):
                return bundle(self.entries)
            return await get(client, path)

        patch.setattr(HubClient, "get", other)


async def entries(station: Station) -> list[bytes]:
    await station.again().register()
    return entries_of((station.book.folder / "log/entries").read_bytes())


def evidence(station: Station) -> list[Path]:
    return station.again().parts.log.evidence()


@pytest.mark.parametrize("past", ["shorter", "rewritten", "rewritten and longer"])
async def test_another_past_is_noticed_by_the_next_program_and_kept(
    station: Station, monkeypatch: pytest.MonkeyPatch, past: str
) -> None:
    request = await station.ask()
    known = await entries(station)
    others = {
        "shorter": known[:-1],
        "rewritten": [*known[:-1], known[0]],
        "rewritten and longer": [*known[:-1], known[0], known[0]],
    }
    OtherLog(station, others[past]).show(monkeypatch)
    for number in (1, 2):
        with pytest.raises(HubMisbehaves, match="tell its stewards"):
            await station.again().collect(request)
        station.policed.town.clock.advance(seconds=1)
        assert len(evidence(station)) == number
    monkeypatch.setattr(HubClient, "get", get)
    assert (await station.again().register()).size == len(known)


async def test_entries_that_were_read_are_not_fetched_again(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    await station.ask()
    known = await entries(station)
    asked: list[str] = []

    async def watched(client: HubClient, path: str) -> bytes:
        asked.append(path)
        return await get(client, path)

    monkeypatch.setattr(HubClient, "get", watched)
    assert (await station.again().register()).size == len(known)
    assert asked == ["/log/checkpoint"]


@pytest.mark.parametrize("harm", ["lost", "cut", "changed", "longer"])
async def test_damaged_notes_of_the_log_are_read_anew_and_still_bind_the_hub(
    station: Station, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    await station.ask()
    known = await entries(station)
    path = station.book.folder / "log/entries"
    data = path.read_bytes()
    damage(path, data, harm)
    assert (await station.again().register()).size == len(known)
    assert path.read_bytes() == data or harm == "longer"
    damage(path, data, harm)
    OtherLog(station, [*known[:-1], known[0], known[0]]).show(monkeypatch)
    with pytest.raises(HubMisbehaves):
        await station.again().register()


def damage(path: Path, data: bytes, harm: str) -> None:
    if harm == "lost":
        path.unlink(missing_ok=True)
    else:
        last = bytes([data[-1] ^ 1])
        made = {"cut": data[:-3], "changed": data[:-1] + last}
        path.write_bytes(made.get(harm, data + data[-500:]))


async def test_a_crash_between_entries_and_checkpoint_loses_nothing(
    station: Station,
) -> None:
    request = await station.ask()
    await station.officer.register()
    before = (station.book.folder / "log/checkpoint").read_bytes()
    await station.officer.end(request, "withdrawn")
    known = await entries(station)
    (station.book.folder / "log/checkpoint").write_bytes(before)
    assert (await station.again().register()).size == len(known)


@pytest.mark.parametrize("answer", [b"<html>", b"", b"x\n\n\xe2\x80\x94 a b\n"])
async def test_a_portal_between_the_desk_and_the_hub_is_no_evidence(
    station: Station, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    async def portal(_client: Any, _path: str) -> bytes:
        return answer

    monkeypatch.setattr(HubClient, "get", portal)
    with pytest.raises(HubAway):
        await station.officer.register()
    assert evidence(station) == []
