"""A desk at a real hub: from the draft to the deletion."""

import subprocess
from pathlib import Path

import pytest

from neighborcam.agency.errors import NotNow
from tests.agency.station import CLIP, Station
from tests.tools import need


async def test_a_request_goes_from_desk_to_desk_to_the_hub_and_back(
    station: Station,
) -> None:
    request = await station.ask()
    homes = [await station.policed.town.home() for _ in range(3)]
    answer = await station.answer(request, homes[0])
    for home in homes[1:]:
        await station.post(request, home, b"")
    assert (await station.officer.collect(request)).homes == 0  # the round runs
    station.round_over()
    found = await station.officer.collect(request)
    assert (found.homes, found.fresh) == (3, 1)
    found = await station.officer.collect(request)
    assert (found.homes, found.fresh) == (3, 0)
    opened = await station.officer.open(request, answer.id, 0)
    assert opened.clip == CLIP
    await station.officer.copied(request, answer.id, 0)
    await station.officer.question(request, answer.id, "Was the van white?")
    expected = ["received", "opened", "copied", "question"]
    assert await station.receipts(request) == [(answer.id, each) for each in expected]
    assert station.officer.state(request).untold == 0
    assert station.done(request) == [
        "signed",
        "submitted",
        "collected",
        "received",
        "opened",
        "copied",
        "asked",
    ]


async def test_the_end_leaves_nothing_but_words(station: Station) -> None:
    request, answer = await station.answered()
    await station.officer.open(request, answer.id, 0)
    await station.officer.end(request, "resolved")
    await station.officer.file_outcome(request, "helped", "")
    await station.officer.delete(request)
    assert not list(station.book.of(request).glob("*.age"))
    assert (answer.id, "deleted") in await station.receipts(request)
    assert await station.due(request) == set()
    with pytest.raises(NotNow, match="deleted"):
        await station.officer.open(request, answer.id, 0)
    assert station.done(request)[-1] == "deleted"


async def test_a_revoked_clip_is_deleted_and_that_is_told(station: Station) -> None:
    request = await station.ask()
    home = await station.policed.town.home()
    answer = await station.answer(request, home)
    station.round_over()
    await station.officer.collect(request)
    await station.officer.open(request, answer.id, 0)
    assert list(station.book.of(request).glob("*.age"))
    await station.answer(request, home, number=1, kind="revoked", about=answer.id)
    station.round_over()
    await station.officer.collect(request)
    assert not list(station.book.of(request).glob("*.age"))
    assert (answer.id, "deleted") in await station.receipts(request)
    assert station.done(request)[-3:] == ["received", "revoked", "erased"]


async def test_debian_s_age_opens_the_raw_file(
    station: Station, tmp_path: Path
) -> None:
    request = await station.ask()
    answer = await station.answer(request, await station.policed.town.home())
    pieces = [
        await station.policed.police.get(f"/api/chunks/{each}")
        for each in answer.items[0].chunks
    ]
    (tmp_path / "raw.age").write_bytes(b"".join(pieces))
    (tmp_path / "key").write_text(answer.items[0].secret)
    opened = debian_s_age(tmp_path)
    assert opened[: len(CLIP)] == CLIP
    assert len(b"".join(pieces)) % 2**20 == 0


def debian_s_age(folder: Path) -> bytes:
    need("age")
    asked = ["age", "--decrypt", "--identity", "key", "raw.age"]
    done = subprocess.run(asked, capture_output=True, check=True, cwd=folder)
    return done.stdout
