"""Agencies that are no members yet: what is taken, how much waits, who looks at it."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from demo.agency import MakeBelieveAgency, circle
from demo.agency_client import AgencyClient
from demo.steward import Refused, Steward
from neighborcam.hub import applications, requests
from neighborcam.protocol.agencies import Veto, sign_agency
from neighborcam.protocol.agency_entries import ApplicationRefused
from neighborcam.protocol.areas import Area
from neighborcam.protocol.entries import read_entry
from neighborcam.protocol.requests import Ending, Outcome
from neighborcam.protocol.terms import TERMS
from tests.hub.police import Policed, policed
from tests.hub.test_requests import DAY, kinds, word

__all__ = ["policed"]


async def apply(policed: Policed, **changes: Any) -> None:
    agency = policed.agency
    record = msgspec.structs.replace(agency.record, **changes)
    await policed.police.post("/api/agencies", sign_agency(record, agency.root))


async def test_other_terms_than_ours_are_refused_with_what_to_do(
    policed: Policed,
) -> None:
    with pytest.raises(Refused, match="neighborcam agency record") as refused:
        await apply(policed, terms="00" * 32)
    assert refused.value.code == "outside_limits"
    assert await policed.ann.get("/api/steward/applications") == []
    assert (await policed.police.get("/api/terms")).decode() == TERMS


@pytest.mark.parametrize("kind", ["federal", "immigration", "intelligence"])
async def test_bodies_that_the_rules_do_not_name_are_refused(
    policed: Policed, kind: str
) -> None:
    with pytest.raises(Refused, match=f"takes no {kind} bodies") as refused:
        await apply(policed, kind=kind)
    assert refused.value.code == "not_allowed"


async def test_a_steward_sees_how_far_a_district_reaches(policed: Policed) -> None:
    await policed.police.apply()
    (waiting,) = await policed.ann.get("/api/steward/applications")
    assert waiting["km2"] == pytest.approx(248, abs=3)  # a circle of 9 km
    record = waiting["agency"]["agency"]
    assert record["terms"] == policed.agency.record.terms
    assert len(record["jurisdiction"]["coordinates"][0]) == 17


async def test_so_many_applications_wait_and_no_more(
    policed: Policed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applications, "MOST_APPLICATIONS", 2)
    town = policed.town
    await policed.police.apply()
    other = MakeBelieveAgency(now=town.clock(), place=policed.agency.place)
    await AgencyClient(other, town.session, town.url).apply()
    third = AgencyClient(
        MakeBelieveAgency(now=town.clock(), place=policed.agency.place),
        town.session,
        town.url,
    )
    with pytest.raises(Refused, match="2 applications wait") as refused:
        await third.apply()
    assert refused.value.code == "too_many"
    await policed.police.apply()  # who waits already may mend what it sent
    await apply(policed, contact="Milltown, +31 20 555 0100")
    path = f"/api/steward/applications/{other.record.id}"
    wish = {"rule": "not ours", "fact": "Its district is another town."}
    await policed.ann.send(f"{path}/refusal", wish)
    await third.apply()


async def test_an_application_is_refused_in_public_and_by_nobody_close(
    policed: Policed,
) -> None:
    agency = policed.agency.record.id
    path = f"/api/steward/applications/{agency}/refusal"
    wish = {"rule": "not ours", "fact": "Its district is another town."}
    await policed.police.apply()
    await policed.bob.send(f"/api/steward/agencies/{agency}/interest")
    with pytest.raises(Refused, match="close to this agency"):
        await policed.bob.send(path, wish)
    await policed.ann.send(path, wish)
    with pytest.raises(Refused, match="no such application"):
        await policed.ann.send(path, wish)
    *_, data = await policed.town.hub.desk.log.entries(0, 1000)
    entry = read_entry(data)
    assert isinstance(entry, ApplicationRefused)
    assert (entry.agency, entry.rule, entry.fact, entry.steward) == (
        agency,
        *wish.values(),
        "ann",
    )


async def test_an_agency_has_as_many_waiting_as_it_may_have_open(
    policed: Policed,
) -> None:
    await policed.join()
    signed = [policed.request(case_ref=f"C-{n}x") for n in range(4)]
    for each in signed[:3]:
        await policed.police.ask(each)
    with pytest.raises(Refused, match="3 requests of yours wait") as refused:
        await policed.police.ask(signed[3])
    assert refused.value.code == "conflict"
    await policed.police.ask(signed[0])  # the same again is answered alike
    await policed.ann.refuse(signed[0].sha256, "no protest", "It is about a march.")
    await policed.police.ask(signed[3])


async def test_hints_stand_beside_a_request_and_a_plate_is_refused(
    policed: Policed,
) -> None:
    await policed.join()
    with pytest.raises(Refused, match="leave out the plate") as refused:
        await policed.police.ask(policed.request(what="A van, plate AB12 CDE."))
    assert refused.value.code == "outside_limits"
    await policed.police.ask(policed.request(what="Who went to the protest?"))
    (waiting,) = await policed.ann.get("/api/steward/requests")
    (found,) = waiting["findings"]
    assert (found["hint"], found["words"]) == ("purpose", "protest")


async def test_stewards_have_no_endless_queue(
    policed: Policed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "MOST_WAITING", 1)
    await policed.join()
    await policed.police.ask(policed.request(case_ref="C-1"))
    with pytest.raises(Refused, match="try again later") as refused:
        await policed.police.ask(policed.request(case_ref="C-2"))
    assert refused.value.code == "too_many"


async def test_a_request_at_which_nobody_looked_is_refused_in_public(
    policed: Policed,
) -> None:
    await policed.join()
    old, short = (
        policed.request(case_ref="C-1"),
        policed.request(
            case_ref="C-2", expires=policed.town.clock().replace(microsecond=0) + DAY
        ),
    )
    for each in (old, short):
        await policed.police.ask(each)
    policed.town.clock.at += DAY
    await policed.town.hub.duties.run_once()
    status = await policed.police.status(short.request.id)
    assert (status["state"], status["reason"]) == (
        "refused",
        "2 days from signature to log: No steward decided in time.",
    )
    assert (await policed.police.status(old.request.id))["state"] == "review"
    policed.town.clock.at += DAY + timedelta(seconds=1)
    with pytest.raises(Refused, match="sign it anew"):
        await policed.ann.approve(old.sha256)
    await policed.town.hub.duties.run_once()
    await policed.town.hub.duties.run_once()
    assert await policed.ann.get("/api/steward/requests") == []
    assert (await kinds(policed))[-2:] == ["request-refused"] * 2


# -- what members and stewards look at -----------------------------------------------


async def agency_view(policed: Policed) -> dict[str, Any]:
    data = await policed.police.get("/api/agencies")
    (view,) = msgspec.json.decode(data, type=list[dict[str, Any]])
    return view


async def object_to(policed: Policed, count: int) -> None:
    agency = policed.agency.record.id
    key = msgspec.convert((await agency_view(policed))["vote_key"], bytes)
    for home in policed.town.homes[:count]:
        token = await home.vote_token(agency, key)
        path = f"/api/agencies/{agency}/veto"
        await home.link.send(path, Veto(agency=agency, token=token))


async def test_members_see_all_of_an_agency_before_they_object(
    policed: Policed,
) -> None:
    for _ in range(11):
        await policed.town.home()
    await policed.announce()
    view, record = await agency_view(policed), policed.agency.record
    ends = policed.town.clock().replace(microsecond=0) + timedelta(days=7)
    assert datetime.fromisoformat(view["notice_until"]) == ends
    assert msgspec.convert(view["jurisdiction"], Area) == record.jurisdiction
    assert view["terms"] == record.terms
    assert view["km2"] == pytest.approx(248, abs=3)
    assert view["approved_by"] == ["ann", "bob"]
    assert view["call_back"]["directory"] == "the city's own page"
    entries = await policed.town.hub.desk.log.entries(view["index"], 1)
    assert b'"agency-announced"' in entries[0]
    assert (view["objections"], view["enough"]) == (0, 3)


async def test_objections_are_told_from_three_up_and_at_the_end(
    policed: Policed,
) -> None:
    for _ in range(20):
        await policed.town.home()
    await policed.announce()
    await object_to(policed, 2)
    assert (await agency_view(policed))["objections"] == 0
    await object_to_more(policed)
    assert (await agency_view(policed))["objections"] == 3
    policed.town.clock.at += timedelta(days=7)
    await policed.town.hub.duties.run_once()
    view = await agency_view(policed)
    assert (view["standing"], view["objections"], view["enough"]) == ("member", 3, 4)


async def object_to_more(policed: Policed) -> None:
    policed.town.homes = policed.town.homes[2:]
    await object_to(policed, 1)


async def test_a_steward_sees_what_the_agency_did_before(policed: Policed) -> None:
    await policed.join()
    first = await policed.ask(case_ref="C-1")
    await policed.police.say(word(policed, Ending, first, how="resolved"))
    await policed.police.say(word(policed, Outcome, first, result="no-use"))
    policed.town.clock.at += timedelta(days=31)
    refused = policed.request(case_ref="C-2")
    await policed.police.ask(refused)
    await policed.ann.refuse(refused.sha256, "no protest", "It is about a march.")
    again = policed.request(case_ref="c 1")
    await policed.police.ask(again)
    (waiting,) = await policed.ann.get("/api/steward/requests")
    around = waiting["context"]
    (same,), (near,) = around["case"], around["near"]
    assert same == near
    assert (same["id"], same["outcome"]) == (first, "no-use")
    assert same["state"] == "outcome-filed"
    past = around["past"]
    assert (past["requests"], past["refused"], past["open"]) == (1, 1, 0)
    assert (past["outcomes"], past["owes"], past["overdue"]) == ({"no-use": 1}, 1, 0)
    assert waiting["request"]["request"]["area"]["type"] == "Polygon"
    far = policed.request(case_ref="C-3", area=circle(13.42, 52.5172))
    await policed.police.ask(far)
    waiting = (await policed.ann.get("/api/steward/requests"))[-1]
    assert (waiting["context"]["case"], waiting["context"]["near"]) == ([], [])


async def test_a_steward_who_is_close_to_an_agency_decides_nothing_about_it(
    policed: Policed,
) -> None:
    agency = await policed.join()
    urgent = policed.request(urgent=True)
    await policed.police.ask(urgent)
    assert not await policed.ann.approve(urgent.sha256)  # before she says so
    for _ in range(2):
        await policed.ann.send(f"/api/steward/agencies/{agency}/interest")
    entries = await policed.town.hub.desk.log.entries(0, 1000)
    assert sum(b'"steward-interest"' in each for each in entries) == 1
    with pytest.raises(Refused, match="close to this agency") as refused:
        await policed.ann.approve(urgent.sha256)
    assert refused.value.code == "not_allowed"
    assert not await policed.bob.approve(urgent.sha256)  # hers counts no more
    cem = await Steward.appointed(policed.town.hub, "cem")
    assert await cem.approve(urgent.sha256)
    await cem.close()


async def test_nor_does_she_call_it_back(policed: Policed) -> None:
    agency = policed.agency.record.id
    policed.domain.serve(policed.agency)
    await policed.police.apply()
    await policed.ann.send(f"/api/steward/agencies/{agency}/interest")
    with pytest.raises(Refused, match="close to this agency"):
        await policed.ann.look_into(agency)
    await policed.bob.look_into(agency)
