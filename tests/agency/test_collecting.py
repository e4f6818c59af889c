"""Rounds are collected, capsules tried; whatever somebody put into one."""

import json
import os
from datetime import timedelta
from hashlib import sha256
from typing import Any

import msgspec
import pytest

from neighborcam.agency.errors import HubAway
from neighborcam.agency.hub_client import HubClient
from neighborcam.protocol import bech32
from neighborcam.protocol.age_keys import ClassicIdentity, HybridIdentity
from neighborcam.protocol.answers import Answer
from neighborcam.protocol.canonical import canonical, encode
from tests.agency.station import Station


def hybrid() -> bytes:
    """Return the bytes of a good key."""
    _, data = bech32.decode(str(HybridIdentity(os.urandom(32)).recipient))
    return data


SMALL_ORDER = bech32.encode("age1pq", hybrid()[:-32] + bytes(32))
BAD_REPLY_KEYS = {
    "none": "",
    "no key": "garbage",
    "cut off": "age1" + "q" * 58,
    "not hybrid": str(ClassicIdentity(os.urandom(32)).recipient),
    "of small order": SMALL_ORDER,
}


def tip(asked: str, **changes: Any) -> bytes:
    fields: dict[str, Any] = {
        "id": os.urandom(16).hex(),
        "request": asked,
        "kind": "tip",
        "text": "A van.",
        "reply_to": str(HybridIdentity(os.urandom(32)).recipient),
    }
    return encode(Answer(**fields | changes))


async def collected(station: Station, request: str) -> tuple[int, int]:
    """Collect; return how many homes took part, and how many answers are new."""
    found = await station.officer.collect(request)
    return found.homes, found.fresh


@pytest.mark.parametrize("reply_to", BAD_REPLY_KEYS.values(), ids=BAD_REPLY_KEYS)
async def test_an_answer_that_cannot_be_replied_to_keeps_no_other_from_being_read(
    station: Station, reply_to: str
) -> None:
    request = await station.ask()
    good = await station.answer(request, await station.policed.town.home())
    bad = tip(request, reply_to=reply_to)
    await station.post(request, await station.policed.town.home(), bad)
    station.round_over()
    assert await collected(station, request) == (2, 1)
    assert await collected(station, request) == (2, 0)
    assert await station.receipts(request) == [(good.id, "received")]


@pytest.mark.parametrize(
    "changes",
    [
        {"request": "0" * 32},
        {"kind": "clips"},
        {"kind": "letter"},
        {"kind": "revoked"},
        {"about": "0" * 32},
    ],
)
async def test_an_answer_that_contradicts_itself_is_silence(
    station: Station, changes: dict[str, Any]
) -> None:
    request = await station.ask()
    await station.post(
        request, await station.policed.town.home(), tip(request, **changes)
    )
    await station.answer(request, await station.policed.town.home())
    station.round_over()
    assert await collected(station, request) == (2, 1)


@pytest.mark.parametrize(
    "changes",
    [{"sig": bytes(64)}, {"secret": "AGE-SECRET-KEY-1"}, {"manifest": {"frames": 0}}],
)
async def test_an_answer_with_a_clip_that_nobody_signed_is_silence(
    station: Station, changes: dict[str, Any]
) -> None:
    request = await station.ask()
    home = await station.policed.town.home()
    item = await station.item(request, home)
    if "manifest" in changes:
        manifest = msgspec.structs.replace(item.manifest, **changes["manifest"])
        changes = {"manifest": manifest}
    bad = msgspec.structs.replace(item, **changes)
    await station.post(request, home, tip(request, kind="clips", items=(bad,)))
    station.round_over()
    assert await collected(station, request) == (1, 0)


async def test_a_clip_that_was_made_for_another_request_is_silence(
    station: Station,
) -> None:
    request, home = await station.ask(), await station.policed.town.home()
    item = await station.item("0" * 32, home)
    await station.post(request, home, tip(request, kind="clips", items=(item,)))
    station.round_over()
    assert await collected(station, request) == (1, 0)


async def test_rounds_that_came_too_late_are_missed_and_not_collected(
    station: Station,
) -> None:
    request = await station.ask()
    await station.answer(request, await station.policed.town.home())
    station.round_over()
    assert await collected(station, request) == (1, 1)
    station.policed.town.clock.at += timedelta(days=8)
    await station.policed.town.hub.retention.run_once()
    found = await station.officer.collect(request)
    assert (found.homes, found.fresh, found.missed) == (1, 0, 5)
    told = station.done(request)
    assert (told.count("collected"), told.count("missed")) == (1, 5)
    assert (await station.officer.collect(request)).missed == 5
    assert station.done(request) == told


async def test_rounds_can_be_collected_until_a_day_after_the_end(
    station: Station,
) -> None:
    request = await station.ask()
    await station.answer(request, await station.policed.town.home())
    station.policed.town.clock.at += timedelta(days=6, hours=23)
    found = await station.officer.collect(request)
    assert (found.homes, found.fresh, found.missed) == (1, 1, 0)


async def test_a_request_that_ended_early_has_no_rounds_after_that(
    station: Station,
) -> None:
    request = await station.ask()
    await station.answer(request, await station.policed.town.home())
    station.policed.town.clock.at += timedelta(hours=3)
    await station.officer.end(request, "resolved")
    assert await collected(station, request) == (0, 0)  # homes' clocks may be late
    station.policed.town.clock.at += timedelta(minutes=6)
    assert await collected(station, request) == (1, 1)
    assert station.done(request).count("collected") == 1


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let hub and desk have pages of two capsules."""
    for module in ("hub.capsules", "agency.collecting"):
        monkeypatch.setattr(f"neighborcam.{module}.PAGE", 2)


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("homes", [1, 2, 5])
async def test_a_round_is_fetched_page_by_page(station: Station, homes: int) -> None:
    request = await station.ask()
    for _ in range(homes):
        await station.post(request, await station.policed.town.home(), tip(request))
    station.round_over()
    policed = station.policed
    page = await policed.police.collect(request, 0, policed.town.clock())
    assert len(page) == min(homes, 2)
    assert await collected(station, request) == (homes, homes)


@pytest.mark.usefixtures("small_pages")
async def test_a_hub_that_gives_the_same_out_again_is_left(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, (page, name) = await station.ask(), ([b"a", b"b"], "_MOST_PAGES")
    page.sort(key=lambda each: sha256(each).digest())

    async def again(*_: object) -> list[bytes]:
        return page

    monkeypatch.setattr(HubClient, "capsules", again)
    station.round_over()
    with pytest.raises(HubAway, match="twice"):
        await station.officer.collect(request)
    monkeypatch.setattr(f"neighborcam.agency.collecting.{name}", 1)
    with pytest.raises(HubAway, match="more capsules than"):
        await station.officer.collect(request)
    assert not station.officer.state(request).homes


async def test_a_moment_that_no_calendar_has_keeps_no_other_answer_from_being_read(
    station: Station,
) -> None:
    request = await station.ask()
    await station.answer(request, await station.policed.town.home())
    home = await station.policed.town.home()
    item = await station.item(request, home)
    said = json.loads(tip(request, kind="clips", items=(item,)))
    said["items"][0]["manifest"]["started"] = "0001-01-01T00:00:00+01:00"
    await station.post(request, home, canonical(said))
    station.round_over()
    assert await collected(station, request) == (2, 1)


async def test_two_answers_with_one_clip_have_lines_of_their_own(
    station: Station,
) -> None:
    request = await station.ask()
    home, other = [await station.policed.town.home() for _ in range(2)]
    item = await station.item(request, home)
    first = await station.answer(request, home, kind="clips", items=(item,))
    second = await station.answer(request, other, kind="clips", items=(item,))
    station.round_over()
    await station.officer.collect(request)
    await station.officer.erase(request, first.id)
    await station.officer.open(request, second.id, 0)
    await station.officer.erase(request, second.id)
    about = item.manifest.sha256
    lines = [e.what for e in station.officer.custody(request) if e.about == about]
    assert lines == ["received", "received", "erased", "opened", "erased"]
