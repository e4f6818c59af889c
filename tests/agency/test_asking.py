"""Asking: two people of one agency, each checked, and nothing outside of the limits."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from demo.agency import MakeBelieveAgency
from neighborcam.agency import files
from neighborcam.agency.drafts import Draft, request_of, throw_away_seal
from neighborcam.agency.errors import InvalidInput, NotNow
from neighborcam.agency.links import LINK, link_of, read_link
from neighborcam.protocol.agencies import Role
from neighborcam.protocol.requests import sign_request
from tests.agency.station import Station, desk


async def test_what_is_outside_of_the_limits_is_not_signed(station: Station) -> None:
    with pytest.raises(NotNow, match="retention_days: at most 90"):
        await station.officer.sign(station.request(retention_days=91))
    long = station.policed.town.clock().replace(microsecond=0) - timedelta(hours=6)
    with pytest.raises(NotNow, match="window_end: a window has at most 2 hours"):
        await station.officer.sign(station.request(window_start=long))


async def test_a_link_whose_text_was_changed_is_not_countersigned(
    station: Station,
) -> None:
    signed = await station.officer.sign(station.request())
    other = msgspec.structs.replace(signed.request, what="Something quite different.")
    changed = msgspec.structs.replace(signed, request=other)
    for attempt in (station.supervisor.look_at, station.supervisor.countersign):
        with pytest.raises(NotNow, match="do not sign this: the signature"):
            await attempt(changed)


async def test_nobody_does_the_other_s_work(station: Station) -> None:
    signed = await station.officer.sign(station.request())
    with pytest.raises(NotNow, match="takes the key of role supervisor"):
        await station.officer.countersign(signed)
    with pytest.raises(NotNow, match="takes the key of role officer"):
        await station.supervisor.sign(station.request())


async def test_a_supervisor_signs_for_the_own_agency_and_known_officers_only(
    station: Station,
) -> None:
    agency, now = station.policed.agency, station.policed.town.clock()
    stranger = MakeBelieveAgency(now=now, place=agency.place)
    forged = msgspec.structs.replace(station.request(), agency=stranger.record.id)
    signed = sign_request(forged, stranger.officer.issued, stranger.officer.key)
    with pytest.raises(NotNow, match="no such agency"):
        await station.supervisor.look_at(signed)
    unknown = agency.certified(Role.OFFICER, "Badge 1")
    signed = sign_request(station.request(), unknown.issued, unknown.key)
    with pytest.raises(NotNow, match="not in the public log"):
        await station.supervisor.look_at(signed)
    other = agency.certified(Role.SUPERVISOR, "Badge 12")
    signed = sign_request(station.request(), other.issued, other.key)
    with pytest.raises(NotNow, match="key of a supervisor"):
        await station.supervisor.look_at(signed)


async def test_a_revoked_officer_gets_no_countersignature(station: Station) -> None:
    signed = await station.officer.sign(station.request())
    agency, now = station.policed.agency, station.policed.town.clock()
    gone = agency.revoked(agency.officer, now)
    await station.policed.town.hub.desk.agencies.revoke(gone)
    with pytest.raises(NotNow, match="revoked"):
        await station.supervisor.countersign(signed)


async def test_a_certificate_that_ran_out_names_what_to_do(station: Station) -> None:
    station.policed.town.clock.at += timedelta(days=91)
    with pytest.raises(NotNow, match="make a new key"):
        await station.officer.sign(station.request())


async def test_both_desks_remember_what_they_signed(station: Station) -> None:
    request = await station.ask()
    assert [line.what for line in station.supervisor.custody(request)] == [
        "countersigned"
    ]
    assert station.done(request) == ["signed", "submitted"]


async def test_a_link_survives_being_broken_into_lines(station: Station) -> None:
    signed = await station.officer.sign(station.request())
    link = link_of(signed)
    assert read_link(f"  {link[:70]}\n{link[70:]}\n") == signed
    for bad in ("https://x", link[:-9], LINK, LINK + "ü", link[:40] + "A" + link[41:]):
        with pytest.raises(InvalidInput):
            read_link(bad)


def draft(station: Station, **changes: Any) -> dict[str, Any]:
    made = msgspec.to_builtins(station.request())
    names = set(Draft.__struct_fields__) & made.keys()
    return {name: made[name] for name in names} | changes


def written(path: Path, content: dict[str, Any]) -> Draft:
    path.write_text(json.dumps(content))
    return files.read_written(path, Draft)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"days": 1e12}, "days"),
        ({"days": "seven"}, "days"),
        ({"offence": "loitering"}, "offence"),
        ({"window_start": "yesterday"}, "window_start"),
        ({"window_start": "2026-11-23T17:00:00"}, "window_start"),
        ({"area": {"type": "Polygon", "coordinates": [[[1, 2]]]}}, "area"),
        ({"plate": "B-XY 1"}, "plate"),
        ({"what": "short"}, "what"),
    ],
)
async def test_a_draft_that_is_wrong_names_the_field(
    station: Station, tmp_path: Path, changes: dict[str, Any], named: str
) -> None:
    ring, now = station.officer.parts.ring, station.policed.town.clock()
    content = draft(station, **changes)
    with pytest.raises(InvalidInput, match=named):
        request_of(
            written(tmp_path / "draft.json", content), ring, throw_away_seal, now
        )


async def test_a_draft_that_lacks_a_field_or_is_no_json_says_so(
    station: Station, tmp_path: Path
) -> None:
    content = draft(station)
    del content["what"]
    with pytest.raises(InvalidInput, match="missing required field `what`"):
        written(tmp_path / "draft.json", content)
    (tmp_path / "draft.json").write_bytes(b"\xff\xfe{")
    with pytest.raises(InvalidInput, match="no JSON"):
        files.read_written(tmp_path / "draft.json", Draft)


async def test_looking_at_a_draft_leaves_no_key(
    station: Station, tmp_path: Path
) -> None:
    ring, now = station.officer.parts.ring, station.policed.town.clock()
    made = written(tmp_path / "draft.json", draft(station))
    before = len(ring.keys.cases)
    request = request_of(made, ring, throw_away_seal, now)
    assert await station.officer.problems(request) is None
    assert len(ring.keys.cases) == before


async def test_a_desk_of_a_supervisor_has_no_answers_to_open(station: Station) -> None:
    request = await station.ask()
    station.round_over()
    with pytest.raises(NotNow, match="another one made it"):
        await station.supervisor.collect(request)


async def test_a_second_officer_of_the_agency_reads_nothing(
    station: Station, tmp_path: Path
) -> None:
    request, answer = await station.answered()
    other = station.policed.agency.certified(Role.OFFICER, "Badge 5")
    await station.policed.police.certify(other)
    second, _ = desk(station.policed, tmp_path / "second", other)
    with pytest.raises(NotNow, match="no keys of this request"):
        await second.open(request, answer.id, 0)


async def test_a_request_is_named_by_its_id_and_by_nothing_else(
    station: Station,
) -> None:
    for name in ("../../etc", "", "A" * 32):
        with pytest.raises(NotNow, match="32 hexadecimal"):
            station.book.request(name)


async def test_a_link_to_another_text_under_a_logged_id_changes_nothing(
    station: Station,
) -> None:
    """The custody log begins with the request's hash."""
    request, answer = await station.answered()
    signed = station.book.request(request)
    other = msgspec.structs.replace(signed.request, what="Another thing.")
    with pytest.raises(NotNow, match="another request"):
        await station.officer.submit(msgspec.structs.replace(signed, request=other))
    with pytest.raises(NotNow, match="another request"):
        station.book.keep(msgspec.structs.replace(signed, request=other))
    assert (await station.officer.open(request, answer.id, 0)).clip
